// The service worker of the tablet: keeps the shell and what it is drawn with, so that the tablet opens without a network.
// Any change of a file makes a new worker, which keeps the new version beside the one that is shown and offers it. Which one
// is shown is a line that the person's press writes (frontend/tablet/version.js), not the life of a worker: a browser lets
// a new one wait for minutes where the old one has something in hand. It never touches /api/.
const VERSION = {{ ("ruhu-" ~ version)|tojson }};
const SHELL = {{ shell|tojson }};
const FILES = {{ files|tojson }};
const CHOICE = "ruhu-choice";

self.addEventListener("install", (event) => event.waitUntil(keep()));

async function keep() {
  const cache = await caches.open(VERSION);
  for (const [url] of FILES) {
    const answer = await fetch(url, { cache: "reload" });
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`); // a sign-in page is no shell
    await cache.put(url, answer);
  }
  const choice = await caches.open(CHOICE);
  await choice.put("/offered", new Response(VERSION)); // last: what is offered is whole
  const used = await shown();
  if (await isKept(used)) await tidy(used);
  else await choice.put("/shown", new Response(VERSION)); // the first one, or the line names what is gone
  await self.skipWaiting();
}

/** The version that is shown, "" before the first was kept. */
async function shown() {
  const told = await (await caches.open(CHOICE)).match("/shown");
  return told ? told.text() : "";
}

/** @param {string} version */
async function isKept(version) {
  return (await caches.has(version)) && Boolean(await (await caches.open(version)).match(SHELL));
}

/** @param {string} used */
async function tidy(used) {
  for (const name of await caches.keys()) {
    if (name.startsWith("ruhu-") && ![CHOICE, VERSION, used].includes(name)) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  if (mode === "navigate" && pathname !== SHELL) return;
  event.respondWith(serve(event.request, pathname));
});

/** @param {Request} request @param {string} pathname */
async function serve(request, pathname) {
  const cache = await caches.open((await shown()) || VERSION);
  // A window that was loaded before another one pressed asks for what only its own version has.
  return (await cache.match(pathname)) ?? (await caches.match(pathname)) ?? fetch(request);
}
