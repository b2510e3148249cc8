// Long work: an element with data-poll asks its address every second and shows the answer,
// {"done": 30, "whole": 200, "text": sentence, "state": word, "badge": HTML, "location": address or null}. With a location the
// work is over. The badge of another state takes the place of the page's (data-poll-badge).

/** @param {HTMLElement} place */
async function poll(place) {
  let wait = 1000;
  try {
    const answer = await fetch(place.dataset.poll ?? "", { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.ok) {
      const told = await answer.json();
      if (told.location) return location.assign(told.location);
      const bar = place.querySelector("progress");
      if (bar && told.whole) {
        bar.max = told.whole;
        bar.value = told.done;
      } else bar?.removeAttribute("value"); // nobody knows how much there is: the bar only says that it goes on
      const text = place.querySelector("[data-poll-text]");
      const badge = document.querySelector("[data-poll-badge]");
      if (badge && told.badge && badge.querySelector("[data-state]")?.getAttribute("data-state") !== told.state) badge.innerHTML = told.badge;
      if (text && text.textContent !== told.text) text.textContent = told.text ?? "";
    } else wait = 5000;
  } catch {
    wait = 5000;
  }
  if (place.isConnected) setTimeout(() => poll(place), wait);
}

/** @param {ParentNode} root */
export function startPolling(root) {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-poll]"))) setTimeout(() => poll(place), 600);
}
