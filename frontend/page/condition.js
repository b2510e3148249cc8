// Skip rules, as the forms print them (survey/forms/validators.py: show_if_text): `data-show-if="roles=owner;coown_type=1|2"`
// shows a question only when its rules hold. `|` joins answers, `,` questions by "or", `;` rules by "and"; a name alone asks
// for any answer. In a row, the row's own questions come first. What is hidden is disabled, so that it is not sent, and keeps
// what was typed until the page is left. The server has the same rules and the last word.

import { answersTo, asControl, controlsIn, controlsNamed, isAnswered } from "./control.js";

/** @param {HTMLElement} element @param {HTMLFormElement} form */
function holds(element, form) {
  const row = element.closest("[data-row-prefix]");
  const prefix = row instanceof HTMLElement ? (row.dataset.rowPrefix ?? "") : "";
  return (element.dataset.showIf ?? "").split(";").every((rule) => {
    let known = false;
    for (const part of rule.split(",")) {
      const [name = "", wanted] = part.split("=");
      const full = controlsNamed(form, prefix + name).length ? prefix + name : name;
      if (controlsNamed(form, full).length === 0) return true; // not shown to this person: nothing to go by
      const answers = answersTo(form, full);
      if (wanted === undefined ? answers.length > 0 : wanted.split("|").some((value) => answers.includes(value))) return true;
      known ||= answers.length > 0;
    }
    // While the question it hangs on is unanswered, an answer that is already there stays in sight.
    return !known && controlsIn(element).some(isAnswered);
  });
}

/** Show and hide what the answers of a form ask for. @param {HTMLFormElement} form @returns {boolean} whether anything changed */
export function applyConditions(form) {
  let changed = false;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-show-if]"))) {
    const hide = !holds(element, form);
    if (hide === element.hidden) continue;
    changed = true;
    element.hidden = hide;
    for (const control of controlsIn(element)) {
      if (hide && !control.disabled) {
        control.disabled = true;
        control.dataset.skipped = "";
      } else if (!hide && "skipped" in control.dataset && !control.closest("[data-show-if][hidden], [data-removed]")) {
        control.disabled = false;
        delete control.dataset.skipped;
      }
    }
  }
  return changed;
}

/** @param {HTMLFormElement} form */
function apply(form) {
  // A question that hides may be the condition of one that stands before it: repeat until nothing moves.
  for (let round = 0; round < 4 && applyConditions(form); round++);
  form.dispatchEvent(new CustomEvent("answers", { bubbles: true }));
}

let listening = false;

/** @param {ParentNode} root */
export function startConditions(root) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form:has([data-show-if])"))) apply(form);
  if (listening) return;
  listening = true;
  document.addEventListener("change", (event) => {
    const control = asControl(event.target);
    const form = control?.form;
    if (!control || !form) return;
    const name = control.name.slice(control.name.lastIndexOf("-") + 1);
    if (form.querySelector(`[data-show-if*="${CSS.escape(name)}"]`)) apply(form);
  });
  document.addEventListener("rowschange", (event) => {
    if (event.target instanceof Element) {
      const form = event.target.closest("form");
      if (form) apply(form);
    }
  });
}
