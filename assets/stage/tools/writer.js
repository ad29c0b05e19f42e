// A worker that writes the CSV of a plot too large to be sent: it fetches bands of rows and makes text of
// them, so that the page stays free. It is stopped by ending it.

import { Refused, fetchBlock } from "../core/numbers.js";
import { linesOf } from "./text.js";

/** @import { Sheet, Source } from "../types" */

// data: a sheet (describe.js). Answers { share } as it goes and { blob } in the end, or { failed }, which
// says whether to ask for it again may help.
onmessage = async ({ data: sheet }) => {
  try {
    postMessage({ blob: await written(sheet) });
  } catch (error) {
    postMessage({ failed: error instanceof Refused ? "refused" : "lost" });
  }
};

/** @param {Sheet} sheet */
async function written({ source, before, ...sheet }) {
  const { block, size: [rows, columns] } = /** @type {Source} */ (source);
  const tall = Math.max(1, Math.floor(block / columns));
  const { header, line } = linesOf(sheet, ",");
  /** @param {number} top */
  const band = (top) => {
    const coming = fetchBlock(/** @type {Source} */ (source), [top, Math.min(top + tall, rows)], [0, columns]);
    coming.catch(() => {}); // heard when it is awaited, a band later
    return coming;
  };
  /** @type {BlobPart[]} */
  const pieces = [header];
  let coming = band(0);
  for (let top = 0; top < rows; top += tall) {
    const numbers = await coming;
    if (top + tall < rows) coming = band(top + tall); // on its way while this one is written
    const lines = numbers.map((row, i) => line(sheet.rows[top + i], before ? [before[top + i], ...row] : row));
    pieces.push(new Blob(lines)); // out of the worker's own memory
    postMessage({ share: Math.min((top + tall) / rows, 1) });
  }
  return new Blob(pieces, { type: "text/csv;charset=utf-8" });
}
