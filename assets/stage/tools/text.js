// Numbers as text for other programs: every digit, in lines of cells.

/** @import { Head, Name, Numbers } from "../types" */

// The shortest text that reads back as the same number: of 32 bits, or of 64. Six figures of 32 bits are
// never one too many. Nothing for what is not there.
/** @param {number} value @param {boolean} [wide] */
export function exactText(value, wide = false) {
  if (Number.isNaN(value)) return "";
  if (wide || !Number.isFinite(value)) return String(value).replace("Infinity", "inf");
  for (const figures of [6, 7, 8]) {
    const rounded = Number(value.toPrecision(figures));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

// The whole sheet (describe.js) as text.
/** @param {Head & { values: Numbers[] }} sheet @param {string} separator */
export function delimited(sheet, separator) {
  const { header, line } = linesOf(sheet, separator);
  return [header, ...sheet.rows.map((row, i) => line(row, sheet.values[i]))].join("");
}

// Its lines one by one: a header, then one for each row with its numbers. The numbers stand before any
// names of steps, so that programs which read only numbers find them by column.
/** @param {Head} sheet @param {string} separator */
export function linesOf({ corner, columns, rows, flipped }, separator) {
  const named = flipped && rows.some(({ label }) => label);
  /** @param {string | number} name */
  const cell = (name) => quoted(safe(name), separator);
  /** @param {string[]} cells */
  const line = (cells) => `${cells.join(separator)}\n`;
  const heads = columns.map(({ key, label }) => (label && !flipped ? `${key} (${label})` : key));
  return {
    header: line([corner, ...heads, ...(named ? ["input"] : [])].map(cell)),
    /** @param {Pick<Name, "key" | "label">} row @param {Numbers} numbers */
    line: ({ key, label }, numbers) =>
      line([cell(key), ...exactTexts(numbers), ...(named ? [cell(label)] : [])]),
  };
}

/** @param {Numbers} numbers */
function exactTexts(numbers) {
  const wide = isWide(numbers);
  return Array.from(numbers, (value) => exactText(value, wide));
}

// Whether these are numbers of 64 bits.
/** @param {unknown} numbers */
export function isWide(numbers) {
  return numbers instanceof Float64Array;
}

// A name that a spreadsheet would take for a formula.
/** @param {string | number} name */
function safe(name) {
  return /^[=+\-@\t\r]/.test(String(name)) ? `'${name}` : String(name);
}

/** @param {string} cell @param {string} separator */
function quoted(cell, separator) {
  const plain = cell.replace(/[\t\r\n]+/g, " ");
  return plain.includes(separator) || plain.includes('"') ? `"${plain.replaceAll('"', '""')}"` : plain;
}
