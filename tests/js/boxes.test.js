// What was missed comes back, by Leitner's boxes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PAST, SPACES, answered, next, nothingYet, waiting } from "../../assets/learn/boxes.js";
import { boxOf, daysOf } from "../../assets/stage/learn/boxes.js";

const NAMES = Array.from({ length: 60 }, (_, i) => `q${i}`);

// Answers until `until` says so: which names were asked, in their order.
function asked(rightly, until, names = NAMES) {
  const order = [];
  let progress = nothingYet();
  while (!until(order, progress)) {
    const name = next(progress, names);
    if (name === null) break;
    progress = answered(progress, name, rightly(name, order));
    order.push(name);
  }
  return { order, progress };
}

test("predictions and the quiz go by one rule, counted in days and in answers", () => {
  assert.deepEqual(SPACES, [1, 2, 3, 4, 5].map((box) => 4 * daysOf(box)));
  for (const box of [1, 2, 3, 4, 5]) {
    for (const right of [true, false]) {
      const quiz = answered({ count: 0, right: 0, cards: { q0: { box, at: 0, missed: 0 } } }, "q0", right).cards.q0.box;
      const predicted = boxOf({ box, due: 100 }, !right, 100).box;
      assert.equal(predicted, quiz === PAST ? 0 : quiz, `box ${box}, ${right}`);
    }
  }
});

test("the boxes are spaced as the compartments of his card box: 1, 2, 5, 8 and 14 centimetres", () => {
  assert.deepEqual(SPACES.map((space) => space / SPACES[0]), [1, 2, 5, 8, 14]);
});

test("new questions come in their order", () => {
  const { order } = asked(() => true, (all) => all.length === 60);
  assert.deepEqual(order, NAMES);
});

test("a missed question comes back after four others, and then after eight, twenty, … when it is right", () => {
  const { order } = asked((name, before) => name !== "q0" || before.length > 0, (all) => all.length === 60);
  const at = order.flatMap((name, i) => (name === "q0" ? [i] : []));
  assert.deepEqual(at.slice(0, 4), [0, 5, 14, 35]);
});

test("a miss in any box leads back to the first", () => {
  let progress = nothingYet();
  for (const right of [true, true, true, false]) progress = answered(progress, "q0", right);
  assert.deepEqual(progress, { count: 4, right: 3, cards: { q0: { box: 1, at: 4, missed: 1 } } });
});

test("five boxes on, a question is asked no more; when all are, there is none", () => {
  let progress = nothingYet();
  for (let i = 0; i < 5; i++) progress = answered(progress, "q0", true);
  assert.equal(progress.cards.q0.box, PAST);
  assert.equal(next(progress, ["q0"]), null);
  assert.equal(next(progress, ["q0", "q1"]), "q1");
  const { order, progress: end } = asked(() => true, () => false, NAMES.slice(0, 12));
  assert.equal(order.length, 12 * (PAST - 2 + 1));
  assert.ok(Object.values(end.cards).every(({ box }) => box === PAST));
});

test("with few questions nobody waits: the one that is due soonest comes", () => {
  let progress = answered(nothingYet(), "q0", false);
  assert.equal(next(progress, ["q0"]), "q0");
  progress = answered(progress, "q1", true);
  assert.equal(next(progress, ["q0", "q1"]), "q0");
});

test("a question that is no longer there stays in progress and is not asked", () => {
  const progress = answered(nothingYet(), "gone", false);
  assert.equal(next(progress, ["q0"]), "q0");
  assert.equal(waiting(progress, ["q0"]), 0);
  assert.equal(waiting(progress, ["gone"]), 1);
});

test("nothing is changed in place", () => {
  const before = Object.freeze({ ...nothingYet(), cards: Object.freeze({}) });
  answered(before, "q0", true);
  assert.deepEqual(before, nothingYet());
});
