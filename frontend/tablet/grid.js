// 楼盘表: where the doors of one stairwell stand, the top floor first. The rules of survey.domain.grid, one stairwell at a time;
// doors that were knocked into one keep their cells, each leading to the same household.

import { naturally } from "./rows.js";

/** @typedef {import("./store.js").DoorAt} DoorAt */
/** @typedef {{ headings: string[], floors: { number: number | null, places: (DoorAt | null)[] }[] }} Grid */

/** 01 of 501 on floor 5, of -101 on floor -1; null where the number does not tell its floor. @param {DoorAt} door */
function columnOf({ floor, room }) {
  if (floor === null) return null;
  const digits = room.replace(/^[-B]/, "");
  const rest = digits.slice(String(Math.abs(floor)).length);
  return digits.startsWith(String(Math.abs(floor))) && /^\d\d/.test(rest) ? rest : null;
}

/** @param {DoorAt[]} doors of one stairwell @returns {Grid} */
export function layOut(doors) {
  const sorted = [...doors].sort((a, b) => naturally(a.room, b.room));
  const names = [...new Set(sorted.flatMap((door) => columnOf(door) ?? []))].sort(naturally);
  const numbers = [...new Set(sorted.map((door) => door.floor))].sort((a, b) => (b ?? -1e9) - (a ?? -1e9));
  /** @type {Map<number | null, (DoorAt | null)[]>} */
  const floors = new Map(numbers.map((number) => [number, []]));
  const later = [];
  for (const door of sorted) {
    const places = floors.get(door.floor) ?? [];
    const column = columnOf(door);
    const at = column === null ? -1 : names.indexOf(column);
    if (at < 0 || places[at]) later.push(door);
    else places[at] = door;
  }
  let width = names.length;
  for (const door of later) {
    const places = floors.get(door.floor) ?? [];
    let at = 0;
    while (places[at]) at += 1;
    places[at] = door;
    width = Math.max(width, at + 1);
  }
  return {
    headings: Array.from({ length: width }, (_none, at) => names[at] ?? ""),
    floors: Array.from(floors, ([number, places]) => ({ number, places: Array.from({ length: width }, (_none, at) => places[at] ?? null) })),
  };
}
