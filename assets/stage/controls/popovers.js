// What Streamlit leaves out of its controls above the stage: words on those whose labels are hidden, and a way
// into its popovers. These (“settings”, “export”) are dialogs without a name that leave the focus on their
// button, far from what they show: whoever opens one by key is led into it, and by Escape back.

const BODY = "[data-testid=stPopoverBody]";
const BUTTON = "[data-testid=stPopoverButton]";
const LISTS = ".st-key-choices";
const INSIDE = "a[href], button, input, select, textarea, [tabindex]:not([tabindex='-1'])";
const PATIENCE = 15_000; // milliseconds for Streamlit to draw it, and for the server to say what is in it
const LOOK = 60; // milliseconds

export function ledIntoPopovers() {
  /** @param {MouseEvent} event */
  const opened = ({ target, detail }) => {
    const button = /** @type {HTMLElement | null | undefined} */ (/** @type {Element} */ (target).closest?.(BUTTON));
    if (button) soon((body) => enter(body, button, detail === 0));
  };
  document.addEventListener("click", opened);
  return () => document.removeEventListener("click", opened);
}

// A word on the controls above the stage, whose labels are hidden. words: by their keys.
/** @param {Record<string, string>} words */
export function nameControls(words) {
  for (const [key, text] of Object.entries(words)) {
    document.querySelector(`.st-key-${key}`)?.setAttribute("title", text);
  }
}

// act(body) as soon as a popover has something in it.
/** @param {(body: HTMLElement) => void} act */
function soon(act) {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const body = /** @type {HTMLElement | null} */ (document.querySelector(BODY));
    const empty = body?.querySelector(LISTS) && !body.querySelector(`${LISTS} button`); // the stage's own are not there yet
    if (body?.querySelector(INSIDE) && !empty) act(body);
    else if (performance.now() < until) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** @param {HTMLElement} body @param {HTMLElement} button @param {boolean} byKey */
function enter(body, button, byKey) {
  body.setAttribute("aria-label", (button.querySelector("p") ?? button).textContent.trim());
  body.addEventListener("keydown", ({ key }) => key === "Escape" && button.focus());
  if (byKey) lead();
}

// To the first control, and again where that is taken away from under the focus: of one that was closed a moment ago what
// was there before is still there, and goes before it comes anew.
function lead() {
  const enterFirst = () => /** @type {HTMLElement | null} */ (document.querySelector(`${BODY} :is(${INSIDE})`))?.focus();
  enterFirst();
  const until = performance.now() + PATIENCE;
  const timer = setInterval(() => {
    if (document.activeElement === document.body) enterFirst();
    if (performance.now() > until) clearInterval(timer);
  }, LOOK);
  document.addEventListener("pointerdown", () => clearInterval(timer), { once: true, capture: true });
}
