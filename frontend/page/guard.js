// Two mistakes that cost work: leaving a page with unsaved answers, and pressing a button twice. What takes longer than a
// moment says that it is being done.

import { say } from "./say.js";

const MOMENT = 500; // milliseconds after which a person begins to wonder whether the press was felt

/** @type {Set<HTMLFormElement>} */
const dirty = new Set();

/** @param {HTMLFormElement} form */
export function markDirty(form) {
  dirty.add(form);
}

/** @param {HTMLFormElement} form */
export function markSaved(form) {
  dirty.delete(form);
}

/** A form is on its way: its buttons do nothing until the answer is there. @param {HTMLFormElement} form */
export function markSent(form) {
  form.dataset.sent = "";
  for (const button of form.querySelectorAll("button[type=submit], input[type=submit]")) button.setAttribute("aria-disabled", "true");
}

/** Say beside the button that something is being done, unless the answer is quicker. @param {HTMLFormElement} form @param {HTMLElement | null} button */
function tellWorking(form, button) {
  setTimeout(() => {
    if (!("sent" in form.dataset) || !button?.isConnected) return;
    const line = document.createElement("p");
    line.className = "working";
    line.setAttribute("role", "status");
    button.after(line);
    line.textContent = say("working");
  }, MOMENT);
}

/** @param {HTMLFormElement} form */
export function markUnsent(form) {
  delete form.dataset.sent;
  for (const line of form.querySelectorAll(".working")) line.remove();
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

export function startGuard() {
  for (const type of ["input", "rowschange"]) {
    document.addEventListener(type, (event) => {
      const form = event.target instanceof Element ? event.target.closest("form[data-guard]") : null;
      if (form instanceof HTMLFormElement) markDirty(form);
    });
  }
  addEventListener("beforeunload", (event) => {
    for (const form of dirty) {
      if (!form.isConnected || "sent" in form.dataset) continue;
      event.preventDefault();
      return;
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    // The answer comes in another tab (a preview): this page stays, and is used again.
    if (event.submitter instanceof HTMLButtonElement && event.submitter.formTarget) return;
    if ("sent" in form.dataset) event.preventDefault();
    else if (!event.defaultPrevented) {
      markSent(form);
      // A file comes back without a new page: the form is used again.
      if ("download" in form.dataset) setTimeout(() => markUnsent(form), 3000);
      else if (!("upload" in form.dataset)) tellWorking(form, event.submitter);
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) markUnsent(form);
  });
}
