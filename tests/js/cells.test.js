import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { arrays, exists, nameOf, placeOf, split, targetAt } from "../../assets/stage/core/cells.js";

// A GRU of three units on two inputs, whose units are not in their own order.
const panel = {
  cell: "gru", name: "GRU", units: 3, order: [2, 0, 1],
  initials: [{ part: "h0", symbol: "h", units: 3 }],
  gates: [{ gate: "reset", name: "reset gate" }, { gate: "update", name: "update gate" }],
  segments: [
    { part: "w_x", start: 0, size: 2 }, { part: "w_h", start: 2, size: 3 },
    { part: "b_x", start: 5, size: 1 }, { part: "b_h", start: 6, size: 1 },
  ],
};
const message = { labels: ["a", "b", "c", "d"], x: { channels: ["u", "v"] }, panels: [panel] };
const plots = new Map([
  ["x", { kind: "x", part: "x", size: [2, 4] }],
  ["gru.h0", { kind: "initial", panel, initial: panel.initials[0], size: [3, 1] }],
  ...panel.gates.map(({ gate }) => [`gru.weights.${gate}`, { kind: "weights", panel, gate, size: [3, 7] }]),
]);
const choices = arrays(message);

function* cells() {
  for (const entry of plots.values()) {
    for (let row = 0; row < entry.size[0]; row++) {
      for (let column = 0; column < entry.size[1]; column++) yield { entry, row, column };
    }
  }
}

test("each cell has a number of its own, which leads back to the cell", () => {
  const targets = new Set();
  for (const place of cells()) {
    const target = targetAt(place.entry, place);
    assert.deepEqual(placeOf(target, plots), place);
    targets.add(target);
  }
  assert.equal(targets.size, [...cells()].length);
});

test("the numbers on screen are those that there are to choose from, and no others", () => {
  const counted = choices.reduce((sum, { axes }) => sum + axes.reduce((product, [, size]) => product * size, 1), 0);
  assert.equal(counted, [...cells()].length);
  for (const place of cells()) assert.ok(exists(targetAt(place.entry, place), choices));
});

test("numbers beyond an edge, and of what is not there, are nowhere", () => {
  for (const target of ["x.4.0", "x.0.2", "gru.h0.3", "gru.w_x.update.3.0", "gru.b_h.update.3", "lstm.h0.0", "gru.w_x.candidate.0.0"]) {
    assert.equal(placeOf(target, plots), null, target);
    assert.equal(exists(target, choices), false, target);
  }
});

test("a number beyond its own matrix is not one of its neighbour's", () => {
  for (const target of ["gru.w_x.update.0.2", "gru.w_h.update.0.3", "gru.w_x.update.0.-1"]) {
    assert.equal(placeOf(target, plots), null, target);
  }
});

test("a second bias that the notation leaves out is on no plot", () => {
  const one = { ...panel, segments: panel.segments.slice(0, 3) };
  const known = new Map([["gru.weights.update", { kind: "weights", panel: one, gate: "update", size: [3, 6] }]]);
  assert.equal(placeOf("gru.b_h.update.0", known), null);
  assert.deepEqual(placeOf("gru.b_x.update.2", known), { entry: known.get("gru.weights.update"), row: 0, column: 5 });
});

test("a heatmap of a track has no number that can be edited", () => {
  assert.equal(targetAt({ kind: "track", panel }, { row: 0, column: 0 }), null);
});

test("a number is named in words that count from 1", () => {
  assert.equal(nameOf("x.0.1", choices), "input x, step 1, input 2");
  assert.equal(nameOf("gru.h0.2", choices), "GRU: initial h₀, unit 3");
  assert.equal(nameOf("gru.w_h.update.2.0", choices), "GRU: update gate U (from h), unit 3, from unit 1");
  assert.equal(nameOf("gru.b_x.reset.1", choices), "GRU: reset gate bias b, unit 2");
  assert.equal(nameOf("lstm.h0.0", choices), "lstm.h0.0");
});

test("a target splits into its array and its indices", () => {
  const { choice, index } = split("gru.w_h.update.2.0", choices);
  assert.deepEqual([choice.id, index], ["gru.w_h.update", [2, 0]]);
  assert.equal(split("nothing.1", choices), undefined);
});
