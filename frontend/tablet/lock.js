// The tablet locks itself: after five minutes without a touch, or out of sight for as long.

import { isOpen, lock, onLock } from "./store.js";
import { word } from "./words.js";

const IDLE_MS = 5 * 60_000;
let touched = Date.now();

const late = () => isOpen() && Date.now() - touched >= IDLE_MS;

export function startLock() {
  onLock((reason) => {
    why = reason;
  });
  for (const type of ["pointerdown", "keydown", "input", "scroll"]) {
    addEventListener(type, () => {
      if (late()) lock(word("locked-idle")); // a timer that slept with the tablet
      else touched = Date.now();
    }, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", () => late() && lock(word("locked-idle")));
  setInterval(() => late() && lock(word("locked-idle")), 5000);
}

let why = "";

/** Why the tablet was locked, "" when somebody wanted it. */
export const whyLocked = () => why;

/** Somebody has just unlocked. */
export function noteTouch() {
  touched = Date.now();
}
