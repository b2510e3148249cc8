// A secret that somebody chooses: the same rules wherever it is asked for. The sentences are the shell's (secret-…).

import { word } from "./words.js";

/** What is wrong with a secret: a name of a sentence, "" for nothing. @param {string} secret */
function weakness(secret) {
  if (/^\d+$/.test(secret) ? secret.length < 6 : secret.length < 8) return "secret-short";
  return /^(.)\1+$/.test(secret) || "01234567890".includes(secret) || "09876543210".includes(secret) ? "secret-simple" : "";
}

/**
 * A secret that was typed twice: where it is wrong, and what to do; null when it may be taken.
 * @param {HTMLInputElement} secret @param {HTMLInputElement} twice @returns {[HTMLInputElement, string] | null}
 */
export function wrongSecret(secret, twice) {
  const weak = weakness(secret.value);
  if (weak) return [secret, word(weak)];
  return secret.value === twice.value ? null : [twice, word("secret-differs")];
}
