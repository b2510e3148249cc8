// What the household's own sheet says, in large print, for the resident to check before signing. Nothing of anybody else.

import { carried, part, showHousehold } from "../fill.js";
import { go } from "../router.js";
import { household } from "../store.js";
import { make } from "../words.js";
import { startSizes } from "./read.js";

/** @typedef {import("../rows.js").Row} Row */
/** @typedef {{ name: string, thing: string, unit: string, words: Record<string, string>, row: string, rows: Told[] }} Told one question, from the shell */
/** @typedef {{ thing: string, word: string }} Line */
/** @typedef {{ title: string, lines: Line[], rows: { title: string, lines: Line[] }[] }} Section */

/** @param {Told} told @param {string[]} texts @returns {string} */
const wordOf = (told, texts) => texts.map((text) => told.words[text] ?? [text, told.unit].filter(Boolean).join(" ")).join("、");

/**
 * The answers of a household in words, section by section; what is not answered is left out, numbers are masked.
 * @param {[title: string, questions: Told[]][]} sections @param {Pick<Row, "pairs" | "kept">} row
 * @returns {Section[]}
 */
export function tellSheet(sections, { pairs, kept }) {
  /** @type {Map<string, string[]>} */
  const answers = new Map();
  for (const [name, text] of pairs) answers.set(name, [...(answers.get(name) ?? []), text]);
  /** @param {Told[]} questions @param {string} prefix @param {(name: string) => string | undefined} masked @returns {Line[]} */
  const lines = (questions, prefix, masked) =>
    questions.flatMap((told) => {
      const number = masked(told.name);
      const texts = answers.get(prefix + told.name) ?? [];
      const word = number ?? wordOf(told, texts);
      return word ? [{ thing: told.thing, word }] : [];
    });
  return sections
    .map(([title, questions]) => ({
      title,
      lines: lines(questions.filter(({ rows }) => rows.length === 0), "", () => undefined),
      rows: questions.flatMap((list) => {
        const indexes = new Set(pairs.flatMap(([name]) => (name.startsWith(`${list.name}-`) ? [Number(name.split("-")[1])] : [])));
        if (list.rows.length === 0) return [];
        return [...indexes].sort((a, b) => a - b).map((index, at) => {
          const uid = answers.get(`${list.name}-${index}-uid`)?.[0] ?? "";
          return { title: `${list.row} ${at + 1}`, lines: lines(list.rows, `${list.name}-${index}-`, (name) => kept[`${list.name}[${uid}].${name}`]) };
        });
      }),
    }))
    .filter(({ lines: own, rows }) => own.length || rows.length);
}

/** @param {Line[]} lines */
const listOf = (lines) => make("dl", {}, ...lines.map(({ thing, word }) => make("div", {}, make("dt", {}, thing), make("dd", {}, word))));

/** Put the household's sheet into its place of a page; what stands there, as one text. @param {ParentNode} place @param {Row} row */
export function showSheet(place, row) {
  const sections = tellSheet(JSON.parse(carried("summary", "[data-told]").dataset.told ?? "[]"), row);
  part(place, "[data-told]").append(
    ...sections.map(({ title, lines, rows }) =>
      make("section", {}, make("h2", {}, title), lines.length > 0 && listOf(lines), ...rows.flatMap((one) => [make("h3", {}, one.title), listOf(one.lines)])),
    ),
  );
  const text = sections.flatMap(({ title, lines, rows }) => [
    title,
    ...lines.map(({ thing, word }) => `${thing}：${word}`),
    ...rows.flatMap((one) => [one.title, ...one.lines.map(({ thing, word }) => `${thing}：${word}`)]),
  ]);
  return [row.door, row.no, ...text].filter(Boolean).join("\n");
}

export default {
  name: "summary",
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, [hid = ""]) {
    const row = await household(hid);
    if (!row) return go("home");
    showHousehold(place, row);
    startSizes(place);
    showSheet(place, row);
    part(place, "[data-sign]").setAttribute("href", `#/sign/${hid}`);
    /** @type {HTMLElement} */ (part(place, "[data-empty]")).hidden = row.pairs.length > 0;
  },
};
