// Sealing what the tablet keeps: a random 256-bit key for the data (AES-GCM), wrapped under a key from the PIN. Against
// somebody who has copied the disk a six-digit PIN is a speed bump; what protects a lost tablet is the tablet's own
// encryption and screen lock, and that it carries little. Every sealed value is bound to its place by additional data.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ iv: Bytes, ct: ArrayBuffer }} Sealed */
/** @typedef {{ salt: Bytes, rounds: number, iv: Bytes, wrapped: ArrayBuffer }} WrappedKey */

const ROUNDS = 600_000; // 0.1 s on a cheap tablet
const utf8 = new TextEncoder();

/** @param {number} length @returns {Bytes} */
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {string} secret @param {Bytes} salt @param {number} rounds */
async function keyOf(secret, salt, rounds) {
  const material = await crypto.subtle.importKey("raw", utf8.encode(secret.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** A new key for the data. It can be read out, to be wrapped: forget it then, and work with the one of `openKey`. */
export const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);

/** The key of the data, wrapped under the secret. @param {CryptoKey} data one that can be read out @param {string} secret @returns {Promise<WrappedKey>} */
export async function wrapKey(data, secret) {
  const [salt, iv] = [random(16), random(12)];
  const wrapped = await crypto.subtle.wrapKey("raw", data, await keyOf(secret, salt, ROUNDS), { name: "AES-GCM", iv });
  return { salt, rounds: ROUNDS, iv, wrapped };
}

/**
 * The key of the data; null when the secret is wrong. No script can read it out, unless it is to be wrapped anew.
 * @param {WrappedKey} kept @param {string} secret @param {boolean} [isReadable]
 */
export async function openKey(kept, secret, isReadable = false) {
  const wrapping = await keyOf(secret, kept.salt, kept.rounds);
  const how = { name: "AES-GCM", iv: kept.iv };
  try {
    return await crypto.subtle.unwrapKey("raw", kept.wrapped, wrapping, how, "AES-GCM", isReadable, ["encrypt", "decrypt"]);
  } catch {
    return null;
  }
}

/** The key of the data from its bytes: one that can be read out, to be wrapped. @param {BufferSource} raw */
export const keyFrom = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", true, ["encrypt", "decrypt"]);

/** @param {CryptoKey} key @param {string} place @param {BufferSource} bytes @returns {Promise<Sealed>} */
export async function sealBytes(key, place, bytes) {
  const iv = random(12);
  return { iv, ct: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(place) }, key, bytes) };
}

/** @param {CryptoKey} key @param {string} place @param {Sealed} sealed @returns {Promise<ArrayBuffer>} */
export function openBytes(key, place, sealed) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: utf8.encode(place) }, key, sealed.ct);
}

/** @param {CryptoKey} key @param {string} place @param {unknown} value */
export const seal = (key, place, value) => sealBytes(key, place, utf8.encode(JSON.stringify(value)));

/** @param {CryptoKey} key @param {string} place @param {Sealed} sealed @returns {Promise<any>} */
export const open = async (key, place, sealed) => JSON.parse(new TextDecoder().decode(await openBytes(key, place, sealed)));

/** @param {BufferSource} bytes */
export async function shaOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What a locked tablet shows of its token: the server knows it, and nobody gets from it to the token. @param {string} token */
export const markOf = (token) => shaOf(utf8.encode(token));

// --- for the office alone (docs/sync.md)

/** @typedef {{ epk: string, iv: string, ct: string }} ForOffice each base64 */

/** @param {ArrayBuffer | Bytes} bytes */
export function base64(bytes) {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {string} text */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/**
 * Bytes that only the office can open: ECDH with a fresh key of ours, HKDF, AES-GCM.
 * @param {string} officeKey base64 of an uncompressed P-256 point @param {BufferSource} bytes
 * @param {string} info what they are for @param {string} [place] what they are bound to @returns {Promise<ForOffice>}
 */
export async function sealForOffice(officeKey, bytes, info, place = "") {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const office = await crypto.subtle.importKey("raw", fromBase64(officeKey), curve, false, []);
  const own = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(curve, false, ["deriveBits"]));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: office }, own.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8.encode(info) };
  const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const { iv, ct } = await sealBytes(key, place, bytes);
  return { epk: base64(await crypto.subtle.exportKey("raw", own.publicKey)), iv: base64(iv), ct: base64(ct) };
}

/** @typedef {ForOffice & { device: string, office: string }} KeyForOffice with the device and the office's key that it was sealed for */

/** The key of the data, for the day on which the secret is forgotten. @param {CryptoKey} data one that can be read out @param {string} device @param {string} officeKey @returns {Promise<KeyForOffice>} */
export async function sealKey(data, device, officeKey) {
  return { device, office: officeKey, ...(await sealForOffice(officeKey, await crypto.subtle.exportKey("raw", data), "ruhu key v1", device)) };
}
