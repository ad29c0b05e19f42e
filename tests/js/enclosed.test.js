// A number that is a sum itself stands in brackets where it is a factor.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { enclose } from "../../assets/stage/cell/mathml.js";
import * as format from "../../assets/stage/core/format.js";

test("what is nearly 1 is written as a sum, and so stands in brackets", () => {
  for (const write of [format.short, format.number]) {
    for (const value of [1 - 7.3e-5, -1 + 7.3e-5]) {
      const said = write(value, true);
      assert.match(said, /\s[−+]\s/);
      assert.equal(enclose(said), `(${said})`);
    }
    assert.equal(enclose(write(0.5, true)), write(0.5, true));
  }
  assert.equal(enclose("−12.0", true), "(−12.0)");
});
