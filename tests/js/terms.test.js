// Terms in a sentence: the longest word counts, letters stand alone, and what is no term stays.

import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { termsIn } from "../../assets/stage/controls/terms.js";

const KNOWN = new Map([["gate", "a gate"], ["update gate", "z"], ["z", "z"], ["units", "u"], ["unit", "u"], ["pre-activation", "p"]]);

test("the longest term counts, and a letter within a word is none", () => {
  assert.deepEqual(termsIn(KNOWN, "The update gate z of zebra units"), [
    "The ", { word: "update gate", says: "z" }, " ", { word: "z", says: "z" }, " of zebra ", { word: "units", says: "u" },
  ]);
});

test("a term at either end and beside a point is found, and one in a longer word is not", () => {
  assert.deepEqual(termsIn(KNOWN, "unit: unity, gate."), [{ word: "unit", says: "u" }, ": unity, ", { word: "gate", says: "a gate" }, "."]);
  assert.deepEqual(termsIn(KNOWN, "a pre-activation"), ["a ", { word: "pre-activation", says: "p" }]);
});

test("without any term a text stays whole", () => {
  assert.deepEqual(termsIn(new Map(), "z"), ["z"]);
  assert.deepEqual(termsIn(KNOWN, "nothing here"), ["nothing here"]);
});
