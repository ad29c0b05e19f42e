import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns } from "../../assets/stage/core/columns.js";
import { Cursor } from "../../assets/stage/core/cursor.js";

const GROUPS = [{ before: 0, labels: ["1"] }, { before: 2, labels: ["4", "5"] }, { before: 3, labels: ["7"] }];

test("masked steps stand between those that are read, under their own labels", () => {
  const columns = new Columns(3, GROUPS);
  assert.equal(columns.count, 7);
  assert.deepEqual(columns.of, [1, 2, 5]);
  assert.deepEqual([...columns.masked], [[0, "1"], [3, "4"], [4, "5"], [6, "7"]]);
  assert.deepEqual(columns.runs, [[0, 1], [3, 5], [6, 7]]);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((column) => columns.stepAt(column)), [-1, 0, 1, 1, 1, 2, 2]);
});

test("a state is what it was at a masked step, and a gate is nothing", () => {
  const columns = new Columns(3, GROUPS);
  assert.deepEqual(columns.spread([0.1, 0.2, 0.3], true, NaN), [NaN, 0.1, 0.2, 0.2, 0.2, 0.3, 0.3]);
  assert.deepEqual(columns.spread([0.1, 0.2, 0.3], false, NaN), [NaN, 0.1, 0.2, NaN, NaN, 0.3, NaN]);
});

test("without masked steps a column is a step", () => {
  const columns = new Columns(4);
  assert.deepEqual([columns.count, columns.of, columns.runs], [4, [0, 1, 2, 3], []]);
  assert.equal(columns.stepAt(3), 3);
});

test("the cursor goes through masked steps, and its step is the one that is kept", () => {
  const cursor = new Cursor(() => {});
  cursor.enter(new Columns(3, GROUPS), 2, { step: 0, unit: 1 });
  const seen = [];
  cursor.stepBy(-Infinity);
  for (let i = 0; i < 7; i++) {
    seen.push([cursor.column, cursor.step, cursor.masked]);
    cursor.stepBy(1);
  }
  assert.deepEqual(seen, [[0, 0, true], [1, 0, false], [2, 1, false], [3, 1, true], [4, 1, true], [5, 2, false], [6, 2, true]]);
  cursor.move(2);
  assert.equal(cursor.column, 5);
});

test("an answer leaves the cursor at its masked step", () => {
  const cursor = new Cursor(() => {});
  cursor.enter(new Columns(3, GROUPS), 2, { step: 0, unit: 0 });
  cursor.to(4);
  assert.equal(cursor.enter(new Columns(3, GROUPS), 2), false);
  assert.equal(cursor.column, 4);
  cursor.enter(new Columns(3), 2);
  assert.deepEqual([cursor.column, cursor.step, cursor.masked], [1, 1, false]);
});

test("what may be looked at ends before the masked steps behind it", () => {
  const cursor = new Cursor(() => {});
  cursor.enter(new Columns(3, GROUPS), 2, { step: 0, unit: 0 });
  cursor.held = { step: 1, unit: 0 };
  cursor.stepBy(Infinity);
  assert.deepEqual([cursor.column, cursor.step], [2, 1]);
});
