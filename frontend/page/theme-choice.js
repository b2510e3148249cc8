// The choice of colours in the page's head; theme.js puts it on before the next page is painted.

export function startThemeChoice() {
  const choice = document.querySelector("[data-theme-choice]");
  if (!choice) return;
  let kept = "";
  try {
    kept = localStorage.getItem("theme") ?? "";
  } catch {
    // kept for this page only
  }
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (choice.querySelectorAll("[name=theme]"))) {
    radio.checked = radio.value === kept;
  }
  choice.addEventListener("change", (event) => {
    const radio = /** @type {HTMLInputElement} */ (event.target);
    try {
      if (radio.value) localStorage.setItem("theme", radio.value);
      else localStorage.removeItem("theme");
    } catch {
      document.documentElement.dataset.theme = radio.value || "light";
    }
    dispatchEvent(new Event("themechoice"));
  });
}
