// Floats of 32 bits that do not look like 0, 1 or −1 where they are not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { single } from "../../assets/stage/core/single.js";

test("a number is its nearest float", () => {
  for (const value of [0, 1, -1, 0.1, -2.7, 1e-30, 1e30, 0.5]) assert.equal(single(value), Math.fround(value));
});

test("what is nearly 0, 1 or −1 is a float on the same side of it", () => {
  for (const [value, found] of [[1 - 2e-9, 1 - 2 ** -24], [1 + 1e-9, 1 + 2 ** -23], [-1 + 2e-9, -1 + 2 ** -24], [1e-60, 2 ** -149], [-1e-60, -(2 ** -149)]]) {
    assert.equal(single(value), found);
    assert.equal(Math.fround(found), found);
  }
});
