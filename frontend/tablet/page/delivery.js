// A delivery (送达): `#/delivery/<household>/missed-visit/<surveyor>` begins with the slip that is left at a closed door, and
// names who was there too.

import { checkDelivery } from "../check.js";
import { startRecord } from "../door.js";
import { answerOf } from "../rows.js";
import { localMoment, part } from "../fill.js";
import { hrefOf } from "../router.js";
import { reference, session } from "../store.js";

const SLIP = "missed-visit";

/** Those who agreed to be served electronically, as the sheet says. @param {import("../rows.js").Pairs} pairs */
const agreed = (pairs) =>
  pairs.flatMap(([name, text]) => (text === "yes" && /^persons-\d+-e_service_ok$/.test(name) ? [answerOf(pairs, name.replace("e_service_ok", "full_name"))] : []));

export default {
  name: "delivery",
  /** @param {HTMLElement} place @param {string[]} params */
  start(place, params) {
    const isSlip = params[1] === SLIP;
    const told = /** @type {HTMLElement} */ (part(place, "[data-slip]"));
    told.hidden = !isSlip;
    return startRecord(place, isSlip ? params.slice(0, 1) : params, {
      type: "delivery",
      matter: isSlip ? SLIP : undefined,
      shots: { evidence: "delivery" },
      photosOf: ({ blobs }) => blobs,
      prepare(_form, row) {
        part(told, "a").setAttribute("href", hrefOf("household", row.id));
        const where = answerOf(row.pairs, "address") || row.door;
        const { surveyors = [], partner = null } = reference() ?? {};
        const second = surveyors.find(({ id }) => id === (params[2] ?? partner))?.name ?? "";
        /** @type {import("../rows.js").Pairs} */
        const always = [["is_served", "yes"], ["served_at", localMoment()], ["place", where], ["server", session().user.name], ["second_server", second]];
        if (isSlip) return [...always, ["notice", SLIP], ["method", "left"], ["refused_reason", told.dataset.reason ?? ""]];
        return [...always, ["method", "direct"], ["recipient", row.owners.split("、")[0] ?? ""], ["for_self", "yes"]];
      },
      check: (pairs, shots, row) =>
        checkDelivery(pairs, { now: localMoment(), hasEvidence: Boolean(shots.evidence?.length), agreed: agreed(row.pairs) }),
    });
  },
};
