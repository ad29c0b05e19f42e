// Menus by keys: arrows go round their items, Home and End to both ends, Tab closes them and goes on.

/** @type {Record<string, number>} */
const ENDS = { Home: 0, End: -1 };
/** @type {Record<string, number>} */
const FORWARD = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// A key pressed in a menu, which is not meant for the stage behind. popover: what holds its items.
/** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {HTMLElement} popover */
export function alongMenu(event, items, popover) {
  event.stopPropagation();
  if (event.key === "Tab") return popover.hidePopover(); // and on from the button
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = ENDS[event.key] ?? at + FORWARD[event.key];
  if (Number.isNaN(to)) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}
