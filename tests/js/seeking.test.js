import assert from "node:assert/strict";
import { test } from "node:test";

import { spanMoved } from "../../assets/stage/lens/seeking.js";

test("one end of a span moves alone as long as it stays on its side", () => {
  const span = { track: "hidden", first: 3, last: 7 };
  assert.deepEqual(spanMoved(span, "first", 6), { first: 6, last: 7 });
  assert.deepEqual(spanMoved(span, "first", 7), { first: 7, last: 7 });
  assert.deepEqual(spanMoved(span, "last", 9), { first: 3, last: 9 });
});

test("beyond the other end it takes that along", () => {
  const span = { first: 3, last: 7 };
  assert.deepEqual(spanMoved(span, "first", 8), { first: 8, last: 8 });
  assert.deepEqual(spanMoved(span, "last", 0), { first: 0, last: 0 });
});
