// Controls of a form by name, and what is answered in them.

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

const ANY = "input, select, textarea";

/** @param {ParentNode} inside @returns {Control[]} */
export function controlsIn(inside) {
  return Array.from(/** @type {NodeListOf<Control>} */ (inside.querySelectorAll(ANY)));
}

/** @param {EventTarget | null} target @returns {Control | null} */
export function asControl(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
    ? target
    : null;
}

/** @param {HTMLFormElement} form @param {string} name @returns {Control[]} */
export function controlsNamed(form, name) {
  const found = form.elements.namedItem(name);
  if (found === null) return [];
  if (!(found instanceof RadioNodeList)) {
    const control = asControl(found);
    return control ? [control] : [];
  }
  // The live list looks through the whole form for its end; tiles of one question stand together.
  const tiles = /** @type {Element | undefined} */ (found[0])?.closest(".tiles");
  const all = tiles ? controlsIn(tiles).filter((control) => control.name === name) : Array.from(found);
  return all.flatMap((node) => asControl(node) ?? []);
}

/** Whether somebody has answered this control. @param {Control} control */
export function isAnswered(control) {
  if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) return control.checked;
  return control.value.trim() !== "";
}

/** The answers that a form would send under a name. @param {HTMLFormElement} form @param {string} name @returns {string[]} */
export function answersTo(form, name) {
  return controlsNamed(form, name)
    .filter((control) => !control.disabled && isAnswered(control))
    .map((control) => control.value);
}

/** `persons-0-` of `persons-0-id_no`; "" for a question that stands in no row. @param {string} name */
export function prefixOf(name) {
  return name.slice(0, name.lastIndexOf("-") + 1);
}

/** Put a value in and let the rest of the page know, as if it had been typed. @param {Control} control @param {string} value */
export function fill(control, value) {
  if (control instanceof HTMLInputElement && control.type === "radio") control.checked = control.value === value;
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
