// A worker that runs the core of a screen whose runs take longer than a frame, so that the page stays free.

import { Core } from "./core.js";

/**
 * @import { Core as Sent, Edit, HeldAt } from "../contract"
 * @import { Tracks } from "./layer.js"
 * @typedef {{ edits: Edit[], held: HeldAt[], target: string | null, value: number, cells: string[] }} Job target: null for none besides
 * @typedef {Record<string, Tracks>} Done the tracks of each cell; none where a state grows without end
 */

/** @type {Core | null} */
let core = null;

/** @param {{ data: { core: Sent } | Job }} message */
onmessage = ({ data }) => {
  if ("core" in data) core = new Core(data.core);
  else if (core) {
    const made = done(core, data);
    const buffers = Object.values(made ?? {}).flatMap((tracks) => Object.values(tracks).map(({ buffer }) => buffer));
    postMessage(made, { transfer: buffers }); // handed over, not copied
  }
};

/** @param {Core} core @param {Job} job @returns {Done | null} */
function done(core, { edits, held, target, value, cells }) {
  core.set(edits, held);
  if (target) core.put(target, value);
  if (!cells.every((cell) => core.run(cell))) return null;
  return Object.fromEntries(cells.map((cell) => [cell, core.tracksOf(cell)]));
}
