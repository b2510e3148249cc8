// The service worker of the tablet: keeps the shell and what it is drawn with, so that the tablet opens without a network.
// Any change of a file makes a new worker; it waits until the person says so. It never touches /api/.
const VERSION = {{ ("ruhu-" ~ version)|tojson }};
const SHELL = {{ shell|tojson }};
const FILES = {{ files|tojson }};

self.addEventListener("install", (event) => event.waitUntil(keep()));

async function keep() {
  const cache = await caches.open(VERSION);
  for (const [url] of FILES) {
    const answer = await fetch(url, { cache: "reload" });
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`); // a sign-in page is no shell
    await cache.put(url, answer);
  }
}

self.addEventListener("activate", (event) => event.waitUntil(tidy()));

async function tidy() {
  const kept = (await caches.keys()).filter((name) => name.startsWith("ruhu-") && name !== VERSION);
  for (const name of kept.slice(0, -1)) await caches.delete(name); // this version and the one before it stay
}

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || !FILES.some(([each]) => each === pathname)) return;
  if (mode === "navigate" && pathname !== SHELL) return;
  const kept = caches.open(VERSION).then((cache) => cache.match(pathname));
  event.respondWith(kept.then((answer) => answer ?? fetch(event.request)));
});

self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
});
