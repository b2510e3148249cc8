// Line numbers beside a text that is written line by line (textarea data-lines), and links that lead to a line of it
// (data-go-line). Without this script the text is the same, only without numbers.

/** @param {HTMLTextAreaElement} text */
function addNumbers(text) {
  const frame = document.createElement("div");
  const numbers = document.createElement("pre");
  frame.className = "lines";
  numbers.className = "line-numbers";
  numbers.setAttribute("aria-hidden", "true"); // the place of the caret is told by the reader's own software
  text.replaceWith(frame);
  frame.append(numbers, text);
  let shown = 0;
  const draw = () => {
    const count = text.value.split("\n").length;
    if (count !== shown) numbers.textContent = Array.from({ length: count }, (_each, line) => line + 1).join("\n");
    shown = count;
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("input", draw);
  text.addEventListener("scroll", draw);
  draw();
}

/** Put the caret on a line and select it. @param {HTMLTextAreaElement} text @param {number} line from 1 */
function goTo(text, line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus({ preventScroll: true });
  text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 6);
  text.scrollLeft = 0;
  text.scrollIntoView({ block: "center" });
}

/** @param {ParentNode} root */
export function showLines(root) {
  for (const text of root.querySelectorAll("textarea[data-lines]")) {
    if (text instanceof HTMLTextAreaElement && !text.closest(".lines")) addNumbers(text);
  }
}

export function startLines() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-go-line]") : null;
    const text = document.querySelector("textarea[data-lines]");
    if (button instanceof HTMLElement && text instanceof HTMLTextAreaElement) goTo(text, Number(button.dataset.goLine));
  });
}
