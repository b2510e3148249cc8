// The outbox (docs/sync.md): records that the server has not taken yet, and those that need a person. A record is made once
// and not edited after its first attempt to be sent.

import { allItems, facts, forgetSettled, household, inTurn, keepItems, rows, settledItems, takenRow } from "./store.js";
import { word } from "./words.js";

/** @typedef {import("./rows.js").Event} Event */
/** @typedef {import("./rows.js").EventType} EventType */
/** @typedef {import("./rows.js").Pairs} Pairs */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {{ key: string, group: string, label: string, base: string[], theirs: string[], ours: string[], who: string, at: string }} Dispute */
/**
 * @typedef {object} Result what the server said of a record
 * @property {string} id
 * @property {"applied" | "merged" | "conflict" | "invalid" | "held" | "wait"} status
 * @property {boolean} [duplicate]
 * @property {number} [version]
 * @property {string} [message]
 * @property {{ field: string, message: string, key?: string }[]} [errors] with a key: a warning, answered by a reason under it
 * @property {Dispute[]} [conflicts]
 * @property {Row} [row]
 */
/**
 * @typedef {object} Item
 * @property {Event} event
 * @property {"queued" | "conflict" | "invalid" | "unsubmitted" | "held" | "applied" | "merged" | "dropped"} status queued until the server has decided; unsubmitted: saved, and the checks keep it from being handed in
 * @property {string} label what was done, in words
 * @property {string} door where, in words
 * @property {number} attempts how often it was on its way
 * @property {Pairs} [from] of a sheet: what the person began with, for putting two sides together (merge.js)
 * @property {Result | null} result
 * @property {string} [settled] when it was taken or dropped
 * @property {string} [reason] why it was dropped
 */

const KEPT_DAYS = 7;
/** @type {ReadonlySet<string>} */
const SETTLED = new Set(["applied", "merged", "conflict", "invalid", "held"]);
const FORM_VERSION = 1;

/** A UUID of version 7: the time in front, so that ids sort as they were made. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | 0x7000n | BigInt(((bytes[6] ?? 0) & 15) << 8 | (bytes[7] ?? 0)));
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * Make a record: in one transaction it enters the outbox, its draft goes, the household shows it. Returns its id.
 * @param {object} made
 * @param {EventType} made.type
 * @param {string} made.hid
 * @param {number} made.base the version of the sheet that the person had before them
 * @param {Pairs} [made.pairs]
 * @param {string[]} [made.clear]
 * @param {string[]} [made.blobs]
 * @param {Record<string, any>} [made.about]
 * @param {import("./rows.js").Strokes} [made.strokes] of a signature: what the hand drew
 * @param {string} [made.draft] the name of the draft that this record came from
 * @param {Pairs} [made.from] of a sheet: what the person began with
 * @param {string | null} [made.prev] of a sheet: the record on which that stood; else the latest that is open now
 * @param {string} [made.label] what was done, where the type does not say enough
 */
export async function record({ type, hid, base, pairs = [], clear = [], blobs = [], about = {}, strokes, draft, from, prev, label }) {
  const id = uuid7();
  const row = rows().get(hid) ?? (type === "create" ? undefined : await household(hid));
  await inTurn(() => {
    const seq = facts().seq + 1;
    const before = prev === undefined ? (latestOpen(hid)?.event.id ?? null) : prev;
    /** @type {Event} */
    const event = { id, type, form: "sheet", fv: FORM_VERSION, hid, base, prev: before, at: new Date().toISOString(), seq, pairs, clear, blobs, about, ...(strokes?.length ? { strokes } : {}) };
    /** @type {Item} */
    const item = { event, status: "queued", label: label ?? word(`type-${type}`), door: row?.door ?? about.room ?? "", attempts: 0, from, result: null };
    return keepItems([[id, item]], { draft, place: { seq } });
  });
  document.dispatchEvent(new CustomEvent("recorded"));
  return id;
}

/** The latest record of a household whose outcome is open: what the next one stands on. @param {string} hid */
function latestOpen(hid) {
  return unsent(hid).at(-1);
}

/** Records on their way, oldest first; of one household, or all. @param {string} [hid] */
export const unsent = (hid) => allItems().filter((item) => item.status === "queued" && (!hid || item.event.hid === hid));

/** Records that a person must look at: in conflict and not decided yet, refused, or held by the office. @param {string} [hid] */
export function needsYou(hid) {
  const decided = new Set(allItems().map(({ event }) => event.about.resolves));
  return allItems().filter((item) => item.status !== "queued" && !decided.has(item.event.id) && (!hid || item.event.hid === hid));
}

/** @param {string} id */
export const findItem = (id) => allItems().find((item) => item.event.id === id);

/**
 * Correct a record that has not been on its way yet. Whether that was still possible; if not, make a new record.
 * @param {string} id @param {Partial<Pick<Event, "pairs" | "clear" | "blobs" | "about">>} changes
 */
export function replaceUnsent(id, changes) {
  return inTurn(async () => {
    const item = findItem(id);
    if (!item || item.status !== "queued" || item.attempts) return false;
    await keepItems([[id, { ...item, event: { ...item.event, ...changes } }]]);
    return true;
  });
}

/**
 * Put a record that was refused, held or resolved away; it stays under what was done, with the reason.
 * @param {string} id @param {string} reason
 */
export function dropInvalid(id, reason) {
  return inTurn(async () => {
    const item = findItem(id);
    if (!item || item.status === "queued") return;
    await keepItems([[id, undefined]], { settled: [{ ...item, status: "dropped", reason, settled: now() }], blobs: unneeded([item]) });
  });
}

const now = () => new Date().toISOString();

/** Photos of these records that no other record needs. @param {Item[]} gone */
function unneeded(gone) {
  const ids = new Set(gone.map(({ event }) => event.id));
  const needed = new Set(allItems().flatMap(({ event }) => (ids.has(event.id) ? [] : event.blobs)));
  return gone.flatMap(({ event }) => event.blobs).filter((sha) => !needed.has(sha));
}

// --- for sync.js

/** Records are about to be sent: from now on they are not edited. @param {Item[]} sent */
export const noteAttempt = (sent) =>
  inTurn(() => keepItems(sent.flatMap(({ event }) => {
    const item = findItem(event.id);
    return item ? [[event.id, { ...item, attempts: item.attempts + 1 }]] : [];
  })));

/**
 * A record cannot go as it is: its photo was refused. It never reached the server, so it leaves its place in the chain to the
 * one before it: what was recorded later at that door must not wait for it.
 * @param {string} id @param {string} message
 */
export const noteRefused = (id, message) =>
  inTurn(async () => {
    const item = findItem(id);
    if (!item) return;
    const later = unsent(item.event.hid).filter(({ event }) => event.prev === id);
    await keepItems([
      [id, { ...item, status: "invalid", result: null, reason: message }],
      ...later.map((next) => /** @type {[string, Item]} */ ([next.event.id, { ...next, event: { ...next.event, prev: item.event.prev } }])),
    ]);
  });

/** What the server said. Returns whether any record moved on. @param {Result[]} results */
export function noteResults(results) {
  return inTurn(async () => {
    /** @type {[string, Item | undefined][]} */
    const changes = [];
    /** @type {Item[]} */
    const settled = [];
    /** @type {Map<string, { event: Event, version: number | undefined }[]>} */
    const taken = new Map();
    for (const result of results) {
      const item = findItem(result.id);
      if (!item || result.status === "wait" || !SETTLED.has(result.status)) continue; // also what nobody has heard of
      const { row: _row, ...said } = result; // the household goes where households are
      const isTaken = result.status === "applied" || result.status === "merged";
      const isShort = isTaken && Boolean(result.errors?.length);
      // Until the feed tells it, the household stands as it was sent: else it would look for a moment as it was before, and
      // who opens it then begins with an old sheet. Of an answer that comes a second time the feed has told already.
      if (result.status === "applied" && !result.duplicate) {
        const event = isShort ? { ...item.event, about: { ...item.event.about, submit: false } } : item.event;
        taken.set(event.hid, [...(taken.get(event.hid) ?? []), { event, version: result.version }]);
      }
      /** @type {Item} */
      const next = { ...item, status: isShort ? "unsubmitted" : result.status, result: said };
      if (!isTaken || isShort) changes.push([result.id, next]);
      else {
        changes.push([result.id, undefined]);
        settled.push({ ...next, settled: now() });
        // A decision may itself have met a conflict, and been decided again.
        for (let solved = findItem(item.event.about.resolves); solved; solved = findItem(solved.event.about.resolves)) {
          changes.push([solved.event.id, undefined]);
          settled.push({ ...solved, status: "dropped", reason: word("resolved"), settled: now() });
        }
      }
    }
    const standing = await Promise.all(Array.from(taken, ([hid, records]) => takenRow(hid, records)));
    if (changes.length) await keepItems(changes, { settled, blobs: unneeded(settled), taken: standing.filter((row) => row !== undefined) });
    return changes.length > 0;
  });
}

/** What was done and taken, newest first, for seven days. */
export async function done() {
  const limit = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString();
  const all = await settledItems();
  await forgetSettled(all.flatMap((item) => ((item.settled ?? "") < limit ? [item.event.id] : [])));
  return all.filter((item) => (item.settled ?? "") >= limit).sort((a, b) => b.event.seq - a.event.seq);
}
