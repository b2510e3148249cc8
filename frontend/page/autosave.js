// A form with data-autosave-url keeps itself: 800 ms after the last change, and at once when the page is put away.
// It posts {"base": version, "pairs": [[name, value], …]} as JSON and expects {"base"?: version, "message"?: sentence}.
// Nothing is kept in the browser: these are personal data. A failed save is loud and tries again.

import { markDirty, markSaved } from "./guard.js";
import { say } from "./say.js";

const WAIT_MS = 800;
const RETRY_MS = [4000, 10000, 30000];
const KEEPALIVE_BYTES = 60000; // a browser refuses more than 64 KB in a request that outlives its page

class Saver {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosaveUrl ?? "";
    this.place = /** @type {HTMLElement | null} */ (form.querySelector("[data-save-state]"));
    this.changes = 0;
    this.saved = 0;
    this.failures = 0;
    this.sending = false;
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  /** Something was answered. @param {boolean} composing half a word in an input method is not an answer yet */
  touch(composing) {
    this.changes += 1;
    markDirty(this.form);
    clearTimeout(this.timer);
    if (!composing) this.timer = window.setTimeout(() => this.save(), WAIT_MS);
  }

  body() {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && name !== "csrf_token") pairs.push([name, value]);
    }
    return JSON.stringify({ base: this.form.dataset.base ?? null, pairs });
  }

  async save(leaving = false) {
    clearTimeout(this.timer);
    if (this.changes === this.saved || (this.sending && !leaving) || "sent" in this.form.dataset) return;
    const upTo = this.changes;
    const body = this.body();
    const token = this.form.querySelector("[name=csrf_token]");
    this.sending = true;
    if (!leaving) this.tell(say("saving"));
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": token instanceof HTMLInputElement ? token.value : "",
        },
        body,
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving && new Blob([body]).size < KEEPALIVE_BYTES,
      });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) this.succeeded(upTo, told);
      else this.failed(told.message ?? reason(answer), answer.status === 0 || answer.status >= 500 || answer.status === 429);
    } catch {
      this.failed(say("saveOffline"), true);
    } finally {
      this.sending = false;
      if (this.failures === 0 && this.changes !== this.saved) this.timer = window.setTimeout(() => this.save(), WAIT_MS);
    }
  }

  /** @param {number} upTo @param {{ base?: number | string }} told */
  succeeded(upTo, told) {
    this.saved = upTo;
    this.failures = 0;
    if (told.base !== undefined) this.form.dataset.base = String(told.base);
    const base = this.form.querySelector("[name=base]");
    if (base instanceof HTMLInputElement && told.base !== undefined) base.value = String(told.base);
    if (this.changes === this.saved) markSaved(this.form);
    const now = new Date();
    this.tell(say("saved", `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`));
  }

  /** @param {string} why @param {boolean} again */
  failed(why, again) {
    this.tell(say("saveFailed", why), true);
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    if (again) this.timer = window.setTimeout(() => this.save(), wait);
  }

  /** @param {string} text @param {boolean} [loud] */
  tell(text, loud = false) {
    if (!this.place) return;
    this.place.classList.toggle("failed", loud);
    this.place.textContent = text;
    if (!loud) return;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "button button-small";
    retry.textContent = say("retry");
    retry.addEventListener("click", () => this.save());
    this.place.append(" ", retry);
  }
}

/** @param {Response} answer */
function reason(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 401) return say("saveSignedOut");
  if (answer.status >= 500 || answer.status === 429) return say("saveBusy");
  if (answer.status === 409) return say("saveConflict");
  return say("saveRefused", answer.status);
}

/** @type {WeakMap<HTMLFormElement, Saver>} */
const savers = new WeakMap();
/** @type {Set<Saver>} */
const all = new Set();

/** @param {Event} event */
function touched(event) {
  const form = event.target instanceof Element ? event.target.closest("form") : null;
  if (form) savers.get(form)?.touch(event instanceof InputEvent && event.isComposing);
}

function putAway() {
  for (const saver of all) void saver.save(true);
}

/** @param {ParentNode} root */
export function startAutosave(root) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form[data-autosave-url]"))) {
    const saver = new Saver(form);
    savers.set(form, saver);
    if (all.size === 0) {
      for (const type of ["input", "change", "rowschange", "compositionend"]) document.addEventListener(type, touched);
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") putAway();
      });
      addEventListener("pagehide", putAway);
      addEventListener("online", () => {
        for (const one of all) if (one.failures) void one.save();
      });
    }
    all.add(saver);
  }
}
