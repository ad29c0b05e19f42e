// What the page has computed, compared with what the server says: a cell of one unit that adds its input to
// its state stands for any.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compared } from "../../assets/stage/compute/checking.js";

const STEPS = [0, 1, 2, 3];

// A core as the comparison sees it: its tracks, and one step of it.
function coreOf(own, { single = false, x = [1, 2, 3, 4] } = {}) {
  return {
    sent: { single },
    tracksOf: () => ({ hidden: own }),
    stepOf: (cell, step, before) => ({ hidden: [(before ? before("hidden")[0] : 0) + x[step]] }),
  };
}

const told = (values, steps = STEPS) => ({ steps, cells: { gru: { hidden: Float64Array.from(values) } } });

test("numbers that are the same are counted", () => {
  assert.deepEqual(compared(coreOf([1, 3, 6, 10]), ["gru"], told([1, 3 + 4e-13, 6, 10])), { same: 4, all: 4, fault: null });
});

test("a step that the page computes otherwise is a fault, with how far it is off", () => {
  const { fault } = compared(coreOf([1, 3, 6, 10.5], { x: [1, 2, 3, 4.5] }), ["gru"], told([1, 3, 6, 10]));
  assert.deepEqual(fault, { cell: "gru", track: "hidden", most: 0.5 });
});

test("numbers that have come apart from step to step are no fault where each step is the same", () => {
  assert.deepEqual(compared(coreOf([1, 3, 6.5, 10.5]), ["gru"], told([1, 3, 6, 10])), { same: 2, all: 4, fault: null });
});

test("of a large screen the steps that were sent are compared", () => {
  assert.deepEqual(compared(coreOf([1, 3, 6, 10]), ["gru"], told([1, 10], [0, 3])), { same: 2, all: 2, fault: null });
});

test("a number that is not one is never the same", () => {
  assert.notEqual(compared(coreOf([1, 3, Number.NaN, 10]), ["gru"], told([1, 3, 6, 10])).same, 4);
});

test("in float32 one unit of the last place may be another, two may not", () => {
  const next = (value, by) => value + by * 2 ** -22 * 4; // of numbers from 4 to 8
  assert.equal(compared(coreOf([4.5], { single: true, x: [4.5] }), ["gru"], told([next(4.5, 0.25)], [0])).same, 1);
  assert.equal(compared(coreOf([4.5], { single: true, x: [4.5] }), ["gru"], told([next(4.5, 2)], [0])).same, 0);
});
