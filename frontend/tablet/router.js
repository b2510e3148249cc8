// One document, many pages: `#/household/<id>` puts the template `page-household` into <main> and starts it. The key of the
// data lives in memory, so the document must never be left. Addresses carry ids, nothing about anybody.

import { startAnswers } from "../page/answers.js";
import { startConditions } from "../page/condition.js";
import { startProgress } from "../page/progress.js";
import { focusSummary } from "../page/summary.js";

/**
 * @typedef {object} TabletPage
 * @property {string} [title] what the tab is called; the page's h1 where it is left out
 * @property {boolean} [veiled] out of sight until it is filled
 * @property {(place: HTMLElement, params: string[]) => Promise<void | (() => void)> | void | (() => void)} start fills the page; may return a clean-up
 */

/** @type {Map<string, TabletPage>} */
const pages = new Map();
/** @type {void | (() => void)} */
let leave;
/** The page to show instead of the one that was asked for. @type {(asked: string) => string} */
let gate = (asked) => asked;
/** How far each page was scrolled, for coming back. @type {Map<string, number>} */
const scrolled = new Map();
let shown = "";
let forward = false;
let turn = 0;

/** @param {string} name @param {TabletPage} page */
export function route(name, page) {
  pages.set(name, page);
}

/** @param {string} name */
export const hasPage = (name) => pages.has(name);

/** @param {(asked: string) => string} decide */
export function setGate(decide) {
  gate = decide;
}

/** The address of a page, for a link. @param {string} name @param {...string} params */
export const hrefOf = (name, ...params) => `#/${[name, ...params].map(encodeURIComponent).join("/")}`;

/** @param {string} name @param {...string} params */
export function go(name, ...params) {
  const href = hrefOf(name, ...params);
  forward = true;
  if (location.hash === href) void show();
  else location.hash = href;
}

/** To the page before, or to the household's or the first page where this one was opened directly. */
export function back() {
  if (history.length > 1) history.back();
  else go("home");
}

/** Start what forms need in a part of a page that was just put in place. @param {ParentNode} root */
export function enhance(root) {
  startConditions(root);
  startAnswers(root);
  startProgress(root);
  focusSummary(root);
}

/** Show the page of the address again, from its template. */
export async function show() {
  const mine = ++turn;
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const address = location.hash;
  const [asked = "", ...params] = address.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const name = gate(pages.has(asked) ? asked : "home");
  const page = /** @type {TabletPage} */ (pages.get(name));
  const template = document.getElementById(`page-${name}`);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no template of the page ${name}`);
  leave?.();
  leave = undefined;
  shown = "";
  delete document.body.dataset.ready;
  document.body.dataset.page = name;
  main.toggleAttribute("data-veiled", page.veiled ?? false);
  main.replaceChildren(template.content.cloneNode(true));
  /** @type {void | (() => void)} */
  let done;
  try {
    done = await page.start(main, name === asked ? params : []);
  } catch (error) {
    if (mine === turn) {
      main.removeAttribute("data-veiled");
      throw error;
    }
    return; // left or locked while it was being filled
  }
  if (mine !== turn) return done?.();
  leave = done;
  enhance(main);
  main.removeAttribute("data-veiled");
  const heading = main.querySelector("h1");
  document.title = [page.title ?? heading?.textContent?.trim() ?? "", document.body.dataset.app ?? ""].filter(Boolean).join(" · ");
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.getAttribute("data-tab") === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!main.contains(document.activeElement)) {
    const target = heading ?? main;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
  scrollTo(0, forward ? 0 : (scrolled.get(address) ?? 0));
  shown = address;
  forward = false;
  document.body.dataset.ready = name;
  document.dispatchEvent(new CustomEvent("shown"));
}

export function startRouter() {
  addEventListener("hashchange", () => void show());
  addEventListener("scroll", () => shown && scrolled.set(shown, scrollY), { passive: true });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    if (!link || event.defaultPrevented) return;
    const href = link.getAttribute("href") ?? "";
    if (href.startsWith("#/")) {
      forward = true;
      if (href === location.hash) void show();
      return;
    }
    // A link within the page (a section, an error): the address belongs to the router.
    event.preventDefault();
    const target = document.getElementById(decodeURIComponent(href.slice(1)));
    target?.scrollIntoView();
    if (target) target.focus({ preventScroll: true });
  });
}
