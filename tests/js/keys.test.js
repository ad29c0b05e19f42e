import assert from "node:assert/strict";
import { test } from "node:test";

import { KEYS, nameOf } from "../../assets/stage/controls/keys.js";

test("a key is named with what is held with it", () => {
  assert.equal(nameOf({ key: "ArrowLeft" }), "ArrowLeft");
  assert.equal(nameOf({ key: "ArrowLeft", shiftKey: true }), "Shift+ArrowLeft");
  assert.equal(nameOf({ key: "Z", ctrlKey: true, shiftKey: true }), "Ctrl+Shift+z");
  assert.equal(nameOf({ key: "z", metaKey: true }), "Ctrl+z");
});

test("Shift is no part of a character that it makes", () => {
  assert.equal(nameOf({ key: "?", shiftKey: true }), "?");
});

test("a key that some browsers leave out has no name", () => {
  assert.equal(nameOf({}), "");
});

test("no key does two things", () => {
  const taken = KEYS.flatMap(({ keys = [] }) => keys);
  assert.equal(new Set(taken).size, taken.length);
});

test("what a key does is done or said to be done elsewhere, and is in the table of keys", () => {
  for (const { group, says, keys, act, shown } of KEYS) {
    assert.ok(group && says && shown.length, says);
    assert.equal(Boolean(keys), Boolean(act), says);
  }
});
