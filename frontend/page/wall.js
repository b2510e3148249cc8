// The wall screen: nobody touches it, so it renews itself and says so when it cannot. Each data-wall seconds the page is
// fetched again and its main part put in the place of the old one.

/** @param {HTMLElement} wall */
async function renew(wall) {
  let told = wall.dataset.lost ?? "";
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (answer.redirected) told = wall.dataset.signedOut ?? "";
    else if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-wall]");
      if (next instanceof HTMLElement) {
        wall.replaceWith(next);
        return again(next);
      }
    }
  } catch {
    // The network is away: the old figures stay, with the time from which they are.
  }
  const place = wall.querySelector("[data-wall-told]");
  if (place) place.textContent = told;
  again(wall);
}

/** @param {HTMLElement} wall */
function again(wall) {
  setTimeout(() => renew(wall), Number(wall.dataset.wall) * 1000);
}

export function startWall() {
  const wall = document.querySelector("[data-wall]");
  if (wall instanceof HTMLElement) again(wall);
}
