// The survey form: a stored number shown on request, an address taken over, the line that names a row, and Enter, which in
// a long form goes on to the next question instead of sending it.

import { asControl, controlsIn, controlsNamed, fill, isAnswered } from "./control.js";
import { markSaved } from "./guard.js";
import { announce, say } from "./say.js";

const NAMING = ["full_name", "roles", "cert_type", "cert_no", "kind", "fixture_kind", "item", "layout"];

/** Ask for a number in clear; the server notes who asked. @param {HTMLButtonElement} button */
async function reveal(button) {
  const { reveal: url = "", uid = "", name = "", into = "" } = button.dataset;
  const input = document.getElementById(into);
  const token = button.form?.querySelector("[name=csrf_token]");
  if (!(input instanceof HTMLInputElement) || !(token instanceof HTMLInputElement)) return;
  button.disabled = true;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token.value },
      body: new URLSearchParams({ uid, field: name }),
      credentials: "same-origin",
      redirect: "manual",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = /** @type {{ value: string }} */ (await answer.json());
    fill(input, told.value);
    button.hidden = true;
    input.focus();
  } catch {
    button.disabled = false;
    announce(say("revealFailed"));
    const words = button.querySelector("span");
    if (words) words.textContent = say("revealFailed");
  }
}

/** 张伟 · 权利人、居住人口 beside 人员 1, as it is typed. @param {HTMLElement} row */
export function nameRow(row) {
  const title = row.querySelector("[data-row-title]");
  const prefix = row.dataset.rowPrefix ?? "";
  const form = row.closest("form");
  if (!title || !form) return;
  const words = NAMING.map((name) =>
    controlsNamed(form, prefix + name)
      .filter(isAnswered)
      .map((control) => (control instanceof HTMLSelectElement ? control.selectedOptions[0]?.textContent : control.type === "text" ? control.value : control.closest("label")?.textContent))
      .map((word) => word?.trim())
      .filter(Boolean)
      .join("、"),
  );
  title.textContent = words.filter(Boolean).join(" · ");
}

/** @param {HTMLFormElement} form @param {HTMLElement} from */
function nextQuestion(form, from) {
  const all = controlsIn(form).filter((control) => control.type !== "hidden" && !control.disabled && control.getClientRects().length > 0);
  all[all.findIndex((control) => control === from) + 1]?.focus();
}

export function startSheet() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.reveal) void reveal(button);
    if (button.dataset.copyFrom && button.form) {
      const from = controlsNamed(button.form, button.dataset.copyFrom)[0];
      const to = asControl(document.getElementById(button.dataset.copyTo ?? ""));
      if (!from || !to) return;
      fill(to, from.value);
      to.focus();
    }
    if (button.closest("form[action$='/draft/discard']")) for (const form of document.forms) markSaved(form);
  });
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const control = asControl(event.target);
      const row = control?.closest("[data-row]");
      if (control && row instanceof HTMLElement && NAMING.includes(control.name.slice(control.name.lastIndexOf("-") + 1))) nameRow(row);
    });
  }
  document.addEventListener("keydown", (event) => {
    const control = asControl(event.target);
    if (event.key !== "Enter" || event.isComposing || !control?.form?.matches(".sheet-form") || control instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    nextQuestion(control.form, control);
  });
}
