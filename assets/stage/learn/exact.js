// The exact numbers of a unit, as the core made them, and what the cell does at a step in the stage's own words.

import { fetchBlock } from "../core/numbers.js";
import { heldAt } from "../plots/held.js";
import { sentence } from "../plots/view.js";

/**
 * @import { Host } from "./predicting.js"
 * @import { Numbers, Panel } from "../types"
 * @typedef {Pick<Host, "here" | "whole">} Source
 */

const PATIENCE = 8000; // milliseconds for numbers that are on their way
const LATER = 40; // milliseconds between two looks whether they are there

// Every number of a unit in a track.
/** @param {Source} source @param {Panel} panel @param {string} track @param {number} unit @returns {Promise<Numbers>} */
export async function rowOf({ here: { channel, now }, whole }, panel, track, unit) {
  const { computed, message: { labels, limits, numbers: ticket } } = now;
  const part = `${panel.cell}.${track}`;
  const row = panel.order.indexOf(unit);
  if (channel.isPicture(part)) {
    const own = computed?.of(panel.cell)?.line(part, unit);
    if (own) return own;
    const [numbers] = await fetchBlock({ ticket, part, unit, size: [panel.units, labels.length], block: limits.block }, [row, row + 1], [0, labels.length]);
    return numbers;
  }
  if (!channel.knows(part, row)) await Promise.race([whole(part), new Promise((_, fail) => setTimeout(fail, PATIENCE))]);
  return channel.part(part).data[0].z[row];
}

// Resolves once nothing is on its way that would change them. Errors: where no answer comes.
/** @param {Pick<Host, "here">} of */
export async function atRest({ here: { channel, drag } }) {
  const end = performance.now() + PATIENCE;
  while ((drag.live || drag.held || channel.busy) && performance.now() < end) await new Promise((done) => setTimeout(done, LATER));
  if (channel.busy) throw new Error("no answer");
}

// rows: the numbers of the unit by track.
/** @param {Pick<Host, "here">} of @param {Panel} panel @param {Map<string, Numbers>} rows @param {{ step: number, unit: number }} place */
export function happens({ here: { now: { message } } }, { cell }, rows, place) {
  const name = cell === "gru" ? message.names[place.unit] : "";
  return sentence({ cell, polarity: message.inner.polarity, name }, place, (track) => Number(rows.get(track)?.[place.step]),
    (track) => heldAt(message.held, cell, track, place));
}
