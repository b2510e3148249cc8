// The tablet itself: who it is for, how it looks, how it keeps, and how to end with it.

import { startThemeChoice } from "../../page/theme-choice.js";
import { startInstall } from "../install.js";
import { connectionText } from "../notices.js";
import { go } from "../router.js";
import { drafts, facts, lock, onChange, rows, session, wipe } from "../store.js";
import { flush } from "../sync.js";
import { make, timeOf, wordsOf } from "../words.js";

/** @param {HTMLElement} place */
async function start(place) {
  const tell = wordsOf(place);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  const kept = (await drafts()).length;

  const draw = () => {
    const { user, project, device } = session();
    part("connection").textContent = connectionText();
    /** @type {[string, string][]} */
    const lines = [
      [tell("user"), user.name], [tell("project"), project.name], [tell("device"), device.name], [tell("households"), String(rows().size)],
      [tell("drafts"), String(kept)], [tell("synced"), timeOf(facts().synced) || tell("never")], [tell("app"), document.body.dataset.version ?? ""],
    ]; // prettier-ignore
    part("facts").replaceChildren(...lines.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
    part("loss").textContent = facts().unsent || kept ? tell("loss", facts().unsent, kept) : tell("no-loss");
  };

  const dialog = /** @type {HTMLDialogElement} */ (place.querySelector("dialog"));
  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sure = /** @type {HTMLInputElement} */ (dialog.querySelector("[name=sure]"));
    if (!sure.checked) return sure.focus();
    await wipe();
    go("enrol");
  });
  part("do-lock").addEventListener("click", () => lock());
  part("do-sync").addEventListener("click", () => void flush());
  startThemeChoice();
  draw();
  const [stopInstall, stopDraw] = [startInstall(place), onChange(draw)];
  return () => {
    stopInstall();
    stopDraw();
  };
}

export default { name: "settings", start };
