// A briefing (宣讲) on the version in force of a policy: `#/briefing/<household>/<policy>`, the leading one where none is named.

import { startRecord } from "../door.js";
import { localMoment, offer, part } from "../fill.js";
import { findItem } from "../outbox.js";
import { hrefOf } from "../router.js";
import { reference } from "../store.js";
import { make } from "../words.js";

export default {
  name: "briefing",
  /** @param {HTMLElement} place @param {string[]} params */
  start(place, params) {
    const policies = reference()?.policies ?? [];
    const refused = findItem(params.at(-1) ?? "")?.event.about.version;
    const policy = policies.find(({ id, version }) => id === params[1] || version.id === refused) ?? policies.find(({ leading }) => leading) ?? policies[0];
    /** @type {HTMLElement} */ (part(place, "[data-nothing]")).hidden = policy !== undefined;
    /** @type {HTMLElement} */ (part(place, "form")).hidden = policy === undefined;
    return startRecord(place, params, {
      type: "briefing",
      matter: policy?.version.id,
      prepare(form, row) {
        if (!policy) return [];
        const { version } = policy;
        const about = /** @type {HTMLElement} */ (part(place, "[data-about]"));
        about.textContent = `${policy.title} · ${(about.dataset.about ?? "").replace("{0}", String(version.number))}`;
        const read = part(place, "[data-read]");
        read.setAttribute("href", hrefOf("read", policy.id));
        /** @type {HTMLElement} */ (read).hidden = false;
        if (policies.length > 1) {
          const chips = policies.map(({ id, title }) =>
            make("li", {}, make("a", { class: "chip", href: hrefOf("briefing", row.id, id), "aria-current": id === policy.id && "true" }, title)),
          );
          part(place, "[data-policies]").append(...chips);
        }
        offer(form, "points", version.points.map((/** @type {string} */ text, at) => [String(at), text]));
        return [["held_at", localMoment()], ["form", "at_home"], ["recipient", row.owners.split("、")[0] ?? ""], ["attendees", "1"]];
      },
      about: () => ({ version: policy?.version.id ?? "" }),
    });
  },
};
