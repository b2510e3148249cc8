// What I did: what needs me, what has not been sent, what the server took in the last seven days.

import { connectionText } from "../notices.js";
import { done, dropInvalid, findItem, needsYou, unsent } from "../outbox.js";
import { exportFile, handOut } from "../export.js";
import { hasPage, hrefOf } from "../router.js";
import { onChange } from "../store.js";
import { flush } from "../sync.js";
import { make, piece, timeOf, wordsOf } from "../words.js";

/** @typedef {import("../outbox.js").Item} Item */
/** @typedef {(name: string, ...values: (string | number)[]) => string} Tell */

/** Where a record of a type is made, and so mended. @type {Record<string, string>} */
const PAGE_OF = { save: "sheet", resolve: "sheet", visit: "visit", briefing: "briefing", consent: "consent", withdraw: "withdraw", request: "request", delivery: "delivery", signature: "sign", document: "photo", create: "household" };

/** What the server said of it. @param {Item} item */
function said({ result, reason }) {
  return [...new Set([result?.message, ...(result?.errors ?? []).map((error) => error.message), reason])].filter((text) => text !== undefined && text !== "");
}

/** One record: what, where, when, how it stands. @param {Item} item @param {boolean} withDoor @param {...Node} more */
export function itemLine(item, withDoor, ...more) {
  const { event, label, door, status } = item;
  return make(
    "li", { class: "item", "data-qa": `item-${status}` },
    make("div", { class: "list-main" },
      make("strong", {}, label), " ",
      withDoor && door ? make("a", { class: "target", href: hrefOf("household", event.hid) }, door) : null, " ",
      make("time", { class: "soft small", datetime: event.at }, timeOf(event.at)),
      ...said(item).map((text) => make("p", { class: "small" }, text ?? ""))),
    make("span", { class: "row-line" }, ...more, piece(`item-${status}`)),
  ); // prettier-ignore
}

/** @param {HTMLElement} place */
async function start(place) {
  const tell = wordsOf(place);
  const dialog = /** @type {HTMLDialogElement} */ (place.querySelector("dialog"));
  const reason = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  let dropping = "";

  /** @param {Item} item */
  const actions = ({ event, status }) => {
    const drop = make("button", { type: "button", class: "button button-small", [status === "held" ? "data-fold" : "data-drop"]: event.id }, tell(status === "held" ? "fold" : "drop"));
    if (status === "conflict" && hasPage("conflict")) return [make("a", { class: "button button-primary", href: hrefOf("conflict", event.hid, event.id) }, tell("choose"))];
    const page = PAGE_OF[event.type] ?? "household";
    if ((status === "invalid" || status === "unsubmitted") && hasPage(page)) return [make("a", { class: "button", href: hrefOf(page, event.hid, ...(page === "household" ? [] : [event.id])) }, tell("mend")), drop];
    return [drop];
  };

  /** @param {string} name @param {Item[]} items @param {(item: Item) => Node[]} more */
  const fill = (name, items, more) => {
    const part = /** @type {HTMLElement} */ (place.querySelector(`[data-part=${name}]`));
    part.hidden = items.length === 0;
    part.querySelector("ul")?.replaceChildren(...items.map((item) => itemLine(item, true, ...more(item))));
  };

  const draw = async () => {
    const settled = await done();
    if (!place.isConnected || !place.querySelector("[data-connection]")) return;
    /** @type {HTMLElement} */ (place.querySelector("[data-connection]")).textContent = connectionText();
    fill("needs", needsYou(), actions);
    fill("unsent", unsent(), ({ attempts, event }) => [
      ...(event.blobs.length ? [make("span", { class: "soft small" }, tell("photos", event.blobs.length))] : []),
      ...(attempts ? [make("span", { class: "soft small" }, tell("tried", attempts))] : []),
    ]);
    fill("done", settled, () => []);
    /** @type {HTMLElement} */ (place.querySelector("[data-empty]")).hidden = settled.length + needsYou().length + unsent().length > 0;
  };

  place.querySelector("[data-do-sync]")?.addEventListener("click", () => void flush());
  place.querySelector("[data-do-export]")?.addEventListener("click", async () => handOut(await exportFile()));
  for (const list of place.querySelectorAll("ul")) {
    list.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset.fold) void dropInvalid(button.dataset.fold, tell("folded"));
      if (!button?.dataset.drop) return;
      dropping = button.dataset.drop;
      const item = findItem(dropping);
      reason.value = "";
      dialog.querySelector("[data-drop-what]")?.replaceChildren(item ? `${item.label} ${item.door}` : "");
      dialog.returnValue = "";
      dialog.showModal();
    });
  }
  dialog.addEventListener("close", () => dialog.returnValue === "drop" && void dropInvalid(dropping, reason.value.trim()));
  await draw();
  return onChange(() => void draw());
}

export default { name: "done", start };
