// @ts-nocheck
// Menus by keys: arrows go round their items, Home and End to both ends, Tab closes them and goes on.

const FORWARD = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// A key pressed in a menu, which is not meant for the stage behind. popover: what holds its items.
export function alongMenu(event, items, popover) {
  event.stopPropagation();
  if (event.key === "Tab") return popover.hidePopover(); // and on from the button
  const at = items.indexOf(document.activeElement);
  const to = { Home: 0, End: -1 }[event.key] ?? at + FORWARD[event.key];
  if (Number.isNaN(to)) return;
  event.preventDefault();
  items.at(to % items.length).focus();
}
