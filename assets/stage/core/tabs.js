// Rows of tabs by keys: Tab comes to the open one of a row and leaves the row, arrows go along it, Enter
// opens. Where a pointer has pressed a tab, the arrows stay the cursor's.

/** @type {Record<string, (at: number) => number>} */
const MOVES = { ArrowLeft: (at) => at - 1, ArrowRight: (at) => at + 1, Home: () => 0, End: () => -1 };
let walked = false; // whether it was Tab that led to where the focus is

document.addEventListener("pointerdown", () => (walked = false), true);
document.addEventListener("keydown", ({ key }) => (walked ||= key === "Tab"), true);

// Whether this key went along a row of tabs.
/** @param {KeyboardEvent} event */
export function alongTabs(event) {
  const tab = /** @type {HTMLElement} */ (event.composedPath()[0]);
  const move = MOVES[event.key];
  const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!walked || !move || !plain || tab.getAttribute?.("role") !== "tab") return false;
  const tabs = [.../** @type {Element} */ (tab.closest("[role=tablist]")).querySelectorAll("[role=tab]")];
  const to = /** @type {HTMLElement} */ (tabs.at(move(tabs.indexOf(tab)) % tabs.length));
  event.preventDefault();
  tab.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  return true;
}

// A row of tabs and what they lead to: each names the panel, and the open one gives the panel its name.
// Without tabs it is no panel. name: of the panel, once on a page.
/** @param {HTMLElement[]} tabs @param {HTMLElement} panel @param {string} name */
export function withPanel(tabs, panel, name) {
  panel.id = `gs-${name}`;
  const open = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  for (const [i, tab] of tabs.entries()) {
    tab.id = `${panel.id}-tab-${i + 1}`;
    tab.setAttribute("aria-controls", panel.id);
  }
  panel.toggleAttribute("role", Boolean(open));
  panel.toggleAttribute("aria-labelledby", Boolean(open));
  if (!open) return;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", open.id);
}
