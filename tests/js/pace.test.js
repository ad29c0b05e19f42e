// What is read takes turns only where frames are late, and never stays behind.

import assert from "node:assert/strict";
import { test } from "node:test";

let now = 0;
/** @type {((at: number) => void)[]} */
let asked = [];
Object.assign(globalThis, {
  document: { timeline: { get currentTime() { return now; } } },
  requestAnimationFrame: (/** @type {(at: number) => void} */ act) => asked.push(act),
});

const { ALL, NONE, Pace, TEXT, WIRING, draws, drawsEquation } = await import("../../assets/stage/core/pace.js");

// Frames of a hand that moves, each as long; returns what is drawn in each of what is read.
function drawn(pace, milliseconds, frames) {
  return Array.from({ length: frames }, () => {
    const turn = pace.turn();
    pass(milliseconds);
    return turn;
  });
}

function pass(milliseconds) {
  now += milliseconds;
  const acts = asked;
  asked = [];
  for (const act of acts) act(now);
}

const all = (turns) => turns.every((turn) => turn === ALL);

test("a page that keeps up draws everything in every frame", () => {
  const pace = new Pace(() => false, () => {});
  pace.turn();
  pass(16.7);
  assert.ok(all(drawn(pace, 16.7, 200)));
});

test("where frames are late each draws a part, all of it in four, and each draws everything again when they are not", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 40, 20);
  const turns = drawn(pace, 40, 4);
  assert.ok(!turns.includes(ALL) && !turns.includes(NONE));
  for (const part of [TEXT, WIRING]) assert.equal(turns.filter((turn) => draws(turn, part)).length, 1);
  for (const place of [0, 1, 2, 3, 4, 5]) assert.equal(turns.filter((turn) => drawsEquation(turn, place)).length, 1);
  for (const turn of turns) assert.ok([0, 1, 2, 3].filter((place) => drawsEquation(turn, place)).length <= 2);
  drawn(pace, 16.7, 30);
  assert.ok(all(drawn(pace, 16.7, 50)));
});

test("the first frame of a hand is without what is read, which comes in the second", () => {
  const pace = new Pace(() => false, () => {});
  for (let hand = 0; hand < 3; hand++) {
    assert.deepEqual(drawn(pace, 16.7, 5), [NONE, ALL, ALL, ALL, ALL]);
    pass(1000);
  }
});

test("a page that nobody sees for an hour is not slow for it", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 16.7, 20);
  pace.turn();
  pass(3_600_000);
  assert.equal(drawn(pace, 16.7, 30).filter((turn) => turn !== ALL).length <= 15, true);
  assert.ok(all(drawn(pace, 16.7, 20)));
});

test("one long frame changes nothing", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 16.7, 20);
  pace.turn();
  pass(22);
  assert.ok(all(drawn(pace, 16.7, 20)));
});

test("when the hand pauses, what waits is drawn in the next frame, once", () => {
  let [paid, moves] = [0, true];
  const pace = new Pace(() => !moves, () => (paid += 1));
  drawn(pace, 40, 20);
  pace.turn();
  assert.ok(pace.waits);
  pass(40);
  assert.equal(paid, 0);
  pace.turn();
  moves = false;
  for (let frame = 0; frame < 5; frame++) pass(40);
  assert.equal(paid, 1);
  assert.ok(!pace.waits);
});
