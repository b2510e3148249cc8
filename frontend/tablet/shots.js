// Photos that go with a record (templates/macros/door.html: shots): taken or chosen, looked at before they count.

import { addPhoto, dropBlob, photoUrl } from "./blobs.js";
import { part, sentence } from "./fill.js";
import { allItems } from "./store.js";

/** @typedef {{ sha: string, size: number }} Shot */

/** 458 kB, 1.4 MB @param {number} bytes */
const sizeOf = (bytes) => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

/** The photo is not wanted here; a record that waits to be sent may still name the same picture. @param {string} sha */
function discard(sha) {
  if (!allItems().some(({ event }) => event.blobs.includes(sha))) void dropBlob(sha);
}

/**
 * @param {ParentNode} place
 * @param {string} name of the question
 * @param {object} how
 * @param {() => string} how.category what is taken: it decides how large a photo is kept
 * @param {() => void} how.changed after a photo came or went
 * @param {Shot[]} [how.kept] those of the draft
 * @param {boolean} [how.many] else a new one takes the place of the old one
 */
export async function startShots(place, name, { category, changed, kept = [], many = false }) {
  const field = /** @type {HTMLElement} */ (part(place, `[data-shots="${name}"]`));
  const list = part(field, "[data-shot-list]");
  const state = part(field, "[data-shot-state]");
  /** @type {Shot[]} */
  const shots = [];
  /** @type {Set<string>} */
  const urls = new Set();

  /** @param {string} template @returns {HTMLElement} */
  const piece = (template) => {
    const copy = /** @type {HTMLTemplateElement} */ (part(field, `[data-shot-${template}]`)).content.cloneNode(true);
    return /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (copy).firstElementChild);
  };

  const count = () => {
    state.textContent = shots.length ? sentence(field, "count", shots.length, sizeOf(shots.reduce((sum, one) => sum + one.size, 0))) : "";
    for (const [at, item] of [...list.querySelectorAll("[data-qa=shot]")].entries()) {
      part(item, "img").setAttribute("alt", sentence(field, "name", at + 1, shots[at] ? sizeOf(shots[at].size) : ""));
      part(item, "[data-drop]").setAttribute("aria-label", sentence(field, "remove", at + 1));
    }
  };

  /** @param {Element} item @param {string} url */
  const show = (item, url) => {
    urls.add(url);
    part(item, "img").setAttribute("src", url);
  };

  /** @param {Shot} shot @param {string} url */
  const accept = (shot, url) => {
    if (!many) for (const old of [...list.querySelectorAll("[data-qa=shot] [data-drop]")]) /** @type {HTMLElement} */ (old).click();
    const item = piece("kept");
    show(item, url);
    part(item, "[data-size]").textContent = sizeOf(shot.size);
    part(item, "[data-drop]").addEventListener("click", () => {
      shots.splice(shots.indexOf(shot), 1);
      item.remove();
      discard(shot.sha);
      count();
      changed();
      /** @type {HTMLElement} */ (part(field, "[data-shot]")).focus();
    });
    shots.push(shot);
    list.append(item);
    count();
  };

  /** @param {File} file */
  const look = async (file) => {
    const { sha, size, url } = await addPhoto(file, category());
    if (shots.some((one) => one.sha === sha)) return URL.revokeObjectURL(url); // the same picture twice
    const item = piece("check");
    show(item, url);
    part(item, "[data-size]").textContent = sizeOf(size);
    const yes = /** @type {HTMLElement} */ (part(item, "[data-accept]"));
    yes.addEventListener("click", () => {
      item.remove();
      accept({ sha, size }, url);
      changed();
      (/** @type {HTMLElement | null} */ (list.querySelector("[data-accept]")) ?? /** @type {HTMLElement} */ (part(field, "[data-shot]"))).focus();
    });
    part(item, "[data-refuse]").addEventListener("click", () => {
      item.remove();
      discard(sha);
      /** @type {HTMLElement} */ (part(field, "[data-shot]")).focus();
    });
    list.append(item);
    yes.focus();
  };

  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (field.querySelectorAll("[data-shot]"))) {
    input.addEventListener("change", async () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      state.textContent = sentence(field, "working");
      for (const file of files) {
        try {
          await look(file);
          count();
        } catch (error) {
          state.textContent = sentence(field, "failed", error instanceof Error ? error.message : String(error));
        }
      }
    });
  }

  for (const shot of kept) {
    const url = await photoUrl(shot.sha);
    if (url) accept(shot, url);
  }
  return {
    shots,
    /** Whether the skip rules ask for photos here: those of a question that is not asked are not sent. */
    isAsked: () => !field.hidden,
    /** A photo that nobody has looked at does not count yet, and must not be lost in silence. */
    problems: () => (list.querySelector("[data-accept]") && !field.hidden ? [{ target: field, text: sentence(field, "waits") }] : []),
    stop: () => {
      for (const url of urls) URL.revokeObjectURL(url);
    },
  };
}
