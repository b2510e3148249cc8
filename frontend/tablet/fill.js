// A blank form of the shell, filled: answers from ordered pairs, choices that depend on data, and what is typed kept on the
// tablet at every touch. The same pairs go into the draft and into the record.

import { controlsIn, controlsNamed } from "../page/control.js";
import { appendRow } from "../page/rows.js";
import { nameRow } from "../page/sheet.js";
import { INDEXED } from "./check.js";
import { unsent } from "./outbox.js";
import { draft, dropDraft, putDraft } from "./store.js";
import { clockOf, make } from "./words.js";

/** @typedef {import("./rows.js").Pairs} Pairs */
/** @typedef {import("./rows.js").Row} Row */

/** A sentence that a form carries (templates/macros/door.html). @param {HTMLElement} element @param {string} name @param {...(string | number)} values */
export function sentence(element, name, ...values) {
  return values.reduce((/** @type {string} */ text, value, at) => text.replace(`{${at}}`, String(value)), element.dataset[name] ?? "");
}

/** @template {Element} T @param {ParentNode} place @param {string} selector @returns {T} */
export function part(place, selector) {
  const found = place.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return /** @type {T} */ (found);
}

/** What another page of the shell carries for all of them. @param {string} page @param {string} selector */
export function carried(page, selector) {
  const template = document.getElementById(`page-${page}`);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no template of the page ${page}`);
  return /** @type {HTMLElement} */ (part(template.content, selector));
}

/** Which household a page is about, in its head and on the way back. @param {ParentNode} place @param {Row} row */
export function showHousehold(place, row) {
  part(place, "[data-lead]").textContent = [row.door, row.owners].filter(Boolean).join(" · ");
  for (const link of place.querySelectorAll("a[data-back]")) link.setAttribute("href", `#/household/${row.id}`);
}

/** Records that write a sheet. */
const WRITING = ["create", "save", "resolve"];

/** The latest record of a sheet that has not been sent; undefined where the server has them all. @param {string} hid */
export const latestSheet = (hid) => unsent(hid).filter(({ event }) => WRITING.includes(event.type)).at(-1)?.event.id;

/**
 * What somebody has before them who begins to change a sheet. It is told with the record, however much later that is made:
 * what they saw may have been sent meanwhile, and is no change of anybody else's.
 * @param {Row} row
 */
export const standingOn = (row) => ({ base: row.v, from: row.pairs, prev: latestSheet(row.id) ?? null });

// --- answers

/** What is answered, as it is sent, and the kept numbers that are to be removed. Questions that are not asked are left out. @param {HTMLFormElement} form */
export function pairsOf(form) {
  /** @type {Pairs} */
  const pairs = [];
  /** @type {string[]} */
  const clear = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || value.trim() === "") continue;
    if (name === "clear") clear.push(value);
    else pairs.push([name, value]);
  }
  return { pairs, clear };
}

/** Put answers in without anybody noticing: nothing is announced, saved or derived. @param {HTMLFormElement} form @param {Pairs} pairs */
export function fillForm(form, pairs) {
  addRows(form, pairs);
  /** @type {Map<string, string[]>} */
  const answers = new Map();
  for (const [name, text] of pairs) answers.set(name, [...(answers.get(name) ?? []), text]);
  for (const [name, texts] of answers) {
    for (const control of controlsNamed(form, name)) {
      if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) control.checked = texts.includes(control.value);
      else control.value = texts.at(-1) ?? "";
    }
  }
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-row]"))) nameRow(row);
}

/** The rows that the pairs tell of, under the numbers that they have there. @param {HTMLFormElement} form @param {Pairs} pairs */
function addRows(form, pairs) {
  /** @type {Map<string, Set<number>>} */
  const lists = new Map();
  for (const [name] of pairs) {
    const match = INDEXED.exec(name);
    if (match) lists.set(match[1] ?? "", (lists.get(match[1] ?? "") ?? new Set()).add(Number(match[2])));
  }
  for (const [name, indexes] of lists) {
    const list = form.querySelector(`[data-repeat="${CSS.escape(name)}"]`);
    if (!(list instanceof HTMLElement)) continue;
    for (const index of [...indexes].sort((a, b) => a - b)) {
      if (!list.querySelector(`[data-row-prefix="${CSS.escape(`${name}-${index}-`)}"]`)) appendRow(list, index);
    }
    const rows = list.querySelectorAll(":scope > [data-rows] > [data-row]");
    // A few rows stand open; of many, each shows a line until it is opened.
    if (rows.length > 2) for (const details of list.querySelectorAll("[data-row] > details")) details.removeAttribute("open");
  }
}

/** Say what may be chosen, where only the data knows it. @param {HTMLFormElement} form @param {string} name @param {[value: string, word: string][]} options */
export function offer(form, name, options) {
  const field = part(form, `[data-field="${CSS.escape(name)}"]`);
  const select = field.querySelector("select");
  if (select) return select.append(...options.map(([value, text]) => make("option", { value }, text)));
  const kind = field.matches(".field-checkboxes") ? "checkbox" : "radio";
  const tiles = options.map(([value, text], at) =>
    make("label", { class: "tile" }, make("input", { type: kind, name, id: `${name}-offer-${at}`, value }), make("span", {}, text)),
  );
  part(field, ".tiles").prepend(...tiles);
}

/** Day and time on the clock of the neighbourhood, as a form writes them. @param {number} [minutesAgo] */
export function localMoment(minutesAgo = 0) {
  const at = new Date(Date.now() - minutesAgo * 60_000);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(at).replace(" ", "T");
}

// --- kept as it is typed

/**
 * Keep a form's answers under a name at every touch, and say so. A write that failed is loud.
 * @param {HTMLFormElement} form
 * @param {string} name of the draft
 * @param {() => Record<string, unknown>} [more] what else belongs to the draft
 */
export function keepTyped(form, name, more = () => ({})) {
  const place = form.querySelector("[data-save-state]");
  let last = 0;
  let paused = false;

  /** @param {string} text @param {boolean} loud */
  const tell = (text, loud) => {
    if (!place) return;
    place.classList.toggle("failed", loud);
    place.textContent = text;
    if (loud) {
      const again = make("button", { type: "button", class: "button button-small" }, sentence(form, "again"));
      again.addEventListener("click", touch);
      place.append(" ", again);
    }
  };

  function touch() {
    if (paused) return;
    const mine = ++last;
    putDraft(name, { ...pairsOf(form), ...more() }).then(
      () => mine === last && tell(sentence(form, "kept", clockOf(new Date().toISOString())), false),
      (error) => tell(sentence(form, "notKept", error instanceof Error ? error.message : String(error)), true),
    );
  }

  /** @param {Event} event */
  const touched = (event) => {
    // Opening a page applies the skip rules as well; nothing was typed then.
    if (event.target instanceof Node && form.contains(event.target) && (event.type !== "answers" || last > 0)) touch();
  };
  // On the document and after the skip rules: what they have just brought back belongs to the draft.
  const types = ["input", "change", "rowschange", "answers"];
  for (const type of types) document.addEventListener(type, touched);
  return {
    touch,
    /** The record is being made: its draft must not come back. @param {boolean} on */
    pause(on) {
      paused = on;
    },
    stop: () => {
      for (const type of types) document.removeEventListener(type, touched);
    },
  };
}

/** The draft of a name put into a form; undefined where there is none. @param {ParentNode} place @param {HTMLFormElement} form @param {string} name */
export async function takeUp(place, form, name) {
  const kept = await draft(name);
  const told = place.querySelector("[data-draft]");
  if (kept) fillForm(form, kept.pairs);
  if (told instanceof HTMLElement) told.hidden = !kept;
  return kept;
}

/** The button that gives a draft up. @param {ParentNode} place @param {string} name @param {() => void} then */
export function onDiscard(place, name, then) {
  place.querySelector("[data-discard]")?.addEventListener("click", async () => {
    await dropDraft(name);
    then();
  });
}

/** The first question of a form that can be answered. @param {HTMLElement} inside */
export const firstControl = (inside) => controlsIn(inside).find((control) => control.type !== "hidden" && !control.disabled);
