import assert from "node:assert/strict";
import { test } from "node:test";

import { complete, distanceOf, stroke, verdict } from "../../assets/stage/learn/curve.js";

const NONE = Array(8).fill(NaN);
const REST = { first: 3, last: 7 };

test("a stroke that begins later is bridged from the last number that is known", () => {
  const drawn = stroke(NONE, REST, null, { step: 5, value: 0.2 }, 0.8);
  assert.deepEqual(drawn, [NaN, NaN, NaN, 0.6, 0.4, 0.2, NaN, NaN]);
});

test("where nothing is known before it the bridge is level", () => {
  assert.deepEqual(stroke(NONE, REST, null, { step: 4, value: 0.2 }, undefined), [NaN, NaN, NaN, 0.2, 0.2, NaN, NaN, NaN]);
});

test("a fast hand leaves no gaps, forwards and backwards", () => {
  const forwards = stroke(NONE, REST, { step: 3, value: 0 }, { step: 7, value: 1 }, 0);
  assert.deepEqual(forwards.slice(3), [0, 0.25, 0.5, 0.75, 1]);
  const backwards = stroke(forwards, REST, { step: 7, value: 0 }, { step: 5, value: -1 }, 0);
  assert.deepEqual(backwards.slice(3), [0, 0.25, -1, -0.5, 0]);
});

test("a later stroke goes over the one before, and the rest stays", () => {
  const first = stroke(NONE, REST, { step: 3, value: 1 }, { step: 7, value: 1 }, 1);
  assert.deepEqual(stroke(first, REST, null, { step: 5, value: 0 }, 1).slice(3), [1, 1, 0, 1, 1]);
});

test("a stroke back over what is not drawn yet is bridged too", () => {
  const drawn = stroke(NONE, REST, { step: 7, value: 0 }, { step: 6, value: 0 }, 1);
  assert.deepEqual(drawn.slice(3), [0.75, 0.5, 0.25, 0, 0]);
});

test("nothing is drawn outside of the steps that are asked for", () => {
  const drawn = stroke(NONE, { first: 3, last: 4 }, { step: 0, value: 1 }, { step: 7, value: 1 }, 1);
  assert.deepEqual(drawn, [NaN, NaN, NaN, 1, 1, NaN, NaN, NaN]);
});

test("a curve is complete once every step has a value", () => {
  assert.equal(complete(NONE, REST), false);
  assert.equal(complete([NaN, NaN, NaN, 1, 1, 1, 1, NaN], REST), false);
  assert.equal(complete([NaN, NaN, NaN, 1, 1, 1, 1, 0], REST), true);
});

test("the distance is the mean of absolute ones, with the step where it is largest", () => {
  const curve = [NaN, NaN, NaN, 0.5, 0.5, 0.5, 0.5, 0.5];
  const truth = Float32Array.of(9, 9, 9, 0.5, 0.25, -0.5, 0.75, 0.5);
  const { mean, share, worst } = distanceOf(curve, truth, REST, 2);
  assert.equal(mean, (0 + 0.25 + 1 + 0.25 + 0) / 5);
  assert.equal(share, mean / 2);
  assert.deepEqual(worst, { step: 5, value: 0.5, truth: -0.5 });
});

test("of steps that are equally far the first one is named", () => {
  const { worst } = distanceOf([0, 0, 0], [0, 1, -1], { first: 0, last: 2 }, 1);
  assert.equal(worst.step, 1);
});

test("the same distance on a gate's scale and on a state's is not as far", () => {
  const away = [0.15];
  const on = (span) => verdict(distanceOf([0], away, { first: 0, last: 0 }, span).share);
  assert.deepEqual([on(1), on(2)], ["far", "fair"]);
  assert.deepEqual([0.05, 0.0501, 0.1, 0.1001].map(verdict), ["near", "fair", "fair", "far"]);
});
