// The browser's writer of numbers says what Python's does: one table, two readers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "./words.js";
import * as format from "../../assets/stage/core/format.js";

const CASES = JSON.parse(readFileSync(new URL("../words/numbers.json", import.meta.url), "utf8"));

for (const [writer, cases] of Object.entries(CASES)) {
  test(`${writer}() says a number as the table has it`, () => {
    assert.ok(cases.length > 0);
    for (const [value, said] of cases) assert.equal(format[writer](value), said, `${writer}(${value})`);
  });
}

test("a number of 64 bits is told from 1 and from 0 however near it is, one of 32 bits is not", () => {
  const [near, small] = [1 - 1.52e-8, 1e-50];
  const { number, short } = format;
  assert.deepEqual([short(near, true), number(-near, true)], ["1\u00a0−\u00a01.5e−8", "−1\u00a0+\u00a01.5\u00a0·\u00a010⁻⁸"]);
  assert.deepEqual([short(near), number(-near)], ["just under 1", "just over −1"]);
  assert.deepEqual([short(1 - 5e-6), short(1 - 5e-6, true)], ["just under 1", "1\u00a0−\u00a05.0e−6"]);
  assert.deepEqual([short(1, true), short(small, true)], ["1.00", "1.00e−50"]);
  assert.deepEqual([short(small), short(-small)], ["just over 0", "just under 0"]);
});

test("a number that is none is named", () => {
  const said = [Infinity, -Infinity, NaN].map((value) => format.number(value));
  assert.deepEqual(said, ["∞", "−∞", "not a number"]);
});

test("no number but 1 is written as 1, and none but 0 as 0", () => {
  for (let power = 1; power < 16; power++) {
    const little = 10 ** -power;
    for (const value of [1 - little, little - 1, little, -little]) {
      for (const said of [format.short(value), format.number(value), format.short(value, true), format.number(value, true)]) {
        assert.doesNotMatch(said, /^[−-]?(1|0)(\.0*)?$/, `${value} is written ${said}`);
      }
    }
    for (const share of [little, 1 - little]) assert.ok(!["0\u00a0%", "100\u00a0%"].includes(format.percent(share)), `${share}`);
  }
});

test("a sentence begins with a capital letter, or with a name as it is", () => {
  const cases = JSON.parse(readFileSync(new URL("../words/sentences.json", import.meta.url), "utf8"));
  for (const [text, said] of cases) assert.equal(format.sentence(text), said);
});

test("an exact number reads back as the same", () => {
  for (const value of [0.1, -1 / 3, Math.PI * 1e-30, 123456789.123, -5e-324]) {
    assert.equal(Number(format.exact(value).replaceAll("−", "-")), value);
  }
});
