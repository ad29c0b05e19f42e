// A pasted text that is a plain rectangle of numbers, and where each of them goes. What else a text may be (a
// list in brackets, names above columns, decimal commas, quotation marks), and whether it fits, the server says
// alone: gru_core/inputs/tables and app/session/many.py.

/**
 * @import { Panel } from "../types"
 * @typedef {Pick<Panel, "cell" | "order" | "segments">} Layout
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WIDEST = 512; // columns that the server reads

// Rows of cells between tabs, or between spaces; null for any other text.
/** @param {string} text @returns {number[][] | null} */
export function rectangle(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/^\n+|\n+$/g, "").split("\n");
  const tabs = text.includes("\t");
  const rows = lines.map((line) => (tabs ? line.split("\t") : line.split(" ").filter(Boolean)).map((cell) => cell.replaceAll("−", "-")));
  const [{ length }] = rows;
  const fine = length > 0 && length <= WIDEST && rows.every((row) => row.length === length && row.every((cell) => NUMBER.test(cell)));
  return fine ? rows.map((row) => row.map(Number)) : null;
}

// Each number with its target, from one cell on: rows go down and columns to the right. One row or one column
// runs along the steps of the input, or down a bias or an initial state. null where that leaves the sheet.
/** @param {string} target @param {number[][]} rows @param {Layout[]} panels @returns {[target: string, value: number][] | null} */
export function placed(target, rows, panels) {
  const [owner, part, ...rest] = target.split(".");
  const { order = [], segments = [] } = panels.find(({ cell }) => cell === owner) ?? /** @type {Partial<Layout>} */ ({});
  const line = rows.length === 1 || rows[0].length === 1 ? rows.flat() : null;
  if (owner === "x") {
    const [step, channel] = [part, ...rest].map(Number);
    return spread(line ? [line] : rows, (row, column) => `x.${step + column}.${channel + row}`);
  }
  const state = part === "h0" || part === "c0";
  const [gate, unit, from] = state ? ["", ...rest] : rest;
  const [top, left] = [order.indexOf(Number(unit)), state ? 0 : columnOf(part, from)];
  const down = line && (state || part.startsWith("b_"));
  return top < 0 || left < 0 ? null : spread(down ? line.map((value) => [value]) : rows, (row, column) => {
    const at = order[top + row];
    if (at === undefined || state) return at !== undefined && column === 0 ? `${owner}.${part}.${at}` : null;
    const segment = segments.find(({ start, size }) => left + column >= start && left + column < start + size);
    if (!segment) return null;
    const source = sourceOf(segment.part, left + column - segment.start);
    return [owner, segment.part, gate, at, ...source].join(".");
  });

  /** @param {string} name @param {string} source */
  function columnOf(name, source) {
    const start = segments.find((one) => one.part === name)?.start ?? -1;
    const at = name === "w_h" ? order.indexOf(Number(source)) : 0;
    if (start < 0 || at < 0) return -1;
    if (name === "w_h") return start + at;
    return name === "w_x" ? start + Number(source) : start;
  }

  /** @param {string} name @param {number} column @returns {number[]} */
  function sourceOf(name, column) {
    if (name === "w_h") return [order[column]];
    return name === "w_x" ? [column] : [];
  }
}

/** @param {number[][]} rows @param {(row: number, column: number) => string | null} at @returns {[target: string, value: number][] | null} */
function spread(rows, at) {
  /** @type {[string, number][]} */
  const found = [];
  for (const [row, values] of rows.entries()) {
    for (const [column, value] of values.entries()) {
      const target = at(row, column);
      if (target === null) return null;
      found.push([target, value]);
    }
  }
  return found;
}
