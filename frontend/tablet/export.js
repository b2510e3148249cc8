// A file that only the office can open (docs/sync.md, "Sealed export"), for a tablet that cannot get on-line.

import { allItems, blobBytes, facts, session, token } from "./store.js";

/** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes */
export function base64(bytes) {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {string} officeKey base64 of an uncompressed P-256 point @param {unknown} content */
export async function sealForOffice(officeKey, content) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const office = await crypto.subtle.importKey("raw", fromBase64(officeKey), curve, false, []);
  const own = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(curve, false, ["deriveBits"]));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: office }, own.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode("ruhu export v1") };
  const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(content)));
  return { ruhu: "export", v: 1, epk: base64(await crypto.subtle.exportKey("raw", own.publicKey)), iv: base64(iv), ct: base64(ct) };
}

/** Everything that has not been settled, sealed. @returns {Promise<File>} */
export async function exportFile() {
  const events = allItems().map(({ event }) => event);
  /** @type {Record<string, string>} */
  const blobs = {};
  for (const sha of new Set(events.flatMap((event) => event.blobs))) {
    const bytes = await blobBytes(sha);
    if (bytes) blobs[sha] = base64(bytes);
  }
  const made_at = new Date().toISOString();
  const sealed = await sealForOffice(session().office_key, { token: token(), made_at, skew: facts().skew, events, blobs });
  return new File([JSON.stringify(sealed)], `ruhu-${made_at.slice(0, 16).replace(/[-:T]/g, "")}.json`, { type: "application/json" });
}

/** Hand the file over: to another application where the tablet can share files, else to the downloads. @param {File} file */
export async function handOut(file) {
  if (navigator.canShare?.({ files: [file] })) {
    try {
      return await navigator.share({ files: [file] });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
