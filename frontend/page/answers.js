// Small help beside an answer: dates from eight digits or the calendar, what an ID number tells, taking back a choice.

import { answersTo, asControl, controlsNamed, fill, isAnswered, prefixOf } from "./control.js";
import { readId, tidyId, typedDate } from "./identity.js";
import { say } from "./say.js";

/** A line under a question that comes and goes. @param {Element} control @param {string} text @param {boolean} [doubt] */
function remark(control, text, doubt = false) {
  const field = control.closest("[data-field]");
  if (!field) return;
  let line = field.querySelector(":scope > .suggestion");
  if (!line) {
    line = document.createElement("p");
    line.setAttribute("role", "status");
    field.append(line);
  }
  line.className = doubt ? "suggestion doubt" : "suggestion";
  line.textContent = text;
}

/** @param {HTMLInputElement} input */
function readDate(input) {
  const iso = typedDate(input.value);
  if (iso === null) remark(input, say("dateWrong"), true);
  else {
    if (iso !== input.value) input.value = iso;
    if (input.closest("[data-field]")?.querySelector(":scope > .suggestion.doubt")) remark(input, "");
  }
}

/** Birth date and sex, where nobody has answered them yet. @param {HTMLInputElement} input @param {boolean} done */
function readIdNumber(input, done) {
  const form = input.form;
  const id = tidyId(input.value);
  const prefix = prefixOf(input.name);
  if (!form) return;
  const type = answersTo(form, `${prefix}id_type`)[0];
  if (type !== undefined && type !== "resident" && type !== "hmt_residence") return remark(input, "");
  const facts = readId(id);
  const wrong = facts === null && (id.length === 18 || (done && id.length > 0 && id.length !== 15));
  remark(input, wrong ? say("idWrong") : "", wrong);
  if (!facts) return;
  for (const [name, value] of /** @type {const} */ ([["birth_date", facts.birth], ["sex", facts.sex]])) {
    const controls = controlsNamed(form, prefix + name);
    if (controls.length === 0 || controls.some((control) => control.disabled || isAnswered(control))) continue;
    const control = controls.find((one) => one.type !== "radio" || one.value === value);
    if (!control) continue;
    fill(control, value);
    remark(control, say("idFilled"));
  }
}

/** @param {HTMLElement} button */
function pickDate(button) {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById(button.dataset.pickDate ?? ""));
  if (!input) return;
  let picker = /** @type {HTMLInputElement | null} */ (button.parentElement?.querySelector(".picker") ?? null);
  if (!picker) {
    picker = document.createElement("input");
    picker.type = "date";
    picker.className = "picker";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.addEventListener("input", (event) => event.stopPropagation());
    picker.addEventListener("change", (event) => {
      event.stopPropagation();
      if (picker) fill(input, picker.value);
      input.focus();
    });
    button.after(picker);
  }
  picker.value = typedDate(input.value) ?? "";
  try {
    picker.showPicker();
  } catch {
    input.focus(); // no calendar to show: eight digits do
  }
}

/** A choice can be taken back once it is made. @param {Element} tiles */
function showClear(tiles) {
  const clear = tiles.querySelector("[data-clear]");
  if (clear instanceof HTMLElement) clear.hidden = !tiles.querySelector("input:checked");
}

let listening = false;

/** @param {ParentNode} root */
export function startAnswers(root) {
  for (const tiles of root.querySelectorAll(".tiles:has([data-clear])")) showClear(tiles);
  if (listening) return;
  listening = true;

  document.addEventListener("input", (event) => {
    const control = asControl(event.target);
    if (!(control instanceof HTMLInputElement) || /** @type {InputEvent} */ (event).isComposing) return;
    if (control.matches("[data-id-number]")) readIdNumber(control, false);
  });
  document.addEventListener("change", (event) => {
    const control = asControl(event.target);
    if (!(control instanceof HTMLInputElement)) return;
    if (control.matches("[data-date]")) readDate(control);
    if (control.matches("[data-id-number]")) readIdNumber(control, true);
    if (control.type === "radio") {
      const tiles = control.closest(".tiles");
      if (tiles) showClear(tiles);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.matches("[data-pick-date]")) pickDate(button);
    if (button.matches("[data-clear]")) {
      const chosen = button.parentElement?.querySelector("input:checked");
      if (!(chosen instanceof HTMLInputElement)) return;
      chosen.checked = false;
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
      button.parentElement?.querySelector("input")?.focus();
    }
  });
}
