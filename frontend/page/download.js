// Forms that answer with a file (data-file): say that it is being made, for how long, and when it is there.
// Without this script the browser simply receives the file.

import { markSent, markUnsent } from "./guard.js";
import { replaceMain } from "./upload.js";

/** The file's name as the server gives it. @param {Response} response */
function nameOf(response) {
  const told = response.headers.get("Content-Disposition") ?? "";
  const wide = /filename\*=UTF-8''([^;]+)/i.exec(told);
  const plain = /filename="?([^";]+)"?/i.exec(told);
  return wide?.[1] ? decodeURIComponent(wide[1]) : (plain?.[1] ?? "download");
}

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {(root: ParentNode) => void} enhance */
async function fetchFile(form, submitter, enhance) {
  const state = /** @type {HTMLElement | null} */ (form.querySelector("[data-file-state]"));
  const tell = (/** @type {string} */ name, /** @type {string | number} */ value = "") => {
    if (state) state.textContent = (state.dataset[name] ?? "").replace("{0}", String(value));
  };
  const data = new FormData(form, submitter);
  const began = Date.now();
  markSent(form);
  tell("making", 0);
  // The seconds are for the eye: told aloud each time they would only disturb.
  state?.setAttribute("aria-live", "off");
  const clock = setInterval(() => tell("making", Math.round((Date.now() - began) / 1000)), 1000);
  const done = () => {
    clearInterval(clock);
    state?.removeAttribute("aria-live");
    markUnsent(form);
  };
  try {
    const response = await fetch(form.action, { method: "POST", body: data });
    if (response.redirected) {
      // The file takes long: a job makes it, and its page follows it.
      done();
      location.assign(response.url);
    } else if (response.headers.get("Content-Type")?.includes("text/html")) {
      const html = await response.text();
      done();
      tell("failed");
      replaceMain(html, location.href, enhance);
    } else if (response.ok) {
      const name = nameOf(response);
      save(await response.blob(), name);
      done();
      tell("done", name);
      const warning = response.headers.get("X-Print-Warning");
      if (warning && state) state.textContent += ` ${decodeURIComponent(warning)}`;
    } else throw new Error(String(response.status));
  } catch {
    done();
    tell("failed");
  }
}

/** @param {(root: ParentNode) => void} enhance */
export function startDownloads(enhance) {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !form.matches("[data-file]") || event.defaultPrevented) return;
      event.preventDefault();
      if (!("sent" in form.dataset)) void fetchFile(form, event.submitter, enhance);
    },
    true,
  );
}
