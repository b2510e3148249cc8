// A policy in large print for a resident to read: `#/read/<policy>`. Nothing of any household stands on it.

import { part } from "../fill.js";
import { back } from "../router.js";
import { reference } from "../store.js";
import { make } from "../words.js";

const KEPT = "reading-size";
const SIZES = [0, 1, 2, 3];

/** Buttons for the size of the letters; this tablet remembers it. @param {HTMLElement} place */
export function startSizes(place) {
  const article = /** @type {HTMLElement} */ (part(place, ".reading"));
  let size = 1;
  try {
    size = Number(localStorage.getItem(KEPT) ?? 1);
  } catch {
    // A browser that keeps nothing begins with the usual size.
  }
  /** @param {number} wanted */
  const apply = (wanted) => {
    size = Math.min(Math.max(wanted, 0), SIZES.length - 1);
    article.dataset.size = String(size);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll("[data-size-step]"))) {
      button.setAttribute("aria-disabled", String(size + Number(button.dataset.sizeStep) !== Math.min(Math.max(size + Number(button.dataset.sizeStep), 0), SIZES.length - 1)));
    }
  };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll("[data-size-step]"))) {
    button.addEventListener("click", () => {
      apply(size + Number(button.dataset.sizeStep));
      try {
        localStorage.setItem(KEPT, String(size));
      } catch {
        // for this page only
      }
    });
  }
  apply(size);
}

export default {
  name: "read",
  /** @param {HTMLElement} place @param {string[]} params */
  start(place, [id]) {
    const policies = reference()?.policies ?? [];
    const policy = policies.find((one) => one.id === id) ?? policies[0];
    part(place, "[data-return]").addEventListener("click", back);
    startSizes(place);
    if (!policy) return;
    const { title, version } = policy;
    part(place, "h1").textContent = title;
    part(place, "[data-points]").append(...version.points.map((/** @type {string} */ point) => make("li", {}, point)));
    const text = part(place, "[data-text]");
    text.append(...version.text.split("\n\n").filter((one) => one.trim()).map((one) => make("p", {}, one.trim())));
    const number = /** @type {HTMLElement} */ (part(place, "[data-number]"));
    number.textContent = (number.dataset.number ?? "").replace("{0}", String(version.number)).replace("{1}", version.valid_from ?? "");
  },
};
