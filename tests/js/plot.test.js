import assert from "node:assert/strict";
import { test } from "node:test";

import { withPage } from "./page.js";

withPage();
globalThis.ResizeObserver = class {};
const { Plot } = await import("../../assets/stage/plots/plot.js");

// A plot whose place is as large; there: whether it has a figure.
function placed([clientWidth, clientHeight], room, there) {
  const plot = Object.create(Plot.prototype, { there: { value: there } });
  return Object.assign(plot, { host: { clientWidth, clientHeight }, room, size: [0, 0] });
}

test("a place that has changed while there was no figure is measured anew for the next one", () => {
  const plot = placed([300, 120], [300, 24], false); // of three rows, the one in the middle would have no name
  plot.resize();
  assert.equal(plot.room[0], 0); // screen.js measures what has no room yet
});
