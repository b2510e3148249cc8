// Runs before the first paint: which of the three sets of colours this page wears, and that scripts are at work.
// The choice is kept on this machine (light, dark, sunlight); without one, the system's wish decides.

(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js") || root.classList.add("js");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const contrast = matchMedia("(prefers-contrast: more)");

  function apply() {
    let choice = null;
    try {
      choice = localStorage.getItem("theme");
    } catch {
      // A browser that keeps nothing still follows the system.
    }
    root.dataset.theme = choice || (contrast.matches ? "sunlight" : dark.matches ? "dark" : "light");
  }

  apply();
  dark.addEventListener("change", apply);
  contrast.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("themechoice", apply);
})();
