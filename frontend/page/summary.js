// The error summary: it has the focus when a page comes back with errors, and its links lead into the questions.

import { controlsIn } from "./control.js";

/** @param {ParentNode} root */
export function focusSummary(root) {
  const summary = root.querySelector("[data-error-summary]");
  // A hidden one cannot have the focus, and finding that out would lay out the whole page, half a second on a slow tablet.
  if (summary instanceof HTMLElement && !summary.hidden) summary.focus();
}

export function startSummary() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-error-summary] a[href^='#']") : null;
    const target = link && document.getElementById(decodeURIComponent(link.getAttribute("href")?.slice(1) ?? ""));
    if (!target) return;
    event.preventDefault();
    for (let up = target.parentElement; up; up = up.parentElement) if (up instanceof HTMLDetailsElement) up.open = true;
    const control = target.matches("input, select, textarea") ? target : controlsIn(target).find((one) => one.type !== "hidden");
    (target.closest("[data-field]") ?? target).scrollIntoView({ block: "center" });
    (control ?? target).focus({ preventScroll: true });
  });
}
