// A sheet (describe.js), or a part of one, as the element of a table.

import { make } from "../core/dom.js";
import { short } from "../core/format.js";
import { say } from "../core/words.js";
import { exactText, isWide } from "./text.js";

/** @import { Head, Name, Place, Sheet } from "../types" */

// sheet: the part on show; its values are null while they are on their way. current: { row, column } in it.
/** @param {Sheet} sheet @param {Place} current @param {string} caption */
export function tableOf(sheet, current, caption) {
  const body = sheet.rows.map((row, i) => make("tr", {},
    make("th", { scope: "row", "aria-current": i === current.row },
      row.name, row.label && make("small", { textContent: row.label })),
    ...sheet.columns.map((column, j) => cellOf(sheet.values?.[i][j], row, column, isWide(sheet.values?.[i])))));
  const heads = sheet.columns.map((column, j) =>
    make("th", { scope: "col", "aria-current": j === current.column },
      headOf(column, j, sheet), make("small", { textContent: column.label })));
  return make("table", {},
    make("caption", {}, make("span", {},
      make("span", { className: "gs-hidden", textContent: `${sheet.title}. ` }), caption)),
    make("thead", {}, make("tr", {}, make("td", {}), ...heads)),
    make("tbody", {}, ...body));
}

// What a screen reader says of a part of a sheet: how large the whole is, and where in it each cell is.
/** @param {HTMLTableElement} table @param {Head} sheet @param {number} top @param {number} left */
export function number(table, sheet, top, left) {
  table.setAttribute("aria-rowcount", String(sheet.rows.length + 1));
  table.setAttribute("aria-colcount", String(sheet.columns.length + 1));
  for (const row of table.rows) {
    row.setAttribute("aria-rowindex", String(row.rowIndex ? top + row.rowIndex + 1 : 1));
    for (const cell of row.cells) cell.setAttribute("aria-colindex", String(cell.cellIndex ? left + cell.cellIndex + 1 : 1));
  }
}

/** @param {number | undefined} value @param {Name} row @param {Name} column @param {boolean} wide */
function cellOf(value, row, column, wide) {
  if (value === undefined) return make("td", { textContent: "…" });
  const text = Number.isFinite(value) ? short(value, wide) : Number.isNaN(value) ? "" : "∞";
  const cell = make("td", { textContent: text, title: exactText(value, wide).replace("-", "−") });
  cell.dataset.at = say("table.at", { row: row.name, column: column.name });
  return cell;
}

// Steps are many: their number is enough where the first one says what it counts.
/** @param {Name} column @param {number} place @param {Sheet} sheet */
function headOf({ key, name }, place, { kinds }) {
  return kinds[1] === "steps" && Number(key) > 1 && place > 0 ? String(key) : name;
}
