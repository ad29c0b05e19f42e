// Numbers as people type them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { counts, readNumber } from "../../assets/learn/number.js";

const READ = {
  "0.12": 0.12, "0,12": 0.12, ".5": 0.5, ",5": 0.5, "5.": 5, "−3": -3, "-3": -3, "–0,4": -0.4, "+2": 2,
  " 1 000,5 ": 1000.5, "1,234.5": 1234.5, "1.234,5": 1234.5, "1,234,567": 1234567, "2e-4": 0.0002, "2E4": 20000, "2e−4": 0.0002,
  "56.8 %": 0.568, "50%": 0.5, "1’000": 1000,
};

test("commas, points, spaces and minus signs are taken kindly", () => {
  for (const [text, value] of Object.entries(READ)) assert.equal(readNumber(text, false), value, text);
});

test("where a whole number is asked for, marks between its thousands are no decimals", () => {
  for (const text of ["14592", "14,592", "14.592", "14 592", "14’592", "14592.0"]) assert.equal(readNumber(text, true), 14592, text);
  assert.equal(readNumber("14,592", false), 14.592);
  assert.equal(readNumber("1,5", true), 1.5);
});

test("what is no number is none", () => {
  for (const text of ["", " ", "z", "0.5x", "1-2", "--1", "1e", "1e9999", "Infinity", "NaN", "0x10", "1.2.3,4,5", "1,2,3.4.5", "٣"]) {
    assert.equal(readNumber(text, false), null, text);
  }
});

test("an answer counts up to the tolerance that is said, and not past it", () => {
  const answer = { value: 0.498, near: 0.005 };
  assert.ok(counts(0.493, answer) && counts(0.503, answer) && !counts(0.4929, answer) && !counts(-0.498, answer));
  const whole = { value: 14592, near: 0 };
  assert.ok(counts(14592, whole) && !counts(14591, whole) && !counts(14592.5, whole));
});
