import assert from "node:assert/strict";
import { test } from "node:test";

import { Now } from "../../assets/stage/core/now.js";

const gru = { cell: "gru", units: 3, order: [2, 0, 1], bound: "1.5", bias: 6 };
const message = { x: { bound: "2" }, scene: { first: true }, panels: [gru, { cell: "rnn", units: 2, order: [1, 0], bound: "4" }] };

function nowOf(told = message) {
  return Object.assign(new Now("first"), { told });
}

test("before the first message there is no screen, and who asks for one is told so", () => {
  const now = nowOf(null);
  assert.equal(now.begun, false);
  assert.throws(() => now.message, /has not told of a screen yet/);
  assert.equal(now.look, "all");
});

test("a scene with nothing to drag first is shown whole, whatever is wished for", () => {
  assert.equal(nowOf().look, "first");
  assert.equal(nowOf({ ...message, scene: { first: false } }).look, "all");
});

test("a lesson begins with as much as it is about, and leaves what was chosen", () => {
  const now = nowOf();
  const first = { name: "one", look: "first" };
  const all = { name: "two", look: "all" };
  now.lookAs("all");
  for (const [lesson, look] of [[first, "first"], [all, "all"], [first, "first"], [null, "all"]]) {
    now.follow(lesson);
    assert.equal(now.look, look);
  }
  now.follow(first);
  now.lookAs("all"); // more of it is wished for: the next step shows as much
  now.follow(first);
  assert.equal(now.look, "all");
});

test("a number is bound by the scale of whose it is, a bias by how far it is dragged", () => {
  const now = nowOf();
  assert.deepEqual(["x.4.0", "gru.w_x.update.3.0", "gru.b_x.update.3", "rnn.h0.1"].map((target) => now.boundOf(target)), [2, 1.5, 6, 4]);
});

test("the neighbours of a unit are those beside it on the screen of the larger cell, at its ends itself", () => {
  const now = nowOf();
  assert.deepEqual([2, 0, 1].map((unit) => now.neighbour(unit, 1)), [0, 1, 1]);
  assert.deepEqual([2, 0, 1].map((unit) => now.neighbour(unit, -1)), [2, 2, 0]);
});
