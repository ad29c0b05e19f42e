// Which plot Plotly draws next.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PAINTED, waiting } from "../../assets/stage/plots/waiting.js";

/** @param {string} name @param {{ behind?: boolean, sketched?: boolean, painted?: boolean, seen?: boolean }} how */
const plot = (name, { behind = true, sketched = false, painted = false, seen = true }) => ({
  name, behind, sketched, seen, drawing: { classList: { contains: (/** @type {string} */ one) => painted && one === PAINTED } },
});

test("what has no picture yet comes first, then what is in sight, each in its order on the page", () => {
  const plots = [
    plot("below, painted", { sketched: true, seen: false }),
    plot("painted", { sketched: true }),
    plot("drawn before", { painted: true }),
    plot("done", { behind: false, painted: true }),
    plot("empty, below", { seen: false }),
    plot("empty", {}),
  ];
  assert.deepEqual(waiting(plots, ({ seen }) => seen).map(({ name }) => name),
    ["empty, below", "empty", "painted", "drawn before", "below, painted"]);
});
