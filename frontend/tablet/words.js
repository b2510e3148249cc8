// Sentences and drawings of the tablet, from the shell (templates/tablet/shell.html): `word("unsent", 3)`, `piece("state-final")`.

/** The sentence of a name among the data attributes of #words, with {0}, {1} filled in. @param {string} name @param {...(string | number)} values */
export function word(name, ...values) {
  return fillIn(document.getElementById("words")?.getAttribute(`data-${name}`) ?? "", values);
}

/** @param {string} sentence @param {(string | number)[]} values */
const fillIn = (sentence, values) => values.reduce((/** @type {string} */ text, value, at) => text.replace(`{${at}}`, String(value)), sentence);

/** The same with the sentences that a page brings itself (data-words). @param {ParentNode} place */
export function wordsOf(place) {
  const own = place.querySelector("[data-words]");
  return (/** @type {string} */ name, /** @type {(string | number)[]} */ ...values) => fillIn(own?.getAttribute(`data-${name}`) ?? "", values);
}

/** @type {Map<string, Element>} */
const pieces = new Map();

/** A drawing or badge of the shell, to read: `state-submitted`, `result-done`, `icon-unsent`. @param {string} name @returns {HTMLElement} */
export function original(name) {
  if (pieces.size === 0) {
    const kept = /** @type {HTMLTemplateElement} */ (document.getElementById("pieces"));
    for (const each of kept.content.querySelectorAll("[data-piece]")) pieces.set(each.getAttribute("data-piece") ?? "", each);
  }
  return /** @type {HTMLElement} */ (pieces.get(name) ?? pieces.get("state-unknown"));
}

/** A copy of it, to put somewhere. @param {string} name */
export const piece = (name) => /** @type {HTMLElement} */ (original(name).cloneNode(true));

/**
 * An element with attributes and what is inside it: `make("a", { href: "#/home", class: "chip" }, "楼盘表", 3)`.
 * @template {keyof HTMLElementTagNameMap} K @param {K} tag
 * @param {Record<string, string | boolean | undefined>} attributes true sets an empty one, false and undefined none
 * @param {...(Node | string | number | false | null | undefined)} inside
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const each of inside) if (each !== false && each !== null && each !== undefined) element.append(typeof each === "number" ? String(each) : each);
  return element;
}

/** @param {string} moment @param {Intl.DateTimeFormatOptions} how */
const inChina = (moment, how) => (moment ? new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", ...how }).format(new Date(moment)) : "");

/** 2026-11-22 @param {string} moment */
export const dayOf = (moment) => inChina(moment, { dateStyle: "short" });
/** 09:30 @param {string} moment */
export const clockOf = (moment) => inChina(moment, { timeStyle: "short" });
/** 2026-11-22T09:30, as forms tell a moment; "" for none @param {string | null | undefined} moment */
export const minuteOf = (moment) => (moment ? `${dayOf(moment)}T${clockOf(moment)}` : "");
/** 2026-11-22 09:30; the time alone for today @param {string | null | undefined} moment */
export function timeOf(moment) {
  if (!moment) return "";
  return dayOf(moment) === dayOf(new Date().toISOString()) ? clockOf(moment) : `${dayOf(moment)} ${clockOf(moment)}`;
}
