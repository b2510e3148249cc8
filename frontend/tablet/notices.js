// What stands above every page: who one works for, how the outbox and the connection are, and what cannot wait.

import { needsYou, unsent } from "./outbox.js";
import { facts, isOpen, onChange, onLock, session } from "./store.js";
import { flush, SKEW_TOLD, status } from "./sync.js";
import { newVersion, take } from "./version.js";
import { make, piece, timeOf, word } from "./words.js";

const DAY_MS = 86_400_000;
/** A version of the application that is kept and not shown yet, "" where there is none. */
let waiting = "";
/** The person has said so, before the new one was there. */
let isWanted = false;

/** @param {string} name */
const at = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));

/** Unsent first: it is what a person must know. @returns {[string, string]} a drawing and words */
function connection() {
  const { busy, trouble, detail, got } = status();
  const waits = unsent().length;
  const words = [];
  if (busy) words.push(got ? word("sync-got", got) : word("sync-busy"));
  else if (trouble === "offline") words.push(word("sync-offline"));
  else if (trouble === "busy") words.push(word("sync-server"));
  else if (trouble === "old") words.push(word("sync-old"));
  else if (trouble === "refused") words.push(word("sync-refused", detail));
  if (waits) words.push(word("sync-unsent", waits));
  if (!words.length) words.push(facts().synced ? word("sync-done", timeOf(facts().synced)) : word("sync-never"));
  const drawing = busy ? "refresh" : trouble && trouble !== "offline" ? "warning" : waits || trouble ? "unsent" : "check";
  return [drawing, words.join(" · ")];
}

/** How things stand, in one line. */
export const connectionText = () => connection()[1];

/** @param {string} tone @param {string} text @param {HTMLElement} [action] */
const notice = (tone, text, action) =>
  make("div", { class: `notice tone-${tone}` }, piece(tone === "info" ? "icon-info" : "icon-warning"), make("div", {}, make("p", {}, text)), action);

/** @param {string} href @param {string} text */
const link = (href, text) => make("a", { class: "button", href }, text);

function update() {
  const button = make("button", { class: "button button-primary", type: "button", "data-update": true }, word("warn-update-do"));
  button.addEventListener("click", () => {
    if (!navigator.serviceWorker?.controller) return location.reload(); // no worker stands between: the new one comes by itself
    isWanted = true;
    if (waiting) void putToWork(waiting);
    else document.dispatchEvent(new CustomEvent("outdated")); // fetched first, and then put to work at once
  });
  return button;
}

/** @param {string} version */
async function putToWork(version) {
  await take((await newVersion()) || version); // a newer one may just have taken its place
  location.reload();
}

function warnings() {
  const told = [];
  const outdated = status().trouble === "old";
  if (waiting || outdated) told.push(notice(outdated ? "warn" : "info", word(outdated ? "warn-outdated" : "warn-update"), update()));
  if (!isOpen()) return told;
  const { ended, skew, oldest } = facts();
  const needs = needsYou().length;
  if (ended === "unknown") told.push(notice("bad", word("warn-unknown"), link("#/enrol", word("warn-unknown-do"))));
  if (Math.abs(skew) > SKEW_TOLD) told.push(notice("warn", word("warn-skew", Math.round(Math.abs(skew) / 60))));
  if (oldest && unsent().length && Date.now() - Date.parse(oldest) > DAY_MS) told.push(notice("warn", word("warn-old", timeOf(oldest))));
  if (needs && document.body.dataset.page !== "done") told.push(notice("bad", word("warn-needs", needs), link("#/done", word("warn-needs-do"))));
  return told;
}

let shown = "";

function draw() {
  const open = isOpen();
  at("sync").hidden = at("project").hidden = !open;
  at("tabs").hidden = !open || facts().ended === "revoked";
  if (!open) for (const name of ["project", "sync-text"]) at(name).replaceChildren(); // a locked tablet names nobody
  else {
    const [drawing, text] = connection();
    const { project, user } = session();
    at("project").replaceChildren(make("strong", {}, project.name), make("span", { class: "code" }, user.name));
    at("sync-text").textContent = text;
    at("sync-icon").replaceChildren(piece(`icon-${drawing}`));
    at("sync").dataset.state = status().busy ? "busy" : "idle";
    at("sync").dataset.unsent = String(unsent().length);
  }
  const told = warnings();
  const words = told.map((each) => each.textContent).join("\n");
  if (words === shown) return; // said once is enough for who listens
  shown = words;
  at("notices").replaceChildren(...told);
}

/** @param {ServiceWorkerRegistration} registration */
async function watch(registration) {
  const look = async () => {
    waiting = navigator.serviceWorker.controller ? await newVersion() : "";
    if (waiting && isWanted) return putToWork(waiting);
    draw();
  };
  const follow = () => registration.installing?.addEventListener("statechange", look);
  registration.addEventListener("updatefound", follow);
  follow();
  document.addEventListener("outdated", () => {
    registration.update().then(async () => {
      await look();
      if (isWanted && !waiting && !registration.installing) location.reload(); // what is shown is newer than this window
    }, () => {
      isWanted = false; // no network: pressed again when there is one
    });
  });
  await look();
}

async function startWorker() {
  const { worker, scope } = document.body.dataset;
  if (!navigator.serviceWorker || !worker) return;
  try {
    await watch(await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" }));
  } catch {
    // Off the network, or forbidden here: the page works on, and tries again when it is opened the next time.
  }
}

export function startNotices() {
  onChange(draw);
  onLock(draw);
  addEventListener("hashchange", () => queueMicrotask(draw));
  setInterval(draw, 60_000);
  at("sync").addEventListener("click", () => void flush());
  draw();
  void startWorker();
}
