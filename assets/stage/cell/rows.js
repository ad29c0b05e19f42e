// Which rows of a layer's vectors are drawn in a wiring.

/** @import { Panel } from "../types" */

// Rows of the heatmaps to draw as cells: all of a small layer, else as many as are sent around the chosen one.
/** @param {{ units: number }} panel @param {number} chosen @param {{ rows: number }} limits */
export function drawnRows({ units }, chosen, { rows }) {
  if (units <= rows) return Array.from({ length: units }, (_, row) => row);
  const first = Math.min(Math.max(chosen - rows / 2, 0), units - rows);
  return Array.from({ length: rows }, (_, i) => first + i);
}

// How long the vectors of a wiring are, and which of their rows are drawn.
/** @param {Panel} panel @param {number[]} rows of the units */
export function sizesOf({ initials: [{ units: numbers }], units }, rows) {
  return { units, numbers, rows, shown: rowsWithin(rows, numbers) };
}

// Rows that a vector has: as many as are drawn of the units, the last ones of a shorter one.
/** @param {number[]} rows @param {number} units */
export function rowsWithin(rows, units) {
  const first = Math.min(rows[0] ?? 0, Math.max(units - rows.length, 0));
  return rows.map((_, i) => first + i).filter((row) => row < units);
}
