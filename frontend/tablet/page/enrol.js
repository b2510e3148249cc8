// Becoming known to the server: a code from the office, a secret of one's own. Three ways to get here: a new tablet; one
// whose token the server no longer knows (everything stays, also the secret); one that is locked, because its secret was
// forgotten or ten wrong ones have shut it.

import { startInstall } from "../install.js";
import { noteTouch } from "../lock.js";
import { go } from "../router.js";
import { wrongSecret } from "../secret.js";
import { allItems, dropPending, facts, isOpen, isSetUp, keepPending, openPending, readmit, renew, reopen, session, setUp } from "../store.js";
import { enrol, openSealed, restart, Trouble } from "../sync.js";
import { wordsOf } from "../words.js";

/** @typedef {import("../store.js").Session} Session */
/** @typedef {{ token: string, session: Session }} Account */

/** Given by the server to a tablet that is locked: taken up when it is open. @type {Account | null} */
let pending = null;
/** The one that a code which was not this person's stood for. @type {Session | null} */
let stranger = null;

/** After unlocking: the new token takes the place of the old one. False where it is another person's. */
export async function takeUp() {
  const given = pending;
  pending = null;
  if (!given) return true;
  if (isSame(given.session)) await renew(given.token, given.session);
  else {
    stranger = given.session;
    await dropPending();
  }
  return stranger === null;
}

/** @param {Session} fresh */
const isSame = (fresh) => fresh.user.id === session().user.id && fresh.project.code === session().project.code;

/** @param {HTMLElement} place @param {string[]} params */
async function start(place, [given = ""]) {
  const tell = wordsOf(place);
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
  const [code, name, secret, twice] = /** @type {HTMLInputElement[]} */ (["code", "name", "secret", "secret_again"].map((each) => form.elements.namedItem(each)));
  const error = /** @type {HTMLElement} */ (place.querySelector("[data-error]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const mode = !isSetUp() ? "new" : isOpen() ? "again" : "shut";
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-mode]"))) part.hidden = !part.dataset.mode?.split(" ").includes(mode);
  if (mode === "shut" && facts().pending) /** @type {HTMLElement} */ (place.querySelector("[data-resume]")).hidden = false;
  if (facts().ended === "wiped") /** @type {HTMLElement} */ (place.querySelector("[data-wiped]")).hidden = false;
  if (code && given) code.value = given;
  if (code && name && mode !== "shut") (given ? name : code).focus();
  if (mode === "again" && name) name.value = session().device.name;

  /** @param {HTMLInputElement | undefined} input @param {string} sentence */
  const refuse = (input, sentence) => {
    error.hidden = false;
    error.lastElementChild?.replaceChildren(sentence);
    input?.setAttribute("aria-invalid", "true");
    (input ?? error).focus();
  };

  if (stranger && mode === "again") refuseStranger(stranger);
  stranger = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!code || !name || !secret || !twice || button.ariaDisabled === "true") return;
    error.hidden = true;
    for (const input of [code, name, secret, twice]) input.removeAttribute("aria-invalid");
    if (!code.value.trim()) return refuse(code, tell("code-missing"));
    if (mode === "new") {
      const wrong = wrongSecret(secret, twice);
      if (wrong) return refuse(...wrong);
    }
    button.ariaDisabled = "true";
    try {
      if (mode === "shut" && (await resume())) return go("lock");
      const account = await enrol(code.value.trim(), name.value.trim());
      if (mode === "new") await begin(secret.value, account);
      else if (mode === "again") await goOn(account);
      else await admit(account);
    } catch (wrong) {
      if (!(wrong instanceof Trouble)) throw wrong;
      refuse(code, wrong.kind === "refused" || wrong.message ? wrong.message : tell(wrong.kind === "busy" ? "busy" : "offline"));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });

  /** @param {string} chosen @param {Account} account */
  async function begin(chosen, account) {
    await setUp(chosen, account.token, account.session);
    await navigator.storage?.persist?.();
    noteTouch();
    void restart();
    go("home");
  }

  /** Somebody else's records must not be sent under this person's name. @param {Session} theirs */
  function refuseStranger({ user }) {
    refuse(code, tell(allItems().length ? "other-unsent" : "other", session().user.name, user.name));
  }

  /** @param {Account} account */
  async function goOn(account) {
    if (!isSame(account.session)) {
      return refuseStranger(account.session);
    }
    await renew(account.token, account.session);
    void restart();
    go("home");
  }

  /** A code that was accepted before the page was loaded again. It gives no new tries: the office does not look on a second time. */
  async function resume() {
    const kept = await openPending(typed());
    if (kept) pending = kept;
    return kept !== null;
  }

  /** The letters of the code, as the server reads them. */
  function typed() {
    return (code?.value ?? "").toUpperCase().replace(/[^0-9A-Z]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  }

  /** @param {Account} account */
  async function admit(account) {
    pending = account;
    await keepPending(typed(), account);
    await readmit(account.token);
    go("lock");
  }

  return startInstall(place);
}

/** Start afresh under the code that was just given: what is here is lost. @param {string} secret */
export async function startAfresh(secret) {
  if (!pending) return false;
  const account = pending;
  pending = null;
  await setUp(secret, account.token, account.session);
  noteTouch();
  void restart();
  return true;
}

/** The secret was forgotten: the data under another one, and open. Throws Trouble, with the code recovery.… for what cannot be. @param {string} secret */
export async function setAnew(secret) {
  const { sealed } = facts();
  if (!pending || !sealed) return;
  const isOurs = await reopen(await openSealed(pending.token, sealed), secret);
  if (!isOurs) throw new Trouble("refused", "", "recovery.closed");
}

/** Whether the server has just let this tablet in. */
export const isReadmitted = () => pending !== null;

export default { name: "enrol", start };
