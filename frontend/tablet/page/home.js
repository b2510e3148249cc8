// 楼盘表: the buildings, and one building as a table of doors or as a list. One stairwell at a time where it is wide.

import { layOut } from "../grid.js";
import { unsent, needsYou } from "../outbox.js";
import { hrefOf } from "../router.js";
import { byBuilding, byDoor, naturally, SURVEYED } from "../rows.js";
import { may, onChange, reference, rows } from "../store.js";
import { flush } from "../sync.js";
import { make, original, piece, wordsOf } from "../words.js";

/** @typedef {import("../rows.js").Light} Light */
/** @typedef {import("../store.js").Building} Building */
/** @typedef {import("../store.js").DoorAt} DoorAt */
/** @typedef {import("../grid.js").Cell} Cell */

const WIDE = 8; // columns that fit a tablet
const STATES = ["unvisited", "in_progress", "submitted", "group_returned", "group_passed", "office_returned", "approved", "confirmed", "final"];
/** What was chosen, by building, while the application is open. @type {Map<string, string>} */
const filters = new Map();
let view = "grid";

/** What else a door says: something unsent, something to do, an appointment. @param {Light} row @returns {string[]} */
export function marksOf(row) {
  const marks = [];
  if (unsent(row.id).length) marks.push("mark-unsent");
  if (needsYou(row.id).length || row.conflicts) marks.push("mark-needs");
  if (row.next) marks.push("mark-next");
  return marks;
}

/** A mark as an icon that says its word. @param {string} name */
function mark(name) {
  const found = piece(name);
  const icon = /** @type {Element} */ (found.querySelector("svg"));
  icon.setAttribute("role", "img");
  icon.setAttribute("aria-label", found.textContent?.trim() ?? "");
  icon.removeAttribute("aria-hidden");
  return icon;
}

// A table of 272 doors says the state by word and colour: a drawing in each cell would be a third of what is laid out.

/** @param {string} state */
const toneOf = (state) => original(`state-${state}`).dataset.tone ?? "neutral";
/** @param {string} state */
const wordOf = (state) => original(`state-${state}`).textContent?.trim() ?? "";

/** How far a cell reaches; most reach nowhere. @param {Cell} place @returns {Record<string, string>} */
const spanOf = ({ colspan, rowspan }) => ({ ...(colspan > 1 && { colspan: String(colspan) }), ...(rowspan > 1 && { rowspan: String(rowspan) }) });

/** One line of a list of doors. @param {Light} row @param {...(Node | string)} more */
export function doorLine(row, ...more) {
  return make(
    "li", {},
    make(
      "a", { class: "list-row", href: hrefOf("household", row.id), "data-qa": "door" },
      make("span", { class: "list-main" }, make("strong", {}, row.door), " ", row.owners, ...more),
      make("span", { class: "row-line" }, ...marksOf(row).map(mark), piece(`state-${row.state}`)),
    ),
  ); // prettier-ignore
}

/** The doors of a building as the person sees them: those that the office knows, and those that only this tablet knows. @param {Building} building */
function doorsOf(building) {
  const own = [...rows().values()].filter((row) => row.building === building.id);
  const byId = new Map(own.map((row) => [row.id, row]));
  const units = new Set(own.map((row) => row.unit));
  // A door without a household stands only where the person works: elsewhere it would invite a second dossier.
  const doors = building.doors.filter((door) => (door.household ? byId.has(door.household) : units.has(door.unit)));
  const placed = new Set(doors.map((door) => door.household));
  for (const row of own) {
    if (!placed.has(row.id)) doors.push({ unit: row.unit, floor: row.made?.floor ?? null, room: row.made?.room ?? row.door.split("-").at(-1) ?? row.door, household: row.id });
  }
  return { doors, byId };
}

/** @param {HTMLElement} place @param {string[]} params */
async function start(place, [id = "", unit]) {
  const tell = wordsOf(place);
  const building = reference()?.buildings.find((one) => one.id === id);
  const part = /** @type {HTMLElement} */ (place.querySelector(building ? "[data-building]" : "[data-buildings]"));
  part.hidden = false;
  for (const other of place.querySelectorAll("section")) if (other !== part) other.remove();
  return building ? startBuilding(part, tell, building, unit) : startList(part, tell);
}

/** @param {HTMLElement} place @param {(name: string, ...values: (string | number)[]) => string} tell */
function startList(place, tell) {
  const list = /** @type {HTMLElement} */ (place.querySelector("[data-list]"));
  const draw = () => {
    /** @type {Map<string, { all: number, done: number, marks: Set<string> }>} */
    const counts = new Map();
    for (const row of rows().values()) {
      const count = counts.get(row.building) ?? { all: 0, done: 0, marks: new Set() };
      count.all += 1;
      if (SURVEYED.has(row.state)) count.done += 1;
      counts.set(row.building, count);
    }
    for (const { event } of [...unsent(), ...needsYou()]) counts.get(rows().get(event.hid)?.building ?? "")?.marks.add("mark-unsent");
    const known = [...(reference()?.buildings ?? [])].filter((one) => counts.has(one.id)).sort(byBuilding);
    list.replaceChildren(
      ...known.map((one) => {
        const count = counts.get(one.id) ?? { all: 0, done: 0, marks: new Set() };
        return make(
          "li", {},
          make(
            "a", { class: "list-row", href: hrefOf("home", one.id), "data-qa": "building" },
            make("span", { class: "list-main" }, make("strong", {}, tell("building", one.no)), " ", make("span", { class: "soft small" }, one.address)),
            make("span", { class: "row-line" }, ...[...count.marks].map(mark), make("span", { class: "building-progress" },
              make("span", { class: "small" }, tell("progress", count.done, count.all)),
              make("progress", { max: String(count.all), value: String(count.done), "aria-hidden": "true" }))),
          ),
        ); // prettier-ignore
      }),
    );
    const all = [...counts.values()];
    const sum = (/** @type {"all" | "done"} */ what) => all.reduce((total, count) => total + count[what], 0);
    /** @type {HTMLElement} */ (place.querySelector("[data-total]")).textContent = known.length ? tell("total", known.length, sum("all"), sum("done")) : "";
    /** @type {HTMLElement} */ (place.querySelector("[data-empty]")).hidden = known.length > 0;
    list.hidden = known.length === 0;
  };
  place.querySelector("[data-do-sync]")?.addEventListener("click", () => void flush());
  draw();
  return onChange((underWay) => (underWay && !list.hidden) || draw());
}

/** @param {HTMLElement} place @param {(name: string, ...values: (string | number)[]) => string} tell @param {Building} building @param {string | undefined} asked */
function startBuilding(place, tell, building, asked) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  const name = tell("building", building.no);
  part("name").textContent = name;

  const draw = () => {
    const focused = document.activeElement instanceof HTMLElement && place.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    const { doors, byId } = doorsOf(building);
    const units = [...new Set(doors.map((door) => door.unit))].sort(naturally);
    const columns = units.map((unit) => layOut(doors.filter((door) => door.unit === unit)).headings.length);
    const wide = units.length > 1 && columns.reduce((sum, count) => sum + count, 0) > WIDE;
    const shown = asked !== undefined && units.includes(asked) ? [asked] : wide ? units.slice(0, 1) : units;
    drawUnits(wide || asked !== undefined ? units : [], shown);
    const here = doors.filter((door) => shown.includes(door.unit));
    const found = [...new Set(here.map((door) => door.household))].flatMap((id) => byId.get(id ?? "") ?? []);
    const filter = drawStates(found);
    const fits = (/** @type {Light} */ row) => !filter || row.state === filter;
    part("count").textContent = tell("count", found.filter(fits).length);
    const isList = view === "list" || here.every((door) => door.floor === null);
    for (const button of place.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-view") === view));
    part("shown").replaceChildren(
      isList
        ? make("ul", { class: "list" }, ...found.filter(fits).sort(byDoor).map((row) => doorLine(row)))
        : make("div", { class: "stack" }, ...shown.map((unit) => table(unit, here.filter((door) => door.unit === unit), byId, fits))),
    ); // prettier-ignore
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  };

  /** @param {string} unit */
  const unitName = (unit) => (unit ? tell("unit", unit) : tell("no-unit"));

  /** @param {string[]} units @param {string[]} shown */
  const drawUnits = (units, shown) => {
    part("units").hidden = units.length < 2;
    part("units").firstElementChild?.replaceChildren(
      ...units.map((unit) => make("li", {}, make("a", { class: "chip", href: hrefOf("home", building.id, unit), "data-focus": `unit-${unit}`, "aria-current": shown.length === 1 && shown[0] === unit ? "true" : undefined }, unitName(unit)))),
    );
  };

  /** @param {Light[]} found @returns {string} the filter that is on */
  const drawStates = (found) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const row of found) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    const chosen = counts.has(filters.get(building.id) ?? "") ? (filters.get(building.id) ?? "") : "";
    const present = STATES.filter((state) => counts.has(state));
    const chip = (/** @type {string} */ state, /** @type {Iterable<Node>} */ inside, /** @type {number} */ count, tone = "neutral") =>
      make("li", {}, make("button", { type: "button", class: `chip tone-${tone}`, "data-filter": state, "data-focus": `state-${state}`, "aria-pressed": String(state === chosen) }, ...inside, " ", make("span", { class: "count" }, count)));
    part("states").replaceChildren(
      chip("", [make("span", {}, tell("all"))], found.length),
      ...present.map((state) => chip(state, piece(`state-${state}`).childNodes, counts.get(state) ?? 0, toneOf(state))),
    );
    return chosen;
  };

  /** @param {string} unit @param {DoorAt[]} doors @param {Map<string, Light>} byId @param {(row: Light) => boolean} fits */
  const table = (unit, doors, byId, fits) => {
    const { headings, floors } = layOut(doors);
    const caption = tell("caption", name, unitName(unit));
    const floorName = (/** @type {number | null} */ floor) => (floor === null ? tell("no-floor") : tell("floor", floor));
    const grid = make(
      "table", { class: "building", "data-qa": "building-grid" },
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, make("td", { class: "corner" }), ...headings.map((heading) => make("th", { scope: "col" }, heading)))),
      make("tbody", {}, ...floors.map(({ number, places }) =>
        make("tr", {}, make("th", { scope: "row" }, floorName(number)), ...places.map((place) =>
          place ? make("td", spanOf(place), cell(place, byId, fits)) : make("td", { class: "gap" }, make("span", { "aria-hidden": "true" }, "·")))))),
    ); // prettier-ignore
    grid.style.setProperty("--columns", String(headings.length));
    return make("div", { class: "grid-wrap", role: "region", tabindex: "0", "aria-label": caption }, grid);
  };

  /** @param {Cell} place @param {Map<string, Light>} byId @param {(row: Light) => boolean} fits */
  const cell = ({ doors: [door, ...others] }, byId, fits) => {
    if (!door) return "";
    const row = byId.get(door.household ?? "");
    const number = make("span", { class: "cell-door" }, [door, ...others].map(({ room }) => room).join("、"));
    if (!row) {
      const words = may("household.create") ? [piece("icon-plus"), tell("create")] : [...piece("state-none").childNodes];
      const inside = [number, " ", make("span", { class: "cell-state" }, ...words)];
      const href = hrefOf("household", "new", building.id, door.unit, String(door.floor ?? ""), door.room);
      return may("household.create") ? make("a", { class: "cell cell-free tone-neutral", href, "data-state": "none" }, ...inside) : make("span", { class: "cell cell-free tone-neutral", "data-state": "none" }, ...inside);
    }
    const marks = marksOf(row);
    if (!others.length && row.door.includes("、")) marks.push("mark-joined"); // its other doors stand elsewhere
    return make(
      "a", { class: `cell tone-${toneOf(row.state)}${fits(row) ? "" : " dim"}`, href: hrefOf("household", row.id), "data-state": row.state, "data-focus": row.id },
      number, make("span", { class: "cell-state" }, wordOf(row.state)), marks.length > 0 && make("span", { class: "cell-marks" }, ...marks.map(mark)),
    ); // prettier-ignore
  };

  place.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.filter !== undefined) filters.set(building.id, button.dataset.filter);
    else if (button?.dataset.view) view = button.dataset.view;
    else return;
    draw();
  });
  part("add").hidden = !may("household.create");
  part("add-door").setAttribute("href", hrefOf("household", "new", building.id, asked ?? ""));
  draw();
  return onChange(draw);
}

export default { name: "home", start };
