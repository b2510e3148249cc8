// What is wrong with a form, shown as the office's pages show it: a summary with links, and a sentence at each question.

import { controlsIn, controlsNamed, isAnswered } from "../page/control.js";
import { typedDate } from "../page/identity.js";
import { STABLE, typedDecimal, typedWhole } from "./check.js";
import { carried, part, sentence } from "./fill.js";
import { make } from "./words.js";

/** @typedef {import("./check.js").Finding} Finding */
/** @typedef {{ target: HTMLElement | null, text: string, about?: string }} Problem where, and what to do; `about` is the question's own words where the text does not name it */

/** Values that are codes, and the question whose choices have the word. @type {Record<string, string>} */
const CODED = { part: "kind", paper: "id_type", choice: "choice", result: "result" };

/** `parts[<uid>].` as the names of that row begin: `parts-2-`; "" outside a row, null for a row that is gone. @param {HTMLFormElement} form @param {string} key */
function prefixOf(form, key) {
  const match = STABLE.exec(key);
  if (!match) return "";
  const uid = controlsIn(form).find((control) => control.value === match[2] && control.name.startsWith(`${match[1]}-`) && control.name.endsWith("-uid"));
  return uid ? uid.name.slice(0, -3) : null;
}

/** The question of a stable key, or of a name as the form has it. @param {HTMLFormElement} form @param {string} key @returns {HTMLElement | null} */
export function questionAt(form, key) {
  const prefix = prefixOf(form, key);
  const name = (prefix ?? "") + (STABLE.exec(key)?.[3] ?? key);
  const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  return field instanceof HTMLElement && !field.hidden ? field : null;
}

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
function choiceWord(form, name, value) {
  for (const control of controlsNamed(form, name)) {
    if (control instanceof HTMLSelectElement) return [...control.options].find((one) => one.value === value)?.text ?? value;
    if (control.value === value) return control.closest("label")?.textContent?.trim() ?? value;
  }
  return value;
}

/** The findings in words. @param {HTMLFormElement} form @param {Iterable<Finding>} findings @returns {Problem[]} */
export function spokenProblems(form, findings) {
  /** @type {Record<string, string>} */
  const spoken = JSON.parse(carried("sheet", "[data-spoken]").dataset.spoken ?? "{}");
  return Array.from(findings, ({ code, field, params }) => {
    const values = { ...params };
    if (values.name === "") values.name = (spoken["check.person_unnamed"] ?? "").replace("{position}", String(values.position));
    for (const [param, question] of Object.entries(CODED)) {
      if (param in values) values[param] = choiceWord(form, (prefixOf(form, field) ?? "") + question, String(values[param]));
    }
    const text = (spoken[code] ?? code).replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
    return { target: questionAt(form, field), text };
  });
}

/** @param {Element} field */
const wordsOf = (field) => field.querySelector(".label")?.firstChild?.textContent?.trim() ?? "";

/** Questions that must be answered and are not. @param {HTMLFormElement} form @returns {Problem[]} */
export function unanswered(form) {
  const fields = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-field]:has(> .label > .must)"));
  return [...fields]
    .filter((field) => !field.closest("[hidden]") && !field.matches("[data-shots]") && !controlsIn(field).some(isAnswered))
    .map((field) => ({ target: field, text: sentence(form, "answer"), about: wordsOf(field) }));
}

/** Numbers and dates that cannot be read. @param {HTMLFormElement} form @returns {Problem[]} */
export function unreadable(form) {
  /** @type {Problem[]} */
  const found = [];
  for (const control of controlsIn(form)) {
    if (control.disabled || !isAnswered(control)) continue;
    const field = control.closest("[data-field]");
    if (!(field instanceof HTMLElement)) continue;
    let wrong = "";
    if (control.matches("[data-date]")) wrong = typedDate(control.value) === null ? "day" : "";
    else if (control.matches("[data-kind=number]")) {
      if (control.inputMode === "decimal") wrong = typedDecimal(control.value) === null ? "decimal" : "";
      else wrong = typedWhole(control.value) === null ? "whole" : "";
    }
    if (wrong) found.push({ target: field, text: sentence(form, wrong), about: wordsOf(field) });
  }
  return found;
}

/** Take away what was shown before. @param {ParentNode} place */
function forget(place) {
  for (const line of place.querySelectorAll("[data-problem]")) {
    const field = line.closest("[data-field]");
    line.remove();
    field?.classList.remove("has-error");
    for (const control of field ? controlsIn(field) : []) control.removeAttribute("aria-invalid");
    for (const told of field ? [field, ...controlsIn(field)] : []) describe(told, line.id, false);
  }
}

/** @param {Element} element @param {string} id @param {boolean} on */
function describe(element, id, on) {
  const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (on) ids.push(id);
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
}

/** 人员 2 · of a question that stands in a row. @param {Element} field */
const rowOf = (field) => field.closest("[data-row]")?.getAttribute("aria-label") ?? "";

/**
 * Show problems; without any, what was shown before goes. Whether there are any.
 * @param {HTMLElement} place @param {HTMLFormElement} form @param {Problem[]} problems
 */
export function showProblems(place, form, problems) {
  forget(place);
  const summary = /** @type {HTMLElement} */ (part(place, "[data-error-summary]"));
  summary.hidden = problems.length === 0;
  const heading = /** @type {HTMLElement} */ (part(summary, "h2"));
  heading.textContent = sentence(heading, "words", problems.length);
  part(summary, "ul").replaceChildren(
    ...problems.map(({ target, text, about }, at) => {
      if (!target) return make("li", {}, text);
      target.id ||= `question-${at}`;
      tell(form, target, text, `problem-${at}`);
      const words = [rowOf(target), about].filter(Boolean).join(" · ");
      return make("li", {}, make("a", { href: `#${target.id}` }, words ? `${words}：${text}` : text));
    }),
  );
  form.dispatchEvent(new CustomEvent("answers", { bubbles: true })); // the list of parts counts the errors
  if (problems.length) summary.focus();
  return problems.length > 0;
}

/** @param {HTMLFormElement} form @param {HTMLElement} field @param {string} text @param {string} id */
function tell(form, field, text, id) {
  field.classList.add("has-error");
  const line = make("p", { class: "error", id, "data-problem": true }, make("span", {}, make("span", { class: "sr" }, sentence(form, "error")), text));
  const before = [...field.children].reverse().find((child) => child.matches(".label, .hint, .subhead, [data-problem]"));
  if (before) before.after(line);
  else field.prepend(line);
  if (field.matches("fieldset")) describe(field, id, true);
  else for (const control of controlsIn(field)) describe(control, id, true);
  if (!field.matches(".field-repeat")) for (const control of controlsIn(field)) if (control.type !== "file") control.setAttribute("aria-invalid", "true");
}
