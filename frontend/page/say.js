// Sentences of the scripts, in the language of the page (templates/macros/messages.html), and the voice for screen readers.

/**
 * The sentence of a name in `data-…` of #messages, with {0}, {1} filled in.
 * @param {string} name
 * @param {...(string | number)} values
 */
export function say(name, ...values) {
  const sentence = document.getElementById("messages")?.dataset[name] ?? "";
  return values.reduce((/** @type {string} */ text, value, at) => text.replace(`{${at}}`, String(value)), sentence);
}

/** @type {HTMLElement | undefined} */
let voice;

/** Tell people who listen to the page what just changed on it. @param {string} text */
export function announce(text) {
  if (!voice) {
    voice = document.createElement("div");
    voice.className = "sr";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = text;
}
