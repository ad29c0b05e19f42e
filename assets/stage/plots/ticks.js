// What is written at an axis and in the cells of a matrix, where there is room for it.

import { minus } from "../core/format.js";

/** @import { Ticks, Trace } from "../types" */
/**
 * @typedef {{ at: number, text: string, group: number, x: number, half: number }} Label
 * @typedef {{ width: number, size: number, left: number, right: number, groups?: number[] }} Room
 */

export const TYPE = '"Open Sans", verdana, arial, sans-serif'; // Plotly's own
const APART = 5; // pixels between two labels
const ROUND = 1.5; // pixels, of the room at the sides of a digit
const DIGIT = 0.85; // height of a digit and of the least room above it, by the size of the letters
const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const measure = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
/** @type {Map<string, number>} */
const widths = new Map(); // text and type -> its width at one pixel of size

/** @param {string} text @param {number} size @param {string} [type] */
function widthOf(text, size, type = TYPE) {
  const key = `${text} ${type}`;
  const known = widths.get(key);
  if (known !== undefined) return known * size;
  measure.font = `100px ${type}`;
  const width = measure.measureText(text).width / 100;
  if (document.fonts.check(measure.font)) widths.set(key, width); // else it is that of another type
  return width * size;
}

// The axis with only as many labels as there is room for. width: of the plot area; size: of the letters;
// left, right: how far a label may stand out of it. groups: first columns (from 0) of groups after the
// first, whose labels are thinned apart; the last group's are written as one where they collide.
/** @param {Ticks} axis @param {Room} room @returns {Ticks} */
export function thinned(axis, { width, size, left, right, groups = [] }) {
  const { range, tickvals, ticktext, type } = axis;
  if (type === "log") return axis;
  /** @param {number} at */
  const place = (at) => ((at - range[0]) / (range[1] - range[0])) * width;
  const labels = tickvals.map((at, i) => ({ at, text: ticktext[i], group: groups.filter((first) => at > first).length }))
    .sort((a, b) => a.at - b.at)
    .map((label) => ({ ...label, x: place(label.at), half: widthOf(label.text, size) / 2 }));
  /** @param {Label[]} labels */
  const one = (labels) => together(labels, size, width + right);
  const kept = groups.length ? columns(labels, groups.length, one) : fewer(labels, size);
  const shown = clear(kept.filter(({ x, half }) => x - half >= -left && x + half <= width + right + ROUND));
  return { ...axis, tickvals: shown.map(({ at }) => at), ticktext: shown.map(({ text }) => text) };
}

// The rows of a heatmap with only as many names as there is height for.
/** @param {Ticks} axis @param {number} height @param {number} size @returns {Ticks} */
export function thinnedRows(axis, height, size) {
  const { range, tickvals, ticktext } = axis;
  const apart = (height / Math.abs(range[1] - range[0])) * Math.abs(tickvals[1] - tickvals[0]);
  const every = tickvals.length > 1 ? strideOf(DIGIT * size, apart) : 1;
  if (every === 1) return axis;
  /** @param {unknown} _ @param {number} i */
  const keep = (_, i) => i % every === 0;
  return { ...axis, tickvals: tickvals.filter(keep), ticktext: ticktext.filter(keep) };
}

// Every second, fifth, tenth, … of evenly spaced labels; uneven ones stay.
/** @param {Label[]} labels @param {number} size */
function fewer(labels, size) {
  if (labels.length < 2 || !even(labels.slice(1))) return labels;
  // The last pair may touch: a long last label ("end") should not thin out the letters before it.
  const pairs = labels.slice(0, -2).map(({ half }, i) => half + labels[i + 1].half);
  const apart = labels[labels.length - 1].x - labels[labels.length - 2].x;
  const every = strideOf(Math.max(size / 2, ...pairs) + APART, apart);
  if (every === 1) return labels;
  // What is counted shows round numbers, anything else begins with its first label.
  const counted = labels.every(({ at, text }) => text === String(at));
  return labels.filter((_, i) => (counted ? (i + 1) % every === 0 || (i === 0 && every > 2) : i % every === 0));
}

// The columns of a matrix: inputs, units, biases. one(labels) makes one label of them.
/** @param {Label[]} labels @param {number} last @param {(labels: Label[]) => Label} one */
function columns(labels, last, one) {
  /** @type {Label[][]} */
  const found = [];
  for (let group = 0; group <= last; group++) {
    const own = labels.filter((label) => label.group === group);
    const need = 2 * Math.max(...own.map(({ half }) => half)) + APART - 2;
    const every = own.length < 2 ? 1 : strideOf(need, own[1].x - own[0].x);
    found.push(group === last && every > 1 ? [one(own)] : own.filter((_, i) => i % every === 0));
  }
  // Units give way to their neighbours.
  const others = found.filter((_, group) => group !== 1).flat();
  found[1] = found[1].filter((label) => !others.some((other) => collide(label, other)));
  return found.flat();
}

// Neighbours as one label in their middle, or as far right as it may stand.
/** @param {Label[]} labels @param {number} size @param {number} end @returns {Label} */
function together(labels, size, end) {
  const [first, last] = [labels[0], labels[labels.length - 1]];
  const text = labels.map((label) => label.text).join(" ");
  const half = widthOf(text, size) / 2;
  const x = Math.min((first.x + last.x) / 2, end - half);
  return { ...first, text, half, x, at: first.at + ((x - first.x) * (last.at - first.at)) / (last.x - first.x) };
}

// Without those that would lie on the one before.
/** @param {Label[]} labels */
function clear(labels) {
  /** @type {Label[]} */
  const none = [];
  return labels.reduce((kept, label) => (kept.length && collide(kept[kept.length - 1], label) ? kept : [...kept, label]), none);
}

/** @param {Label} a @param {Label} b */
function collide(a, b) {
  return Math.abs(a.x - b.x) < a.half + b.half + 1;
}

/** @param {number} need @param {number} apart */
function strideOf(need, apart) {
  return STRIDES.find((stride) => stride * apart >= need) ?? Infinity;
}

/** @param {Label[]} labels */
function even(labels) {
  return new Set(labels.slice(1).map(({ at }, i) => at - labels[i].at)).size <= 1;
}

// A copy of a trace for Plotly, which keeps what it is given. The numbers in the cells of a matrix are all
// there or none: in three figures or in two, as large as cells of this size allow. They are in the type of
// the page, which is narrower than Plotly's.
/** @param {Trace} trace @param {number[]} cell @param {string} type @returns {Trace} */
export function fitted(trace, [width, height], type) {
  if (trace.type !== "heatmap" || !trace.text) return { ...trace };
  /** @type {string[][]} */
  const three = trace.text;
  const two = three.map((row, i) => row.map((text, j) => inTwo(trace.z[i][j], text)));
  /** @param {[text: string[][], size: number]} way */
  const fits = ([text, size]) =>
    size < height && text.every((row) => row.every((number) => widthOf(number, size, type) <= width - 2));
  /** @type {[text: string[][], size: number][]} */
  const ways = [[three, 10], [three, 9], [two, 10], [two, 9], [three, 8], [two, 8]];
  const way = ways.find(fits);
  if (way) return { ...trace, text: way[0], textfont: { ...trace.textfont, size: way[1], family: type } };
  const { text, texttemplate, ...plain } = trace;
  return plain;
}

// A number from 100 on is written out, as are words.
/** @param {number} value @param {string} text */
function inTwo(value, text) {
  const plain = Number.isNaN(Number(text.replace("−", "-"))) || Math.abs(value) >= 100;
  return plain ? text : minus(Number(value.toPrecision(2)));
}
