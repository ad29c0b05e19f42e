// What the axes of a picture are called.

import { PROJECTION } from "../core/cells.js";
import { say } from "../core/words.js";

/** @import { LensPlot, Sheet, Shown } from "../types" */

/** @param {Shown} entry @param {Sheet} sheet @returns {[across: string, up: string]} */
export function axisTitles(entry, sheet) {
  if (entry.kind === "lens") return ofChart(entry, sheet);
  if (entry.kind === "lines" || entry.kind === "series" || entry.kind === "x") return [say("picture.step"), ""];
  const { kind, panel } = entry;
  if (entry.gate === PROJECTION) return [say("cells.from_unit"), say("kinds.numbers", { n: 1 })];
  const sorted = panel.order.some((unit, row) => unit !== row);
  const sources = panel.segments.some(({ part }) => part === "b_h") ? say("picture.from_two") : say("picture.from_one");
  return [kind === "track" ? say("picture.step") : sources, sorted ? say("picture.sorted") : say("picture.unit")];
}

// A chart of a lens: its sheet says what its rows and columns are.
/** @param {LensPlot} entry @param {Sheet} sheet @returns {[across: string, up: string]} */
function ofChart({ chart, plot }, sheet) {
  const { corner, rows, columns, kinds } = sheet;
  if (chart.reads === "grid") return [say(`kinds.${kinds[1]}`, { n: 1 }), sorted(sheet) ? say("picture.sorted") : corner];
  if (chart.reads === "across") return [corner, say("picture.value")];
  const { data } = plot.figure;
  if (chart.reads === "down") {
    // Bars from top to bottom; or a curve with one point on it, whose two numbers are the first rows.
    return data.some(({ type }) => type === "bar") ? [say("picture.value"), corner] : [rows[0].name, rows[1].name];
  }
  return placed(data, sheet) ? [columns[0].name, columns[1].name] : [corner, say("picture.value")];
}

/** @param {Sheet} sheet */
function sorted({ kinds, rows }) {
  return kinds[0] === "units" && rows.some(({ key }, row) => typeof key === "number" && key !== row + 1);
}

// Whether the first two columns say where points are; else each column is a line over the rows.
/** @param {LensPlot["plot"]["figure"]["data"]} data @param {Sheet} sheet */
function placed(data, { values }) {
  const across = data.filter(({ meta }) => meta !== "behind").flatMap(({ x }) => [...x]);
  const near = (/** @type {number} */ value, /** @type {number} */ other) => Math.abs(value - other) <= 1e-5 * Math.max(1, Math.abs(other));
  return (values ?? []).every((row, i) => near(across[i], row[0]));
}
