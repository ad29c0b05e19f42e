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

const { Pace } = await import("../../assets/stage/core/pace.js");

// Frames of a hand that moves, each as long; returns in which of them what is read was drawn.
function drawn(pace, milliseconds, frames) {
  return Array.from({ length: frames }, () => {
    const told = pace.tells();
    pass(milliseconds);
    return told;
  });
}

function pass(milliseconds) {
  now += milliseconds;
  const acts = asked;
  asked = [];
  for (const act of acts) act(now);
}

test("a page that keeps up draws everything in every frame", () => {
  const pace = new Pace(() => false, () => {});
  pace.tells();
  pass(16.7);
  assert.ok(drawn(pace, 16.7, 200).every(Boolean));
});

test("where frames are late it is drawn in every third at least, and in every one again when they are not", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 40, 20);
  assert.deepEqual(drawn(pace, 40, 6).filter(Boolean).length, 2);
  drawn(pace, 16.7, 30);
  assert.ok(drawn(pace, 16.7, 50).every(Boolean));
});

test("the first frame of a hand is without it, which comes in the second", () => {
  const pace = new Pace(() => false, () => {});
  for (let hand = 0; hand < 3; hand++) {
    assert.deepEqual(drawn(pace, 16.7, 5), [false, true, true, true, true]);
    pass(1000);
  }
});

test("a page that nobody sees for an hour is not slow for it", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 16.7, 20);
  pace.tells();
  pass(3_600_000);
  assert.equal(drawn(pace, 16.7, 30).filter((told) => !told).length <= 15, true);
  assert.ok(drawn(pace, 16.7, 20).every(Boolean));
});

test("one long frame changes nothing", () => {
  const pace = new Pace(() => false, () => {});
  drawn(pace, 16.7, 20);
  pace.tells();
  pass(22);
  assert.ok(drawn(pace, 16.7, 20).every(Boolean));
});

test("when the hand pauses, what waits is drawn in the next frame, once", () => {
  let [paid, moves] = [0, true];
  const pace = new Pace(() => !moves, () => (paid += 1));
  drawn(pace, 40, 20);
  while (pace.tells()) pass(40); // until something waits
  assert.equal(paid, 0);
  moves = false;
  for (let frame = 0; frame < 5; frame++) pass(40);
  assert.equal(paid, 1);
  assert.equal(pace.owed, 0);
});
