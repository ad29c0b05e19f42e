// Whether a track is held at a place of the screen.

/** @import { Message } from "../types" */

/** @param {Message["held"]} held @param {string} cell @param {string} track @param {{ step: number, unit: number }} place */
export function heldAt(held, cell, track, { step, unit }) {
  return held.some((one) => one.cell === cell && one.track === track
    && (one.unit ?? unit) === unit && one.first <= step && step <= one.last);
}
