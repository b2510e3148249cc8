// The way in: the secret, on keys that are large enough for a thumb. Nothing about anybody is shown here. A tablet that was
// revoked ends here too: after the secret it can only hand over what it holds.

import { exportFile, handOut } from "../export.js";
import { noteTouch, whyLocked } from "../lock.js";
import { unsent } from "../outbox.js";
import { go, show } from "../router.js";
import { weakness } from "../secret.js";
import { admits, facts, isOpen, triesLeft, unlock, wipe } from "../store.js";
import { handOver, restart, Trouble } from "../sync.js";
import { word, wordsOf } from "../words.js";
import { mayStartAfresh, startAfresh, takeUp } from "./enrol.js";

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
    part("afresh").hidden = !mayStartAfresh();
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
    const right = await unlock(input.value);
    input.value = "";
    button.removeAttribute("aria-disabled");
    if (right) {
      noteTouch();
      await takeUp();
      void restart();
      await show();
      return;
    }
    state.textContent = word("secret-wrong", triesLeft());
    draw();
    input.focus();
  });
  part("afresh").addEventListener("submit", async (event) => {
    event.preventDefault();
    const fresh = /** @type {HTMLInputElement} */ (place.querySelector("[name=fresh_secret]"));
    const weak = weakness(fresh.value);
    part("afresh-error").textContent = weak ? word(weak) : "";
    if (!weak && (await startAfresh(fresh.value))) go("home");
  });
  part("afresh-loss").textContent = facts().unsent ? tell("loss", facts().unsent) : tell("no-loss");
  return () => clearInterval(timer);
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
