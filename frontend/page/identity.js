// What an ID number says by itself, and dates as people type them. Twins of the server's checks: both sides are run against
// one table of good and bad cases (tests/data/identity_cases.json).

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";

/** The 18th character of a resident number. @param {string} first17 */
export function checkDigit(first17) {
  return CHECK[WEIGHTS.reduce((total, weight, at) => total + weight * Number(first17[at]), 0) % 11] ?? "";
}

/** Half-width, upper case, without spaces. @param {string} text */
export function tidyId(text) {
  return text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
}

/**
 * Birth date and sex in a resident ID number (GB 11643-1999); null when the number is not a right one.
 * @param {string} text
 * @returns {{ birth: string, sex: "1" | "2" } | null}
 */
export function readId(text) {
  const id = tidyId(text);
  if (!/^\d{17}[\dX]$/.test(id)) return null;
  if (checkDigit(id.slice(0, 17)) !== id[17]) return null;
  const birth = isoDate(id.slice(6, 10), id.slice(10, 12), id.slice(12, 14));
  return birth === null ? null : { birth, sex: Number(id[16]) % 2 ? "1" : "2" };
}

/**
 * The ISO date of what was typed: 19560312, 1956-3-12, 1956.3.12, 1956年3月12日. "" stays "", null is no date.
 * @param {string} text
 * @returns {string | null}
 */
export function typedDate(text) {
  const plain = text.normalize("NFKC").trim();
  if (plain === "") return "";
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(plain) ?? /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$/.exec(plain);
  return parts && isoDate(parts[1] ?? "", parts[2] ?? "", parts[3] ?? "");
}

/** @param {string} year @param {string} month @param {string} day @returns {string | null} */
function isoDate(year, month, day) {
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || !at.toISOString().startsWith(iso) ? null : iso;
}
