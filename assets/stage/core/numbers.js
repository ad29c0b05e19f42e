// The numbers of a plot too large to be sent with its screen, fetched a block at a time: the other end
// is app/messages/numbers.py. Nothing here touches the page, so that a worker can use it too.

import { served } from "./served.js";
import { read } from "./wire.js";

/** @import { Check, Core, Source, Span } from "../types" */

const PATIENCE = 60_000; // milliseconds for one block: a large run may have to be made again for it
const AGAIN = [500, 2000, 5000]; // milliseconds after which what was lost is asked for again

// The server has no such numbers, or no longer: asking again would not help.
export class Refused extends Error {}

// source: { ticket, part, unit, size: [rows, columns] } of a sheet. rows, columns: [first, end], counted
// from 0. Resolves to one Float32Array a row.
/** @param {Source} source @param {Span} rows @param {Span} columns @returns {Promise<Float32Array[]>} */
export async function fetchBlock(source, rows, columns) {
  for (const pause of AGAIN) {
    try {
      return await fetchOnce(source, rows, columns);
    } catch (error) {
      if (error instanceof Refused) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
  return fetchOnce(source, rows, columns);
}

// A lens at a place of the same screen: { lens, charts } of app/messages/lens_at.py.
/** @param {string} ticket @param {Record<string, string>} place */
export async function fetchView(ticket, place) {
  const answer = await fetch(addressOf(ticket, place), { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status !== 200) throw new Error(`${answer.status}`);
  return read(await answer.arrayBuffer());
}

// What the page computes the same screen with: core of app/messages/core.py.
/** @param {string} ticket @returns {Promise<Core>} */
export async function fetchCore(ticket) {
  return fetchView(ticket, { core: "" });
}

// What NumPy makes of it, to compare with: check of app/messages/check.py.
/** @param {string} ticket @returns {Promise<Check>} */
export async function fetchCheck(ticket) {
  return fetchView(ticket, { check: "" });
}

/** @param {string} ticket @param {Record<string, string>} query */
function addressOf(ticket, query) {
  const url = new URL(served(`numbers/${ticket}`));
  url.search = String(new URLSearchParams(query));
  return url;
}

/** @param {Source} source @param {Span} rows @param {Span} columns @returns {Promise<Float32Array[]>} */
async function fetchOnce({ ticket, part, unit, size }, rows, columns) {
  const query = { part, unit: String(unit), rows: rows.join(":"), columns: columns.join(":") };
  const answer = await fetch(addressOf(ticket, query), { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status >= 400 && answer.status < 500) throw new Refused(await answer.text());
  if (!answer.ok) throw new Error(`${answer.status}`);
  const block = read(await answer.arrayBuffer()); // the browser has inflated it
  // Other rows than the page has names for would be a plausible wrong table.
  if (block.size.join() !== size.join()) throw new Refused(`${part} is ${block.size.join(" × ")}`);
  return block.numbers;
}
