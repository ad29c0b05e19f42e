import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Drag } from "../../assets/stage/core/drag.js";
import { nearest } from "../../assets/stage/core/sweep.js";

const BIAS = "gru.b_x.update.3";
let drag, told, frame;

beforeEach(() => {
  told = { sent: [], committed: [], frames: 0, rests: 0 };
  frame = null;
  globalThis.requestAnimationFrame = (act) => { frame = act; return 1; };
  globalThis.cancelAnimationFrame = () => { frame = null; };
  drag = new Drag({
    cursor: { step: 2, unit: 1 },
    local: () => null,
    send: (kind, details) => told.sent.push([kind, details]),
    onFrame: () => told.frames++,
    onRest: () => told.rests++,
    commit: (...change) => told.committed.push(change),
  });
});

const sweepOf = (target) => ({ target, step: 2, unit: 1, values: [-2, -1, 0, 1, 2], base: 2, tracks: {}, lines: {}, exact: {} });

function arrive(target = BIAS) {
  drag.receive(sweepOf(target), told.sent.length);
}

test("taking hold of a number asks for its sweep once", () => {
  drag.hold(BIAS);
  drag.hold(BIAS);
  assert.deepEqual(told.sent, [["grab", { target: BIAS, step: 2, unit: 1 }]]);
  arrive();
  drag.hold(BIAS);
  assert.equal(told.sent.length, 1);
});

test("a pull goes through the whole sweep, and no further than its ends", () => {
  drag.hold(BIAS);
  arrive();
  const values = [-1e6, -45, 0, 45, 1e6].map((pixels) => {
    drag.pull(pixels);
    return drag.value;
  });
  assert.deepEqual(values, [-2, -1, 0, 1, 2]);
});

test("many moves between two frames are drawn once, as the last of them", () => {
  drag.hold(BIAS);
  arrive();
  for (const pixels of [45, 90]) drag.pull(pixels);
  frame();
  assert.deepEqual([told.frames, drag.value], [1, 2]);
});

test("letting go commits the value on show; a number that stands where it stood is left alone", () => {
  drag.hold(BIAS);
  arrive();
  drag.pull(45);
  drag.letGo();
  assert.deepEqual(told.committed, [[BIAS, 1]]);
  drag.hold(BIAS);
  drag.pull(0);
  assert.equal(drag.value, 1); // where it was let go
  drag.letGo();
  assert.deepEqual([told.committed.length, told.rests], [1, 1]);
});

test("what was pulled and let go before the sweep came is committed when it comes", () => {
  drag.hold(BIAS);
  drag.pull(45);
  drag.letGo();
  assert.deepEqual(told.committed, []);
  arrive();
  assert.deepEqual(told.committed, [[BIAS, 1]]);
});

test("a sweep of another number is none of this one's", () => {
  drag.hold(BIAS);
  drag.receive(sweepOf("x.0.0"), 0);
  drag.pull(45);
  assert.equal(drag.value, null);
});

test("a sweep that was lost on its way is asked for again, as long as it is wanted", () => {
  drag.hold(BIAS);
  const asked = drag.waiting;
  drag.receive(null, asked);
  assert.equal(told.sent.length, 2);
  drag.held = false;
  drag.receive(null, drag.waiting);
  assert.equal(told.sent.length, 2);
});

test("after giving up nothing comes of the pull", () => {
  drag.hold(BIAS);
  arrive();
  drag.pull(90);
  drag.giveUp();
  drag.letGo();
  assert.deepEqual([told.committed, drag.value], [[], null]);
});

test("the nearest of the values is the one that no other is nearer than", () => {
  const values = [-3, -1, 0.5, 4];
  for (let value = -5; value < 6; value += 0.3) {
    const found = Math.abs(values[nearest(values, value)] - value);
    assert.ok(values.every((one) => Math.abs(one - value) >= found), `${value}`);
  }
});
