// Taking a word back (撤回): `#/withdraw/<household>/<consent>`. The word stays on record, and so does why it was taken back.

import { checkWithdraw } from "../check.js";
import { startRecord } from "../door.js";
import { localMoment, part } from "../fill.js";
import { findItem } from "../outbox.js";
import { go } from "../router.js";
import { household, reference } from "../store.js";
import { minuteOf, piece } from "../words.js";

export default {
  name: "withdraw",
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, params) {
    const [hid = "", last = ""] = params;
    // A word that was not sent yet is a record of the outbox as well: only a withdrawal comes back to be put right.
    const item = findItem(last)?.event;
    const refused = item?.type === "withdraw" ? item : undefined;
    const consent = refused ? refused.about.consent : last;
    const row = await household(hid);
    const word = row?.words.find(({ id }) => id === consent);
    if (!row || (!word && !refused)) return go("consent", hid);

    const round = reference()?.rounds.find(({ id }) => id === word?.round);
    const name = row.voices.find(({ id }) => id === word?.person)?.name ?? "";
    part(place, "h1").textContent = `${part(place, "h1").textContent} ${name}`.trim();
    if (word) part(place, "[data-word]").replaceChildren(round?.title ?? "", " ", piece(`choice-${word.choice}`));
    return startRecord(place, refused ? [hid, refused.id] : [hid], {
      type: "withdraw",
      matter: consent,
      prepare: () => [["given_at", localMoment()], ["channel", "in_person"]],
      check: (pairs) => checkWithdraw(pairs, { now: localMoment(), given: minuteOf(word?.at) }),
      about: () => ({ consent }),
    });
  },
};
