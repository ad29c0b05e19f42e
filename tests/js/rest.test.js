// What waits until nothing has happened for a while.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

mock.timers.enable({ apis: ["setTimeout"] });
let now = 0;
performance.now = () => now;

const { Rest } = await import("../../assets/stage/core/rest.js");

function pass(milliseconds) {
  for (let i = 0; i < milliseconds; i++) {
    now += 1;
    mock.timers.tick(1);
  }
}

function resting() {
  const times = [];
  return { times, rest: new Rest(100, () => times.push(now)) };
}

test("it acts once, that long after the last thing that happened", () => {
  const { times, rest } = resting();
  const begun = now;
  for (let frame = 0; frame < 30; frame++) {
    rest.begin();
    pass(16);
  }
  assert.deepEqual(times, []);
  pass(300);
  assert.deepEqual(times, [begun + 29 * 16 + 100]);
});

test("it is set once for all that happens, not anew for each", () => {
  const { rest } = resting();
  const plain = globalThis.setTimeout;
  let set = 0;
  globalThis.setTimeout = (...given) => {
    set += 1;
    return plain(...given);
  };
  try {
    for (let i = 0; i < 50; i++) rest.begin();
  } finally {
    globalThis.setTimeout = plain;
  }
  assert.equal(set, 1);
});

test("what is dropped is not done, and can begin again", () => {
  const { times, rest } = resting();
  rest.begin();
  pass(50);
  rest.drop();
  pass(300);
  assert.deepEqual(times, []);
  const begun = now;
  rest.begin();
  pass(300);
  assert.deepEqual(times, [begun + 100]);
});
