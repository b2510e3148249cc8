// A number of the dossier in clear: <a data-reveal-number="key" href="…"> leads to a page that asks; this asks in place.
// The server writes the log before it answers. The number stands for a minute and is masked again.

import { markSaved, markUnsent } from "./guard.js";
import { announce, say } from "./say.js";

const SHOWN_MS = 60000;

/** Ask the server. @param {string} url @param {string} reason @returns {Promise<{value?: string, message?: string}>} */
async function ask(url, reason) {
  const token = document.querySelector("[name=csrf_token]");
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token instanceof HTMLInputElement ? token.value : "" },
      body: new URLSearchParams({ reason }),
      credentials: "same-origin",
      redirect: "manual",
    });
    if (answer.ok || answer.status === 422) return await answer.json();
  } catch {
    // The network's words help nobody; ours follow.
  }
  return { message: say("revealFailed") };
}

/** @param {HTMLAnchorElement} link @param {string} value */
function showNumber(link, value) {
  const place = document.querySelector(`[data-number="${CSS.escape(link.dataset.revealNumber ?? "")}"]`);
  if (!(place instanceof HTMLElement)) return;
  const masked = place.textContent;
  place.textContent = value;
  place.classList.add("clear-text");
  link.hidden = true;
  announce(value);
  setTimeout(() => {
    place.textContent = masked;
    place.classList.remove("clear-text");
    link.hidden = false;
  }, SHOWN_MS);
}

export function startReveal() {
  /** @type {HTMLAnchorElement | null} */
  let asked = null;
  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-reveal-number]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.getElementById(link.dataset.revealDialog ?? "");
    if (dialog instanceof HTMLDialogElement) {
      asked = link;
      dialog.showModal();
      return;
    }
    const told = await ask(link.href, "");
    if (told.value !== undefined) showNumber(link, told.value);
    else location.assign(link.href); // the page that asks says what is the matter
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-reveal-form]") || !asked) return;
    event.preventDefault();
    const link = asked;
    const told = await ask(link.href, String(new FormData(form).get("reason") ?? ""));
    const error = form.querySelector("[role=alert]");
    markUnsent(form);
    if (told.value !== undefined) {
      form.reset();
      if (error instanceof HTMLElement) error.hidden = true;
      markSaved(form);
      form.closest("dialog")?.close();
      showNumber(link, told.value);
    } else if (error instanceof HTMLElement) {
      error.textContent = told.message ?? "";
      error.hidden = false;
    }
  });
}
