// Photos of papers and rooms: the category first, then each photo is looked at before it counts. One record for each photo.

import { fillForm, keepTyped, onDiscard, pairsOf, part, showHousehold, takeUp } from "../fill.js";
import { dropInvalid, findItem, record } from "../outbox.js";
import { saidProblems } from "../door.js";
import { showProblems, unanswered } from "../problem.js";
import { go, show } from "../router.js";
import { startShots } from "../shots.js";
import { household, reference } from "../store.js";
import { word } from "../words.js";

export default {
  name: "photo",
  /** @param {HTMLElement} place @param {string[]} params the household, then a category or a refused record */
  async start(place, [hid = "", wanted = ""]) {
    const row = await household(hid);
    if (!row) return go("home");
    const form = /** @type {HTMLFormElement} */ (part(place, "form"));
    const field = /** @type {HTMLElement} */ (part(place, "[data-shots=photos]"));
    const name = `photo:${hid}`;
    const refused = wanted ? findItem(wanted) : undefined;
    showHousehold(place, row);
    fillForm(form, refused ? refused.event.pairs : [["is_original", "yes"], ["category", wanted in (reference()?.categories ?? {}) ? wanted : ""]]);
    const draft = await takeUp(place, form, name);
    const category = /** @type {HTMLSelectElement} */ (part(form, "[name=category]"));
    /** @type {import("../shots.js").Shot[]} */
    const before = draft?.shots ?? (refused ? [{ sha: refused.event.about.photo, size: 0 }] : []);
    /** @type {ReturnType<typeof keepTyped>} */
    const kept = keepTyped(form, name, () => ({ shots: taken.shots }));
    const taken = await startShots(form, "photos", { category: () => category.value, changed: kept.touch, kept: before, many: true });
    onDiscard(place, name, () => void show());

    // The category decides how large a photo is kept, so it is asked for first.
    const ask = () => {
      for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (field.querySelectorAll("[data-shot]"))) input.disabled = category.value === "";
      field.classList.toggle("shots-wait", category.value === "");
    };
    category.addEventListener("change", ask);
    ask();

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problems = [...unanswered(form), ...taken.problems()];
      if (problems.length === 0 && taken.shots.length === 0) problems.push({ target: field, text: field.dataset.none ?? "" });
      if (showProblems(place, form, problems) || form.dataset.sent !== undefined) return;
      form.dataset.sent = "";
      kept.pause(true);
      const { pairs } = pairsOf(form);
      const title = pairs.find(([one]) => one === "title")?.[1] ?? category.selectedOptions[0]?.text ?? "";
      const rest = pairs.filter(([one]) => one !== "title");
      try {
        const many = taken.shots.length > 1;
        for (let number = 1, [shot] = taken.shots; shot; number++, [shot] = taken.shots) {
          const called = many ? `${title} ${number}` : title;
          const isLast = taken.shots.length === 1;
          await record({ type: "document", hid, base: row.v, pairs: [...rest, ["title", called]], blobs: [shot.sha], about: { photo: shot.sha }, draft: isLast ? name : undefined });
          taken.shots.shift(); // were the next one to fail, this one is not recorded twice
        }
        if (refused) await dropInvalid(refused.event.id, word("resolved"));
      } catch (error) {
        delete form.dataset.sent;
        kept.pause(false);
        kept.touch();
        throw error;
      }
      go("household", hid);
    });
    if (refused) queueMicrotask(() => showProblems(place, form, saidProblems(form, refused)));
    return () => {
      kept.stop();
      taken.stop();
    };
  },
};
