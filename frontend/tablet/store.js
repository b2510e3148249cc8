// Everything that the tablet keeps goes through here, sealed: lists, sheets, drafts, records, photos. Only `meta` is plain,
// and it holds nothing about anybody: the wrapped key, counters, the place in the feed.
//
// Rows in memory are the server's with this tablet's unsent records on top; what is stored is the server's rows and the
// records, so a record that was refused leaves no trace in a row, and one that was taken is replaced by the server's word.
//
// Wrong secrets. Four are free; from the fifth on each costs a growing wait, up to ten minutes. After ten the tablet takes
// no secret any more until the office has given a new code and the server has accepted it (`readmit`): guessing goes on
// only while the office looks on. Nothing is deleted by guessing: unsent records are worth more than what a wipe adds
// to a tablet whose disk is encrypted.
//
// A forgotten secret. The key of the data lies here a second time, sealed for the office and bound to this device
// (`sealed`); changing the secret leaves it as it is. With a new code for this device the server opens it (`reopen`), and
// everything goes on under another secret. Only where the server cannot open it is starting afresh offered; the page says
// how many unsent records that costs, before it does it.

import { clear, openBase, PLACES, read, readAll, readKeys, write } from "./base.js";
import { lightOf, withEvents } from "./rows.js";
import { keyFrom, markOf, newKey, open, openBytes, openKey, seal, sealBytes, sealKey, wrapKey } from "./seal.js";

/** @typedef {import("./base.js").Place} Place */
/** @typedef {import("./base.js").Change} Change */
/** @typedef {import("./rows.js").Light} Light */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Gone} Gone */
/** @typedef {import("./rows.js").Event} Event */
/**
 * @typedef {object} Session who works on this tablet, for which project
 * @property {{ id: string, name: string }} device
 * @property {{ id: string, name: string }} user
 * @property {{ code: string, name: string }} project
 * @property {string} role
 * @property {string[]} permissions
 * @property {string} now
 * @property {string} min_app
 * @property {string} office_key
 */
/** @typedef {{ unit: string, floor: number | null, room: string, household: string | null }} DoorAt */
/** @typedef {{ id: string, no: string, sort: string | number, address: string, doors: DoorAt[] }} Building */
/**
 * @typedef {object} Reference what grids and forms need besides households
 * @property {string} hash
 * @property {Building[]} buildings
 * @property {{ id: string, name: string }[]} surveyors
 * @property {string | null} partner
 * @property {{ id: string, title: string, leading: boolean, version: { id: string, number: number, text: string, points: any[], valid_from: string } }[]} policies
 * @property {{ id: string, title: string, kind: string, question: string, policy: string | null }[]} rounds
 * @property {{ visit_from: string, visit_until: string }} settings
 * @property {Record<string, string>} categories
 */
/** @typedef {import("./outbox.js").Item} Item */
/**
 * @typedef {object} Meta what is kept in clear
 * @property {import("./seal.js").WrappedKey} [key]
 * @property {import("./seal.js").KeyForOffice} [sealed] the key once more, for the office to open when the secret is forgotten
 * @property {PendingAccount} [pending] what a code was accepted for while the tablet was locked
 * @property {string} [mark] by which the server knows this tablet while it is locked (markOf): it opens nothing
 * @property {{ count: number, until: number }} tries wrong secrets, and until when no more is taken (ms)
 * @property {number} seq
 * @property {string} cursor
 * @property {number} skew seconds that the server's clock is ahead of this one
 * @property {number} unsent how many records have not been sent: shown before a wipe, also on a locked tablet
 * @property {string} oldest when the oldest of them was made, "" for none
 * @property {string} synced when the server was last heard to the end, "" for never
 * @property {"" | "unknown" | "revoked" | "wiped"} ended why the server hears this tablet no longer
 */
/** @typedef {{ token: string, session: Session }} Account */
/** @typedef {{ device: string, key: import("./seal.js").WrappedKey, account: import("./seal.js").Sealed }} PendingAccount sealed under the code itself */

const FREE_TRIES = 4;
const MOST_TRIES = 10;
const WAITS = [30, 60, 120, 300, 600, 600]; // seconds, from the fifth wrong secret on
/** @type {Meta} */
const FRESH = { tries: { count: 0, until: 0 }, seq: 0, cursor: "", skew: 0, unsent: 0, oldest: "", synced: "", ended: "" };

/** @type {Meta} */
let meta = { ...FRESH };
/** @type {CryptoKey | null} */
let key = null;
/** @type {Account | null} */
let account = null;
/** @type {Reference | null} */
let told = null;
/** The server's rows. @type {Map<string, Light>} */
const served = new Map();
/** The same with this tablet's records on top. @type {Map<string, Light>} */
const shown = new Map();
/** Records that are not settled, oldest first. @type {Map<string, Item>} */
const items = new Map();
/** @type {Set<(why: string) => void>} */
const lockers = new Set();
/** @type {Set<(underWay: boolean) => void>} */
const watchers = new Set();

/** Read what is kept in clear; once, before anything else. */
export async function openStore() {
  await openBase();
  meta = { ...FRESH, ...Object.fromEntries(await readAll("meta")) };
}

/** @returns {Readonly<Meta>} */
export const facts = () => meta;

export const isSetUp = () => meta.key !== undefined;
export const isOpen = () => key !== null;

/** @returns {CryptoKey} */
function opened() {
  if (!key) throw new DOMException("the tablet is locked", "InvalidAccessError");
  return key;
}

// --- reading and writing, sealed

/**
 * Seal the values and write all of them or none. Sealing begins before this returns.
 * @param {Change[]} changes @param {IDBTransactionDurability} [durability]
 */
async function commit(changes, durability) {
  const with_ = opened();
  const sealed = await Promise.all(
    changes.map(async ([place, name, value]) => {
      if (value === undefined || place === "meta") return /** @type {Change} */ ([place, name, value]);
      const at = `${place}/${name}`;
      return /** @type {Change} */ ([place, name, await (value instanceof ArrayBuffer ? sealBytes(with_, at, value) : seal(with_, at, value))]);
    }),
  );
  await write(sealed, durability);
}

/** @param {Place} place @param {string} name */
async function load(place, name) {
  const with_ = opened(); // before waiting: what was begun before a lock may end after it
  const sealed = await read(place, name);
  return sealed === undefined ? undefined : open(with_, `${place}/${name}`, sealed);
}

/** @param {Place} place @returns {Promise<[string, any][]>} */
async function loadAll(place) {
  const with_ = opened();
  const all = await readAll(place);
  return Promise.all(all.map(async ([name, sealed]) => /** @type {[string, any]} */ ([name, await open(with_, `${place}/${name}`, sealed)])));
}

/** Keep plain facts. @param {Partial<Meta>} changes */
export async function note(changes) {
  meta = { ...meta, ...changes };
  await write(Object.entries(changes).map(([name, value]) => ["meta", name, value]));
}

// --- set up, open, lock, end

/** Begin on this tablet: everything that was here is gone. @param {string} secret @param {string} token @param {Session} session */
export async function setUp(secret, token, session) {
  await wipe();
  const readable = await newKey();
  const wrapped = await wrapKey(readable, secret);
  const sealed = await sealKey(readable, session.device.id, session.office_key);
  key = await openKey(wrapped, secret);
  account = { token, session };
  const mark = await markOf(token);
  await commit([["meta", "key", wrapped], ["meta", "sealed", sealed], ["meta", "mark", mark], ["reference", "account", account]]);
  meta = { ...FRESH, key: wrapped, sealed, mark };
}

/** The office gave a new code and the server took it: the same data, a new token. @param {string} token @param {Session} session */
export async function renew(token, session) {
  account = { token, session };
  await commit([["reference", "account", account]]);
  await note({ ended: "", cursor: "", mark: await markOf(token), pending: undefined });
}

/**
 * Keep what a code was accepted for until the tablet is open: a code serves once, and a page that is loaded again forgets.
 * It lies under the code (140 bits): who types that again has it again, and nobody else. @param {string} code @param {Account} given
 */
export async function keepPending(code, given) {
  const wrapped = await wrapKey(await newKey(), code);
  const with_ = /** @type {CryptoKey} */ (await openKey(wrapped, code));
  await note({ pending: { device: given.session.device.id, key: wrapped, account: await seal(with_, "meta/pending", given) } });
}

/** What the code was accepted for, null for another code. @param {string} code @returns {Promise<Account | null>} */
export async function openPending(code) {
  if (!meta.pending) return null;
  const with_ = await openKey(meta.pending.key, code);
  return with_ && open(with_, "meta/pending", meta.pending.account);
}

/** The code was for another person. */
export const dropPending = () => note({ pending: undefined });

/** Secrets are taken again. */
const forgive = () => note({ tries: { count: 0, until: 0 } });

/** The server vouched for whoever holds this tablet, and gave it another token. @param {string} token */
export async function readmit(token) {
  await forgive();
  await note({ mark: await markOf(token), ended: "" });
}

/** @returns {"open" | "wait" | "shut"} whether a secret is taken now */
export function admits() {
  if (meta.tries.count >= MOST_TRIES) return "shut";
  return meta.tries.until > Date.now() ? "wait" : "open";
}

export const triesLeft = () => MOST_TRIES - meta.tries.count;

/** Try a secret: the key of the data, or null. A wrong one counts. @param {string} secret @param {boolean} [isReadable] */
async function tryKey(secret, isReadable) {
  if (!meta.key || admits() !== "open") return null;
  const found = await openKey(meta.key, secret, isReadable);
  if (found) {
    if (meta.tries.count) await forgive();
    return found;
  }
  const count = meta.tries.count + 1;
  const wait = count > FREE_TRIES ? (WAITS[count - FREE_TRIES - 1] ?? 600) : 0;
  await note({ tries: { count, until: wait ? Date.now() + wait * 1000 : 0 } });
  return null;
}

/** Whether the secret was right; then everything can be read until `lock`. @param {string} secret */
export async function unlock(secret) {
  const found = await tryKey(secret);
  if (!found) return false;
  key = found;
  [account = null, told = null] = await Promise.all([load("reference", "account"), load("reference", "reference")]);
  for (const [, light] of await loadAll("light")) for (const row of light) served.set(row.id, row);
  const outbox = /** @type {Item[]} */ ((await loadAll("outbox")).map(([, item]) => item)).sort((a, b) => a.event.seq - b.event.seq);
  for (const item of outbox) items.set(item.event.id, item);
  for (const id of served.keys()) layer(id);
  for (const item of items.values()) layer(item.event.hid);
  if (!meta.key) forget(); // wiped in the meantime
  return isOpen();
}

/** Everything in memory but the turns of drafts: one that is being sealed while the tablet locks is still to be written. */
function forget() {
  key = account = told = null;
  for (const kept of [served, shown, items]) kept.clear();
}

/**
 * Another secret from now on: whether the present one was right. The data stays as it is, sealed under the same key; that
 * key, wrapped anew, takes the place of the old wrapping in one write, so that at any moment one secret opens it.
 * @param {string} present @param {string} next
 */
export async function changeSecret(present, next) {
  const readable = await tryKey(present, true);
  if (readable) await keepKey(await wrapKey(readable, next));
  return readable !== null;
}

/**
 * The office opened the sealed key: whether it is the key of this data. Then everything is open, under another secret.
 * @param {BufferSource} raw @param {string} next
 */
export async function reopen(raw, next) {
  const readable = await keyFrom(raw);
  try {
    await open(readable, "reference/account", await read("reference", "account"));
  } catch {
    return false;
  }
  await keepKey(await wrapKey(readable, next));
  return unlock(next);
}

/** Once unlocked: see to it that mark and sealed key are those of the device and the office that are now. @param {string} secret */
export async function keepForOffice(secret) {
  const mark = await markOf(token());
  if (mark !== meta.mark) await note({ mark }); // of a code that was given in vain
  const { device, office_key } = session();
  if (!meta.key || (meta.sealed?.device === device.id && meta.sealed.office === office_key)) return;
  const readable = await openKey(meta.key, secret, true);
  if (readable) await note({ sealed: await sealKey(readable, device.id, office_key) });
}

/** @param {import("./seal.js").WrappedKey} wrapped */
async function keepKey(wrapped) {
  await write([["meta", "key", wrapped]]); // first: a write that fails leaves the old secret, here as well
  meta = { ...meta, key: wrapped };
}

/** Forget the key and everything in memory. @param {string} why */
export function lock(why = "") {
  if (!key) return;
  forget();
  for (const tell of lockers) tell(why);
}

/** @param {(why: string) => void} tell */
export function onLock(tell) {
  lockers.add(tell);
}

/**
 * Told after rows, records or the state of the connection changed; `underWay` while more rows are on their way, so that what
 * is dear to draw may wait for the last.
 * @param {(underWay: boolean) => void} tell @returns {() => void} to stop it
 */
export function onChange(tell) {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

export function changed(underWay = false) {
  for (const tell of [...watchers]) tell(underWay);
}

/** Delete everything. */
export async function wipe() {
  const wasOpen = isOpen();
  forget();
  await clear(PLACES);
  meta = { ...FRESH };
  if (wasOpen) for (const tell of lockers) tell("");
}

/** @returns {Session} */
export function session() {
  if (!account) throw new DOMException("the tablet is locked", "InvalidAccessError");
  return account.session;
}

/** @param {string} permission */
export const may = (permission) => account !== null && account.session.permissions.includes(permission);

/** @returns {string} */
export const token = () => account?.token ?? "";

/** @param {Session} fresh */
export async function setSession(fresh) {
  if (!account) return;
  account = { token: account.token, session: fresh };
  await commit([["reference", "account", account]]);
}

// --- households

/** All households that the person sees, by id. @returns {ReadonlyMap<string, Light>} */
export const rows = () => shown;

/** @returns {Reference | null} null before the first contact */
export const reference = () => told;

/** @param {Reference} fresh */
export async function setReference(fresh) {
  told = fresh;
  await commit([["reference", "reference", fresh]]);
  changed();
}

/** @param {string} building */
const numberOf = (building) => told?.buildings.find((one) => one.id === building)?.no ?? "";

/** Records that stand on top of the server's row: those whose outcome is open, and a new household until it is dropped. @param {string} hid */
function eventsOf(hid) {
  return Array.from(items.values())
    .filter(({ event, status }) => event.hid === hid && (status === "queued" || event.type === "create"))
    .map(({ event }) => event);
}

/** @param {string} hid */
function layer(hid) {
  const row = withEvents(served.get(hid), eventsOf(hid), numberOf);
  if (row) shown.set(hid, row);
  else shown.delete(hid);
}

/** The whole household as it stands on this tablet. @param {string} id @returns {Promise<Row | undefined>} */
export async function household(id) {
  return withEvents(/** @type {Row | undefined} */ (await load("sheets", id)), eventsOf(id), numberOf);
}

/**
 * The server's row with records on top that it has taken as they were sent: what it will tell in the feed. Undefined where
 * there is none. @param {string} id @param {{ event: import("./outbox.js").Event, version?: number | undefined }[]} taken
 */
export async function takenRow(id, taken) {
  let row = /** @type {Row | undefined} */ (await load("sheets", id));
  for (const { event, version } of taken) {
    row = withEvents(row, [event], numberOf);
    if (row && version !== undefined) row = { ...row, v: version };
  }
  return row;
}

/** Rows of the feed, the place up to which it was read, and whether more are on their way. @param {(Row | Gone)[]} rows @param {Partial<Meta>} [place] */
export async function applyRows(rows, place = {}, underWay = false) {
  /** @type {Set<string>} */
  const buildings = new Set();
  /** @type {Change[]} */
  const changes = [];
  for (const row of rows) {
    const before = served.get(row.id);
    if (before) buildings.add(before.building);
    if ("gone" in row) {
      served.delete(row.id);
      changes.push(["sheets", row.id, undefined]);
    } else {
      served.set(row.id, lightOf(row));
      buildings.add(row.building);
      changes.push(["sheets", row.id, row]);
    }
  }
  await keepRows(buildings, changes, place);
  if (!key) return;
  for (const row of rows) layer(row.id);
  changed(underWay);
}

/** What the person no longer has. Households with unsent records stay until these are sent. @param {Iterable<string>} ids */
export async function dropMissing(ids) {
  const busy = new Set(Array.from(items.values(), (item) => item.event.hid));
  const gone = [...ids].filter((id) => served.has(id) && !busy.has(id));
  /** @type {Set<string>} */
  const buildings = new Set();
  for (const id of gone) {
    buildings.add(/** @type {Light} */ (served.get(id)).building);
    served.delete(id);
  }
  await keepRows(buildings, gone.map((id) => ["sheets", id, undefined]), {});
  if (!key) return;
  for (const id of gone) layer(id);
  changed();
}

/** One sealed list a building, to be written with the sheets. @param {Set<string>} buildings @returns {Change[]} */
function listsOf(buildings) {
  /** @type {Map<string, Light[]>} */
  const lists = new Map(Array.from(buildings, (id) => [id, []]));
  for (const row of served.values()) lists.get(row.building)?.push(row);
  return Array.from(lists, ([id, list]) => ["light", id, list.length ? list : undefined]);
}

/** @param {Set<string>} buildings @param {Change[]} sheets @param {Partial<Meta>} place */
async function keepRows(buildings, sheets, place) {
  const changes = [...sheets, ...listsOf(buildings)];
  for (const [name, value] of Object.entries(place)) changes.push(["meta", name, value]);
  // The server has them: what a flat battery takes is asked for again, since the place in the feed is lost with it.
  if (changes.length) await commit(changes, "relaxed");
  meta = { ...meta, ...place };
}

// --- drafts

/** The latest turn of each draft. @type {Map<string, number>} */
const drafting = new Map();
let drafted = 0;

/**
 * Keep what somebody is typing. Call it inside the input handler: a timer's write dies with the page. The latest wins.
 * @param {string} name @param {unknown} value
 */
export async function putDraft(name, value) {
  const turn = ++drafted;
  drafting.set(name, turn);
  const sealed = await seal(opened(), `drafts/${name}`, value);
  if (drafting.get(name) !== turn) return; // a later one is under way
  await write([["drafts", name, sealed]], "relaxed");
}

/** @param {string} name @returns {Promise<any>} undefined for none */
export const draft = (name) => load("drafts", name);

/** @param {string} name */
export async function dropDraft(name) {
  drafting.set(name, ++drafted);
  await write([["drafts", name, undefined]]);
}

/** The names of all drafts. @returns {Promise<string[]>} */
export const drafts = () => readKeys("drafts");

// --- records and photos, for outbox.js and blobs.js

/** @returns {Item[]} */
export const allItems = () => [...items.values()];

/** @type {Promise<unknown>} */
let turn = Promise.resolve();

/** Changes of the outbox one after the other, so that none is decided on what another is about to change. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
export function inTurn(work) {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Inside a turn: write records with what goes with them. `undefined` takes one out of the outbox; what is `settled` is kept with what was done.
 * @param {[string, Item | undefined][]} changes
 * @param {{ draft?: string, settled?: Item[], place?: Partial<Meta>, blobs?: string[], taken?: Row[] }} [more]
 */
export async function keepItems(changes, { draft: done, settled = [], place = {}, blobs = [], taken = [] } = {}) {
  const next = new Map(items);
  for (const [id, item] of changes) {
    if (item) next.set(id, item);
    else next.delete(id);
  }
  const waiting = [...next.values()].filter(({ result }) => result === null); // what the server has judged, it has
  const counted = { ...place, unsent: waiting.length, oldest: waiting[0]?.event.at ?? "" };
  for (const row of taken) served.set(row.id, lightOf(row));
  const touched = new Set(changes.map(([id]) => (items.get(id) ?? next.get(id))?.event.hid ?? ""));
  if (done) drafting.set(done, ++drafted);
  await commit([
    ...changes.map(([id, item]) => /** @type {Change} */ (["outbox", id, item])),
    ...settled.map((item) => /** @type {Change} */ (["done", item.event.id, item])),
    ...blobs.map((sha) => /** @type {Change} */ (["blobs", sha, undefined])),
    ...taken.map((row) => /** @type {Change} */ (["sheets", row.id, row])),
    ...listsOf(new Set(taken.map((row) => row.building))),
    ...Object.entries(counted).map(([name, value]) => /** @type {Change} */ (["meta", name, value])),
    ...(done ? [/** @type {Change} */ (["drafts", done, undefined])] : []),
  ]);
  meta = { ...meta, ...counted };
  if (!key) return; // locked meanwhile: nothing goes back into memory
  items.clear();
  for (const [id, item] of next) items.set(id, item);
  for (const hid of touched) layer(hid);
  changed();
}

/** What was settled in the last days. @returns {Promise<Item[]>} */
export const settledItems = async () => (await loadAll("done")).map(([, item]) => item);

/** @param {string[]} ids */
export const forgetSettled = (ids) => (ids.length ? write(ids.map((id) => ["done", id, undefined])) : Promise.resolve());

/** @param {string} sha @param {ArrayBuffer} bytes */
export const keepBlob = (sha, bytes) => commit([["blobs", sha, bytes]]);

/** @param {string} sha @returns {Promise<ArrayBuffer | undefined>} */
export async function blobBytes(sha) {
  const with_ = opened();
  const sealed = await read("blobs", sha);
  return sealed && openBytes(with_, `blobs/${sha}`, sealed);
}

/** @param {string} sha */
export const dropBlob = (sha) => write([["blobs", sha, undefined]]);

/** @returns {Promise<string[]>} */
export const blobNames = () => readKeys("blobs");
