// A visit (入户): who was there, when, and what came of it. Everything is filled in but the result.

import { checkVisit } from "../check.js";
import { startRecord } from "../door.js";
import { localMoment, offer, part } from "../fill.js";
import { go } from "../router.js";
import { answerOf } from "../rows.js";
import { reference, session } from "../store.js";

/** After these a 未遇告知单 is left at the door, and its delivery is recorded next. */
const SLIP_AFTER = ["nobody_home", "unreachable", "tenant_only"];

export default {
  name: "visit",
  /** @param {HTMLElement} place @param {string[]} params */
  start(place, params) {
    const { surveyors = [], partner = null, settings } = reference() ?? {};
    const hours = { from: settings?.visit_from?.slice(0, 5) ?? "00:00", until: settings?.visit_until?.slice(0, 5) ?? "23:59" };
    const me = session().user.id;
    const ended = localMoment();
    return startRecord(place, params, {
      type: "visit",
      prepare(form) {
        const names = /** @type {[string, string][]} */ (surveyors.map(({ id, name }) => [id, name]));
        offer(form, "surveyor_1", names);
        offer(form, "surveyor_2", names);
        const begun = localMoment(1);
        const why = /** @type {HTMLElement} */ (part(form, "[data-field=hours_reason]"));
        const outside = () => {
          const times = ["started_at", "ended_at"].map((name) => /** @type {HTMLInputElement} */ (part(form, `[name=${name}]`)).value.slice(11));
          why.hidden = times.every((time) => time === "" || (hours.from <= time && time <= hours.until));
        };
        const hint = part(why, ".hint");
        hint.textContent = `${hours.from}–${hours.until}。${hint.textContent}`;
        form.addEventListener("change", outside);
        queueMicrotask(outside);
        const partnerId = partner && surveyors.some(({ id }) => id === partner) ? partner : "";
        return [["surveyor_1", surveyors.some(({ id }) => id === me) ? me : ""], ["surveyor_2", partnerId], ["started_at", begun], ["ended_at", ended]];
      },
      before(form) {
        // Nobody touched the end: it is now.
        const end = /** @type {HTMLInputElement} */ (part(form, "[name=ended_at]"));
        if (end.value === ended) end.value = localMoment();
      },
      check: (pairs) => checkVisit(pairs, { now: localMoment(), ...hours }),
      then(pairs, row) {
        const [result, partner] = ["result", "surveyor_2"].map((name) => answerOf(pairs, name));
        if (SLIP_AFTER.includes(result)) go("delivery", row.id, "missed-visit", partner);
        else go("household", row.id);
      },
    });
  },
};
