// A delivery (送达): `#/delivery/<household>/missed-visit` begins with the slip that is left at a closed door.

import { checkDelivery } from "../check.js";
import { startRecord } from "../door.js";
import { answerOf } from "../rows.js";
import { localMoment, part } from "../fill.js";
import { hrefOf } from "../router.js";

const SLIP = "missed-visit";

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
        /** @type {import("../rows.js").Pairs} */
        const always = [["served_at", localMoment()], ["place", where]];
        if (isSlip) return [...always, ["notice", SLIP], ["method", "left"], ["refused_reason", told.dataset.reason ?? ""]];
        return [...always, ["method", "direct"], ["recipient", row.owners.split("、")[0] ?? ""], ["for_self", "yes"]];
      },
      check: (pairs, shots) => checkDelivery(pairs, { now: localMoment(), hasEvidence: Boolean(shots.evidence?.length) }),
    });
  },
};
