// A page that records one thing at a household: opened with what is known, kept as it is typed, checked, put in the outbox.

import { fillForm, keepTyped, onDiscard, pairsOf, part, showHousehold, takeUp } from "./fill.js";
import { dropInvalid, findItem, record } from "./outbox.js";
import { questionAt, showProblems, spokenProblems, unanswered, unreadable } from "./problem.js";
import { go, show } from "./router.js";
import { startShots } from "./shots.js";
import { household } from "./store.js";
import { word } from "./words.js";

/** @typedef {import("./rows.js").Pairs} Pairs */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./check.js").Finding} Finding */
/** @typedef {import("./problem.js").Problem} Problem */
/** @typedef {import("./outbox.js").Item} Item */
/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {Record<string, Shot[]>} Shots */
/** @typedef {{ pairs: Pairs, blobs: string[], strokes?: import("./rows.js").Strokes }} Sent */
/**
 * @typedef {object} Kind
 * @property {import("./rows.js").EventType} type
 * @property {string} [matter] what the record is about, where a household has several: each keeps a draft of its own
 * @property {(form: HTMLFormElement, row: Row) => Pairs} prepare offers what may be chosen; the answers to begin with
 * @property {Record<string, string>} [shots] questions that are answered by photos, and the category of each
 * @property {(form: HTMLFormElement) => void} [before] the last touch before the answers are read
 * @property {(pairs: Pairs, shots: Shots, row: Row) => Finding | Problem | null} [check]
 * @property {(pairs: Pairs, row: Row, shots: Shots) => Record<string, string>} [about] what the record tells besides the answers
 * @property {(event: import("./rows.js").Event, question: string) => string[]} [photosOf] the photos that a refused record came with
 * @property {(record: Sent) => Promise<Sent>} [send] the last change to what is recorded
 * @property {(pairs: Pairs, row: Row) => void} [then] where to go on; to the household where it is left out
 */

/** What the server said of a refused record, at its questions. @param {HTMLFormElement} form @param {Item} item @returns {Problem[]} */
export function saidProblems(form, item) {
  const errors = item.result?.errors ?? [];
  if (errors.length === 0) return [{ target: null, text: item.result?.message ?? item.reason ?? "" }].filter(({ text }) => text);
  return errors.map(({ field, message }) => ({ target: questionAt(form, field), text: message }));
}

/**
 * @param {HTMLElement} place @param {string[]} params the household, and at the end a refused record that is to be put right
 * @param {Kind} kind
 */
export async function startRecord(place, params, kind) {
  const [hid = ""] = params;
  const row = await household(hid);
  if (!row) return go("home");
  const form = /** @type {HTMLFormElement} */ (part(place, "form"));
  const name = [kind.type, hid, kind.matter].filter(Boolean).join(":");
  const refused = params.length > 1 ? findItem(params.at(-1) ?? "") : undefined;
  showHousehold(place, row);
  fillForm(form, kind.prepare(form, row));
  const draft = await takeUp(place, form, name);
  if (!draft && refused) fillForm(form, refused.event.pairs);

  /** @type {Record<string, Awaited<ReturnType<typeof startShots>>>} */
  const taken = {};
  /** @param {(one: Awaited<ReturnType<typeof startShots>>) => boolean} [fits] */
  const shots = (fits = ({ isAsked }) => isAsked()) =>
    /** @type {Shots} */ (Object.fromEntries(Object.entries(taken).map(([question, one]) => [question, fits(one) ? one.shots : []])));
  const kept = keepTyped(form, name, () => ({ shots: shots(() => true) }));
  for (const [question, category] of Object.entries(kind.shots ?? {})) {
    taken[question] = await startShots(form, question, {
      category: () => category,
      changed: kept.touch,
      kept: draft?.shots?.[question] ?? (refused && kind.photosOf ? kind.photosOf(refused.event, question) : []).map((sha) => ({ sha, size: 0 })),
    });
  }
  onDiscard(place, name, () => void show());

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    kind.before?.(form);
    const { pairs } = pairsOf(form);
    const found = kind.check?.(pairs, shots(), row);
    const open = [...unanswered(form), ...unreadable(form), ...Object.values(taken).flatMap((one) => one.problems())];
    const problems = open.length || !found ? open : "text" in found ? [found] : spokenProblems(form, [found]);
    if (showProblems(place, form, problems) || form.dataset.sent !== undefined) return;
    form.dataset.sent = "";
    kept.pause(true);
    try {
      const made = { pairs, blobs: Object.values(shots()).flatMap((one) => one.map(({ sha }) => sha)) };
      const sent = (await kind.send?.(made)) ?? made;
      await record({ type: kind.type, hid, base: row.v, ...sent, about: kind.about?.(pairs, row, shots()) ?? {}, draft: name });
      if (refused) await dropInvalid(refused.event.id, word("resolved"));
    } catch (error) {
      delete form.dataset.sent;
      kept.pause(false);
      kept.touch(); // says aloud what the matter is
      throw error;
    }
    if (kind.then) kind.then(pairs, row);
    else go("household", hid);
  });
  if (refused) queueMicrotask(() => showProblems(place, form, saidProblems(form, refused)));

  return () => {
    kept.stop();
    for (const one of Object.values(taken)) one.stop();
  };
}
