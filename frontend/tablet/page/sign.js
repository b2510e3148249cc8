// Signing at the door: the resident sees the own sheet and signs with a finger, or on paper that is photographed, or refuses
// before a witness. The record names the SHA-256 of the text that was shown, so that a later change shows; what was drawn goes
// with it as a picture and as strokes with their times, so that a dispute can be examined.

import SignaturePad from "signature_pad";
import { addBytes } from "../blobs.js";
import { checkSignature } from "../check.js";
import { startRecord } from "../door.js";
import { latestSheet, localMoment, part } from "../fill.js";
import { findItem } from "../outbox.js";
import { hrefOf } from "../router.js";
import { shaOf } from "../seal.js";
import { showSheet } from "./summary.js";

const INK = "#101010"; // on white, whatever colours the page wears

/** A pad as large as its place, also after the tablet was turned. @param {HTMLCanvasElement} canvas */
function makePad(canvas) {
  const pad = new SignaturePad(canvas, { penColor: INK, backgroundColor: "#ffffff", minWidth: 1.2, maxWidth: 3.2 });
  const watcher = new ResizeObserver(() => {
    if (canvas.offsetWidth === 0) return; // signed on paper: the pad is not shown
    const strokes = pad.toData();
    const ratio = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d")?.scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  });
  watcher.observe(canvas);
  return {
    pad,
    stop() {
      watcher.disconnect();
      pad.off();
    },
  };
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const pictureOf = (canvas) =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the signature is no picture"))), "image/png"));

/** What the hand drew, as it is kept: see Strokes. @param {SignaturePad} pad @returns {import("../rows.js").Strokes} */
function strokesOf(pad) {
  const groups = pad.toData();
  const first = groups[0]?.points[0]?.time ?? 0;
  const rounded = (/** @type {number} */ value, /** @type {number} */ parts) => Math.round(value * parts) / parts;
  return groups.map(({ points }) => points.map(({ x, y, time, pressure }) => [rounded(x, 10), rounded(y, 10), time - first, rounded(pressure, 100)]));
}

/** How a refused record was signed: its drawing comes back as a picture. @param {import("../rows.js").Event} [event] */
function firstWay(event) {
  if (!event) return "screen";
  return event.pairs.some(([name, text]) => name === "signed" && text === "no") ? "refused" : "paper";
}

export default {
  name: "sign",
  /** @param {HTMLElement} place @param {string[]} params */
  async start(place, params) {
    const form = /** @type {HTMLFormElement} */ (part(place, "form"));
    const canvas = /** @type {HTMLCanvasElement} */ (part(place, "canvas"));
    const box = /** @type {HTMLElement} */ (part(place, "[data-field=drawn]"));
    const { pad, stop } = makePad(canvas);
    part(box, "[data-clear-pad]").addEventListener("click", () => pad.clear());
    part(box, "[data-undo-pad]").addEventListener("click", () => pad.fromData(pad.toData().slice(0, -1)));

    const refused = findItem(params[1] ?? "")?.event;
    let hash = "";
    /** The record that wrote what is shown, where the server has not numbered it yet. @type {string | undefined} */
    let saves;
    const way = () => String(new FormData(form).get("way"));
    const signed = /** @type {HTMLInputElement} */ (part(form, "[name=signed]"));
    const follow = () => {
      signed.value = way() === "refused" ? "no" : "yes";
    };
    form.addEventListener("change", follow); // before the skip rules look at it
    const end = await startRecord(place, params, {
      type: "signature",
      shots: { evidence: "survey" },
      photosOf: ({ blobs }) => blobs,
      prepare(_form, row) {
        part(place, "[data-large]").setAttribute("href", hrefOf("summary", row.id));
        saves = latestSheet(row.id);
        const text = showSheet(place, row);
        void shaOf(new TextEncoder().encode(text)).then((sha) => {
          hash = sha;
          part(place, "[data-mark]").textContent = sha.slice(0, 16);
        });
        /** @type {HTMLElement} */ (part(place, "[data-empty]")).hidden = row.pairs.length > 0;
        form.hidden = row.pairs.length === 0;
        return [["way", firstWay(refused)], ["signer_role", "respondent"], ["signer_name", row.owners.split("、")[0] ?? ""], ["signed_at", localMoment()]];
      },
      before: follow,
      check(pairs, shots) {
        if (way() === "screen" && pad.isEmpty()) return { target: box, text: box.dataset.empty ?? "" };
        if (way() === "screen" && strokesOf(pad).flat().length > Number(box.dataset.most)) return { target: box, text: box.dataset.tooLong ?? "" };
        return checkSignature(pairs, { now: localMoment(), hasEvidence: way() === "screen" || Boolean(shots.evidence?.length) });
      },
      about() {
        return { text_hash: hash, ...(saves && { saves }) };
      },
      async send({ pairs, blobs }) {
        const answers = pairs.filter(([name]) => name !== "way");
        if (way() === "screen") return { pairs: answers, blobs: [(await addBytes(await pictureOf(canvas), "signature")).sha], strokes: strokesOf(pad) };
        // A refused record comes back with the picture of what was drawn: its strokes go with that picture, and with no other.
        const strokes = refused?.blobs[0] === blobs[0] && way() === "paper" ? refused?.strokes : undefined;
        return { pairs: answers, blobs, ...(strokes && { strokes }) };
      },
    });
    return () => {
      end?.();
      stop();
    };
  },
};
