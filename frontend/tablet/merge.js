// A sheet in dispute, decided by a person (survey/domain/merge.py): what was chosen stands, everything else of both sides is
// put together. Run against the server's rule in tests/web/test_tablet_forms.py.

import { INDEXED, STABLE } from "./check.js";

/** @typedef {import("./rows.js").Pairs} Pairs */
/** @typedef {Map<string, string[]>} Keys stable key -> answers; each row also has its `uid`, so that a row without other answers is one */

/** @param {Pairs} pairs @returns {Keys} */
export function toKeys(pairs) {
  const uids = new Map(pairs.flatMap(([name, text]) => (name.endsWith("-uid") ? [[name.slice(0, -3), text]] : [])));
  /** @type {Keys} */
  const keys = new Map();
  for (const [name, text] of pairs) {
    if (text === "") continue;
    const match = INDEXED.exec(name);
    const key = match ? `${match[1]}[${uids.get(`${match[1]}-${match[2]}-`) ?? match[2]}].${match[3]}` : name;
    keys.set(key, [...(keys.get(key) ?? []), text]);
  }
  return keys;
}

/** @param {Keys} keys @returns {Pairs} */
export function fromKeys(keys) {
  /** @type {Map<string, Map<string, number>>} */
  const lists = new Map();
  /** @type {Pairs} */
  const pairs = [];
  for (const [key, texts] of keys) {
    const match = STABLE.exec(key);
    let name = key;
    if (match) {
      const rows = lists.get(match[1] ?? "") ?? new Map();
      lists.set(match[1] ?? "", rows);
      if (!rows.has(match[2])) rows.set(match[2], rows.size);
      name = `${match[1]}-${rows.get(match[2])}-${match[3]}`;
    }
    for (const text of texts) pairs.push([name, text]);
  }
  return pairs;
}

/** @param {string[] | undefined} one @param {string[] | undefined} other */
const same = (one = [], other = []) => one.length === other.length && one.every((text, at) => text === other[at]);

/**
 * @param {{ from: Pairs, theirs: Pairs, ours: Pairs }} sides what the person began with, what stands now, what was filled
 * @param {{ key: string, group: string }[]} conflicts
 * @param {ReadonlySet<string>} chosen the groups for which ours stands
 * @returns {Pairs}
 */
export function settle({ from, theirs, ours }, conflicts, chosen) {
  const [base, their, our] = [toKeys(from), toKeys(theirs), toKeys(ours)];
  const groupOf = new Map(conflicts.map(({ key, group }) => [key, group]));
  const rows = new Set(conflicts.flatMap(({ group }) => (group.endsWith("]") ? [group] : [])));
  /** @type {Keys} */
  const keys = new Map();
  // Rows of theirs first, then ours: the order in which they are shown.
  for (const key of new Set([...their.keys(), ...our.keys()])) {
    const row = key.slice(0, key.indexOf("]") + 1);
    const group = groupOf.get(key) ?? (rows.has(row) ? row : undefined);
    const isOurs = group === undefined ? !same(our.get(key), base.get(key)) : chosen.has(group);
    const texts = (isOurs ? our : their).get(key);
    if (texts) keys.set(key, texts);
  }
  return fromKeys(keys);
}
