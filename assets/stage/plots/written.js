// A heatmap with some of its numbers replaced; the figure itself is left as it is.

import { brief } from "../core/format.js";

/**
 * @import { Figure, Numbers } from "../types"
 * @typedef {[row: number, column: number, value: number]} Change
 */

/** @param {Figure} figure @param {Change[]} changes @returns {Figure} */
export function written(figure, changes) {
  const [trace] = figure.data;
  if (!changes.length) return figure;
  const changed = new Set(changes.map(([row]) => row));
  /** @param {Numbers | string[]} cells @param {number} row */
  const copy = (cells, row) => (changed.has(row) ? cells.slice() : cells);
  const z = trace.z.map(copy);
  const text = trace.text?.map(copy);
  for (const [row, column, value] of changes) {
    z[row][column] = value;
    if (text) text[row][column] = brief(value);
  }
  return { ...figure, data: [text ? { ...trace, z, text } : { ...trace, z }] };
}
