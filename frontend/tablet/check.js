// What is certainly wrong with a record, found on the tablet before it is kept: twins of the server's checks
// (survey/domain/check.py, visit.py, delivery.py, signature.py), so that nobody learns of a wrong number when the door is
// long closed. Both sides are run over one table of cases (tests/data/check_cases.json). Only what can be decided here
// stands here; the server checks everything again.

import { checkDigit, readId, typedDate } from "../page/identity.js";

/** @typedef {[name: string, text: string]} Pair */
/**
 * @typedef {object} Finding
 * @property {string} code the sentence's name in survey/domain/message.py
 * @property {string} field stable key of a sheet's answer, or the name of a question
 * @property {Record<string, string | number>} params values for the sentence
 */
/** @typedef {Record<string, string[]>} Answers */

export const INDEXED = /^([a-z_]+)-(\d{1,6})-([a-z_0-9]+)$/;
export const STABLE = /^([a-z_]+)\[([^\]]*)\]\.([a-z_0-9]+)$/;
const EARLIEST_BIRTH = "1880-01-01";
const EARLIEST_BUILD_YEAR = 1840;
const PUBLIC_RENTAL = ["public_managed", "unit_managed"];
const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const SCIENTIFIC = /^(?:\d(\.\d+)?E\+?\d{1,2}|\d{15,18}\.0+)$/;
/** @type {Record<string, RegExp>} */
const PASSES = {
  passport: /^[A-Z0-9]{5,17}$/,
  hk_macao_pass: /^[HMC]\d{8}(?:\d{2})?$/,
  taiwan_pass: /^(?:\d{8}(?:\d{2})?|[A-Z]\d{8})$/,
  foreign_residence: /^(?:[A-Z]{3}\d{12}|9\d{16}[\dX])$/,
};

/** @param {string} code @param {string} field @param {Record<string, string | number>} [params] @returns {Finding} */
const finding = (code, field, params = {}) => ({ code, field, params });

// --- numbers as people type them

/** Half-width, upper case, without spaces, text marks and invisible characters. @param {string} text */
const folded = (text) => text.normalize("NFKC").toUpperCase().replace(/[\s'`\p{Cf}\p{Cc}]/gu, "");

/** The number with decimals in a text, in canonical digits; null where there is none. @param {string} text */
export function typedDecimal(text) {
  const plain = folded(text)
    .replace(/(?:平方米|平米|平方|M2|元\/月|元\/M2|元|块|平|米|°|%)$/, "")
    .replace(/(?<=\d),(?=\d{3}(?:[,.]|$))/g, "");
  return /^(?:-?\d{1,9}(\.\d*)?|-?\.\d+)$/.test(plain) ? plain : null;
}

/** The whole number in a text (3, ３, 3层, 负1, B1); null where there is none. @param {string} text */
export function typedWhole(text) {
  const plain = folded(text).replace(/[^\d]$/, "").replace(/^(?:负|地下|B|[−—–])/, "-");
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : null;
}

/** A number with two decimals in hundredths, so that comparing is exact. @param {string | undefined} text */
function hundredths(text) {
  const plain = text === undefined ? null : typedDecimal(text);
  return plain === null ? null : Math.round(Number(plain) * 100);
}

/** @param {number} value */
const twoPlaces = (value) => (value / 100).toFixed(2);

// --- numbers that identify

/**
 * What is wrong with a resident number; null when nothing is.
 * @param {string} number folded @param {string} today ISO date @returns {Omit<Finding, "field"> | null}
 */
function residentFault(number, today) {
  if (!/^\d{17}[\dX]$/.test(number)) {
    if (SCIENTIFIC.test(number)) return { code: "identity.excel_lost", params: {} };
    if (!/^\d{15}$/.test(number)) {
      return number.length === 18
        ? { code: "identity.characters", params: {} }
        : { code: "identity.length", params: { length: number.length } };
    }
    number = upgraded(number);
  }
  if (checkDigit(number.slice(0, 17)) !== number[17]) {
    return { code: number.endsWith("000") ? "identity.excel_lost" : "identity.checksum", params: {} };
  }
  const facts = readId(number);
  if (facts === null || facts.birth < EARLIEST_BIRTH) return { code: "identity.birth_date", params: {} };
  return facts.birth > today ? { code: "identity.birth_future", params: {} } : null;
}

/** 15 digits of before 1999 as 18. @param {string} number */
function upgraded(number) {
  if (!/^\d{15}$/.test(number)) return number;
  const first17 = `${number.slice(0, 6)}19${number.slice(6)}`;
  return first17 + checkDigit(first17);
}

/** @param {string} text @returns {string | null} */
function usccFault(text) {
  const code = folded(text);
  if (code.length !== 18 || [...code].some((char) => !USCC_ALPHABET.includes(char))) return "identity.uscc_form";
  let weight = 1;
  let total = 0;
  for (const char of code.slice(0, 17)) {
    total += USCC_ALPHABET.indexOf(char) * weight;
    weight = (weight * 3) % 31;
  }
  return USCC_ALPHABET[(31 - (total % 31)) % 31] === code[17] ? null : "identity.uscc_checksum";
}

/** Whether a paper's number follows the rule of resident numbers. @param {string} type @param {string} number folded */
function isResident(type, number) {
  if (type === "resident" || type === "hmt_residence") return true;
  return type === "" && (/^(?:\d{17}[\dX]|\d{15})$/.test(number) || SCIENTIFIC.test(number));
}

/** @param {string} type @param {string} text @param {string} today @returns {Omit<Finding, "field"> | null} */
function paperFault(type, text, today) {
  const number = folded(text);
  if (isResident(type, number)) return residentFault(number, today);
  if (type === "uscc") {
    const code = usccFault(number);
    return code === null ? null : { code, params: {} };
  }
  const form = PASSES[type];
  return form && !form.test(number) ? { code: "identity.paper_form", params: { paper: type } } : null;
}

/** @param {string} text @returns {string | null} */
function phoneFault(text) {
  const plain = folded(text);
  if (SCIENTIFIC.test(plain)) return "identity.excel_lost";
  const told = text.normalize("NFKC").trim().replace(/(?:转|EXT\.?|分机|#)\d{1,6}$/i, "");
  let number = told.replace(/\D+/g, "");
  if (number.startsWith("0086")) number = number.slice(4);
  else if (number.startsWith("86") && (told.startsWith("+") || number.length === 13)) number = number.slice(2);
  if (!/^[\d+()\-—–、. ]+$/.test(plain.replace(/(?:转|EXT\.?|分机|#)\d{1,6}$/i, ""))) return "identity.phone_form";
  if (/^1\d{10}$/.test(number) || /^(?:0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}|400\d{7})$/.test(number)) return null;
  return /^[2-9]\d{6,7}$/.test(number) ? "identity.phone_area" : "identity.phone_form";
}

// --- the sheet

/**
 * @typedef {object} Row one row of a list that has an answer
 * @property {string} uid
 * @property {Answers} answers
 */

/**
 * The answers of ordered pairs, and the rows of each list in order. A row without any answer is none, as on the server.
 * @param {Pair[]} pairs @param {ReadonlySet<string>} kept stable keys of numbers that are kept and not shown
 */
function readSheet(pairs, kept) {
  /** @type {Answers} */
  const flat = {};
  /** @type {Record<string, Map<number, Answers>>} */
  const lists = {};
  for (const [name, text] of pairs) {
    if (text.trim() === "") continue;
    const match = INDEXED.exec(name);
    if (!match) (flat[name] ??= []).push(text.trim());
    else {
      const rows = (lists[match[1] ?? ""] ??= new Map());
      const index = Number(match[2]);
      const row = rows.get(index) ?? {};
      rows.set(index, row);
      (row[match[3] ?? ""] ??= []).push(text.trim());
    }
  }
  /** @param {string} list @returns {Row[]} */
  const rowsOf = (list) =>
    [...(lists[list] ?? new Map())]
      .sort(([one], [other]) => one - other)
      .map(([, answers]) => ({ uid: answers.uid?.[0] ?? "", answers }))
      .filter(
        ({ uid, answers }) =>
          Object.keys(answers).some((name) => name !== "uid") || [...kept].some((key) => key.startsWith(`${list}[${uid}].`)),
      );
  return { flat, rowsOf };
}

/**
 * The hard errors of a sheet that is to be submitted, in the order of the server's: as far as they can be decided here.
 * @param {Pair[]} pairs
 * @param {{ today: string, hasDoor?: boolean, kept?: ReadonlySet<string> }} facts
 * @returns {Finding[]}
 */
export function checkSheet(pairs, { today, hasDoor = true, kept = new Set() }) {
  const { flat, rowsOf } = readSheet(pairs, kept);
  const persons = rowsOf("persons");
  return [
    ...required(flat, rowsOf, hasDoor),
    ...unit(flat),
    ...certificates(rowsOf("certificates"), today),
    ...parts(rowsOf("parts"), today),
    ...people(persons, today),
    ...shares(flat, persons),
  ];
}

/** @param {Answers} flat @param {(list: string) => Row[]} rowsOf @param {boolean} hasDoor */
function* required(flat, rowsOf, hasDoor) {
  if (!hasDoor && !flat.address) yield finding("check.address_missing", "address");
  for (const name of ["tenure_type", "title_status", "lease_status"]) {
    if (!flat[name]) yield finding(`check.${name}_missing`, name);
  }
  const isPublic = PUBLIC_RENTAL.includes(flat.tenure_type?.[0] ?? "");
  const holders = isPublic ? ["owner", "tenant"] : ["owner"];
  if (!rowsOf("persons").some(({ answers }) => answers.roles?.some((role) => holders.includes(role)))) {
    yield finding(isPublic ? "check.tenant_missing" : "check.owner_missing", "persons");
  }
  if (rowsOf("parts").length === 0) yield finding("check.part_missing", "parts");
  if (!flat.renewal_will) yield finding("check.renewal_will_missing", "renewal_will");
}

/** @param {Answers} flat */
function* unit(flat) {
  const code = flat.uscc?.[0] ? usccFault(flat.uscc[0]) : null;
  if (code) yield finding(code, "uscc");
}

/** @param {Row[]} rows @param {string} today */
function* certificates(rows, today) {
  for (const { uid, answers } of rows) {
    const day = typedDate(answers.cert_date?.[0] ?? "");
    if (day && day > today) yield finding("check.cert_date_in_future", `certificates[${uid}].cert_date`);
  }
}

/** @param {Row[]} rows @param {string} today */
function* parts(rows, today) {
  for (const { uid, answers } of rows) {
    const where = `parts[${uid}].`;
    const part = answers.kind?.[0] ?? "other";
    for (const name of ["area_cert_m2", "area_cert_inner_m2", "area_meas_m2", "area_meas_inner_m2", "balcony_m2", "area_unreg_m2"]) {
      const area = hundredths(answers[name]?.[0]);
      if (area !== null && area < 0) yield finding("check.area_negative", where + name, { part });
    }
    for (const [whole, inside] of /** @type {const} */ ([["area_cert_m2", "area_cert_inner_m2"], ["area_meas_m2", "area_meas_inner_m2"]])) {
      const gross = hundredths(answers[whole]?.[0]);
      const inner = hundredths(answers[inside]?.[0]);
      if (gross !== null && inner !== null && inner > gross) {
        yield finding("check.inner_above_gross", where + inside, { part, inner: twoPlaces(inner), gross: twoPlaces(gross) });
      }
    }
    const year = typedWhole(answers.build_year?.[0] ?? "");
    if (year === null) continue;
    if (year > Number(today.slice(0, 4))) yield finding("check.build_year_in_future", `${where}build_year`, { year });
    else if (year < EARLIEST_BUILD_YEAR) yield finding("check.build_year_too_early", `${where}build_year`, { year });
  }
}

/** A paper's number is one person's alone; a booklet's (户口簿) is the family's. @param {Answers} answers */
const ownNumber = (answers) =>
  answers.id_no && !["hukou", "other"].includes(answers.id_type?.[0] ?? "") ? upgraded(folded(answers.id_no[0] ?? "")) : null;

/** @param {Row[]} rows @param {string} today */
function* people(rows, today) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const { answers } of rows) {
    const number = ownNumber(answers);
    if (number) seen.set(number, (seen.get(number) ?? 0) + 1);
  }
  for (const [at, { uid, answers }] of rows.entries()) {
    const where = `persons[${uid}].`;
    const position = at + 1;
    const name = answers.full_name?.[0] ?? "";
    if (!name) yield finding("check.name_missing", `${where}full_name`, { position });
    yield* identity(answers, where, { name, position }, today);
    const number = ownNumber(answers);
    if (number && (seen.get(number) ?? 0) > 1) yield finding("check.same_id_twice", `${where}id_no`, { name, position });
  }
}

/** @param {Answers} answers @param {string} where @param {{ name: string, position: number }} who @param {string} today */
function* identity(answers, where, who, today) {
  const born = typedDate(answers.birth_date?.[0] ?? "");
  if (born && born > today) yield finding("check.birth_date_in_future", `${where}birth_date`, who);
  if (answers.id_no) {
    const type = answers.id_type?.[0] ?? "";
    const number = folded(answers.id_no[0] ?? "");
    const fault = paperFault(type, number, today);
    if (fault) yield finding(fault.code, `${where}id_no`, fault.params);
    else if (isResident(type, number)) {
      const told = readId(upgraded(number));
      if (told && born && born !== told.birth) yield finding("check.birth_date_not_of_id", `${where}birth_date`, who);
      const sex = answers.sex?.[0] ?? "";
      if (told && (sex === "1" || sex === "2") && sex !== told.sex) yield finding("check.sex_not_of_id", `${where}sex`, who);
    }
  }
  const fault = answers.phone ? phoneFault(answers.phone[0] ?? "") : null;
  if (fault) yield finding(fault, `${where}phone`);
}

/** @param {bigint} one @param {bigint} other @returns {bigint} */
const divisor = (one, other) => (other === 0n ? one : divisor(other, one % other));

/** @param {Answers} flat @param {Row[]} persons */
function* shares(flat, persons) {
  const owners = persons.filter(({ answers }) => answers.roles?.includes("owner"));
  const byShare = flat.coown_type?.[0] === "2";
  let [sum, whole] = [0n, 1n];
  let told = 0;
  let faulty = false;
  for (const { uid, answers } of owners) {
    if (!answers.share_num && !answers.share_den) continue;
    const number = typedWhole(answers.share_num?.[0] ?? "");
    const of = typedWhole(answers.share_den?.[0] ?? "");
    if (number === null || of === null || number <= 0 || number > of) {
      faulty = true;
      yield finding("check.share_form", `persons[${uid}].share_num`, { name: answers.full_name?.[0] ?? "" });
      continue;
    }
    told += 1;
    [sum, whole] = [sum * BigInt(of) + BigInt(number) * whole, whole * BigInt(of)];
    const common = divisor(sum, whole);
    [sum, whole] = [sum / common, whole / common];
  }
  const first = owners[0];
  if (!byShare || faulty || !first) return;
  if ((told === owners.length && sum !== whole) || sum > whole) {
    yield finding("check.shares_not_one", `persons[${first.uid}].share_num`, { total: whole === 1n ? String(sum) : `${sum}/${whole}` });
  }
}

// --- records beside the sheet: like the server, each says the first thing that is wrong

/** Years back that a visit is believed, as in survey/domain/check.py. */
const VISIT_YEARS = 2;

/** @param {Pair[]} pairs @param {string} name */
const answer = (pairs, name) => pairs.find(([one]) => one === name)?.[1].trim() ?? "";

/**
 * @param {Pair[]} pairs @param {{ now: string, from: string, until: string }} facts `now` as 2026-03-15T09:30, the hours as 08:00
 * @returns {Finding | null}
 */
export function checkVisit(pairs, { now, from, until }) {
  const begun = answer(pairs, "started_at");
  const ended = answer(pairs, "ended_at");
  const next = answer(pairs, "next_visit_at");
  const result = answer(pairs, "result");
  if (answer(pairs, "surveyor_1") === answer(pairs, "surveyor_2")) return finding("check.visit_two_surveyors", "surveyor_2");
  if (ended < begun) return finding("check.visit_ends_before_start", "ended_at");
  if (begun > now || ended > now) return finding("check.visit_in_future", "started_at");
  const earliest = Number(now.slice(0, 4)) - VISIT_YEARS;
  if (Number(begun.slice(0, 4)) < earliest) return finding("check.visit_long_ago", "started_at", { year: String(earliest) });
  const outside = [begun, ended].some((at) => at.slice(11) < from || at.slice(11) > until);
  if (outside && !answer(pairs, "hours_reason")) return finding("visit.hours_reason", "hours_reason", { begin: from, end: until });
  if (result === "rescheduled" && !next) return finding("visit.next_missing", "next_visit_at");
  if (next && next <= ended) return finding("visit.next_too_early", "next_visit_at");
  if (["unsafe", "other"].includes(result) && !answer(pairs, "note")) return finding("visit.note_missing", "note", { result });
  return null;
}

/**
 * @param {Pair[]} pairs
 * @param {{ now: string, hasEvidence: boolean, agreed: string[] }} facts `agreed` are those who agreed to electronic delivery
 * @returns {Finding | null}
 */
export function checkDelivery(pairs, { now, hasEvidence, agreed }) {
  const method = answer(pairs, "method");
  if (answer(pairs, "served_at") > now) return finding("delivery.in_future", "served_at");
  const [first, second] = ["server", "second_server"].map((name) => answer(pairs, name).replaceAll(/\s+/g, ""));
  if (["direct", "left"].includes(method) && !second) return finding("delivery.servers_missing", "second_server");
  if (second && first === second) return finding("delivery.servers_equal", "second_server");
  if (method === "mail" && !answer(pairs, "mail_no")) return finding("delivery.number_missing", "mail_no");
  if (answer(pairs, "is_served") === "no") return checkAttempt(pairs, method);
  const recipient = answer(pairs, "recipient");
  if (["direct", "entrusted", "electronic"].includes(method) && !recipient) return finding("delivery.recipient_missing", "recipient");
  if (method === "electronic" && !agreed.includes(recipient)) return finding("delivery.electronic_agreed", "recipient", { name: recipient });
  if (["direct", "entrusted"].includes(method) && answer(pairs, "for_self") === "no" && !answer(pairs, "recipient_relation")) {
    return finding("delivery.relation_missing", "recipient_relation");
  }
  if (method === "left") {
    if (!answer(pairs, "refused_reason")) return finding("delivery.left_reason", "refused_reason");
    if (!answer(pairs, "witness") && !hasEvidence) return finding("delivery.left_evidence", "witness");
    if (!answer(pairs, "place")) return finding("delivery.place_missing", "place");
  }
  if (method === "announced" && !answer(pairs, "announced_place")) return finding("delivery.announced_place", "announced_place");
  return null;
}

/** An attempt that came to nothing. @param {Pair[]} pairs @param {string} method @returns {Finding | null} */
function checkAttempt(pairs, method) {
  if (["left", "announced"].includes(method)) return finding("delivery.still_served", "method");
  const untold = answer(pairs, "unserved_reason") === "other" && !answer(pairs, "unserved_note");
  return untold ? finding("delivery.unserved_note", "unserved_note") : null;
}

/** @param {Pair[]} pairs @param {{ now: string, hasEvidence: boolean }} facts @returns {Finding | null} */
export function checkSignature(pairs, { now, hasEvidence }) {
  if (answer(pairs, "signed_at") > now) return finding("signature.in_future", "signed_at");
  if (answer(pairs, "signed") !== "no") return hasEvidence ? null : finding("signature.evidence_missing", "evidence");
  if (!["respondent", "agent"].includes(answer(pairs, "signer_role"))) return finding("signature.refuse_role", "signer_role");
  if (!answer(pairs, "refuse_reason")) return finding("signature.refuse_reason", "refuse_reason");
  const witness = answer(pairs, "witness");
  if (!witness) return finding("signature.refuse_witness", "witness");
  return witness.split(/\s+/)[0] === answer(pairs, "signer_name") ? finding("signature.witness_is_signer", "witness") : null;
}

/**
 * @param {Pair[]} pairs
 * @param {{ now: string, isBriefed: boolean, standing: { name: string, choice: string, at: string } | null }} facts `standing` is the
 * word that the person has given already, with its time where that is known
 * @returns {Finding | null}
 */
export function checkConsent(pairs, { now, isBriefed, standing }) {
  const choice = answer(pairs, "choice");
  if (answer(pairs, "given_at") > now) return finding("consent.in_future", "given_at");
  if (answer(pairs, "channel") === "proxy") {
    const agent = answer(pairs, "agent");
    if (!agent) return finding("consent.agent_missing", "agent");
    if (agent === "other" && !answer(pairs, "agent_name")) return finding("consent.agent_missing", "agent_name");
  }
  if (["disagree", "conditional"].includes(choice) && !answer(pairs, "reasons") && !answer(pairs, "reason_text")) {
    return finding("consent.reason_missing", "reasons", { choice });
  }
  if (!isBriefed && !answer(pairs, "unbriefed_reason")) return finding("consent.not_briefed", "unbriefed_reason");
  if (!standing) return null;
  if (!answer(pairs, "change_reason")) return finding("consent.already_given", "change_reason", { name: standing.name, choice: standing.choice });
  return answer(pairs, "given_at") < standing.at ? finding("consent.before_word", "given_at") : null;
}

/** @param {Pair[]} pairs @param {{ now: string, given: string }} facts `given` is when the word was given, "" where that is not known @returns {Finding | null} */
export function checkWithdraw(pairs, { now, given }) {
  const at = answer(pairs, "given_at");
  if (at > now) return finding("consent.in_future", "given_at");
  return at < given ? finding("consent.before_word", "given_at") : null;
}
