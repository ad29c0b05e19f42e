// What a step of a lesson asks for, and what of it is done.

import assert from "node:assert/strict";
import { test } from "node:test";

const { isMet } = await import("../../assets/stage/learn/goal.js");
const { Progress } = await import("../../assets/stage/learn/progress.js");

const NOTHING = { number: null, low: null, high: null, edited: "", held: "", step: null, unit: null, view: "", notation: "" };
const STAGE = {
  scene: "book", notation: "", view: "cell", cursor: { step: 4, unit: 1 },
  isEdited: (target) => target === "gru.b_x.reset.0",
  isHeld: (place) => place === "gru.update.all.all",
  number: ({ unit }) => [0.04, 0.5][unit],
};
const at = (unit) => ({ cell: "gru", track: "reset", step: 0, unit });

test("a number lies below, above or between", () => {
  assert.ok(isMet({ ...NOTHING, number: at(0), high: 0.05 }, STAGE));
  assert.ok(!isMet({ ...NOTHING, number: at(1), high: 0.05 }, STAGE));
  assert.ok(isMet({ ...NOTHING, number: at(1), low: 0.4 }, STAGE));
  assert.ok(isMet({ ...NOTHING, number: at(1), low: 0.4, high: 0.6 }, STAGE));
  assert.ok(!isMet({ ...NOTHING, number: at(1), low: 0.5, high: 0.6 }, STAGE)); // the ends are outside
});

test("a number that is not here is not as it was asked for", () => {
  assert.ok(!isMet({ ...NOTHING, number: at(7), low: -1 }, STAGE));
});

test("every one of several things must be so", () => {
  const all = { ...NOTHING, number: at(0), high: 0.05, edited: "gru.b_x.reset.0", held: "gru.update.all.all", step: 4, unit: 1, view: "cell" };
  assert.ok(isMet(all, STAGE));
  const others = { number: at(1), edited: "gru.b_x.reset.1", held: "gru.reset.all.all", step: 3, unit: 0, view: "why", notation: "cho" };
  for (const [name, other] of Object.entries(others)) assert.ok(!isMet({ ...all, [name]: other }, STAGE), name);
});

function storage(kept = {}) {
  return { kept, getItem: (key) => kept[key] ?? null, setItem: (key, text) => (kept[key] = text), removeItem: (key) => delete kept[key] };
}

test("steps that are done are kept, each once and in order", () => {
  const store = storage();
  const progress = new Progress(store);
  progress.note("the-reset-gate", 2, 4);
  progress.note("the-reset-gate", 1, 4);
  progress.note("the-reset-gate", 2, 4);
  assert.deepEqual(new Progress(store).done, { "the-reset-gate": [1, 2] });
});

test("what cannot be read is set aside and not lost", () => {
  for (const rubbish of ["{", "null", "[]", '{"version":9,"done":{"a":[1]}}', '{"version":1,"done":{"a":"x"}}', '{"version":1,"done":[1]}']) {
    const store = storage({ "gatescope.lessons": rubbish });
    const progress = new Progress(store);
    assert.ok(progress.aside, rubbish);
    assert.deepEqual(progress.done, {});
    progress.note("a", 1, 3);
    assert.equal(store.kept["gatescope.lessons.aside"], rubbish);
    assert.deepEqual(new Progress(store).done, { a: [1] });
  }
});

test("a browser that keeps nothing is no hindrance", () => {
  new Progress(null).note("a", 1, 2);
  new Progress({ ...storage(), setItem: () => { throw new Error("full"); } }).note("a", 1, 2);
});
