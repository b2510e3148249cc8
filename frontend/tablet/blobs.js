// Photos and signatures: drawn anew as JPEG (turned upright, no position or camera left in them), sealed, named by the
// SHA-256 of their bytes, and deleted when the record that names them was taken.

import { allItems, blobBytes, blobNames, dropBlob, drafts, keepBlob } from "./store.js";
import { shaOf } from "./seal.js";
import { word } from "./words.js";

/** A photo that cannot be kept; its message is for the person. */
export class PhotoError extends Error {}

/** @typedef {{ sha: string, size: number, url: string }} Kept `url` shows it; revoke it when it is no longer shown */

const FREE_BYTES = 500 * 1024 * 1024;
/** What is looked at, not read. Everything else is a paper that must stay legible. */
const SCENES = new Set(["photo", "delivery"]);

/** Free space that the browser lets us have; Infinity where it does not tell. */
export async function freeBytes() {
  const { quota, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return quota === undefined ? Infinity : quota - usage;
}

/** @param {File} file */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new PhotoError(word(/\.hei[cf]$/i.test(file.name) || /hei[cf]/.test(file.type) ? "photo-heic" : "photo-unreadable"));
  }
}

/** @param {ImageBitmap} picture @param {number} longest @param {number} quality @returns {Promise<Blob>} */
async function draw(picture, longest, quality) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const [width, height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))];
  /** @type {OffscreenCanvas | HTMLCanvasElement} */
  const canvas = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(width, height) : Object.assign(document.createElement("canvas"), { width, height });
  const pen = /** @type {OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null} */ (canvas.getContext("2d"));
  if (!pen) throw new PhotoError(word("photo-unreadable"));
  pen.fillStyle = "#fff"; // what is transparent would become black
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, 0, 0, width, height);
  if (canvas instanceof HTMLCanvasElement) {
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new PhotoError(word("photo-unreadable")))), "image/jpeg", quality));
  }
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

/**
 * Keep a photo. Papers 2048 px, scenes 1600 px. Throws PhotoError.
 * @param {File} file @param {string} category @returns {Promise<Kept>}
 */
export async function addPhoto(file, category) {
  const picture = await decode(file);
  try {
    return await addBytes(await (SCENES.has(category) ? draw(picture, 1600, 0.7) : draw(picture, 2048, 0.8)), category);
  } finally {
    picture.close();
  }
}

/** Keep bytes as they are: a signature, a PDF. Throws PhotoError. @param {Blob} blob @param {string} _kind @returns {Promise<Kept>} */
export async function addBytes(blob, _kind) {
  if ((await freeBytes()) < FREE_BYTES) throw new PhotoError(word("photo-space"));
  const bytes = await blob.arrayBuffer(); // never the File itself: iOS gives damaged ones back
  const sha = await shaOf(bytes);
  try {
    await keepBlob(sha, bytes);
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") throw new PhotoError(word("photo-space"));
    throw error;
  }
  return { sha, size: bytes.byteLength, url: URL.createObjectURL(blob) };
}

/** A kept photo again, "" where it is no longer here. @param {string} sha */
export async function photoUrl(sha) {
  const bytes = await blobBytes(sha);
  return bytes ? URL.createObjectURL(new Blob([bytes])) : "";
}

export { dropBlob };

/** Delete photos of records that were never made. While a draft stands it may be the draft's. */
export async function sweepBlobs() {
  if ((await drafts()).length) return;
  const needed = new Set(allItems().flatMap(({ event }) => event.blobs));
  for (const sha of await blobNames()) if (!needed.has(sha)) await dropBlob(sha);
}
