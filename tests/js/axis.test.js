import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { axisOf } from "../../assets/stage/lens/axis.js";

const ORDER = [2, 0, 1]; // units from top to bottom
const LABELS = ["h", "2", "l"];
const stepsFrom = (first) => axisOf({ kind: "steps", first }, LABELS);
const units = axisOf({ kind: "units", order: ORDER }, LABELS);

test("the place of each step leads back to it, with and without the state before the first", () => {
  for (const axis of [stepsFrom(1), stepsFrom(0)]) {
    for (const step of LABELS.keys()) {
      const i = axis.at({ step });
      assert.deepEqual(axis.place(i), { step });
      assert.equal(axis.entries[i].key, step + 1);
      assert.deepEqual(axis.all({ step }), [i]);
    }
  }
});

test("the state before the first step is one column more, where the cursor cannot go", () => {
  const axis = stepsFrom(0);
  assert.equal(axis.length, stepsFrom(1).length + 1);
  assert.equal(axis.names[0], "the initial state");
  assert.equal(axis.place(0), undefined);
});

test("a step is named with its input, unless that is only its number", () => {
  assert.deepEqual(stepsFrom(1).names, ["step 1, when the input was h", "step 2", "step 3, when the input was l"]);
});

test("rows of units stand as they are ordered", () => {
  assert.deepEqual(units.names, ["unit 3", "unit 1", "unit 2"]);
  for (const unit of ORDER) assert.deepEqual(units.place(units.at({ unit })), { unit });
});

test("a unit that is not on show is at no row", () => {
  assert.equal(units.at({ unit: 9 }), null);
  assert.deepEqual(units.all({ unit: 9 }), []);
});

test("rows with names of their own can be several of a unit, or of none", () => {
  const of = { kind: "named", names: ["a", "b", "c"], noun: "terms" };
  const owned = axisOf({ ...of, order: [5, 7, 5] }, LABELS);
  assert.deepEqual(owned.all({ unit: 5 }), [0, 2]);
  assert.deepEqual(owned.place(1), { unit: 7 });
  const loose = axisOf({ ...of, order: [] }, LABELS);
  assert.equal(loose.place, undefined);
  assert.deepEqual(loose.all({ unit: 0 }), []);
});
