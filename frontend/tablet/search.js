// Find a household by a name, its pinyin or initials, a door, or a dossier number: in memory, all of them, at each keystroke.

import { rows } from "./store.js";
import { byDoor } from "./rows.js";

/** @typedef {import("./rows.js").Light} Light */

const MOST = 50;

/** Full-width signs, spaces and the words of a door aside: 3号楼2单元501室 and 3－2－501 are 3-2-501. @param {string} text */
function tidy(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/号楼|幢|栋|单元|#/g, "-")
    .replace(/[室号户\s]/g, "")
    .replace(/[—–_/]/g, "-")
    .replace(/-+$/, "");
}

/** How well a row fits; 0 for not at all. @param {Light} row @param {string} text */
function fit(row, text) {
  const door = row.door.toLowerCase();
  if (door === text) return 6;
  if (row.owners.toLowerCase().startsWith(text)) return 5;
  if (row.py.some((sound) => sound.startsWith(text))) return 4;
  if (row.owners.toLowerCase().includes(text)) return 3;
  if (door.startsWith(text) || door.endsWith(`-${text}`)) return 3;
  if (text.length > 1 && (door.includes(text) || row.py.some((sound) => sound.includes(text)))) return 2;
  return text.length > 2 && row.no.toLowerCase().includes(text) ? 1 : 0;
}

/** The best households and how many fit. @param {string} asked @returns {{ found: Light[], count: number }} */
export function find(asked) {
  const text = tidy(asked);
  if (!text) return { found: [], count: 0 };
  /** @type {[number, Light][]} */
  const fits = [];
  for (const row of rows().values()) {
    const how = fit(row, text);
    if (how) fits.push([how, row]);
  }
  fits.sort(([a, one], [b, other]) => b - a || byDoor(one, other));
  return { found: fits.slice(0, MOST).map(([, row]) => row), count: fits.length };
}
