// Installing the tablet's application and keeping its data: Safari deletes what a page that is not on the Home Screen
// keeps after seven days without a visit, and every browser may when the disk is full, unless it has promised not to.

/** @typedef {Event & { prompt(): Promise<void>, userChoice: Promise<{ outcome: string }> }} InstallPrompt */

/** @type {InstallPrompt | null} */
let offered = null;
/** @type {Set<() => void>} */
const watchers = new Set();

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = /** @type {InstallPrompt} */ (event);
  for (const tell of watchers) tell();
});
addEventListener("appinstalled", () => {
  offered = null;
  for (const tell of watchers) tell();
});

/** @returns {"installed" | "offered" | "apple" | "menu"} how this browser installs */
function installing() {
  if (matchMedia("(display-mode: standalone)").matches || "standalone" in navigator && navigator.standalone === true) return "installed";
  if (offered) return "offered";
  const apple = /iPad|iPhone/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
  return apple ? "apple" : "menu";
}

/** @param {number} bytes */
const inGigabytes = (bytes) => (bytes / 1024 ** 3).toFixed(1);

/**
 * Fill the part of a page about installing and keeping: [data-install] shows one of its [data-how], [data-keep] its state.
 * @param {HTMLElement} place @returns {() => void} to stop watching
 */
export function startInstall(place) {
  const draw = async () => {
    const how = installing();
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-how]"))) part.hidden = part.dataset.how !== how;
    const kept = (await navigator.storage?.persisted?.()) ?? false;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-kept]"))) part.hidden = (part.dataset.kept === "yes") !== kept;
    const { quota, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    const space = place.querySelector("[data-space]");
    if (space instanceof HTMLElement && quota !== undefined) {
      space.textContent = (space.dataset.space ?? "").replace("{0}", (usage / 1024 ** 2).toFixed(0)).replace("{1}", inGigabytes(quota - usage));
    }
  };
  place.querySelector("[data-do-install]")?.addEventListener("click", async () => {
    await offered?.prompt();
    await draw();
  });
  place.querySelector("[data-do-keep]")?.addEventListener("click", async () => {
    await navigator.storage?.persist?.();
    await draw();
  });
  const tell = () => void draw();
  watchers.add(tell);
  tell();
  return () => watchers.delete(tell);
}
