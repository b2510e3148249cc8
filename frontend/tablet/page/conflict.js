// Two people changed the same answers (`#/conflict/<household>/<record>`): what each wrote stands side by side, and a person
// chooses. The choice is a new record on the version as it is now.

import { part, sentence, showHousehold, standingOn } from "../fill.js";
import { settle } from "../merge.js";
import { findItem, record } from "../outbox.js";
import { showProblems } from "../problem.js";
import { go } from "../router.js";
import { household } from "../store.js";
import { timeOf } from "../words.js";

/** @typedef {import("../outbox.js").Dispute} Dispute */

/** @param {string} label 人口 · 张伟 · 电话 */
const lastOf = (label) => label.split(" · ").at(-1) ?? label;

/** @param {HTMLElement} side @param {string} who @param {[name: string, words: string[]][]} lines */
function fillSide(side, who, lines) {
  part(side, "[data-side-who]").textContent = who;
  const blank = part(side, "[data-line]");
  for (const [name, words] of lines) {
    const line = /** @type {HTMLElement} */ (blank.cloneNode(true));
    part(line, "[data-line-name]").textContent = name && `${name}：`;
    if (words.length) part(line, "[data-line-text]").textContent = words.join("、");
    blank.before(line);
  }
  blank.remove();
}

export default {
  name: "conflict",
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, [hid = "", id = ""]) {
    const row = await household(hid);
    const item = findItem(id);
    if (!row || !item) return go("home");
    const { event, result, from } = item;
    const begun = standingOn(row);
    const conflicts = result?.conflicts ?? [];
    const form = /** @type {HTMLFormElement} */ (part(place, "form"));
    const lead = /** @type {HTMLElement} */ (part(place, "[data-count]"));
    /** @type {Map<string, Dispute[]>} */
    const groups = new Map();
    for (const each of conflicts) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
    showHousehold(place, row);
    lead.textContent = sentence(lead, "count", groups.size);
    /** @type {HTMLElement} */ (part(place, "[data-lost]")).hidden = from !== undefined;

    const list = part(form, "[data-disputes]");
    const template = /** @type {HTMLTemplateElement} */ (part(place, "[data-blank-dispute]"));
    for (const [at, [group, members]] of [...groups].entries()) {
      const copy = document.createElement("div");
      copy.append(template.content.cloneNode(true));
      for (const element of copy.querySelectorAll("[id], [name]")) {
        for (const name of ["id", "name"]) element.setAttribute(name, (element.getAttribute(name) ?? "").replace("__i__", String(at)));
      }
      const card = /** @type {HTMLElement} */ (copy.firstElementChild);
      const label = members[0]?.label ?? "";
      const isRow = group.endsWith("]");
      part(card, "legend").textContent = label;
      part(card, "[data-heading]").textContent = isRow ? label.split(" · ").slice(0, -1).join(" · ") : label;
      const note = /** @type {HTMLElement} */ (part(card, "[data-note]"));
      const gone = isRow && (members.every(({ ours }) => ours.length === 0) ? "ours" : members.every(({ theirs }) => theirs.length === 0) && "theirs");
      note.hidden = !gone;
      if (gone) note.textContent = sentence(lead, gone === "ours" ? "goneOurs" : "goneTheirs");
      /** @param {"ours" | "theirs" | "base"} side @returns {[string, string[]][]} */
      const lines = (side) => members.map((each) => [members.length > 1 ? lastOf(each.label) : "", each[side]]);
      const last = members[0];
      /** @type {[string, string, [string, string[]][]][]} */
      const sides = [
        ["ours", timeOf(event.at), lines("ours")],
        ["theirs", [last?.who, timeOf(last?.at)].filter(Boolean).join("，"), lines("theirs")],
        ["base", event.base ? sentence(lead, "version", event.base) : sentence(lead, "blank"), lines("base")],
      ];
      for (const [side, who, words] of sides) fillSide(part(card, `[data-side=${side}]`), who, words);
      list.append(card);
    }

    form.addEventListener("submit", async (submitted) => {
      submitted.preventDefault();
      const answers = new FormData(form);
      const open = [...groups.keys()].flatMap((_group, at) => (answers.has(`choice-${at}`) ? [] : [at]));
      const problems = open.map((at) => ({ target: /** @type {HTMLElement} */ (part(form, `#dispute-${at}`)), text: sentence(lead, "choose"), about: [...groups.values()][at]?.[0]?.label }));
      if (showProblems(place, form, problems) || form.dataset.sent !== undefined || !from) return;
      form.dataset.sent = "";
      const chosen = new Set([...groups.keys()].filter((_group, at) => answers.get(`choice-${at}`) === "ours"));
      const refused = new Set(conflicts.flatMap(({ key, group }) => (chosen.has(group) ? [] : [key])));
      await record({
        type: "resolve",
        hid,
        ...begun,
        pairs: settle({ from, theirs: row.pairs, ours: event.pairs }, conflicts, chosen),
        clear: event.clear.filter((key) => !refused.has(key)),
        about: { resolves: id },
      });
      go("household", hid);
    });
  },
};
