// "Exit this page": the link at the top of every page, or Shift pressed three times.
// Without this script the link leads to /leave/, which does what a server can. What the script adds: the page is blank
// at once, everything typed is gone, and this page is replaced in the history, so that Back does not show it. It tells
// /leave/ as well, which takes from the browser the key of what the server holds of a form.

const PRESSES = 3;
const WITHIN = 5000;
// On-screen keyboards send a Shift of their own for each capital letter, but without a key's place.
const SHIFT_KEYS = new Set(["ShiftLeft", "ShiftRight"]);

const bar = document.querySelector("[data-exit]");
const link = bar?.querySelector("a");
const dots = bar?.querySelector(".exit__dots");
const status = bar?.querySelector("[role=status]");

let presses = 0;
let timer;
let isTyped = false;
const held = new Set();

function emptyFields() {
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = "";
  }
}

function leave() {
  emptyFields();
  document.title = "\u00a0";
  document.body.replaceChildren();
  // Sent even when the page is gone; nobody waits for the answer. Where it cannot be sent, the way leads past /leave/.
  const isTold = navigator.sendBeacon?.(link.href);
  // Not assign(): it would leave this page one press of Back away, with what was typed.
  location.replace((isTold && bar.dataset.exitTo) || link.href);
}

function show(words) {
  dots.hidden = presses === 0;
  dots.textContent = "\u25cf".repeat(presses) + "\u25cb".repeat(PRESSES - presses);
  status.textContent = words;
}

function stop() {
  clearTimeout(timer);
  if (presses === 0) return;
  presses = 0;
  show(bar.dataset.stopped);
}

function press() {
  clearTimeout(timer);
  presses += 1;
  if (presses === PRESSES) {
    leave();
    return;
  }
  show(presses === 1 ? bar.dataset.twoLeft : bar.dataset.oneLeft);
  timer = setTimeout(stop, WITHIN);
}

if (bar && link) {
  link.addEventListener("click", (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift" && SHIFT_KEYS.has(event.code)) {
      if (event.repeat || event.isComposing) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.getModifierState("AltGraph")) stop();
      else held.add(event.code);
      return;
    }
    // A capital letter or a shortcut is being typed; it is not an exit.
    held.clear();
    stop();
  }, true);

  // Counted when the key comes up: only then is it certain that nothing was typed with it.
  document.addEventListener("keyup", (event) => {
    if (event.key === "Shift" && held.delete(event.code)) press();
  }, true);

  // Selecting text with Shift and the pointer is not an exit either.
  document.addEventListener("pointerdown", () => {
    held.clear();
    stop();
  }, true);
}

// Browsers put back what was typed before when a page is shown again, by Back or anew. What a person types into this
// page while it is still loading, perhaps before this script arrived, is not of that kind.
const [arrival] = performance.getEntriesByType("navigation");
document.addEventListener("input", (event) => {
  if (event.isTrusted) isTyped = true;
}, true);
window.addEventListener("pageshow", (event) => {
  if (!event.persisted && (isTyped || arrival?.type === "navigate")) return;
  for (const form of document.forms) form.reset();
});
