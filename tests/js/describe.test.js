import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { counts, describe, initialOf, sheetOf, withInitial } from "../../assets/stage/tools/describe.js";

const update = { track: "update", gate: "update", name: "update gate", symbol: "z" };
const hidden = { track: "hidden", gate: "hidden", name: "hidden state", symbol: "h" };
const panel = {
  cell: "gru", name: "GRU", order: [1, 0], tracks: [update, hidden], gates: [{ ...update, gate: "reset", name: "reset gate" }, update],
  initials: [{ of: "hidden", part: "h0", symbol: "h" }],
  segments: [
    { part: "w_x", start: 0, size: 2 }, { part: "w_h", start: 2, size: 2 },
    { part: "b_x", start: 4, size: 1 }, { part: "b_h", start: 5, size: 1 },
  ],
};
const message = { labels: ["a", "2", "c"], x: { channels: ["cue", "2"] }, panels: [panel], parts: {}, inner: { cell: "gru", polarity: "keep" }, numbers: "ticket", limits: { block: 99 } };
const drawn = (z) => ({ figure: { data: [{ z: z.map((row) => Float32Array.from(row)) }] } });
const plain = { knows: () => true, isPicture: () => false };
const here = (channel = plain, more = {}) => ({ channel, cursor: { step: 0, unit: 1 }, now: { message: { ...message, ...more } } });

const gate = { kind: "track", part: "gru.update", panel, track: update, plot: drawn([[0.25, 0.5, 1], [0, 0, 1]]) };
const state = { kind: "track", part: "gru.hidden", panel, track: hidden, plot: drawn([[3, 4, 5], [6, 7, 8]]) };
const strip = { kind: "initial", part: "gru.h0", panel, initial: panel.initials[0], plot: drawn([[1], [2]]) };

test("rows are units in the order of the screen, columns steps with what the input is called there", () => {
  const { rows, columns, values } = sheetOf(gate, here());
  assert.deepEqual(rows.map(({ name }) => name), ["unit 2", "unit 1"]);
  assert.deepEqual(columns.map(({ name, label }) => [name, label]), [["step 1", "a"], ["step 2", ""], ["step 3", "c"]]);
  assert.deepEqual(values.map((row) => [...row]), [[0.25, 0.5, 1], [0, 0, 1]]);
});

test("a text alternative says what it is, how large, and where the least and the greatest number are first", () => {
  const said = "GRU update gate. 2 units down, 3 steps across, from 0 at unit 1, step 1 (a), to 1 at unit 2, step 3 (c).";
  assert.equal(describe(sheetOf(gate, here())), said);
});

test("where all numbers are one, that is said", () => {
  const entry = { ...gate, plot: drawn([[0.5, 0.5], [0.5, 0.5]]) };
  assert.match(describe(sheetOf(entry, here())), /every number 0\.5\b/);
});

test("numbers of which only the colours are here are not quoted", () => {
  const sheet = sheetOf(gate, here({ ...plain, knows: (_, row) => row === 0 }));
  assert.equal(sheet.exact, false);
  assert.equal(describe(sheet), "GRU update gate. 2 units down, 3 steps across; the exact numbers come when they are asked for.");
});

test("of what is too large to send a sheet says where its numbers are", () => {
  const sheet = sheetOf(gate, here({ ...plain, isPicture: () => true }));
  assert.deepEqual(sheet.source, { ticket: "ticket", part: "gru.update", unit: 1, size: [2, 3], block: 99 });
  assert.equal(sheet.values, undefined);
});

test("a z that writes says so in its words and in the name of its file, other gates do not", () => {
  const writes = here(plain, { inner: { cell: "gru", polarity: "write" } });
  const sheet = sheetOf(gate, writes);
  assert.match(describe(sheet), /Here z says how much is written\.$/);
  assert.equal(sheet.file, "gru-update-writes");
  assert.equal(sheetOf(state, writes).note, undefined);
});

test("the initial state stands before the first step as step 0", () => {
  const plots = new Map([["gru.h0", strip]]);
  assert.equal(initialOf(gate, plots), undefined);
  const whole = withInitial(sheetOf(state, here()), initialOf(state, plots), here());
  assert.deepEqual(whole.columns.map(({ key }) => key), [0, 1, 2, 3]);
  assert.deepEqual(whole.values, [[1, 3, 4, 5], [2, 6, 7, 8]]);
  assert.deepEqual(counts(whole), ["2 units", "3 steps"]);
});

test("columns of weights are named by where they come from", () => {
  const entry = { kind: "weights", part: "gru.weights.update", panel, gate: "update", plot: drawn([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]) };
  const { columns, title } = sheetOf(entry, here());
  assert.equal(title, "GRU weights of the update gate");
  const names = ["from x1", "from x2", "from h2", "from h1", "bias b", "bias d"];
  assert.deepEqual(columns.map(({ name }) => name), names);
  assert.deepEqual(columns.map(({ label }) => label), ["cue", "", "", "", "", ""]);
});
