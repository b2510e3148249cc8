// 楼盘表: where the doors of one stairwell stand, the top floor first. The rules of survey.domain.grid, one stairwell at a time:
// doors that were knocked into one (打通) and fill a rectangle are one cell, others keep their own.

import { naturally } from "./rows.js";

/** @typedef {import("./store.js").DoorAt} DoorAt */
/** @typedef {{ doors: DoorAt[], colspan: number, rowspan: number }} Cell the lowest door first */
/** Places from left to right: null without a door; where a cell of another place reaches, there is none. @typedef {{ headings: string[], floors: { number: number | null, places: (Cell | null)[] }[] }} Grid */

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
  const cells = joined([...floors.values()], numbers);
  /** @param {(DoorAt | null)[]} places @returns {(Cell | null)[]} */
  const row = (places) => {
    const told = [];
    for (let at = 0; at < width; at++) {
      const door = places[at];
      if (!door) told.push(null);
      else if (!cells.has(door)) told.push({ doors: [door], colspan: 1, rowspan: 1 });
      else told.push(...(cells.get(door) ?? []));
    }
    return told;
  };
  return {
    headings: Array.from({ length: width }, (_none, at) => names[at] ?? ""),
    floors: Array.from(floors, ([number, places]) => ({ number, places: row(places) })),
  };
}

/**
 * Doors of one household that fill a rectangle: the one at its upper left has the cell, the others none.
 * @param {(DoorAt | null)[][]} rows @param {(number | null)[]} numbers of the floors
 */
function joined(rows, numbers) {
  /** @type {Map<string, { door: DoorAt, row: number, column: number }[]>} */
  const homes = new Map();
  const seen = new Set();
  const several = new Set(); // of nearly all there is one door
  for (const places of rows) for (const door of places) (seen.has(door?.household) ? several : seen).add(door?.household);
  for (const [row, places] of rows.entries()) {
    if (numbers[row] === null) continue;
    places.forEach((door, column) => {
      if (!door?.household || !several.has(door.household)) return;
      const home = homes.get(door.household);
      if (home) home.push({ door, row, column });
      else homes.set(door.household, [{ door, row, column }]);
    });
  }
  /** @type {Map<DoorAt, Cell[]>} */
  const cells = new Map();
  for (const home of homes.values()) {
    if (home.length < 2) continue;
    const [ys, xs] = [home.map(({ row }) => row), home.map(({ column }) => column)];
    const [rowspan, colspan] = [Math.max(...ys) - Math.min(...ys) + 1, Math.max(...xs) - Math.min(...xs) + 1];
    if (rowspan * colspan !== home.length) continue;
    const doors = [...home].sort((a, b) => b.row - a.row || a.column - b.column).map(({ door }) => door);
    const corner = home.find(({ row, column }) => row === Math.min(...ys) && column === Math.min(...xs));
    for (const { door } of home) cells.set(door, door === corner?.door ? [{ doors, colspan, rowspan }] : []);
  }
  return cells;
}
