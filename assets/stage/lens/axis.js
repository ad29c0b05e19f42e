// The rows or columns of a lens's sheet: their names, and which of them the cursor is at.

import { say } from "../core/words.js";

/** @import { At, Name, Noun } from "../types" */

/**
 * @typedef {{ kind: string, first: number, order: number[], names: string[], noun?: Noun }} Asked
 * @typedef {object} Axis
 * @property {number} length
 * @property {string[]} names
 * @property {Name[]} entries
 * @property {Noun} noun
 * @property {(cursor: At) => number | null} at
 * @property {(cursor: At) => number[]} all
 * @property {(i: number) => Partial<At> | undefined} [place]
 */

// { length, names, entries, noun, at(cursor), all(cursor), place(i) }; at gives an index or null, all
// every index of what the cursor is at, place { step, unit } of one that the cursor can go to. entries
// are as describe.js has them.
/** @param {Asked} asked @param {string[]} labels of the steps @returns {Axis} */
export function axisOf({ kind, first, order, names, noun = "numbers" }, labels) {
  if (kind === "steps") return withAll(steps(labels, first));
  if (kind === "units") return withAll(units(order));
  const entries = names.map((name) => ({ key: name, name, label: "" }));
  /** @type {Axis["place"]} */
  const place = order.length ? (i) => ({ unit: order[i] }) : undefined; // each is of a unit
  /** @param {At} cursor */
  const all = ({ unit }) => [...order.keys()].filter((i) => order[i] === unit); // several, or none
  return { length: names.length, names, entries, noun, at: () => null, all, place };
}

/** @param {Omit<Axis, "all">} axis @returns {Axis} */
function withAll(axis) {
  return { ...axis, all: (cursor) => [axis.at(cursor)].filter((i) => i !== null) };
}

/** @param {string[]} labels @param {number} first @returns {Omit<Axis, "all">} */
function steps(labels, first) {
  const before = 1 - first; // columns before that of step 1
  const entries = labels.map((label, i) => ({
    key: i + 1, name: say("names.step", { step: i + 1 }), label: label === String(i + 1) ? "" : label,
  }));
  if (before) entries.unshift({ key: 0, name: say("names.step", { step: 0 }), label: say("axis.initial") });
  const names = entries.map(({ name, label, key }) =>
    (key === 0 ? say("axis.initial_state") : label ? say("axis.step_read", { step: name, label }) : name));
  return {
    length: entries.length, names, entries, noun: "steps",
    at: ({ step }) => step + before,
    place: (i) => (i < before ? undefined : { step: i - before }),
  };
}

/** @param {number[]} order @returns {Omit<Axis, "all">} */
function units(order) {
  const entries = order.map((unit) => ({ key: unit + 1, name: say("names.unit", { unit: unit + 1 }), label: "" }));
  return {
    length: order.length, names: entries.map(({ name }) => name), entries, noun: "units",
    at: ({ unit }) => { const row = order.indexOf(unit); return row < 0 ? null : row; },
    place: (i) => ({ unit: order[i] }),
  };
}
