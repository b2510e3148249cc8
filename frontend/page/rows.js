// Repeated groups (people, parts, certificates): rows are added from the blank row in <template>, each with a `uid` of its
// own that stays with it for good, and can be put back after a removal. WTForms accepts gaps in the numbers.

import { controlsIn, isAnswered } from "./control.js";
import { announce, say } from "./say.js";

const NAMED = ["name", "id", "for", "value", "data-field", "data-row-prefix", "data-repeat", "data-pick-date", "aria-describedby"];

/** Where a blank row wants its number: the place of an element among all, its attribute, and what stands there. @type {WeakMap<DocumentFragment, [number, string, string][]>} */
const blanks = new WeakMap();

/** @param {DocumentFragment} blank */
function wantedIn(blank) {
  const known = blanks.get(blank);
  if (known) return known;
  const found = Array.from(blank.querySelectorAll("*")).flatMap((element, at) =>
    NAMED.flatMap((name) => {
      const value = element.getAttribute(name);
      return value?.includes("__i__") ? [/** @type {[number, string, string]} */ ([at, name, value])] : [];
    }),
  );
  blanks.set(blank, found);
  return found;
}

/**
 * A copy of a blank row with its number: the first `__i__` of each name; a second one belongs to rows inside this row.
 * @param {DocumentFragment} blank @param {number} index
 */
function numbered(blank, index) {
  const part = /** @type {DocumentFragment} */ (blank.cloneNode(true));
  const all = part.querySelectorAll("*");
  for (const [at, name, value] of wantedIn(blank)) {
    all[at]?.setAttribute(name, value.split(" ").map((word) => word.replace("__i__", String(index))).join(" "));
  }
  for (const inside of part.querySelectorAll("template")) inside.content.replaceChildren(numbered(inside.content, index));
  return part;
}

/** A random name for a row. `randomUUID` is missing where a page is served without TLS. @returns {string} */
function uid() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** @param {Element} list @returns {HTMLElement[]} */
function rowsOf(list) {
  return Array.from(/** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(":scope > [data-rows] > [data-row]")));
}

/** Rows are called 1, 2, 3 … as they stand. @param {HTMLElement} list */
function nameRows(list) {
  const shown = rowsOf(list).filter((row) => !row.hidden);
  shown.forEach((row, at) => {
    const name = (list.dataset.rowWord ?? "").replace("__i__", String(at + 1));
    row.setAttribute("aria-label", name);
    const head = row.querySelector("[data-row-name]");
    if (head) head.textContent = name;
    const told = row.querySelector("[data-remove-row] .sr");
    if (told) told.textContent = ` ${name}`;
  });
  const add = list.querySelector(":scope > div > [data-add-row]");
  if (add instanceof HTMLButtonElement) add.disabled = shown.length >= Number(list.dataset.max ?? Infinity);
}

/**
 * Put a row at the end of a list, with the number after the last one unless another is asked for.
 * @param {HTMLElement} list @param {number} [index] @returns {HTMLElement | null}
 */
export function appendRow(list, index) {
  const blank = list.querySelector(":scope > template[data-blank-row]");
  const rows = list.querySelector(":scope > [data-rows]");
  if (!(blank instanceof HTMLTemplateElement) || !rows) return null;
  const depth = (list.dataset.repeat ?? "").length + 1;
  const taken = rowsOf(list).map((row) => Number.parseInt((row.dataset.rowPrefix ?? "").slice(depth), 10));
  const part = numbered(blank.content, index ?? Math.max(-1, ...taken) + 1);
  const row = /** @type {HTMLElement} */ (part.firstElementChild);
  for (const control of controlsIn(row)) if (/-uid$/.test(control.name) && !control.value) control.value = uid();
  rows.append(part);
  nameRows(list);
  return row;
}

/** @param {HTMLElement} list */
function add(list) {
  const row = appendRow(list);
  if (!row) return;
  row.dispatchEvent(new CustomEvent("rowschange", { bubbles: true }));
  const first = controlsIn(row).find((control) => control.type !== "hidden" && !control.disabled);
  first?.focus();
  announce(say("rowAdded", row.getAttribute("aria-label") ?? ""));
}

/** @param {HTMLElement} row @param {HTMLElement} list */
function remove(row, list) {
  const name = row.getAttribute("aria-label") ?? "";
  const blank = !controlsIn(row).some((control) => control.type !== "hidden" && isAnswered(control));
  const inside = controlsIn(row).filter((control) => !control.disabled);
  for (const control of inside) control.disabled = true;
  row.hidden = true;
  row.dataset.removed = "";
  announce(say("rowRemoved", name));
  if (blank) {
    row.remove();
    /** @type {HTMLElement | null} */ (list.querySelector("[data-add-row]"))?.focus();
  } else {
    const line = document.createElement("div");
    line.className = "row-removed";
    const told = document.createElement("span");
    const who = controlsIn(row).find((control) => /name$/.test(control.name))?.value;
    told.textContent = say("rowRemoved", who ? `${name} ${who}` : name);
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "button button-small";
    undo.textContent = say("undo");
    undo.addEventListener("click", () => {
      for (const control of inside) control.disabled = false;
      row.hidden = false;
      delete row.dataset.removed;
      line.remove();
      nameRows(list);
      row.dispatchEvent(new CustomEvent("rowschange", { bubbles: true }));
      controlsIn(row).find((control) => control.type !== "hidden" && !control.disabled)?.focus();
      announce(say("rowBack", name));
    });
    line.append(told, undo);
    row.after(line);
    undo.focus();
  }
  nameRows(list);
  list.dispatchEvent(new CustomEvent("rowschange", { bubbles: true }));
}

export function startRows() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-add-row], [data-remove-row]") : null;
    const list = button?.closest("[data-repeat]");
    if (!button || !(list instanceof HTMLElement)) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    if (button.matches("[data-add-row]")) add(list);
    else if (row instanceof HTMLElement) remove(row, list);
  });
}
