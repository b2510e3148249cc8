// A request (诉求), taken down at the door.

import { startRecord } from "../door.js";
import { localMoment } from "../fill.js";

export default {
  name: "request",
  /** @param {HTMLElement} place @param {string[]} params */
  start(place, params) {
    return startRecord(place, params, {
      type: "request",
      prepare: (_form, row) => [
        ["received_on", localMoment().slice(0, 10)],
        ["urgency", "normal"],
        ["person_name", row.owners.split("、")[0] ?? ""],
      ],
    });
  },
};
