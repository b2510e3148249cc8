// What one person says in a round (表态): `#/consent/<household>/<round>/<person>`. Without the last two, the page asks for them.

import { checkConsent } from "../check.js";
import { startRecord } from "../door.js";
import { localMoment, offer, part, showHousehold } from "../fill.js";
import { findItem } from "../outbox.js";
import { go, hrefOf } from "../router.js";
import { household, reference } from "../store.js";
import { make, minuteOf } from "../words.js";

/** @typedef {import("../rows.js").Row} Row */
/** @typedef {import("../store.js").Reference} Reference */

/** The policy that a round rests on: its own, or the leading one. @param {Reference["rounds"][number]} round */
function policyOf(round) {
  const policies = reference()?.policies ?? [];
  return policies.find(({ id, leading }) => (round.policy ? id === round.policy : leading));
}

/** @param {HTMLElement} place @param {Row} row @param {Reference["rounds"]} rounds */
function ask(place, row, rounds) {
  const list = /** @type {HTMLElement} */ (part(place, "[data-asked]"));
  /** @type {HTMLElement} */ (part(place, "form")).hidden = true;
  showHousehold(place, row);
  /** @param {string} choice */
  const said = (choice) => part(place, `[name=choice][value="${CSS.escape(choice)}"]`).closest("label")?.textContent?.trim() ?? choice;
  for (const round of rounds) {
    const people = row.voices.map((voice) => {
      const standing = row.words.find((one) => one.round === round.id && one.person === voice.id);
      const told = standing ? said(standing.choice) : (list.dataset.silent ?? "");
      return make("li", {}, make("a", { class: "list-row", href: hrefOf("consent", row.id, round.id, voice.id) },
        make("span", { class: "list-main" }, make("strong", {}, voice.name), voice.share ? ` ${voice.share}` : ""), make("span", { class: "soft" }, told)));
    });
    const heading = make("h2", {}, round.title);
    list.append(make("section", { class: "stack-small" }, heading, make("ul", { class: "list" }, ...people)));
  }
  list.hidden = false;
  /** @type {HTMLElement} */ (part(place, "[data-nobody]")).hidden = rounds.length > 0 && row.voices.length > 0;
}

export default {
  name: "consent",
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, params) {
    const [hid = ""] = params;
    const refused = findItem(params.at(-1) ?? "")?.event;
    const [roundId, person] = refused ? [refused.about.round, refused.about.person] : params.slice(1);
    const row = await household(hid);
    if (!row) return go("home");
    const rounds = reference()?.rounds ?? [];
    const only = rounds.length === 1 && row.voices.length === 1;
    const round = rounds.find(({ id }) => id === roundId) ?? (only && !roundId ? rounds[0] : undefined);
    const voice = row.voices.find(({ id }) => id === person) ?? (only && !person ? row.voices[0] : undefined);
    if (!round || !voice) return ask(place, row, rounds);

    const policy = policyOf(round);
    const isBriefed = !policy || row.briefed.includes(policy.version.id);
    const standing = row.words.find((one) => one.round === round.id && one.person === voice.id);
    part(place, "h1").textContent = `${part(place, "h1").textContent} ${voice.name}`;
    const question = /** @type {HTMLElement} */ (part(place, "[data-question]"));
    question.textContent = round.question;
    question.hidden = !round.question;
    const told = /** @type {HTMLElement} */ (part(place, "[data-standing]"));
    told.hidden = !standing;
    if (standing) part(told, "a").setAttribute("href", hrefOf("withdraw", hid, standing.id));
    const unbriefed = /** @type {HTMLElement} */ (part(place, "[data-unbriefed]"));
    unbriefed.hidden = isBriefed;
    part(unbriefed, "a").setAttribute("href", hrefOf("briefing", hid, ...(policy ? [policy.id] : [])));
    return startRecord(place, refused ? [hid, refused.id] : [hid], {
      type: "consent",
      matter: `${round.id}:${voice.id}`,
      shots: { evidence_file: "consent", authorisation_file: "authorisation" },
      photosOf({ about, blobs }, question) {
        return blobs.filter((sha) => (sha === about.authorisation) === (question === "authorisation_file"));
      },
      prepare(form) {
        part(place, "[data-round]").textContent = [round.title, voice.share].filter(Boolean).join(" · ");
        offer(form, "agent", row.agents.map(({ id, name }) => [id, name]));
        // A question that is not asked of this household is not sent either.
        if (isBriefed) part(form, "[data-field=unbriefed_reason]").remove();
        if (!standing) part(form, "[data-field=change_reason]").remove();
        return [["given_at", localMoment()], ["channel", "in_person"]];
      },
      check: (pairs) => checkConsent(pairs, { now: localMoment(), isBriefed, standing: standing ? { name: voice.name, choice: standing.choice, at: minuteOf(standing.at) } : null }),
      about(_pairs, _row, shots) {
        const paper = shots.authorisation_file?.[0];
        return { round: round.id, person: voice.id, ...(paper && { authorisation: paper.sha }) };
      },
    });
  },
};
