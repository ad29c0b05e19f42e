// What the page has computed of a screen, as it is shown: colours, lines, numbers.

import { means, peaks } from "./condensing.js";

/**
 * @import { Lookup } from "../core/sweep.js"
 * @import { Core } from "./core.js"
 * @import { Tracks } from "./layer.js"
 * @import { Job } from "./worker.js"
 * @import { At, Here as All, Numbers, Panel } from "../types"
 * @typedef {Pick<All, "now"> & { channel: Pick<All["channel"], "part"> }} Here
 */

export class Computed {
  // cells: those that are not as they were sent.
  /** @param {Here} here @param {Core} core @param {string[]} cells */
  constructor(here, core, cells) {
    this.here = here;
    this.core = core;
    this.cells = cells;
    /** @type {Job | null} */
    this.job = null; // what it was made of; null while there is nothing
    /** @type {Map<string, Tracks>} */
    this.tracks = new Map();
    /** @type {Map<string, Uint8Array[]>} */
    this.shown = new Map(); // name of a track -> its colours
  }

  // The core has run, or there is nothing to show of it.
  /** @param {Job | null} job */
  learn(job) {
    this.job = job;
    this.shown.clear();
    if (!job) return;
    this.tracks = new Map([...this.core.cells.keys()].map((cell) => [cell, this.core.tracksOf(cell)]));
    this.core.user = this;
  }

  // The core with these numbers in it; it is shared with what is dragged. Null where it has none of the cell.
  /** @param {string} cell @returns {Core | null} */
  of(cell) {
    return this.cells.includes(cell) ? this.ofAny() : null;
  }

  /** @returns {Core | null} */
  ofAny() {
    const { core, job, tracks } = this;
    if (!job) return null;
    if (core.user === this) return core;
    core.set(job.edits, job.held);
    if (job.target) core.put(job.target, job.value);
    for (const [cell, made] of tracks) core.take(cell, made);
    core.user = this;
    return core;
  }

  // Whether a track is another than was sent.
  /** @param {string} name */
  shows(name) {
    return this.job !== null && this.cells.includes(ownerOf(name));
  }

  /** @param {string} name */
  bytes(name) {
    const core = this.of(ownerOf(name));
    if (!core) return null;
    const known = this.shown.get(name);
    if (known) return known;
    const { zmin, zmax } = this.here.channel.part(name).data[0];
    const rows = this.rows(name).map((row) => coloured(row, zmin, zmax));
    this.shown.set(name, rows);
    return rows;
  }

  // The numbers of a track as its heatmap is drawn, one array a row: of a condensed one the means of blocks.
  /** @param {string} name @returns {Numbers[]} */
  rows(name) {
    const core = this.of(ownerOf(name));
    if (!core) return [];
    const order = this.order(name);
    const { grid } = this.here.channel.part(name);
    const rowOf = (/** @type {number} */ row) => core.line(name, order[row]) ?? [];
    return grid ? means(grid, rowOf) : order.map((_, row) => rowOf(row));
  }

  /** @param {string} cell */
  panel(cell) {
    return /** @type {Panel} */ (this.here.now.message.panels.find((panel) => panel.cell === cell));
  }

  // The rows of a track from top to bottom: the units, or where a state is projected its numbers.
  /** @param {string} name @returns {readonly number[]} */
  order(name) {
    const [cell, track] = name.split(".");
    const { order, tracks } = this.panel(cell);
    const units = tracks.find((one) => one.track === track)?.units ?? order.length;
    return units === order.length ? order : Array.from({ length: units }, (_, row) => row);
  }

  // As it is drawn: of a condensed screen the points of the line.
  /** @param {string} name @param {number} unit */
  line(name, unit) {
    const values = this.of(ownerOf(name))?.line(name, unit);
    const grid = values && this.here.channel.part(name).grid;
    return grid ? peaks(values, grid.wide) : values;
  }

  // One channel of the input as its line is drawn.
  /** @param {number} channel @param {number} wide the steps of a block */
  input(channel, wide) {
    const core = this.ofAny();
    return core && peaks(core.input(channel), wide);
  }

  // Of any cell: what was sent of one that stays may be colours only.
  /** @param {string} name @param {At} at */
  exact(name, { step, unit }) {
    return this.ofAny()?.number(name, step, unit);
  }

  /** @param {string} cell @param {At} at @returns {Lookup | null} */
  inside(cell, { step, unit }) {
    if (unit >= this.panel(cell).units) return null;
    return this.of(cell)?.numbers(cell, step, unit) ?? null;
  }

  /** @param {string} cell @param {string} name @param {At} at */
  column(cell, name, { step }) {
    const core = this.of(cell);
    if (!core) return undefined;
    const { order } = this.panel(cell);
    const vector = core.vectors(cell, step).get(name);
    if (vector) {
      const [low, high] = core.rangeOf(cell, name);
      return { bytes: coloured(order.map((unit) => vector[unit]), low, high), from: 0 };
    }
    const values = core.column(cell, name, step);
    if (!values) return undefined;
    const part = name === "x" ? "x" : `${cell}.${core.trackOf(cell, name)}`;
    const { zmin, zmax } = this.here.channel.part(part).data[0];
    return { bytes: coloured(name === "x" ? values : this.order(part).map((unit) => values[unit]), zmin, zmax), from: 0 };
  }
}

/** @param {string} name */
function ownerOf(name) {
  return name.split(".")[0];
}

// Places along a colour scale, 0 to 255.
/** @param {Numbers} values @param {number} low @param {number} high */
function coloured(values, low, high) {
  const found = new Uint8ClampedArray(values.length); // which rounds, and stays within its bounds
  const scale = 255 / (high - low);
  for (let i = 0; i < found.length; i++) found[i] = (values[i] - low) * scale;
  return new Uint8Array(found.buffer);
}
