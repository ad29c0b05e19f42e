import assert from "node:assert/strict";
import { test } from "node:test";

import { withPage } from "./page.js";

const SENTENCES = ["Click it.", "clicks", "clicked; clicking", "Point at a row", "Hover over it", "a point at 3", "a clickable"];

// A module is read once: under another address it is read again.
async function said(page) {
  withPage(page);
  const { byHand } = await import(`../../assets/stage/core/hands.js?${JSON.stringify(page)}`);
  return SENTENCES.map(byHand);
}

test("every form of a click is a tap where the page is touched", async () => {
  const tapped = ["Tap it.", "taps", "tapped; tapping", "Tap a row", "Tap it", "a point at 3", "a clickable"];
  assert.deepEqual(await said({ touched: true }), tapped);
});

test("a sentence is said as it was written where there is a mouse", async () => {
  assert.deepEqual(await said({ touched: false }), SENTENCES);
});
