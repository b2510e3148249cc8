// The tablet (平板): one document whose pages are swapped in place, so that the key of what it keeps stays in memory.
// docs/sync.md is the contract with the server; frontend/tablet/store.js keeps everything, sealed.

import { startDialogs } from "./page/dialog.js";
import { startRows } from "./page/rows.js";
import { startSheet } from "./page/sheet.js";
import { startSummary } from "./page/summary.js";
import { startLock } from "./tablet/lock.js";
import { startNotices } from "./tablet/notices.js";
import { pages } from "./tablet/page/index.js";
import { go, route, setGate, show, startRouter } from "./tablet/router.js";
import { facts, isOpen, isSetUp, onLock, openStore } from "./tablet/store.js";
import { startSync } from "./tablet/sync.js";
import { make, word } from "./tablet/words.js";

/** Say why the tablet cannot work here, in the place of a page. @param {string} sentence */
function refuse(sentence) {
  const main = document.querySelector("main");
  main?.replaceChildren(make("h1", {}, document.body.dataset.app ?? ""), make("p", { class: "notice tone-warn", role: "alert" }, sentence));
  document.body.dataset.ready = "refused";
}

/** Only one window works at a time: what it holds in memory is the truth of the outbox. */
async function becomeOnly() {
  const kept = new Promise(() => {}); // held until this document is gone
  const mine = await new Promise((resolve) => {
    void navigator.locks.request("ruhu-tablet", { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? kept : undefined;
    });
  });
  if (mine) return;
  refuse(word("warn-tab"));
  await new Promise((resolve) => {
    void navigator.locks.request("ruhu-tablet", () => {
      resolve(undefined);
      return kept;
    });
  });
}

/** Which page stands in for the one that was asked for. @param {string} asked */
function gate(asked) {
  if (!isSetUp()) return "enrol";
  if (!isOpen()) return asked === "enrol" ? "enrol" : "lock";
  if (facts().ended === "revoked") return "lock";
  return asked === "lock" ? "home" : asked;
}

async function start() {
  if (!isSecureContext || !navigator.locks || !crypto.subtle) return refuse(word("warn-insecure"));
  await becomeOnly();
  try {
    await openStore();
  } catch {
    return refuse(word("warn-storage"));
  }
  startDialogs();
  startSummary();
  startRows();
  startSheet();
  for (const [name, page] of pages) route(name, page);
  setGate(gate);
  document.addEventListener("wiped", () => go("enrol"));
  startRouter();
  startLock();
  onLock(() => void show());
  startSync();
  startNotices();
  await show();
}

void start();
