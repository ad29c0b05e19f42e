import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { arrays, exists, gateOf, nameOf, placeOf, projected, targetAt } from "../../assets/stage/core/cells.js";

// An LSTM of four units whose hidden state is projected to two numbers, on one input.
const panel = {
  cell: "lstm", name: "LSTM", units: 4, order: [0, 1, 2, 3],
  initials: [{ part: "h0", symbol: "h", units: 2 }, { part: "c0", symbol: "c", units: 4 }],
  gates: [{ gate: "forget", name: "forget gate" }],
  projection: { gate: "projection", name: "projection", symbol: "P" },
  segments: [{ part: "w_x", start: 0, size: 1 }, { part: "w_h", start: 1, size: 2 }, { part: "b_x", start: 3, size: 1 }],
};
const rows = { ...panel, units: 2, order: [0, 1] }; // as its plots of h have it
const plots = new Map([
  ["lstm.h0", { kind: "initial", part: "lstm.h0", panel: rows, initial: panel.initials[0], size: [2, 1] }],
  ["lstm.c0", { kind: "initial", part: "lstm.c0", panel, initial: panel.initials[1], size: [4, 1] }],
  ["lstm.weights.projection", { kind: "weights", part: "lstm.weights.projection", panel: projected(panel), gate: "projection", size: [2, 4] }],
  ["lstm.weights.forget", { kind: "weights", part: "lstm.weights.forget", panel, gate: "forget", size: [4, 4] }],
]);

test("a projected state has as many numbers as it is projected to, and the cell state one for each unit", () => {
  const choices = arrays({ labels: ["a"], x: { channels: ["u"] }, panels: [panel] });
  for (const [target, there] of [["lstm.h0.1", true], ["lstm.h0.2", false], ["lstm.c0.3", true], ["lstm.w_h.forget.3.1", true], ["lstm.w_h.forget.3.2", false], ["lstm.w_p.1.3", true], ["lstm.w_p.2.0", false], ["lstm.w_p.0.4", false]]) {
    assert.equal(exists(target, choices), there, target);
    assert.equal(placeOf(target, plots) !== null, there, target);
  }
});

test("every cell that can be edited leads to a target and back", () => {
  for (const entry of plots.values()) {
    for (let row = 0; row < entry.size[0]; row++) {
      for (let column = 0; column < entry.size[1]; column++) {
        const place = placeOf(targetAt(entry, { row, column }), plots);
        assert.deepEqual([place.entry, place.row, place.column], [entry, row, column]);
      }
    }
  }
});

test("a number of the projection has its name, and its matrix is found beside those of the gates", () => {
  const choices = arrays({ labels: ["a"], x: { channels: ["u"] }, panels: [panel] });
  assert.equal(nameOf("lstm.w_p.1.3", choices), "LSTM: projection P, number 2, from unit 4");
  assert.deepEqual(gateOf("lstm.w_p.1.3"), { cell: "lstm", gate: "projection" });
  assert.deepEqual(gateOf("lstm.w_h.forget.3.1"), { cell: "lstm", gate: "forget" });
  assert.equal(targetAt(plots.get("lstm.weights.projection"), { row: 1, column: 3 }), "lstm.w_p.1.3");
  assert.equal(exists("lstm.w_p.0.0", arrays({ labels: ["a"], x: { channels: ["u"] }, panels: [{ ...panel, projection: null }] })), false);
});
