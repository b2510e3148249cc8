// Which version of the application this tablet shows. The service worker (templates/tablet/worker.js) keeps a new one whole
// beside it and offers it; the person's press takes it. A window that is open keeps what it was loaded with.

const CHOICE = "ruhu-choice";

/** @param {string} name @returns {Promise<string>} "" when nothing was kept yet */
async function told(name) {
  const found = await (await caches.open(CHOICE)).match(name);
  return found ? found.text() : "";
}

/** A version that is kept and not shown, "" where there is none. */
export async function newVersion() {
  const [offered, shown] = [await told("/offered"), await told("/shown")];
  return offered === shown ? "" : offered;
}

/** @param {string} version what the next load of the application shows */
export async function take(version) {
  await (await caches.open(CHOICE)).put("/shown", new Response(version));
}
