// Today (今天): where to go and why, the most pressing reason first, in the order of the stairs; as survey.services.today.

import { hasPage, hrefOf } from "../router.js";
import { byBuilding, byDoor, RETURNED, SURVEYED } from "../rows.js";
import { drafts, may, onChange, reference, rows } from "../store.js";
import { dayOf, make, piece, timeOf, clockOf, wordsOf } from "../words.js";

/** @typedef {import("../rows.js").Light} Light */
/** @typedef {"appointment" | "returned" | "started" | "rebrief" | "unreached"} Group */

const MOST = 40; // doors of a group at first: more are not climbed in a day
/** Groups that somebody asked to see whole. @type {Set<Group>} */
const whole = new Set();
/** @type {Group[]} */
const GROUPS = ["appointment", "returned", "started", "rebrief", "unreached"];

/** The policies that were told in an older version only. @param {Light} row */
export function isRebriefed(row) {
  const leading = reference()?.policies.filter((policy) => policy.leading) ?? [];
  return row.briefed.length > 0 && leading.some((policy) => !row.briefed.includes(policy.version.id));
}

/** @param {Light} row @param {string} today @param {Set<string>} drafted households with a draft @returns {Group | undefined} */
function groupOf(row, today, drafted) {
  if (row.next && dayOf(row.next) <= today) return "appointment";
  if (RETURNED.has(row.state)) return "returned";
  if (row.state === "in_progress" || drafted.has(row.id)) return "started";
  if (isRebriefed(row)) return "rebrief";
  return row.state === "unvisited" && !row.met ? "unreached" : undefined;
}

/** @param {HTMLElement} place */
async function start(place) {
  const tell = wordsOf(place);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  // A draft is named after its household.
  const drafted = new Set((await drafts()).flatMap((name) => name.match(/[0-9a-f-]{36}/)?.[0] ?? []));

  /** @param {Light} row @param {Group} group */
  const line = (row, group) => {
    const late = row.next !== null && Date.parse(row.next) < Date.now();
    const went = row.visits ? [tell("times", row.visits), row.last ? piece(`result-${row.last.result}`) : ""] : [tell("never")];
    const sheet = group === "rebrief" ? "briefing" : "sheet";
    return make(
      "li", { class: "door", "data-qa": "door" },
      make(
        "a", { class: "door-no", href: hrefOf("household", row.id) },
        make("span", {}, make("strong", {}, row.door), " ", row.owners),
        group === "appointment" && row.next ? make("span", { class: `door-time${late ? " late" : ""}` }, piece("icon-clock"), " ", late ? tell("late", timeOf(row.next)) : clockOf(row.next)) : null,
        row.returned ? make("span", { class: "door-why said" }, piece("icon-return"), " ", row.returned) : null,
        group === "unreached" || group === "appointment" ? make("span", { class: "door-why row-line" }, ...went) : null,
      ),
      isRebriefed(row) && group !== "rebrief" ? piece("mark-rebrief") : null,
      make("span", { class: "door-do" }, ...[["visit", "visit.record"], [sheet, sheet === "sheet" ? "sheet.edit" : "briefing.record"]].flatMap(([page = "", permission = ""]) =>
        hasPage(page) && may(permission) ? [make("a", { class: "button", href: hrefOf(page, row.id) }, tell(page), make("span", { class: "sr" }, ` ${row.door}`))] : [])),
    ); // prettier-ignore
  };

  const draw = () => {
    const today = dayOf(new Date().toISOString());
    /** @type {Map<Group, Light[]>} */
    const groups = new Map(GROUPS.map((group) => [group, []]));
    let done = 0;
    for (const row of rows().values()) {
      if (SURVEYED.has(row.state)) done += 1;
      const group = groupOf(row, today, drafted);
      if (group) groups.get(group)?.push(row);
    }
    const filled = [...groups].filter(([, found]) => found.length);
    const count = filled.reduce((sum, [, found]) => sum + found.length, 0);
    const buildings = new Map(reference()?.buildings.map((one) => [one.id, one]));
    const order = new Map([...buildings.values()].sort(byBuilding).map((one, at) => [one.id, at]));
    const stairs = (/** @type {Light} */ row) => {
      const building = buildings.get(row.building);
      return row.unit ? tell("stair", building?.no ?? "", row.unit) : tell("stair-only", building?.no ?? "");
    };
    /** @param {Light} a @param {Light} b */
    const inOrder = (a, b) => (order.get(a.building) ?? 0) - (order.get(b.building) ?? 0) || byDoor(a, b);
    part("lead").textContent = tell("lead", today, count, rows().size, done);
    part("jumps").hidden = filled.length < 2;
    part("jumps").firstElementChild?.replaceChildren(
      ...filled.map(([group, found]) => make("li", {}, make("a", { class: "chip", href: `#g-${group}` }, make("span", {}, tell(group)), " ", make("span", { class: "count" }, found.length)))),
    );
    part("groups").replaceChildren(
      ...filled.map(([group, found]) => {
        found.sort(inOrder);
        const list = make("ul", { class: "list" });
        let stair = "";
        const few = whole.has(group) ? found : found.slice(0, MOST);
        for (const row of few) {
          if (stairs(row) !== stair) list.append(make("li", { class: "stair" }, (stair = stairs(row))));
          list.append(line(row, group));
        }
        const head = make("div", { class: "group-head" }, make("h2", { id: `g-${group}`, tabindex: "-1" }, tell(group)), make("span", { class: "count" }, tell("count", found.length)));
        const more = few.length < found.length && make("button", { type: "button", class: "button", "data-more": group }, tell("more", found.length - few.length));
        return make("section", { class: "stack-small", "aria-labelledby": `g-${group}`, "data-qa": `group-${group}` }, head, list, more);
      }),
    );
    part("empty").hidden = count > 0;
  };

  part("groups").addEventListener("click", (event) => {
    const more = event.target instanceof Element ? event.target.closest("[data-more]") : null;
    const group = GROUPS.find((each) => each === more?.getAttribute("data-more"));
    if (!group) return;
    const at = place.querySelectorAll(`[data-qa="group-${group}"] [data-qa=door]`).length;
    whole.add(group);
    draw();
    /** @type {HTMLElement | null | undefined} */ (place.querySelectorAll(`[data-qa="group-${group}"] [data-qa=door]`)[at]?.querySelector("a"))?.focus();
  });
  draw();
  return onChange(draw);
}

export default { name: "today", start };
