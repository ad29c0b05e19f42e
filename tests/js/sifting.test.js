import assert from "node:assert/strict";
import { test } from "node:test";

import { textOf, thresholdOf } from "../../assets/stage/lens/sifting.js";

test("a question is written as a link has it", () => {
  assert.equal(textOf({ asked: "mean", track: "update", above: true, threshold: 0.9 }), "mean.update.above.0.9");
  assert.equal(textOf({ asked: "unit", track: "hidden", above: false, threshold: -0.25 }), "unit.hidden.below.-0.25");
});

test("a threshold is any number that a link can say", () => {
  assert.equal(thresholdOf("0.9"), 0.9);
  assert.equal(thresholdOf("-0.12345678"), -0.123457);
  assert.equal(thresholdOf("1e-9"), 0);
  for (const wrong of ["", " ", "much", "1e9", "NaN"]) assert.equal(thresholdOf(wrong), null);
});
