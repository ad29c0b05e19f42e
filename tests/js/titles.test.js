import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { axisOf } from "../../assets/stage/lens/axis.js";
import { axisTitles } from "../../assets/stage/tools/titles.js";

const labels = ["1", "2", "3"];
const steps = axisOf({ kind: "steps", first: 1 }, labels);
const units = (...order) => axisOf({ kind: "units", order }, labels);
const named = (noun, ...names) => axisOf({ kind: "names", names, order: [], noun }, labels);
const chart = (reads, corner, rows, columns, data = [], values = []) => axisTitles(
  { kind: "lens", chart: { reads }, plot: { figure: { data } } },
  { corner, values, rows: rows.entries, columns: columns.entries, kinds: [rows.noun, columns.noun] },
);

test("a grid has steps along; down are its units, its steps or what its rows are", () => {
  assert.deepEqual(chart("grid", "unit", units(0, 1), steps), ["step", "unit"]);
  assert.deepEqual(chart("grid", "unit", units(1, 0), steps), ["step", "units, sorted"]);
  assert.deepEqual(chart("grid", "step", steps, steps), ["step", "step"]);
  assert.deepEqual(chart("grid", "number", named("numbers", "→1", "←1"), steps), ["step", "number"]);
  assert.deepEqual(chart("grid", "step", named("steps", "step 1"), named("blocks", "steps 1 to 4")), ["block", "step"]);
});

test("lines have steps along and values up, bars values along and what they are of down", () => {
  assert.deepEqual(chart("across", "step", steps, named("quantities", "kept", "written")), ["step", "value"]);
  const bars = [{ type: "bar" }, { type: "scatter" }];
  assert.deepEqual(chart("down", "term", named("terms", "bias b", "sum"), named("factors", "product"), bars), ["value", "term"]);
});

test("a curve with a point on it names both of its numbers", () => {
  const rows = named("quantities", "pre-activation", "z", "slope");
  assert.deepEqual(chart("down", "quantity", rows, named("values", "value"), [{ type: "scatter" }]), ["pre-activation", "z"]);
});

test("points are at their first two columns, or each column is a line over the rows", () => {
  const shares = named("shares", "near 1", "near 0");
  const rows = named("points", "z of unit 1", "z of unit 2");
  const data = [{ meta: "behind", x: [5] }, { x: Float32Array.of(0.1, 0.2) }];
  assert.deepEqual(chart("points", "unit", rows, shares, data, [[0.1, 0.9], [0.2, 0.8]]), ["near 1", "near 0"]);
  const sizes = named("sizes", "4 units", "8 units");
  assert.deepEqual(chart("points", "size", sizes, named("cells", "GRU"), [{ x: [2, 3] }], [[72], [240]]), ["size", "value"]);
});

test("plots of the screen have steps along, and weights what they are from", () => {
  const panel = { order: [0, 1], segments: [{ part: "w_x" }, { part: "w_h" }, { part: "b_x" }, { part: "b_h" }] };
  assert.deepEqual(axisTitles({ kind: "x" }), ["step", ""]);
  assert.deepEqual(axisTitles({ kind: "lines" }), ["step", ""]);
  assert.deepEqual(axisTitles({ kind: "track", panel }), ["step", "unit"]);
  assert.deepEqual(axisTitles({ kind: "weights", panel }), ["from input x, from state h, biases b and d", "unit"]);
  const sorted = { order: [1, 0], segments: panel.segments.slice(0, 3) };
  assert.deepEqual(axisTitles({ kind: "weights", panel: sorted }), ["from input x, from state h, bias b", "units, sorted"]);
});
