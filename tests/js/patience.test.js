import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Patience } from "../../assets/stage/core/patience.js";

const SMALL = { labels: ["a", "b"], panels: [{ units: 4 }] };
const LARGE = { labels: 3000, panels: [{ units: 300 }] };
const [RUNS, ONLY_LOOKS] = [true, false];
let patience;

beforeEach(() => {
  patience = new Patience();
  patience.about(LARGE, true);
});

test("where runs are short the same answer is waited for every time", () => {
  patience.about(SMALL, false);
  patience.learn(RUNS, 9000);
  for (const silences of [0, 1, 5]) assert.equal(patience.wait(RUNS, silences), 4000);
});

test("on a large screen the first answer is given the longest time", () => {
  assert.equal(patience.wait(RUNS, 0), 20_000);
  assert.equal(patience.wait(ONLY_LOOKS, 0), 20_000);
});

test("four times the longest answer is waited for, twice that after a silence, 20 seconds at most", () => {
  for (const took of [1000, 2000, 1500]) patience.learn(RUNS, took);
  assert.deepEqual([0, 1, 2, 3].map((silences) => patience.wait(RUNS, silences)), [8000, 16_000, 20_000, 20_000]);
});

test("quick answers do not make it less patient than on a small screen", () => {
  patience.learn(ONLY_LOOKS, 300);
  assert.equal(patience.wait(ONLY_LOOKS, 0), 4000);
});

test("what takes a run and what does not are learned apart", () => {
  patience.learn(ONLY_LOOKS, 300);
  assert.equal(patience.wait(RUNS, 0), 20_000);
});

test("what was learned is of a screen of that size", () => {
  patience.learn(RUNS, 2000);
  patience.about({ ...LARGE }, true);
  assert.equal(patience.wait(RUNS, 0), 8000);
  patience.about({ ...LARGE, labels: 9000 }, true);
  assert.equal(patience.wait(RUNS, 0), 20_000);
});
