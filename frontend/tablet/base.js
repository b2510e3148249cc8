// The tablet's database, before anything is sealed: open it, read one or all, write several things in one transaction.

/** @typedef {"meta" | "light" | "sheets" | "drafts" | "outbox" | "done" | "blobs" | "reference"} Place */
/** A value to put under a key; undefined deletes the key. @typedef {[Place, string, unknown]} Change */

const NAME = "ruhu-tablet";
/** @type {Place[]} */
export const PLACES = ["meta", "light", "sheets", "drafts", "outbox", "done", "blobs", "reference"];

/** @type {IDBDatabase | null} */
let base = null;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Must be done once before anything else. */
export async function openBase() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const place of PLACES) if (!request.result.objectStoreNames.contains(place)) request.result.createObjectStore(place);
  };
  base = await answer(request);
  base.onversionchange = () => base?.close(); // somebody deletes it: a wipe
  base.onclose = () => (base = null);
}

/** @param {Place[]} places @param {IDBTransactionMode} mode @param {IDBTransactionOptions} [options] */
function begin(places, mode, options) {
  if (!base) throw new DOMException("the database is closed", "InvalidStateError");
  return base.transaction(places, mode, options);
}

/**
 * iOS loses the connection now and then ("Connection to Indexed Database server lost"): open it again once, then fail aloud.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
async function twice(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException) || !["InvalidStateError", "UnknownError"].includes(error.name)) throw error;
    await openBase();
    return work();
  }
}

/** @param {Place} place @param {string} key @returns {Promise<any>} */
export const read = (place, key) => twice(() => answer(begin([place], "readonly").objectStore(place).get(key)));

/** @param {Place} place @returns {Promise<[string, any][]>} */
export const readAll = (place) =>
  twice(async () => {
    const store = begin([place], "readonly").objectStore(place);
    const [keys, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
    return keys.map((key, at) => [String(key), values[at]]);
  });

/** @param {Place} place @returns {Promise<string[]>} */
export const readKeys = (place) => twice(async () => (await answer(begin([place], "readonly").objectStore(place).getAllKeys())).map(String));

/**
 * All changes or none. "relaxed" hands them to the system without waiting for the disk: for drafts, which are written at
 * every keystroke and survive the end of the page, though perhaps not the end of the battery.
 * @param {Change[]} changes @param {IDBTransactionDurability} durability
 */
export function write(changes, durability = "strict") {
  return twice(
    () =>
      /** @type {Promise<void>} */ (
        new Promise((resolve, reject) => {
          const transaction = begin([...new Set(changes.map(([place]) => place))], "readwrite", { durability });
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
          for (const [place, key, value] of changes) {
            const store = transaction.objectStore(place);
            if (value === undefined) store.delete(key);
            else store.put(value, key);
          }
          transaction.commit();
        })
      ),
  );
}

/** Empty the places. @param {Place[]} places */
export function clear(places) {
  return twice(
    () =>
      /** @type {Promise<void>} */ (
        new Promise((resolve, reject) => {
          const transaction = begin(places, "readwrite", { durability: "strict" });
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
          for (const place of places) transaction.objectStore(place).clear();
        })
      ),
  );
}
