// Progress is kept by the browser, and what is not ours is put aside, not lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answered, nothingYet } from "../../assets/learn/boxes.js";
import { KEY, Keeping, VERSION, understood } from "../../assets/learn/keeping.js";

class Stored {
  constructor(entries = {}) {
    this.entries = new Map(Object.entries(entries));
    this.full = false;
  }
  getItem(key) {
    return this.entries.get(key) ?? null;
  }
  setItem(key, value) {
    if (this.full) throw new Error("quota");
    this.entries.set(key, String(value));
  }
  removeItem(key) {
    this.entries.delete(key);
  }
}

const ONE = answered(nothingYet(), "blend", false);
const SAVED = JSON.stringify({ version: VERSION, draws: { 7: ONE } });
const open = (storage) => new Keeping(() => storage);

test("what is written is there at the next visit, for each draw apart", () => {
  const storage = new Stored();
  open(storage).write(7, ONE);
  const again = open(storage);
  assert.deepEqual(again.of(7), ONE);
  assert.deepEqual(again.of(8), nothingYet());
  assert.deepEqual([again.aside, again.stays], ["", true]);
});

test("two tabs do not write over each other's draws", () => {
  const storage = new Stored();
  const [first, second] = [open(storage), open(storage)];
  first.write(7, ONE);
  second.write(8, ONE);
  assert.deepEqual(Object.keys(JSON.parse(storage.getItem(KEY)).draws), ["7", "8"]);
});

const RUBBISH = [
  "", "{", "null", "[]", "7", '"x"', "{}", '{"version":1}', '{"version":1,"draws":[]}', '{"version":2,"draws":{}}',
  '{"version":1,"draws":{"7":null}}', '{"version":1,"draws":{"7":{"count":1,"right":2,"cards":{}}}}',
  '{"version":1,"draws":{"7":{"count":1,"right":1,"cards":{"a":{"box":0,"at":1,"missed":0}}}}}',
  '{"version":1,"draws":{"7":{"count":1,"right":1,"cards":{"a":{"box":7,"at":1,"missed":0}}}}}',
  '{"version":1,"draws":{"7":{"count":1,"right":1,"cards":{"a":{"box":2,"at":9,"missed":0}}}}}',
  '{"version":1,"draws":{"7":{"count":"1","right":1,"cards":{}}}}', '{"version":1,"draws":{"7":{"count":1e300,"right":1,"cards":{}}}}',
];

test("rubbish and other versions are put aside under a key of their own, and none is written over", () => {
  const storage = new Stored();
  for (const [at, text] of RUBBISH.entries()) {
    storage.setItem(KEY, text);
    const kept = open(storage);
    assert.equal(kept.aside, at ? `${KEY}.aside-${at + 1}` : `${KEY}.aside`, text);
    assert.equal(storage.getItem(kept.aside), text);
    assert.deepEqual(kept.of(7), nothingYet());
    kept.write(7, ONE);
    assert.deepEqual(open(storage).of(7), ONE);
  }
  assert.deepEqual(RUBBISH.map((_, at) => storage.getItem(at ? `${KEY}.aside-${at + 1}` : `${KEY}.aside`)), RUBBISH);
});

test("where nothing can be put aside what is there stays as it is", () => {
  const storage = new Stored({ [KEY]: "rubbish" });
  storage.full = true;
  const kept = open(storage);
  assert.equal(kept.stays, false);
  kept.write(7, ONE);
  assert.equal(storage.getItem(KEY), "rubbish");
  assert.deepEqual(kept.of(7), ONE); // until the page is closed
});

test("a browser that stores nothing still asks", () => {
  const kept = new Keeping(() => { throw new Error("SecurityError"); });
  kept.write(7, ONE);
  assert.equal(kept.stays, false);
  assert.deepEqual(kept.of(7), ONE);
  assert.equal(kept.open(SAVED), "");
});

test("progress saved as a file is the same when it is opened, and what was there before is put aside", () => {
  const first = open(new Stored({ [KEY]: SAVED }));
  const there = new Stored();
  const other = open(there);
  assert.equal(other.open(first.text()), "");
  assert.deepEqual(other.of(7), ONE);
  const before = there.getItem(KEY);
  assert.equal(other.open(JSON.stringify({ version: VERSION, draws: {} })), `${KEY}.aside`);
  assert.equal(there.getItem(`${KEY}.aside`), before);
  assert.deepEqual(other.of(7), nothingYet());
});

test("a file that is not ours changes nothing", () => {
  const storage = new Stored({ [KEY]: SAVED });
  for (const text of RUBBISH) assert.equal(open(storage).open(text), null, text);
  assert.deepEqual([...storage.entries], [[KEY, SAVED]]);
});

test("who begins anew keeps the other draws, and what was until then aside", () => {
  const storage = new Stored({ [KEY]: JSON.stringify({ version: VERSION, draws: { 7: ONE, 8: ONE } }) });
  const kept = open(storage);
  assert.equal(kept.begin(7), `${KEY}.aside`);
  assert.deepEqual([kept.of(7), kept.of(8)], [nothingYet(), ONE]);
  assert.deepEqual(understood(storage.getItem(`${KEY}.aside`)).draws[7], ONE);
});
