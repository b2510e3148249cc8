// Find a household at each keystroke; with an input method only when a word is finished.

import { find } from "../search.js";
import { wordsOf } from "../words.js";
import { doorLine } from "./home.js";

let asked = "";

/** @param {HTMLElement} place */
async function start(place) {
  const tell = wordsOf(place);
  const input = /** @type {HTMLInputElement} */ (place.querySelector("input"));
  const list = /** @type {HTMLElement} */ (place.querySelector("[data-list]"));
  const count = /** @type {HTMLElement} */ (place.querySelector("[data-count]"));

  const draw = () => {
    asked = input.value;
    const { found, count: all } = find(asked);
    list.replaceChildren(...found.map((row) => doorLine(row)));
    list.hidden = found.length === 0;
    count.textContent = !asked.trim() ? "" : !all ? tell("none") : all > found.length ? tell("many", all, found.length) : tell("found", all);
  };
  input.addEventListener("input", (event) => /** @type {InputEvent} */ (event).isComposing || draw());
  input.addEventListener("compositionend", draw);
  place.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    draw();
    input.blur(); // the keyboard makes room for what was found
  });
  input.value = asked;
  draw();
  input.focus();
}

export default { name: "search", start };
