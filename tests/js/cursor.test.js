import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Columns } from "../../assets/stage/core/columns.js";
import { Cursor } from "../../assets/stage/core/cursor.js";

const now = performance.now;
let clock, frame, moved, cursor;

beforeEach(() => {
  [clock, frame, moved] = [0, null, []];
  performance.now = () => clock;
  globalThis.requestAnimationFrame = (act) => { frame = act; return 1; };
  globalThis.cancelAnimationFrame = () => { frame = null; };
  cursor = new Cursor(() => moved.push([cursor.step, cursor.unit]));
  cursor.bound(1000, 4);
});

afterEach(() => {
  performance.now = now;
});

// Frames of a clock that does not tick by itself.
function pass(seconds, rate) {
  for (let i = 0; i < seconds * rate; i++) frame?.(clock += 1000 / rate);
}

for (const [speed, steps] of [[0.5, 5], [1, 10], [2, 20], [4, 40], [8, 80]]) {
  test(`ten seconds of playing at ${speed} times the speed are ${steps} steps`, () => {
    for (const rate of [60, 144, 10]) {
      cursor.move(0);
      cursor.speed = speed;
      cursor.play();
      pass(10.01, rate);
      cursor.pause();
      assert.equal(cursor.step, steps, `${rate} frames a second`);
    }
  });
}

test("playing ends at the last step, and begins anew from there", () => {
  cursor.move(998);
  cursor.play();
  pass(5, 60);
  assert.deepEqual([cursor.step, cursor.playing], [999, false]);
  cursor.toggle();
  assert.deepEqual([cursor.step, cursor.playing], [0, true]);
});

test("the cursor stays within its bounds", () => {
  cursor.move(5000, -3);
  assert.deepEqual([cursor.step, cursor.unit], [999, 0]);
  cursor.stepBy(-Infinity);
  assert.equal(cursor.step, 0);
  cursor.move(900, 3);
  cursor.bound(10, 2);
  assert.deepEqual([cursor.step, cursor.unit], [9, 1]);
});

test("a move to where the cursor is already is none", () => {
  cursor.move(3, 1);
  cursor.move(3, 1);
  cursor.move(3.2);
  assert.deepEqual(moved, [[3, 1]]);
});

test("what moves it quietly tells nobody", () => {
  cursor.quietly(() => cursor.move(7));
  assert.deepEqual([cursor.step, moved], [7, []]);
  cursor.move(8);
  assert.deepEqual(moved, [[8, 0]]);
});

test("stepping stops the playing", () => {
  cursor.play();
  cursor.stepBy(1);
  assert.deepEqual([cursor.step, cursor.playing], [1, false]);
});

test("another screen takes it to a place of its own, or keeps it inside, and tells whether that is a move", () => {
  assert.equal(cursor.enter(new Columns(10), 2, { step: 4, unit: 1 }), true);
  assert.equal(cursor.enter(new Columns(10), 2), false);
  assert.equal(cursor.enter(new Columns(3), 2), true);
  assert.deepEqual([cursor.step, cursor.unit, moved], [2, 1, []]);
});
