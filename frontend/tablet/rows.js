// What a household is on the tablet: the row of the server's feed (docs/sync.md), and how it looks with this tablet's own
// records that the server has not taken yet. Nothing here stores or asks anything.

/** @typedef {[string, string][]} Pairs */
/** Strokes of points: x and y in CSS pixels, milliseconds since the first point, pressure. @typedef {[number, number, number, number][][]} Strokes */
/**
 * @typedef {object} Light what lists, grids and the search need of a household; all of them are in memory
 * @property {string} id
 * @property {number} v
 * @property {string} building
 * @property {string} unit
 * @property {string} door
 * @property {string} sort
 * @property {string} no
 * @property {string} state
 * @property {string} owners
 * @property {string[]} py
 * @property {boolean} editable
 * @property {boolean} signed
 * @property {number} visits
 * @property {{ result: string, at: string } | null} last
 * @property {string | null} next
 * @property {boolean} met
 * @property {string[]} briefed
 * @property {string} returned
 * @property {number} conflicts
 * @property {{ room: string, floor: number | null }} [made] a household that this tablet made: its door is in no list yet
 */
/**
 * @typedef {object} Details
 * @property {Pairs} pairs
 * @property {Record<string, string>} kept
 * @property {{ id: string, name: string, share: string, roles: string[] }[]} voices
 * @property {{ id: string, round: string, person: string, choice: string, at?: string | null }[]} words
 * @property {{ id: string, name: string }[]} agents
 * @property {Record<string, number>} documents
 */
/** @typedef {Light & Details} Row */
/** @typedef {{ id: string, seq: number, gone: true, into: string | null }} Gone */
/** @typedef {"save" | "resolve" | "create" | "visit" | "briefing" | "consent" | "withdraw" | "request" | "delivery" | "signature" | "document"} EventType */
/**
 * @typedef {object} Event a record, as it is sent
 * @property {string} id
 * @property {EventType} type
 * @property {string} form
 * @property {number} fv
 * @property {string} hid
 * @property {number} base
 * @property {string | null} prev
 * @property {string} at
 * @property {number} seq
 * @property {Pairs} pairs
 * @property {string[]} clear
 * @property {string[]} blobs
 * @property {Record<string, any>} about
 * @property {Strokes} [strokes] of a signature: what the hand drew
 */

/** @type {(keyof Light)[]} */
const LIGHT = [
  "id", "v", "building", "unit", "door", "sort", "no", "state", "owners", "py", "editable", "signed", "visits", "last", "next",
  "met", "briefed", "returned", "conflicts",
];
/** Results of a visit at which somebody entitled was met (survey.domain.codes.MET). */
const MET = new Set(["done", "partial", "rescheduled", "refused"]);
export const EDITABLE = new Set(["unvisited", "in_progress", "group_returned", "office_returned"]);
export const RETURNED = new Set(["group_returned", "office_returned"]);
export const SURVEYED = new Set(["submitted", "group_passed", "approved", "confirmed", "final"]);
const NUMBER = /^(persons-\d+-)(id_no|phone)$/;

/** @param {Row} row @returns {Light} */
export const lightOf = (row) => /** @type {Light} */ (Object.fromEntries(LIGHT.map((name) => [name, row[name]])));

/** @param {Pairs} pairs @param {string} name */
export const answerOf = (pairs, name) => pairs.find(([key]) => key === name)?.[1] ?? "";

/** A local day and time of a form, as a moment. The neighbourhood is in China, whatever the tablet's clock is set to. @param {string} text */
const momentOf = (text) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(`${text.slice(0, 16)}:00+08:00`).toISOString() : null);

/** 3799***********449X, 120****0013: as the server masks them. @param {string} text @param {string} kind */
const mask = (text, kind) =>
  kind === "phone" ? text.slice(0, 3) + "****" + text.slice(-4) : text.slice(0, 4) + "*".repeat(Math.max(text.length - 8, 4)) + text.slice(-4);

/** Names of those whose roles say so. @param {Pairs} pairs */
function ownersIn(pairs) {
  const owners = pairs.flatMap(([name, text]) => (text === "owner" && /^persons-\d+-roles$/.test(name) ? [name.slice(0, -5)] : []));
  return owners.map((prefix) => answerOf(pairs, `${prefix}full_name`)).filter(Boolean).join("、");
}

/** The sheet without new numbers, and these masked beside it, as the server will tell it. @param {Event} event @param {Record<string, string>} before */
function sheetOf(event, before) {
  const kept = { ...before };
  for (const key of event.clear) delete kept[key];
  const pairs = event.pairs.filter(([name, text]) => {
    const number = NUMBER.exec(name);
    if (!number) return true;
    if (text) kept[`persons[${answerOf(event.pairs, `${number[1]}uid`)}].${number[2]}`] = mask(text, number[2] ?? "");
    return false;
  });
  return { pairs, kept };
}

/**
 * The row with a record of this tablet put on top. A light row stays a light row.
 * @template {Light} T @param {T} row @param {Event} event @returns {T}
 */
function withEvent(row, event) {
  const full = /** @type {Partial<Details>} */ (row);
  /** @type {Partial<Row>} */
  let told = {};
  if (event.type === "save" || event.type === "resolve") {
    const submitted = event.about.submit === true;
    const state = submitted ? "submitted" : row.state === "unvisited" ? "in_progress" : row.state;
    told = { state, editable: row.editable && !submitted, owners: ownersIn(event.pairs) || row.owners };
    if (full.pairs) Object.assign(told, sheetOf(event, full.kept ?? {}));
  } else if (event.type === "visit") {
    const result = answerOf(event.pairs, "result");
    const at = momentOf(answerOf(event.pairs, "ended_at")) ?? event.at;
    // A visit that is recorded late does not settle a later one's appointment.
    const latest = row.last === null || Date.parse(row.last.at) <= Date.parse(at);
    told = { visits: row.visits + 1, met: row.met || MET.has(result) };
    if (latest) Object.assign(told, { last: { result, at }, next: momentOf(answerOf(event.pairs, "next_visit_at")) });
  } else if (event.type === "briefing") {
    told = { briefed: [...row.briefed, event.about.version] };
  } else if (event.type === "consent" && full.words) {
    const { round, person } = event.about;
    const others = full.words.filter((word) => word.round !== round || word.person !== person);
    // The server keeps the word under the event's id.
    told = { words: [...others, { id: event.id, round, person, choice: answerOf(event.pairs, "choice"), at: momentOf(answerOf(event.pairs, "given_at")) }] };
  } else if (event.type === "withdraw" && full.words) {
    told = { words: full.words.filter(({ id }) => id !== event.about.consent) };
  } else if (event.type === "document" && full.documents) {
    const category = answerOf(event.pairs, "category");
    told = { documents: { ...full.documents, [category]: (full.documents[category] ?? 0) + 1 } };
  } else if (event.type === "signature") {
    told = { signed: row.signed || answerOf(event.pairs, "signed") === "yes" };
  }
  return { ...row, ...told };
}

/** A household that this tablet made. @param {Event} event @param {string} buildingNo @returns {Row} */
function rowOf(event, buildingNo) {
  const { building, unit = "", room = "", floor = null } = event.about;
  return {
    id: event.hid, v: 0, building, unit, door: [buildingNo, unit, room].filter(Boolean).join("-"), sort: "", no: "",
    state: "unvisited", owners: "", py: [], editable: true, signed: false, visits: 0, last: null, next: null, met: false,
    briefed: [], returned: "", conflicts: 0, made: { room, floor },
    pairs: event.pairs, kept: {}, voices: [], words: [], agents: [], documents: {},
  }; // prettier-ignore
}

/**
 * The household as it stands on this tablet: what the server told, with the tablet's records on top, oldest first.
 * @template {Light} T @param {T | undefined} row @param {Event[]} events @param {(id: string) => string} numberOf a building's number
 * @returns {T | undefined}
 */
export function withEvents(row, events, numberOf) {
  return events.reduce((now, event) => {
    if (event.type === "create") return now ?? /** @type {T} */ (/** @type {Light} */ (rowOf(event, numberOf(event.about.building))));
    return now && withEvent(now, event);
  }, row);
}

/** Doors in the order of the stairs: `sort` is made for it, and compared sign by sign. @param {{ sort: Light["sort"], door: string }} a @param {{ sort: Light["sort"], door: string }} b */
export const byDoor = (a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : naturally(a.door, b.door));

const collator = new Intl.Collator("zh-CN", { numeric: true });

/** 2 before 10. @param {string} a @param {string} b */
export const naturally = (a, b) => collator.compare(a, b);

/** @param {{ sort: string | number, no: string }} a @param {{ sort: string | number, no: string }} b */
export const byBuilding = (a, b) => naturally(String(a.sort), String(b.sort)) || naturally(a.no, b.no);
