// The tablet itself: who it is for, how it looks, how it keeps, and how to end with it.

import { startThemeChoice } from "../../page/theme-choice.js";
import { startInstall } from "../install.js";
import { connectionText } from "../notices.js";
import { go } from "../router.js";
import { wrongSecret } from "../secret.js";
import { admits, changeSecret, drafts, facts, lock, onChange, rows, session, triesLeft, wipe } from "../store.js";
import { flush } from "../sync.js";
import { make, timeOf, word, wordsOf } from "../words.js";

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

  startSecret(/** @type {HTMLDialogElement} */ (place.querySelector("#secret")), () => {
    part("secret-state").textContent = tell("secret-changed");
  });
  const dialog = /** @type {HTMLDialogElement} */ (place.querySelector("#wipe"));
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

/** Another secret: the present one, and twice the new one. @param {HTMLDialogElement} dialog @param {() => void} changed */
function startSecret(dialog, changed) {
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const [present, next, again] = /** @type {[HTMLInputElement, HTMLInputElement, HTMLInputElement]} */ (["present", "next", "again"].map((name) => form.elements.namedItem(name)));
  const error = /** @type {HTMLElement} */ (form.querySelector("[data-secret-error]"));

  /** @param {HTMLInputElement} input @param {string} sentence */
  const refuse = (input, sentence) => {
    error.textContent = sentence;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  const begin = () => {
    error.textContent = "";
    for (const input of [present, next, again]) input.removeAttribute("aria-invalid");
  };
  dialog.addEventListener("close", () => {
    form.reset(); // also when it was cancelled: no secret stays in the page
    begin();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent !== undefined) return;
    begin();
    const wrong = wrongSecret(next, again);
    if (wrong) return refuse(...wrong);
    form.dataset.sent = "";
    let isRight = false;
    try {
      isRight = await changeSecret(present.value, next.value);
    } catch {
      return refuse(present, word("secret-kept")); // no room, as a rule
    } finally {
      delete form.dataset.sent;
    }
    if (!isRight) {
      present.value = "";
      // Somebody who guesses on a tablet that lies open stands before the lock as soon as a try costs something.
      return admits() === "open" ? refuse(present, word("secret-wrong", triesLeft())) : lock(word("secret-tries"));
    }
    dialog.close();
    changed();
  });
}

export default { name: "settings", start };
