// How far a long form is: "5/8" on each section and in the list beside it, with the errors that the server found.
// Counting every question is the costly part of a keystroke, so it waits for the next frame and looks at one section.

import { controlsIn, isAnswered } from "./control.js";
import { say } from "./say.js";

/**
 * Questions answered and asked in a section, counted as the server counts them: optional and skipped ones do not count,
 * a list that a complete sheet fills (data-expected) is one question while it has no row.
 * @param {HTMLElement} section
 */
function count(section) {
  let asked = 0;
  let answered = 0;
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-field]:not([data-optional])"))) {
    if (field.closest("[hidden]")) continue;
    if (field.matches(".field-repeat")) {
      if ("expected" in field.dataset && !field.querySelector("[data-row]:not([hidden])")) asked += 1;
    } else if (!field.matches(".field-group")) {
      asked += 1;
      if ("kept" in field.dataset || controlsIn(field).some(isAnswered)) answered += 1;
    }
  }
  return { asked, answered };
}

/** @param {HTMLElement} section */
function show(section) {
  const { asked, answered } = count(section);
  const link = document.querySelector(`[data-jump="${CSS.escape(section.id)}"]`);
  for (const place of [section.querySelector("[data-progress]"), link?.querySelector("[data-jump-count]")]) {
    if (!place) continue;
    place.textContent = asked ? `${answered}/${asked}` : "";
    place.classList.toggle("full", asked > 0 && answered === asked);
  }
  const errors = section.querySelectorAll(".error").length;
  const told = link?.querySelector("[data-jump-errors]");
  if (told) told.textContent = errors ? say("errors", errors) : "";
  const item = link?.closest("li");
  if (item) item.hidden = section.hidden;
}

/** @type {Set<HTMLElement>} */
const waiting = new Set();

/** @param {HTMLElement} section */
function showSoon(section) {
  if (waiting.size === 0) {
    requestAnimationFrame(() => {
      for (const one of waiting) show(one);
      waiting.clear();
    });
  }
  waiting.add(section);
}

/** @param {ParentNode} inside */
const sectionsIn = (inside) => /** @type {NodeListOf<HTMLElement>} */ (inside.querySelectorAll("[data-section]"));

/** Mark in the list the section that is being read. @param {ParentNode} root */
function follow(root) {
  const links = new Map(Array.from(root.querySelectorAll("[data-jump]"), (link) => [link.getAttribute("data-jump") ?? "", link]));
  if (links.size === 0) return;
  const watcher = new IntersectionObserver(
    (seen) => {
      for (const entry of seen) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const section of sectionsIn(root)) watcher.observe(section);
}

let listening = false;

/** @param {ParentNode} root */
export function startProgress(root) {
  for (const section of sectionsIn(root)) show(section);
  follow(root);
  if (listening) return;
  listening = true;
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const section = event.target instanceof Element ? event.target.closest("[data-section]") : null;
      if (section instanceof HTMLElement) showSoon(section);
    });
  }
  for (const type of ["answers", "rowschange"]) {
    document.addEventListener(type, (event) => {
      const form = event.target instanceof Element ? event.target.closest("form") : null;
      if (form) for (const section of sectionsIn(form)) showSoon(section);
    });
  }
}
