import assert from "node:assert/strict";
import { test } from "node:test";

import { withPage } from "./page.js";

// A module is read once: under another address it is read again.
async function said(page) {
  withPage(page);
  const { byHand } = await import(`../../assets/stage/core/hands.js?${JSON.stringify(page)}`);
  return byHand({ mouse: "Click it.", finger: "Tap it." });
}

test("what is said for a finger is said where the page is touched", async () => {
  assert.equal(await said({ touched: true }), "Tap it.");
});

test("what is said for a mouse is said where there is one", async () => {
  assert.equal(await said({ touched: false }), "Click it.");
});
