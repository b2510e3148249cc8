// One door: who lives there, what was said and done, and what to do now. `#/household/new/<building>` makes a new one.

import { needsYou, record, unsent, uuid7 } from "../outbox.js";
import { back, go, hasPage, hrefOf } from "../router.js";
import { household, may, onChange, reference, rows } from "../store.js";
import { make, piece, timeOf, wordsOf } from "../words.js";
import { itemLine } from "./done.js";
import { isRebriefed } from "./today.js";

/** @typedef {import("../rows.js").Row} Row */
/** @typedef {(name: string, ...values: (string | number)[]) => string} Tell */

/** @param {HTMLElement} place @param {string[]} params */
async function start(place, [id = "", ...params]) {
  const tell = wordsOf(place);
  const keep = (/** @type {string} */ name) => {
    const part = /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
    for (const other of place.querySelectorAll("section[data-door], section[data-new], section[data-missing]")) if (other !== part) other.remove();
    part.hidden = false;
    return part;
  };
  if (id === "new") return startNew(keep("new"), tell, params);
  const row = await household(id);
  if (!row) return void keep("missing");
  const part = keep("door");
  draw(part, tell, row);
  return onChange(async () => {
    const fresh = await household(id);
    if (fresh && part.isConnected) draw(part, tell, fresh);
  });
}

/** @param {HTMLElement} place @param {Tell} tell @param {Row} row */
function draw(place, tell, row) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-${name}]`));
  part("title").textContent = row.door;
  part("state").replaceChildren(piece(`state-${row.state}`));
  part("who").textContent = row.owners || tell("nobody");
  part("up").setAttribute("href", hrefOf("home", row.building, ...(row.unit ? [row.unit] : [])));
  part("alerts").replaceChildren(...alerts(tell, row));
  for (const act of /** @type {NodeListOf<HTMLAnchorElement>} */ (place.querySelectorAll("[data-act]"))) {
    const { act: page = "", permission = "", extra = "" } = act.dataset;
    act.hidden = !hasPage(page) || !may(permission);
    act.setAttribute("href", hrefOf(page, row.id, ...(extra ? [extra] : [])));
  }
  const waiting = unsent(row.id);
  part("items").hidden = waiting.length === 0;
  part("items").querySelector("ul")?.replaceChildren(...waiting.map((item) => itemLine(item, false)));
  part("facts").replaceChildren(...facts(tell, row));
  const told = words(tell, row);
  part("told").hidden = told.length === 0;
  part("told").querySelector("div")?.replaceChildren(...told);
}

/** @param {string} tone @param {string} icon @param {string} text @param {HTMLElement} [action] */
const alert = (tone, icon, text, action) => make("div", { class: `notice tone-${tone}` }, piece(icon), make("div", {}, make("p", {}, text)), action);

/** @param {Tell} tell @param {Row} row */
function alerts(tell, row) {
  const found = [];
  for (const { event, label, result, status, reason } of needsYou(row.id)) {
    const why = result?.message || reason || piece(`item-${status}`).textContent?.trim() || "";
    found.push(alert(status === "held" ? "warn" : "bad", "icon-conflict", tell("needs", label, why), make("a", { class: "button", href: status === "conflict" ? hrefOf("conflict", event.hid, event.id) : "#/done" }, tell("needs-do"))));
  }
  if (row.returned) found.push(alert("bad", "icon-return", tell("returned", row.returned)));
  if (row.conflicts) found.push(alert("warn", "icon-conflict", tell("conflicts", row.conflicts)));
  if (row.next) found.push(alert("info", "icon-clock", tell(Date.parse(row.next) < Date.now() ? "late" : "next", timeOf(row.next))));
  const leading = reference()?.policies.find((policy) => policy.leading);
  if (leading && isRebriefed(row)) found.push(alert("warn", "icon-info", tell("rebrief", leading.title, leading.version.number)));
  if (!rows().has(row.id)) found.push(alert("warn", "icon-info", tell("gone")));
  return found;
}

/** @param {Tell} tell @param {Row} row */
function facts(tell, row) {
  const { policies = [], categories = {} } = reference() ?? {};
  const briefed = policies.map(({ title, version }) => (row.briefed.includes(version.id) ? tell("briefed", title, version.number) : tell("not-briefed", title)));
  const papers = Object.entries(row.documents).map(([category, count]) => tell("documents", categories[category] ?? category, count));
  const last = row.last ? make("span", { class: "row-line" }, timeOf(row.last.at), piece(`result-${row.last.result}`)) : null;
  /** @type {[string, string | Node | null][]} */
  const lines = [
    [tell("fact-visits"), row.visits ? tell("visits", row.visits) : null],
    [tell("fact-last"), last],
    [tell("fact-next"), timeOf(row.next)],
    [tell("fact-version"), row.v ? tell("version", row.v) : tell("blank")],
    [tell("fact-signed"), tell(row.signed ? "signed" : "unsigned")],
    [tell("fact-documents"), papers.join("、")],
    [tell("fact-briefed"), briefed.join("；")],
    [tell("fact-no"), row.no],
  ];
  return lines.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", { class: value ? undefined : "unknown" }, value || tell("none"))));
}

/** What each owner said in each open round. @param {Tell} tell @param {Row} row */
function words(tell, row) {
  return (reference()?.rounds ?? []).flatMap((round) =>
    row.voices.length === 0 ? [] : [make("div", {}, make("h3", {}, round.title), make("ul", { class: "told-words" }, ...row.voices.map((voice) => {
      const word = row.words.find((one) => one.round === round.id && one.person === voice.id);
      const said = word ? piece(`choice-${word.choice}`) : make("span", { class: "soft" }, tell("unsaid"));
      const back = word && may("consent.record") ? make("a", { class: "button button-quiet", href: hrefOf("withdraw", row.id, word.id), "aria-label": tell("withdraw-of", voice.name), "data-qa": "withdraw" }, tell("withdraw")) : null;
      return make("li", { class: "row-line" }, make("span", {}, voice.name, voice.share ? ` ${voice.share}` : ""), said, back);
    })))],
  ); // prettier-ignore
}

/** @param {HTMLElement} place @param {Tell} tell @param {string[]} params */
function startNew(place, tell, [buildingId = "", unit = "", floor = "", room = ""]) {
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
  const error = /** @type {HTMLElement} */ (place.querySelector("[data-error]"));
  const given = { unit, floor, room };
  const input = (/** @type {keyof typeof given} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  for (const name of /** @type {(keyof typeof given)[]} */ (["unit", "floor", "room"])) input(name).value = given[name];
  place.querySelector("[data-cancel]")?.addEventListener("click", back);

  /** @param {HTMLInputElement} at @param {string} sentence */
  const refuse = (at, sentence) => {
    error.hidden = false;
    error.lastElementChild?.replaceChildren(sentence);
    at.setAttribute("aria-invalid", "true");
    at.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ("sent" in form.dataset) return;
    const about = { building: buildingId, unit: input("unit").value.trim(), floor: input("floor").value.trim(), room: input("room").value.trim() };
    if (!about.room) return refuse(input("room"), tell("room-missing"));
    if (about.floor && !/^-?\d{1,3}$/.test(about.floor)) return refuse(input("floor"), tell("floor-wrong"));
    const building = reference()?.buildings.find((one) => one.id === buildingId);
    const taken = building?.doors.some((door) => door.household && door.unit === about.unit && door.room === about.room);
    if (!building || taken) return refuse(input("room"), tell("room-taken"));
    form.dataset.sent = "";
    const hid = uuid7();
    await record({ type: "create", hid, base: 0, about: { ...about, floor: about.floor ? Number(about.floor) : null } });
    go("household", hid);
  });
}

export default { name: "household", start };
