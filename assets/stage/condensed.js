// A screen too large to be sent. Its heatmaps are colours of blocks (app/figures/condensing.py); numbers come for
// the cursor's unit at the steps around the cursor, and for what somebody points at.

import { targetAt } from "./cells.js";

/** @import { Entry, Message, Numbers, Place, Stage, Trace, Wanted } from "./types" */

/** @param {Pick<Message, "parts">} message */
export function isCondensed(message) {
  return "gru.near" in message.parts;
}

// The numbers that can be edited, as far as they were asked for. Those of the scene itself: edits are
// written over them.
export class Told {
  /** @param {Pick<Stage, "channel" | "screen">} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Map<string, number>} */
    this.values = new Map(); // frame of the part and target -> value
  }

  // A message has come.
  /** @param {Pick<Message, "edits" | "pointed" | "sweep">} message */
  learn({ edits, pointed, sweep }) {
    if (sweep) this.keep(sweep.target, sweep.values[sweep.base]);
    if (pointed?.target) this.keep(pointed.target, pointed.value);
    for (const { target, was } of edits) this.keep(target, was);
  }

  /** @param {string} target @param {number} value */
  keep(target, value) {
    this.values.set(this.key(target), value);
  }

  // undefined where it has not been told.
  /** @param {string} target */
  value(target) {
    return this.values.get(this.key(target));
  }

  /** @param {string} target */
  key(target) {
    const place = this.stage.screen.place(target);
    return `${place ? this.stage.channel.frame(place.entry.part) : ""} ${target}`;
  }
}

// One number of a heatmap of which only the colours are here; undefined until it has come.
/** @param {Pick<Stage, "channel" | "message" | "screen">} stage @param {Entry} entry @param {Place} place @returns {number | undefined} */
export function numberAt(stage, entry, { row, column }) {
  const { channel, message, screen } = stage;
  const { part, kind, panel } = entry;
  if (kind !== "track") {
    const target = targetAt(entry, { row, column });
    return message.edits.find((one) => one.target === target)?.value ?? screen.told.value(/** @type {string} */ (target));
  }
  if (!isCondensed(message)) return undefined;
  const unit = panel.order[row];
  const near = channel.part(`${panel.cell}.near`);
  const number = near.unit === unit ? near.numbers[entry.track.track][column - near.first] : undefined;
  const { pointed } = message;
  return number ?? (pointed?.unit === unit && pointed.step === column ? pointed.numbers[part] : undefined);
}

// What to ask for to have that number.
/** @param {Entry} entry @param {Place} place @param {Pick<Message, "parts">} message @returns {Wanted} */
export function questionFor(entry, { row, column }, message) {
  if (entry.kind !== "track") return { target: targetAt(entry, { row, column }) };
  const of = entry.panel.order[row];
  return isCondensed(message) ? { of, at: column } : { of };
}

// The lines of a panel: the frame as sent, with points for the cursor's unit. `share`: how far one point
// is from the next, as a part of the width.
/** @param {Pick<Stage, "channel" | "cursor" | "screen">} stage @param {any} figure @param {number} steps */
export function linesFigure(stage, figure, steps) {
  const { channel, cursor, screen } = stage;
  const share = channel.part("x.line").per / steps;
  const data = figure.data.map((/** @type {Trace} */ line) => {
    const [owner] = line.meta.split(".");
    const { unit, lines } = channel.part(`${owner}.line`);
    const points = owner === "x" || unit === cursor.unit ? lines[line.meta] : [];
    const y = owner === "x" ? points : fromBytes(points, screen.figure(line.meta).data[0]);
    return { ...line, x: Float32Array.from(y, (_, i) => 0.5 + Math.min((i + 0.5) * share, 1) * steps), y };
  });
  return { ...figure, share, data };
}

// Bytes along a colour scale as numbers to draw from.
/** @param {Numbers} bytes @param {{ zmin: number, zmax: number }} scale */
export function fromBytes(bytes, { zmin, zmax }) {
  return Float32Array.from(bytes, (byte) => zmin + ((zmax - zmin) * byte) / 255);
}
