// Speaking with the server (docs/sync.md): photos and records out, households and what forms need in. Whenever there is a
// reason to hope: after a record, when the network or the person comes back, every minute, at a button's press.

import { noteAttempt, noteRefused, noteResults, unsent } from "./outbox.js";
import { sweepBlobs } from "./blobs.js";
import { fromBase64 } from "./seal.js";
import {
  applyRows, blobBytes, changed, dropMissing, facts, isOpen, lock, note, reference, rows, setReference, setSession, token, wipe,
} from "./store.js"; // prettier-ignore
import { word } from "./words.js";

/** @typedef {import("./outbox.js").Item} Item */
/** @typedef {import("./outbox.js").Result} Result */
/** @typedef {import("./store.js").Reference} Reference */
/** @typedef {import("./store.js").Session} Session */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Gone} Gone */

const PIECE = 256 * 1024;
const MOST_TURNS = 5;
const MOST_EVENTS = 50;
const MOST_BYTES = 1_000_000;
const PAGE = 250;
const EVERY_MS = 60_000;
const LONGEST_MS = 15 * 60_000;
export const SKEW_TOLD = 300; // seconds

/** Why a conversation ended early: offline, busy (the server), old (this application), ended (this tablet). */
export class Trouble extends Error {
  /** @param {"offline" | "busy" | "old" | "ended" | "refused"} kind @param {string} [message] @param {string} [code] what the server calls it */
  constructor(kind, message = "", code = "") {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** @type {{ busy: boolean, trouble: "" | Trouble["kind"], detail: string, got: number }} */
const state = { busy: false, trouble: "", detail: "", got: 0 };
let failures = 0;
let nextAt = 0;

/** How the last conversation went; `got` counts the households of one that is under way. */
export const status = () => ({ ...state });

/** @param {string} method @param {string} path @param {{ json?: unknown, bytes?: ArrayBuffer, headers?: Record<string, string>, as?: string }} [what] */
async function call(method, path, { json, bytes, headers = {}, as = token() } = {}) {
  /** @type {Response} */
  let answer;
  const asked = Date.now();
  try {
    answer = await fetch(path, {
      method,
      headers: {
        Accept: "application/json",
        "X-Ruhu-App": document.body.dataset.version ?? "",
        ...(as ? { Authorization: `Bearer ${as}` } : {}),
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        ...(bytes ? { "Content-Type": "application/octet-stream" } : {}),
        ...headers,
      },
      body: bytes ?? (json === undefined ? undefined : JSON.stringify(json)),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch {
    throw new Trouble("offline");
  }
  /** @type {any} */
  let told = {};
  try {
    if (answer.headers.get("Content-Type")?.includes("json")) told = await answer.json();
  } catch {
    throw new Trouble("offline"); // broken off
  }
  if (answer.ok || answer.status === 304 || answer.status === 409 || answer.status === 422) {
    if (typeof told.now === "string") await learnClock(told.now, (asked + Date.now()) / 2);
    return { status: answer.status, told, etag: answer.headers.get("ETag") ?? "" };
  }
  if (answer.status === 429 || answer.status >= 500) throw new Trouble("busy");
  if (answer.status === 426) throw new Trouble("old");
  if (answer.status === 401 || (answer.status === 403 && told.lock)) await end(answer.status === 401 ? "unknown" : told.wipe ? "wiped" : "revoked");
  throw new Trouble(answer.status === 401 || told.lock ? "ended" : "refused", told.message ?? String(answer.status));
}

/** @param {string} now @param {number} here */
async function learnClock(now, here) {
  const skew = Math.round((Date.parse(now) - here) / 1000);
  if (isOpen() && Number.isFinite(skew) && Math.abs(skew - facts().skew) > 2) await note({ skew });
}

/** @param {string} mark */
const byMark = (mark) => ({ Authorization: `Mark ${mark}` });

/** The server hears this tablet no longer. @param {"unknown" | "revoked" | "wiped"} why */
async function end(why) {
  if (why !== "wiped") {
    const isNews = facts().ended !== why;
    await note({ ended: why });
    if (why === "revoked" && isNews) lock(word("revoked")); // opened again after that, it hands over what it holds
    return;
  }
  const { mark = "" } = facts();
  await wipe();
  await note({ ended: "wiped" });
  document.dispatchEvent(new CustomEvent("wiped"));
  // Deleted is deleted; that the office hears of it is worth three tries.
  for (let tries = 0; tries < 3; tries++) {
    try {
      await fetch("/api/wiped", { method: "POST", headers: byMark(mark), credentials: "omit" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

/** Exchange a code for a token, and say what this tablet has been until now. Throws Trouble. @param {string} code @param {string} name @returns {Promise<{ token: string, session: Session }>} */
export async function enrol(code, name) {
  const was = facts().pending?.device ?? facts().sealed?.device ?? "";
  const { status: said, told } = await call("POST", "/api/enrol", { json: { code, name, app: document.body.dataset.version ?? "", was, unsent: facts().unsent }, as: "" });
  if (said !== 200) throw new Trouble("refused", told.message ?? "");
  return told;
}

/** Have the server open the key that was sealed for the office. Throws Trouble. @param {string} as a token that it has just given @param {import("./seal.js").KeyForOffice} sealed */
export async function openSealed(as, { device, epk, iv, ct }) {
  const { status: said, told } = await call("POST", "/api/key", { json: { device, epk, iv, ct }, as });
  if (said !== 200) throw new Trouble("refused", told.message ?? "", told.code ?? "");
  return fromBase64(told.key);
}

// --- out

/** Photos that the server has. @type {Set<string>} */
const there = new Set();

/** Records whose photos are there, and that do not wait for one that is not ready; as many as go at once. @returns {Item[]} */
function ready() {
  /** @type {Set<string>} */
  const late = new Set();
  /** @type {Item[]} */
  const batch = [];
  let bytes = 0;
  for (const item of unsent()) {
    const { id, prev, blobs } = item.event;
    if (blobs.some((sha) => !there.has(sha)) || (prev && late.has(prev))) {
      late.add(id);
      continue;
    }
    bytes += new Blob([JSON.stringify(item.event)]).size;
    if (batch.length === MOST_EVENTS || (batch.length > 0 && bytes > MOST_BYTES)) break;
    batch.push(item);
  }
  return batch;
}

/** @param {string} path `/api/events`, or `/api/handover` from a tablet that was revoked */
async function sendEvents(path) {
  for (let batch = ready(); batch.length > 0; batch = ready()) {
    await noteAttempt(batch);
    const json = { events: batch.map(({ event }) => event), unsent: unsent().length, households: rows().size, skew: facts().skew };
    const { status: said, told } = await call("POST", path, { json });
    if (said !== 200) {
      const [only, ...others] = batch;
      if (!only || others.length || said !== 422) throw new Trouble("refused", told.message ?? String(said));
      await noteRefused(only.event.id, told.message ?? String(said)); // it must not hold up the rest for ever
      continue;
    }
    if (!Array.isArray(told.results)) throw new Trouble("busy");
    const results = /** @type {Result[]} */ (told.results);
    await applyRows(results.flatMap((result) => result.row ?? []));
    if (!(await noteResults(results))) return; // all of them wait for something
  }
}

/** @param {string} sha @returns {Promise<string>} "" when it is there, else why it can never be */
async function sendBlob(sha) {
  const path = `/api/blobs/${sha}`;
  let { told } = await call("GET", `${path}/offset`);
  const bytes = told.done ? undefined : await blobBytes(sha);
  if (!told.done && !bytes) return word("photo-lost");
  for (let turns = 0; bytes && !told.done; ) {
    const piece = bytes.slice(told.at, told.at + PIECE);
    const answer = await call("PUT", `${path}?at=${told.at}&total=${bytes.byteLength}`, { bytes: piece });
    if (answer.status === 422) return answer.told.message || word("photo-refused");
    // Each answer says where to go on. Who is only ever sent back asks again later, and does not send for ever.
    if (!answer.told.done && !(answer.told.at > told.at) && ++turns > MOST_TURNS) throw new Trouble("busy");
    told = answer.told;
  }
  there.add(sha);
  return "";
}

async function sendBlobs() {
  for (const { event } of unsent()) {
    for (const sha of event.blobs) {
      const wrong = there.has(sha) ? "" : await sendBlob(sha);
      if (!wrong) continue;
      await noteRefused(event.id, wrong);
      break;
    }
  }
}

// --- in

async function pullHouseholds() {
  /** Households that a new beginning does not bring again. @type {Set<string> | null} */
  let missing = null;
  let since = facts().cursor;
  let resets = 0;
  /** @returns {Promise<{ rows: (Row | Gone)[], cursor: string, more: boolean, reset: boolean }>} */
  const ask = async () => (await call("GET", `/api/changes?since=${encodeURIComponent(since)}&limit=${PAGE}`)).told;
  let asked = ask();
  for (let more = true; more; ) {
    const page = await asked;
    if (!Array.isArray(page.rows) || (page.more && page.cursor === since)) throw new Trouble("busy"); // it would never end
    if (page.reset && ++resets > MOST_TURNS) throw new Trouble("busy");
    if (page.reset) missing = new Set(rows().keys());
    for (const row of page.rows) if (!("gone" in row)) missing?.delete(row.id);
    since = page.cursor;
    more = page.more;
    // The server works on the next page while this one is being sealed and stored.
    if (more) asked = ask();
    asked.catch(() => {}); // heard when its turn comes; storing may fail first
    // Half of a new beginning is no place to go on from: what is missing would never be known.
    state.got += page.rows.length;
    await applyRows(page.rows, missing?.size ? {} : { cursor: since }, more);
  }
  if (missing?.size) await dropMissing(missing);
  await note({ cursor: since, synced: new Date().toISOString() });
}

async function pullReference() {
  const kept = reference();
  const { status: said, told } = await call("GET", "/api/reference", { headers: kept ? { "If-None-Match": `"${kept.hash}"` } : {} });
  if (said === 200 && told.hash !== kept?.hash) await setReference(told);
}

// --- the whole conversation

/** @type {Promise<void> | null} */
let running = null;
let again = false;
let hasSession = false;

async function converse() {
  if (!hasSession) {
    const { told } = await call("GET", "/api/session");
    await setSession(told);
    hasSession = true;
  }
  if (!reference()) await pullReference();
  await sendEvents("/api/events"); // what needs no photo does not wait for one
  await sendBlobs();
  await sendEvents("/api/events");
  await pullHouseholds();
  await pullReference();
}

/** All that a tablet asks which is locked, or was revoked: whether the office wants it locked or wiped. Its token is sealed. */
async function askStanding() {
  await call("GET", "/api/standing", { headers: byMark(facts().mark ?? ""), as: "" });
}

/** What there is to talk about now. */
function matter() {
  const { ended, mark } = facts();
  if (isOpen() && !ended) return converse;
  return mark && ended !== "unknown" ? askStanding : null;
}

/** Talk to the server now. What is under way already is followed by one more round. */
export function flush() {
  if (running) {
    again = true;
    return running;
  }
  const talk = matter();
  if (!talk) return Promise.resolve();
  running = attempt(talk).finally(() => {
    running = null;
    if (again) {
      again = false;
      void flush();
    }
  });
  return running;
}

/** @param {() => Promise<void>} talk */
async function attempt(talk) {
  Object.assign(state, { busy: true, got: 0 });
  changed();
  try {
    // One conversation at a time, whatever else of this origin is open.
    await navigator.locks.request("ruhu-sync", talk);
    Object.assign(state, { trouble: "", detail: "" });
    failures = 0;
  } catch (error) {
    if (error instanceof Trouble) {
      Object.assign(state, { trouble: error.kind, detail: error.message });
      if (error.kind === "old") document.dispatchEvent(new CustomEvent("outdated"));
    } else if (isOpen()) throw error; // locked in the middle of it: no fault
    failures += 1;
  } finally {
    state.busy = false;
    const wait = Math.min(EVERY_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
    nextAt = Date.now() + wait * (0.8 + 0.4 * Math.random());
    if (isOpen()) changed();
  }
}

/** Give everything to the office from a tablet that was revoked. Throws Trouble. */
export async function handOver() {
  await sendEvents("/api/handover");
  await sendBlobs();
  await sendEvents("/api/handover");
}

export function startSync() {
  document.addEventListener("recorded", () => void flush());
  addEventListener("online", () => void flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void flush());
  setInterval(() => document.visibilityState === "visible" && Date.now() >= nextAt && void flush(), 5000);
  void flush(); // a tablet that is opened begins locked
}

/** After unlocking: who one is may have changed meanwhile, and no page is open yet that holds a photo of its own. */
export async function restart() {
  hasSession = false;
  failures = 0;
  there.clear();
  changed(); // what a tablet that the server hears no longer has to say stands there at once
  await sweepBlobs();
  await flush();
}
