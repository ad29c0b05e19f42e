import assert from "node:assert/strict";
import { test } from "node:test";

import { BOXES } from "../../assets/stage/core/leitner.js";
import { Boxes, KEY, boxOf, dayOf, daysOf, dueOf } from "../../assets/stage/learn/boxes.js";

class Store extends Map {
  getItem(key) {
    return this.get(key) ?? null;
  }

  setItem(key, value) {
    this.set(key, value);
  }

  removeItem(key) {
    this.delete(key);
  }
}

const NOON = new Date(2026, 2, 14, 12);
const MADE = { part: "gru.hidden", unit: 1, first: 6, last: 19, link: "http://here/?t=6", symbol: "h", share: 0.3, mean: 0.6 };

function daysLater(days, hours = 0) {
  return new Date(2026, 2, 14 + days, 12 + hours);
}

test("a box waits as many days as Leitner's compartment is deep in centimetres", () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(daysOf), [1, 2, 5, 8, 14]);
});

test("a day begins at midnight where one is", () => {
  assert.equal(dayOf(new Date(2026, 2, 15, 0, 1)) - dayOf(new Date(2026, 2, 14, 23, 59)), 1);
  assert.equal(dayOf(new Date(2026, 2, 14, 0, 1)), dayOf(new Date(2026, 2, 14, 23, 59)));
});

test("what was near at once does not come back; what was missed comes back tomorrow", () => {
  assert.deepEqual(boxOf(undefined, false, 100), { box: 0, due: 0 });
  assert.deepEqual(boxOf(undefined, true, 100), { box: 1, due: 101 });
});

test("near when it is due goes one box further, missed goes back to the first", () => {
  assert.deepEqual(boxOf({ box: 1, due: 100 }, false, 100), { box: 2, due: 102 });
  assert.deepEqual(boxOf({ box: 4, due: 90 }, false, 100), { box: 5, due: 114 });
  assert.deepEqual(boxOf({ box: 4, due: 90 }, true, 100), { box: 1, due: 101 });
});

test("after the last box it is known", () => {
  assert.deepEqual(boxOf({ box: BOXES, due: 100 }, false, 100), { box: 0, due: 0 });
});

test("near before it is due is no proof: it has just been seen", () => {
  assert.deepEqual(boxOf({ box: 2, due: 103 }, false, 101), { box: 2, due: 103 });
});

test("what has waited longest comes first, and nothing before its day", () => {
  const cards = [{ box: 1, due: 9, unit: 1 }, { box: 2, due: 7, unit: 2 }, { box: 0, due: 0, unit: 3 }];
  assert.equal(dueOf(cards, 10).unit, 2);
  assert.equal(dueOf(cards, 8).unit, 2);
  assert.equal(dueOf(cards, 6), null);
});

test("predictions are kept over visits, the same one once", () => {
  const store = new Store();
  new Boxes(store).add(MADE, true, NOON);
  new Boxes(store).add({ ...MADE, unit: 2 }, false, NOON);
  const kept = new Boxes(store);
  assert.deepEqual(kept.cards.map(({ unit, box }) => [unit, box]), [[1, 1], [2, 0]]);
  const again = kept.add({ ...MADE, share: 0.01 }, false, daysLater(1));
  assert.deepEqual([again.box, again.due], [2, dayOf(NOON) + 3]);
  assert.equal(kept.cards.length, 2);
  assert.equal(dueOf(kept.cards, dayOf(daysLater(2))), null);
  assert.equal(dueOf(kept.cards, dayOf(daysLater(3))).unit, 1);
});

test("not now is tomorrow", () => {
  const boxes = new Boxes(new Store());
  const card = boxes.add(MADE, true, NOON);
  boxes.postpone(card, daysLater(1));
  assert.equal(dueOf(boxes.cards, dayOf(daysLater(1))), null);
  assert.equal(dueOf(boxes.cards, dayOf(daysLater(2))).box, 1);
});

const CARD = { ...MADE, at: 1, box: 1, due: 3 };
for (const [what, text] of Object.entries({
  "no JSON": "{",
  "another version": JSON.stringify({ version: 2, cards: [] }),
  "no cards": JSON.stringify({ version: 1, cards: {} }),
  "a card of nothing": JSON.stringify({ version: 1, cards: [CARD, null] }),
  "a unit that is a text": JSON.stringify({ version: 1, cards: [{ ...CARD, unit: "2" }] }),
  "a box that there is not": JSON.stringify({ version: 1, cards: [{ ...CARD, box: BOXES + 1 }] }),
})) {
  test(`${what}: it is set aside as it was, and new ones begin`, () => {
    const store = new Store([[KEY, text]]);
    const boxes = new Boxes(store);
    assert.deepEqual(boxes.cards, []);
    assert.equal(boxes.aside, `${KEY}.aside`);
    assert.equal(store.getItem(`${KEY}.aside`), text);
    boxes.add(MADE, true, NOON);
    assert.equal(new Boxes(store).cards.length, 1);
    assert.equal(store.getItem(`${KEY}.aside`), text);
  });
}

test("a second thing that cannot be read takes the place of no first one", () => {
  const store = new Store([[KEY, "rubbish"], [`${KEY}.aside`, "older"]]);
  const boxes = new Boxes(store);
  assert.deepEqual(boxes.cards, []);
  assert.equal(store.getItem(`${KEY}.aside`), "older");
  assert.equal(store.getItem(boxes.aside), "rubbish");
});

test("a browser that keeps nothing is no trouble, and it is known", () => {
  const boxes = new Boxes(null);
  assert.deepEqual(boxes.cards, []);
  assert.equal(boxes.add(MADE, true, NOON).box, 1);
  assert.equal(boxes.keeps, false);
});

test("what cannot be set aside for want of room is not written over", () => {
  const store = new Store([[KEY, "rubbish"]]);
  store.setItem = () => {
    throw new Error("full");
  };
  const boxes = new Boxes(store);
  assert.deepEqual(boxes.cards, []);
  boxes.add(MADE, true, NOON);
  assert.equal(store.getItem(KEY), "rubbish");
  assert.equal(boxes.keeps, false);
});

test("of very many the latest stay, and what comes back", () => {
  const boxes = new Boxes(new Store());
  for (let unit = 0; unit < 230; unit++) boxes.add({ ...MADE, unit }, unit < 5, NOON);
  const units = boxes.cards.map(({ unit }) => unit);
  assert.equal(units.length, 200);
  assert.deepEqual(units.slice(0, 6), [0, 1, 2, 3, 4, 35]);
});
