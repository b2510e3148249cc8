// The survey form at the door: `#/sheet/<household>`, and with a refused record behind it, that record put right.
// The questions are those of the office's page (survey/forms/sheet), drawn blank in the shell and filled here.

import { checkSheet, INDEXED } from "../check.js";
import { fillForm, firstControl, keepTyped, localMoment, onDiscard, pairsOf, part, sentence, showHousehold, standingOn, takeUp } from "../fill.js";
import { dropInvalid, findItem, record } from "../outbox.js";
import { saidProblems } from "../door.js";
import { questionAt, showProblems, spokenProblems, unreadable } from "../problem.js";
import { go, show } from "../router.js";
import { household, may } from "../store.js";
import { word } from "../words.js";

/** @typedef {import("../rows.js").Pairs} Pairs */
/** @typedef {import("../rows.js").Row} Row */
/** @typedef {import("../outbox.js").Item} Item */

/** Take out what this person may not see; the server keeps those answers as they are. @param {HTMLFormElement} form */
function leaveOut(form) {
  /** @type {Record<string, string>} */
  const guarded = JSON.parse(/** @type {HTMLElement} */ (part(form, "[data-guarded]")).dataset.guarded ?? "{}");
  const blanks = Array.from(form.querySelectorAll("template"), ({ content }) => content);
  for (const [name, permission] of Object.entries(guarded)) {
    if (may(permission)) continue;
    for (const inside of [form, ...blanks]) for (const field of inside.querySelectorAll(`[data-qa="field-${name}"]`)) field.remove();
  }
}

/** Beside each empty box of a number that is kept: its masked form, and the way to remove it. @param {HTMLElement} place @param {HTMLFormElement} form @param {Row} row @param {string[]} clear */
function showKept(place, form, row, clear) {
  const template = /** @type {HTMLTemplateElement} */ (part(place, "[data-kept-number]"));
  for (const [key, masked] of Object.entries(row.kept)) {
    const field = questionAt(form, key);
    const control = field && firstControl(field);
    if (!control) continue;
    const kept = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    const words = sentence(kept, "words", masked);
    const hint = field.querySelector(".hint");
    if (hint) hint.textContent = `${words}。${hint.textContent}`;
    else {
      const line = document.createElement("p");
      line.className = "hint";
      line.id = `${control.id}-hint`;
      line.textContent = `${words}。`;
      part(field, ".label").after(line);
      control.setAttribute("aria-describedby", line.id);
    }
    const box = /** @type {HTMLInputElement} */ (part(kept, "input"));
    box.value = key;
    box.checked = clear.includes(key);
    part(kept, "[data-what]").textContent = `：${part(field, ".label").firstChild?.textContent ?? ""}`;
    field.dataset.kept = "";
    field.append(kept);
  }
}

/**
 * Reasons to warnings (情况说明): each stands at its question, or among the notes.
 * @param {HTMLElement} place @param {HTMLFormElement} form @param {{ uid: string, text: string, field?: string, message?: string }[]} reasons
 */
function showReasons(place, form, reasons) {
  const template = /** @type {HTMLTemplateElement} */ (part(place, "template[data-reason]"));
  for (const { uid, text, field: key = "", message = "" } of reasons) {
    const at = form.querySelectorAll("[data-qa=reason]").length;
    const box = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    const field = /** @type {HTMLElement} */ (part(box, ".field"));
    const [id, area, label, hint] = [part(box, "[data-uid]"), part(box, "textarea"), part(box, "label"), part(box, ".hint")];
    const question = key ? questionAt(form, key) : null;
    const about = question?.querySelector(".label")?.firstChild?.textContent?.trim();
    Object.assign(id, { name: `reasons-${at}-uid`, value: uid });
    Object.assign(area, { name: `reasons-${at}-text`, value: text, id: `reason-${at}` });
    area.setAttribute("aria-describedby", `reason-${at}-hint`);
    field.dataset.field = `reasons-${at}-text`;
    label.setAttribute("for", `reason-${at}`);
    label.textContent = about ? sentence(field, "about", about) : sentence(field, "words");
    hint.id = `reason-${at}-hint`;
    hint.textContent = message;
    if (question) question.after(box);
    else part(form, "[data-reasons]").append(box);
  }
}

/** The reasons among the pairs, in order. @param {Pairs} pairs */
function reasonsIn(pairs) {
  /** @type {Map<string, { uid: string, text: string }>} */
  const found = new Map();
  for (const [name, text] of pairs) {
    const match = INDEXED.exec(name);
    if (match?.[1] !== "reasons") continue;
    const reason = found.get(match[2] ?? "") ?? { uid: "", text: "" };
    found.set(match[2] ?? "", { ...reason, [match[3] ?? ""]: text });
  }
  return [...found.values()];
}

/** Warnings that want a reason: the server names the key under which it is looked for. @param {Item | undefined} item @param {{ uid: string, text: string }[]} written */
function wantedReasons(item, written) {
  const texts = new Map(written.map(({ uid, text }) => [uid, text]));
  const wanted = (item?.result?.errors ?? []).flatMap(({ key, field, message }) => (key ? [{ uid: key, text: texts.get(key) ?? "", field, message }] : []));
  return [...wanted, ...written.filter(({ uid }) => !wanted.some((one) => one.uid === uid))];
}

export default {
  name: "sheet",
  veiled: true,
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, [hid = "", id = ""]) {
    const row = await household(hid);
    if (!row) return go("home");
    const form = /** @type {HTMLFormElement} */ (part(place, "form"));
    const name = `sheet:${hid}`;
    /** @param {string} selector @param {boolean} on */
    const tell = (selector, on) => {
      /** @type {HTMLElement} */ (part(place, selector)).hidden = !on;
    };
    showHousehold(place, row);
    tell("[data-locked]", !row.editable);
    if (!row.editable) {
      tell("[data-fill]", false);
      return;
    }
    const refused = id ? findItem(id) : undefined;
    // What was saved and only not handed in stands in the household already, with what others wrote meanwhile.
    const again = refused?.status === "invalid" ? refused.event : undefined;
    leaveOut(form);
    const draft = await takeUp(place, form, name);
    if (!draft) fillForm(form, again?.pairs ?? row.pairs);
    /** A draft began with what stood there then. @type {ReturnType<typeof standingOn>} */
    const begun = draft ? { base: draft.base, from: draft.from, prev: draft.prev } : standingOn(row);
    showKept(place, form, row, draft?.clear ?? again?.clear ?? []);
    showReasons(place, form, wantedReasons(refused, reasonsIn(draft?.pairs ?? again?.pairs ?? row.pairs)));
    tell("[data-newer]", begun.base < row.v);
    tell("[data-signed]", row.signed);
    tell("[data-returned]", row.returned !== "");
    part(place, "[data-returned-reason]").textContent = row.returned;
    /** @type {HTMLElement} */ (part(form, "[value=submit]")).hidden = !may("sheet.submit");

    const kept = keepTyped(form, name, () => begun);
    onDiscard(place, name, () => void show());

    // The browser presses the first submit button on Enter; page/sheet.js makes Enter go on to the next question.
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const submit = event.submitter?.getAttribute("value") === "submit";
      const { pairs, clear } = pairsOf(form);
      const stays = new Set(Object.keys(row.kept).filter((key) => !clear.includes(key)));
      const found = submit ? checkSheet(pairs, { today: localMoment().slice(0, 10), hasDoor: row.door !== "", kept: stays }) : [];
      if (showProblems(place, form, [...unreadable(form), ...spokenProblems(form, found)]) || form.dataset.sent !== undefined) return;
      form.dataset.sent = "";
      kept.pause(true);
      try {
        await record({ type: "save", hid, ...begun, pairs, clear, about: submit ? { submit: true } : {}, draft: name });
        if (refused) await dropInvalid(refused.event.id, word("resolved"));
      } catch (error) {
        delete form.dataset.sent;
        kept.pause(false);
        kept.touch(); // says aloud what the matter is
        throw error;
      }
      go("household", hid);
    });
    if (refused) {
      const said = saidProblems(form, refused);
      document.addEventListener("shown", () => showProblems(place, form, said), { once: true });
    }
    return kept.stop;
  },
};
