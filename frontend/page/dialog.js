// <button data-dialog="id"> opens <dialog id="id">; [data-close] closes it. Escape closes a dialog by itself and the focus
// goes back to its button. A dialog whose form was refused opens again with its errors.

import { markSaved } from "./guard.js";

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-dialog], [data-close]") : null;
    if (!(button instanceof HTMLElement)) return;
    const dialog = button.dataset.dialog ? document.getElementById(button.dataset.dialog) : button.closest("dialog");
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    if (button.dataset.dialog) dialog.showModal();
    else {
      for (const form of dialog.querySelectorAll("form")) markSaved(form);
      dialog.close();
    }
  });
}

/** @param {ParentNode} root */
export function openDialogsWithErrors(root) {
  for (const dialog of root.querySelectorAll("dialog")) if (!dialog.open && dialog.querySelector(".has-error")) dialog.showModal();
}
