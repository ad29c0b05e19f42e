import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { alongMenu } from "../../assets/stage/core/menu.js";

let items, closed, page;
const popover = { hidePopover: () => (closed = true) };

beforeEach(() => {
  globalThis.document = page = { activeElement: null };
  items = ["first", "second", "third"].map((name) => ({ name, focus() { page.activeElement = this; } }));
  closed = false;
});

// Presses the keys one after the other; returns where the focus is, and what became of the last key.
function press(...keys) {
  const became = {};
  for (const key of keys) {
    Object.assign(became, { stopped: false, taken: false });
    alongMenu({ key, stopPropagation: () => (became.stopped = true), preventDefault: () => (became.taken = true) }, items, popover);
  }
  return { at: page.activeElement?.name, ...became };
}

test("arrows go round the items", () => {
  items[0].focus();
  assert.equal(press("ArrowDown", "ArrowRight").at, "third");
  assert.equal(press("ArrowDown").at, "first");
  assert.equal(press("ArrowUp").at, "third");
  assert.equal(press("ArrowLeft").at, "second");
});

test("Home and End go to both ends", () => {
  items[1].focus();
  assert.equal(press("End").at, "third");
  assert.equal(press("Home").at, "first");
});

test("Tab closes the menu and goes on as it does everywhere", () => {
  items[1].focus();
  assert.equal(press("Tab").taken, false);
  assert.ok(closed);
});

test("no key of a menu reaches the stage, and others than its own do nothing", () => {
  items[1].focus();
  assert.deepEqual(press("x"), { at: "second", stopped: true, taken: false });
  assert.deepEqual(press("ArrowDown"), { at: "third", stopped: true, taken: true });
  assert.equal(closed, false);
});
