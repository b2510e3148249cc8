// The way in: the secret, on keys that are large enough for a thumb. Nothing about anybody is shown here. A tablet that was
// revoked ends here too: after the secret it can only hand over what it holds.

import { exportFile, handOut } from "../export.js";
import { noteTouch, whyLocked } from "../lock.js";
import { unsent } from "../outbox.js";
import { go, show } from "../router.js";
import { wrongSecret } from "../secret.js";
import { admits, facts, isOpen, keepForOffice, triesLeft, unlock, wipe } from "../store.js";
import { handOver, restart, Trouble } from "../sync.js";
import { word, wordsOf } from "../words.js";
import { isReadmitted, setAnew, startAfresh, takeUp } from "./enrol.js";

/** @param {HTMLElement} place */
async function start(place) {
  const tell = wordsOf(place);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  if (isOpen()) {
    part("pin").hidden = true;
    part("handover").hidden = false;
    return startHandover(place, tell);
  }
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("secret"));
  const state = part("state");
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  if (facts().unsent) part("unsent").textContent = tell("unsent", facts().unsent);

  const draw = () => {
    const now = admits();
    form.hidden = now === "shut";
    part("shut").hidden = now !== "shut";
    part("forgot").hidden = now === "shut" || isReadmitted();
    part("anew").hidden = !isReadmitted();
    part("ended").hidden = facts().ended !== "revoked";
    button.disabled = input.disabled = now === "wait";
    if (now === "wait") state.textContent = tell("wait", Math.ceil((facts().tries.until - Date.now()) / 1000));
    else if (state.dataset.waited) state.textContent = "";
    state.dataset.waited = now === "wait" ? "yes" : "";
  };
  const timer = setInterval(draw, 1000);
  state.textContent = whyLocked();
  draw();
  input.focus();

  place.addEventListener("click", (event) => {
    const key = event.target instanceof Element ? event.target.closest("[data-key]") : null;
    if (key instanceof HTMLElement && !input.disabled) {
      input.value = key.dataset.key === "back" ? input.value.slice(0, -1) : input.value + key.dataset.key;
      state.textContent = "";
    }
  });
  part("keyboard").addEventListener("click", () => {
    part("keys").hidden = !part("keys").hidden;
    input.inputMode = part("keys").hidden ? "text" : "none";
    input.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!input.value || button.ariaDisabled === "true" || admits() !== "open") return;
    button.ariaDisabled = "true";
    state.textContent = tell("opening");
    const secret = input.value;
    const right = await unlock(secret);
    input.value = "";
    button.removeAttribute("aria-disabled");
    if (right) return enter(secret);
    state.textContent = word("secret-wrong", triesLeft());
    draw();
    input.focus();
  });
  startAnew(part, tell);
  return () => clearInterval(timer);
}

/** The tablet is open. @param {string} secret */
async function enter(secret) {
  noteTouch();
  const isKnown = await takeUp();
  await keepForOffice(secret);
  void restart();
  if (isKnown) await show();
  else go("enrol");
}

/**
 * Who has forgotten the secret, with a new code: another secret, and everything stays. Starting afresh is offered only
 * where the server cannot open the key.
 * @param {(name: string) => HTMLElement} part @param {(name: string, ...values: (string | number)[]) => string} tell
 */
function startAnew(part, tell) {
  const form = /** @type {HTMLFormElement} */ (part("anew").querySelector("form"));
  const [secret, twice] = /** @type {[HTMLInputElement, HTMLInputElement]} */ (["anew", "anew_again"].map((name) => form.elements.namedItem(name)));
  const error = part("anew-error");

  const lost = () => {
    part("afresh").hidden = false;
    part("afresh-loss").textContent = facts().unsent ? tell("loss", facts().unsent) : tell("no-loss");
    part("do-anew").hidden = true;
  };
  /** Whether the new secret may be taken. */
  const isGood = () => {
    const wrong = wrongSecret(secret, twice);
    error.textContent = wrong ? wrong[1] : "";
    for (const input of [secret, twice]) input.setAttribute("aria-invalid", String(input === wrong?.[0]));
    wrong?.[0].focus();
    return !wrong;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent !== undefined || part("do-anew").hidden || !isGood()) return;
    form.dataset.sent = "";
    try {
      await setAnew(secret.value);
      await enter(secret.value);
    } catch (wrong) {
      if (!(wrong instanceof Trouble)) throw wrong;
      error.textContent = wrong.message || tell(wrong.code ? "closed" : wrong.kind === "busy" ? "busy" : "offline");
      if (wrong.code === "recovery.closed") lost();
    } finally {
      delete form.dataset.sent;
    }
  });
  part("do-afresh").addEventListener("click", async () => {
    if (isGood() && (await startAfresh(secret.value))) go("home");
  });
  if (!facts().sealed) lost();
}

/** @param {HTMLElement} place @param {(name: string, ...values: (string | number)[]) => string} tell */
function startHandover(place, tell) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  const draw = () => {
    const left = unsent().length;
    part("handover-count").textContent = left ? tell("left", left) : tell("given");
    part("do-handover").hidden = part("do-export").hidden = left === 0;
    part("do-wipe").hidden = left > 0;
  };
  part("do-handover").addEventListener("click", async () => {
    part("handover-state").textContent = tell("giving");
    try {
      await handOver();
      part("handover-state").textContent = "";
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      part("handover-state").textContent = tell("not-given");
    }
    draw();
  });
  part("do-export").addEventListener("click", async () => handOut(await exportFile()));
  part("do-wipe").addEventListener("click", async () => {
    await wipe();
    go("enrol");
  });
  draw();
}

export default { name: "lock", start };
