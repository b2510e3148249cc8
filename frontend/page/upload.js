// Forms with files (data-upload) show how much has gone over the line; then the answer takes the place of the page's main part.

import { markSaved, markSent, markUnsent } from "./guard.js";
import { announce, say } from "./say.js";

/** @param {HTMLFormElement} form */
function stateOf(form) {
  let state = /** @type {HTMLElement | null} */ (form.querySelector(".upload-state"));
  if (!state) {
    state = document.createElement("div");
    state.className = "upload-state";
    const text = document.createElement("p");
    text.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.setAttribute("aria-label", say("working"));
    state.append(text, bar);
    form.append(state);
  }
  return { text: /** @type {HTMLElement} */ (state.querySelector("p")), bar: /** @type {HTMLProgressElement} */ (state.querySelector("progress")), state };
}

/** Put the main part of an answer in the place of this page's. @param {string} html @param {string} url @param {(root: ParentNode) => void} enhance */
export function replaceMain(html, url, enhance) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("main");
  const main = document.querySelector("main");
  if (!next || !main) return location.assign(url);
  main.replaceWith(document.adoptNode(next));
  document.title = page.title;
  if (url !== location.href) history.pushState(null, "", url);
  scrollTo(0, 0);
  next.focus();
  announce(page.title);
  enhance(next);
}

/** @param {(root: ParentNode) => void} enhance */
export function startUploads(enhance) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-upload]") || event.defaultPrevented) return;
    const chosen = Array.from(form.querySelectorAll("input[type=file]")).some((input) => /** @type {HTMLInputElement} */ (input).files?.length);
    if (!chosen) return;
    event.preventDefault();
    if ("sent" in form.dataset) return;
    const data = new FormData(form, event.submitter);
    const { text, bar, state } = stateOf(form);
    state.hidden = false;
    markSent(form);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (told) => {
      const percent = told.lengthComputable ? Math.floor((told.loaded / told.total) * 100) : 0;
      bar.value = percent;
      text.textContent = say("uploading", percent);
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value"); // indeterminate: the server is at work
      text.textContent = say("uploaded");
    });
    request.addEventListener("load", () => {
      markUnsent(form);
      markSaved(form);
      if (request.getResponseHeader("Content-Type")?.includes("text/html")) replaceMain(request.responseText, request.responseURL, enhance);
      else location.assign(request.responseURL);
    });
    request.addEventListener("error", () => {
      markUnsent(form);
      bar.hidden = true;
      text.textContent = say("uploadFailed");
    });
    request.send(data);
  }, true);
  addEventListener("popstate", () => location.reload());
}
