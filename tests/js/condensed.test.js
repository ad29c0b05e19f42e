import assert from "node:assert/strict";
import { test } from "node:test";

import { Wholes, fromBytes, isCondensed, numberAt, questionFor } from "../../assets/stage/core/condensed.js";

const small = { parts: {} };
const large = { parts: { "gru.near": "digest" } };
const panel = { cell: "gru", order: [3, 1] };
const track = { kind: "track", panel, part: "gru.update", track: { track: "update" } };
const input = { kind: "x", part: "x" };

test("bytes along a scale are its numbers, from end to end in equal steps", () => {
  const all = fromBytes(Uint8Array.from({ length: 256 }, (_, i) => i), { zmin: -1.5, zmax: 3 });
  assert.deepEqual([all[0], all[255]], [-1.5, 3]);
  for (let i = 1; i < 256; i++) assert.ok(Math.abs(all[i] - all[i - 1] - 4.5 / 255) < 1e-6);
});

test("the numbers of a track are asked for by unit, and on a large screen by step too", () => {
  assert.deepEqual(questionFor(track, { row: 0, column: 7 }, small), { of: 3 });
  assert.deepEqual(questionFor(track, { row: 1, column: 7 }, large), { of: 1, at: 7 });
});

test("a number that can be edited is asked for by its target", () => {
  assert.deepEqual(questionFor(input, { row: 1, column: 7 }, large), { target: "x.7.1" });
});

// Around the cursor, which is at unit 3, the numbers of steps 5 and 6 are here.
const near = { unit: 3, first: 5, numbers: { update: [0.25, 0.5] } };
const numberOf = (message, entry, place, told = new Map()) =>
  numberAt(entry, place, { now: { message }, channel: { part: () => near } }, { value: (target) => told.get(target) });

test("a number of a track is known near the cursor and where somebody has pointed", () => {
  const pointed = { unit: 1, step: 40, numbers: { "gru.update": 0.75 } };
  const number = (row, column) => numberOf({ ...large, pointed }, track, { row, column });
  assert.equal(number(0, 6), 0.5);
  assert.equal(number(0, 9), undefined);
  assert.equal(number(1, 40), 0.75);
  assert.equal(number(1, 41), undefined);
});

test("an edit is known at once, over what has been told", () => {
  const told = new Map([["x.7.1", 1], ["x.8.1", 2]]);
  const edited = { ...large, edits: [{ target: "x.7.1", value: 0.5 }] };
  const number = (column) => numberOf(edited, input, { row: 1, column }, told);
  assert.equal(number(7), 0.5);
  assert.equal(number(8), 2);
  assert.equal(number(9), undefined);
});

test("a screen is large where it comes with numbers near the cursor", () => {
  assert.deepEqual([small, large].map(isCondensed), [false, true]);
});

test("whoever waits for all of a part is answered once it is here, and asked for it once", async () => {
  const sent = [];
  const wholes = new Wholes((kind, { part }) => sent.push([kind, part]));
  const [first, second] = [wholes.ask("gru.update"), wholes.ask("gru.reset")];
  wholes.answer((part) => part === "gru.reset");
  assert.equal(await second, "gru.reset");
  assert.equal(await Promise.race([first, "still waiting"]), "still waiting");
  wholes.answer(() => true);
  assert.equal(await first, "gru.update");
  assert.deepEqual(sent, [["whole", "gru.update"], ["whole", "gru.reset"]]);
});
