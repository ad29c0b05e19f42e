import assert from "node:assert/strict";
import { test } from "node:test";

import { LETTER, withPage } from "./page.js";

withPage();
const { fitted, thinned, thinnedRows } = await import("../../assets/stage/plots/ticks.js");

const SIZE = 10; // of the letters: each is 6 pixels wide
const counted = (count) => ({
  range: [0.5, count + 0.5],
  tickvals: Array.from({ length: count }, (_, i) => i + 1),
  ticktext: Array.from({ length: count }, (_, i) => String(i + 1)),
});
const shownOn = (axis, width, more = {}) => thinned(axis, { width, size: SIZE, left: 20, right: 20, ...more });

function apart(axis, width) {
  const { range, tickvals, ticktext } = axis;
  const boxes = tickvals.map((at, i) => {
    const x = ((at - range[0]) / (range[1] - range[0])) * width;
    const half = (ticktext[i].length * LETTER * SIZE) / 2;
    return [x - half, x + half];
  });
  return boxes.every(([left], i) => i === 0 || left > boxes[i - 1][1]);
}

test("labels stay as they are where there is room for all", () => {
  const axis = counted(5);
  const { tickvals, ticktext } = shownOn(axis, 400);
  assert.deepEqual({ tickvals, ticktext }, { tickvals: axis.tickvals, ticktext: axis.ticktext });
});

test("labels never lie on each other, however narrow the plot is", () => {
  for (const count of [2, 7, 40, 300, 2000]) {
    for (const width of [60, 120, 333, 800]) assert.ok(apart(shownOn(counted(count), width), width), `${count} on ${width}`);
  }
});

test("of unevenly spaced labels those go that would lie on the one before", () => {
  const axis = { range: [0, 10], tickvals: [1, 1.5, 2, 7], ticktext: ["before", "between", "after", "end"] };
  assert.deepEqual(shownOn(axis, 400).ticktext, ["before", "after", "end"]);
});

test("what is counted shows round numbers", () => {
  const { tickvals } = shownOn(counted(100), 300);
  assert.ok(tickvals.length > 2 && tickvals.length < 100);
  const [first, ...rest] = tickvals;
  assert.ok(rest.every((at) => at % (rest[1] - rest[0]) === 0), tickvals.join());
  assert.ok(first === 1 || first % (rest[1] - rest[0]) === 0);
});

test("letters begin with the first of them", () => {
  const word = [..."gatescope gatescope gatescope"];
  const axis = { ...counted(word.length), ticktext: word };
  const { tickvals, ticktext } = shownOn(axis, 150);
  assert.ok(ticktext.length < word.length);
  assert.equal(tickvals[0], 1);
  assert.ok(tickvals.every((at, i) => word[at - 1] === ticktext[i]));
});

test("an axis of powers is left to Plotly", () => {
  const axis = { ...counted(50), type: "log" };
  assert.equal(shownOn(axis, 50), axis);
});

test("columns of biases that have no room are written as one label", () => {
  const axis = { range: [-0.5, 21.5], tickvals: [0, ...Array.from({ length: 19 }, (_, i) => i + 1), 20, 21], ticktext: ["x", ...Array.from({ length: 19 }, (_, i) => String(i + 1)), "b", "d"] };
  const wide = shownOn(axis, 800, { groups: [0.5, 19.5] });
  assert.deepEqual(wide.ticktext.slice(-2), ["b", "d"]);
  const narrow = shownOn(axis, 150, { groups: [0.5, 19.5] });
  assert.equal(narrow.ticktext.at(-1), "b d");
  assert.ok(apart(narrow, 150));
});

test("names of rows are thinned to the height of a letter", () => {
  const axis = { ...counted(50), range: [50.5, 0.5] };
  assert.equal(thinnedRows(axis, 1000, SIZE), axis);
  const { tickvals } = thinnedRows(axis, 100, SIZE); // a row is 2 pixels high
  const gaps = tickvals.slice(1).map((at, i) => at - tickvals[i]);
  assert.ok(gaps.every((gap) => gap * 2 >= 8), tickvals.join());
});

const matrix = {
  type: "heatmap", z: [[0.123, -1.5]], text: [["0.123", "−1.5"]],
  texttemplate: "%{text}", textfont: { color: "#000" },
};

test("numbers in cells are written in the largest type that fits, in three figures before two", () => {
  const sizes = [60, 30, 28, 25, 22].map((width) => {
    const { text, textfont } = fitted(matrix, [width, 20], "serif");
    return [text[0][0], textfont.size];
  });
  assert.deepEqual(sizes, [["0.123", 10], ["0.123", 9], ["0.12", 10], ["0.12", 9], ["0.12", 8]]);
});

test("where the least of them does not fit, none is written", () => {
  for (const cell of [[15, 20], [60, 8]]) {
    const { text, texttemplate } = fitted(matrix, cell, "serif");
    assert.deepEqual([text, texttemplate], [undefined, undefined]);
  }
});

test("what is no matrix with numbers is copied as it is", () => {
  const line = { type: "scatter", x: [1], y: [2] };
  assert.deepEqual(fitted(line, [10, 10], "serif"), line);
  assert.notEqual(fitted(line, [10, 10], "serif"), line);
});
