import assert from "node:assert/strict";
import { test } from "node:test";

import { Cover } from "../../assets/stage/learn/cover.js";

const panel = { cell: "gru", order: [2, 0, 1] }; // unit 0 is in the second row
const cover = (from) => new Cover({ now: { message: { panels: [panel] } } }, { part: "gru.hidden", unit: 0, from });

function heatmap(rows, columns, grid) {
  const z = Array.from({ length: rows }, (_, row) => Float32Array.from({ length: columns }, (_, i) => row + i / 10));
  return { data: [{ z }], layout: {}, ...(grid ? { grid } : {}) };
}

function hidden(values) {
  return Array.from(values, Number.isNaN).lastIndexOf(false) + 1;
}

test("one row is covered after a step, of one track alone", () => {
  const figure = heatmap(3, 5);
  const { z } = cover(1).figure("gru.hidden", figure).data[0];
  assert.deepEqual(z.map(hidden), [5, 2, 5]);
  assert.equal(cover(1).figure("gru.update", figure), figure);
  assert.equal(Number.isNaN(figure.data[0].z[1][4]), false); // what was sent stays as it is
});

test("with a state the states of cells made alike are covered, of cells drawn at random none", () => {
  const tracks = (...names) => names.map((track) => ({ track }));
  const gru = { cell: "gru", unlike: "", order: [2, 0, 1], tracks: tracks("reset", "update", "candidate", "hidden") };
  const lstm = { cell: "lstm", unlike: "", order: [0, 1, 2], tracks: tracks("input", "forget", "candidate", "output", "cell", "hidden") };
  const parts = (part, panels) => new Cover({ now: { message: { panels } } }, { part, unit: 0, from: 1 }).parts;
  assert.deepEqual(parts("gru.hidden", [gru, lstm]), ["gru.hidden", "lstm.cell", "lstm.hidden"]);
  assert.deepEqual(parts("gru.hidden", [gru, { ...lstm, unlike: "drawn at random" }]), ["gru.hidden"]);
  assert.deepEqual(parts("lstm.hidden", [gru, lstm]), ["lstm.hidden", "gru.hidden", "lstm.cell"]);
  assert.deepEqual(parts("gru.update", [gru, lstm]), ["gru.update", "lstm.input", "lstm.forget"]);
  assert.deepEqual(parts("lstm.forget", [gru, lstm]), ["lstm.forget", "gru.update"]);
  assert.deepEqual(parts("gru.reset", [gru, lstm]), ["gru.reset"]);
  const one = new Cover({ now: { message: { panels: [gru, lstm] } } }, { part: "gru.hidden", unit: 0, from: 1 });
  assert.deepEqual(one.figure("lstm.cell", heatmap(3, 5)).data[0].z.map(hidden), [2, 5, 5]); // its own order of units
});

test("a projected state has no row for units beyond its numbers, and nothing of it is covered then", () => {
  const of = (unit) => {
    const tracks = [{ track: "cell", units: 3 }, { track: "hidden", units: 2 }];
    const panels = [{ cell: "lstm", unlike: "", order: [0, 1, 2], tracks }];
    return new Cover({ now: { message: { panels } } }, { part: "lstm.cell", unit, from: 1 });
  };
  const state = heatmap(2, 5);
  assert.equal(of(2).figure("lstm.hidden", state), state);
  assert.deepEqual(of(1).figure("lstm.hidden", state).data[0].z.map(hidden), [5, 2]);
});

test("the same figure is covered to the same one", () => {
  const figure = heatmap(3, 5);
  const one = cover(1);
  assert.equal(one.figure("gru.hidden", figure), one.figure("gru.hidden", figure));
});

test("of blocks every one is covered that has a covered number in it", () => {
  const grid = { rows: 3, columns: 10, tall: 2, wide: 4 };
  for (const [from, first] of [[0, 0], [2, 0], [3, 1], [6, 1], [7, 2]]) {
    const { z } = cover(from).figure("gru.hidden", heatmap(2, 3, grid)).data[0];
    assert.deepEqual(z.map(hidden), [first, 3], `after ${from}`);
  }
});

test("a line ends at the step, and others go on", () => {
  const line = (meta) => ({ meta, y: Float32Array.from([1, 2, 3, 4]) });
  const { data } = cover(2).lines({ data: [line("gru.hidden"), line("gru.reset"), line("x.0")] }, 4);
  assert.deepEqual(data.map(({ y }) => hidden(y)), [3, 4, 4]);
});

test("of a condensed line both points of a block go with it", () => {
  // 40 steps in pairs of points, one pair for eight steps
  const y = Float32Array.from({ length: 10 }, (_, i) => i);
  for (const [from, first] of [[6, 0], [7, 2], [14, 2], [15, 4]]) {
    assert.equal(hidden(cover(from).line("gru.hidden", y, 40, 4 / 40)), first, `after ${from}`);
  }
});

test("a number is covered by its row and its step", () => {
  const one = cover(1);
  assert.deepEqual([[1, 1], [1, 2], [0, 2]].map(([row, step]) => one.hides("gru.hidden", row, step)), [false, true, false]);
  assert.equal(one.hides("gru.update", 1, 2), false);
});
