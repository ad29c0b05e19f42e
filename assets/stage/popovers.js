// @ts-nocheck
// Streamlit's popovers (“settings”, “export”) are dialogs without a name that leave the focus on their
// button, far from what they show: whoever opens one by key is led into it, and by Escape back.

const BODY = "[data-testid=stPopoverBody]";
const BUTTON = "[data-testid=stPopoverButton]";
const INSIDE = "a[href], button, input, select, textarea, [tabindex]:not([tabindex='-1'])";
const PATIENCE = 2000; // milliseconds for Streamlit to draw it

export function ledIntoPopovers() {
  const opened = ({ target, detail }) => {
    const button = target.closest?.(BUTTON);
    if (button) soon((body) => enter(body, button, detail === 0));
  };
  document.addEventListener("click", opened);
  return () => document.removeEventListener("click", opened);
}

// act(body) as soon as a popover has something in it.
function soon(act) {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const body = document.querySelector(BODY);
    if (body?.querySelector(INSIDE)) act(body);
    else if (performance.now() < until) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function enter(body, button, byKey) {
  body.setAttribute("aria-label", (button.querySelector("p") ?? button).textContent.trim());
  body.addEventListener("keydown", ({ key }) => key === "Escape" && button.focus());
  if (byKey) body.querySelector(INSIDE).focus();
}
