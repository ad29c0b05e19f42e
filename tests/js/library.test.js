// plotly.js on its way: asked for once, and again after it was lost.

import assert from "node:assert/strict";
import { test } from "node:test";

const { Library, NoPlotly } = await import("../../assets/stage/core/library.js");

test("all who need the library wait for one answer", async () => {
  let asked = 0;
  const library = new Library(async () => (asked++, "plotly"), assert.fail);
  assert.equal(library.there, null);
  assert.deepEqual(await Promise.all([library.load(), library.load()]), ["plotly", "plotly"]);
  assert.deepEqual([library.there, asked], ["plotly", 1]);
});

test("a library that does not come is told once for all who wait, and may come later", async () => {
  let [told, lost] = [0, true];
  const library = new Library(() => (lost ? Promise.reject(new Error()) : Promise.resolve("plotly")), () => told++);
  const both = await Promise.allSettled([library.load(), library.load()]);
  assert.ok(both.every(({ reason }) => reason instanceof NoPlotly));
  assert.equal(told, 1);
  lost = false;
  assert.equal(await library.load(), "plotly");
});
