// A screen too large to be sent. Its heatmaps are colours of blocks (app/figures/condensing.py); numbers come for
// the cursor's unit at the steps around the cursor, and for what somebody points at.

import { targetAt } from "./cells.js";

/** @import { Entry, Figure, Here, Message, Numbers, Place, Wanted } from "../types" */

/** @param {Pick<Message, "parts">} message */
export function isCondensed(message) {
  return "gru.near" in message.parts;
}

// The numbers that can be edited, as far as they were asked for. Those of the scene itself: edits are
// written over them.
export class Told {
  // frame(target): of the part that it is in, "" where that is not on show.
  /** @param {(target: string) => string | undefined} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {Map<string, number>} */
    this.values = new Map(); // frame of the part and target -> value
  }

  // A message has come.
  /** @param {Pick<Message, "edits" | "pointed" | "sweep">} message */
  learn({ edits, pointed, sweep }) {
    if (sweep) this.keep(sweep.target, sweep.values[sweep.base]);
    if (pointed?.target) this.keep(pointed.target, Number(pointed.value));
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
    return `${this.frame(target)} ${target}`;
  }
}

// Parts of which only colours and some rows are here, until every number has been asked for and has come.
export class Wholes {
  /** @param {(kind: "whole", details: { part: string }) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {{ part: string, done: (part: string) => void }[]} */
    this.asked = [];
  }

  // Resolves once they are here.
  /** @param {string} part @returns {Promise<string>} */
  ask(part) {
    this.send("whole", { part });
    return new Promise((done) => this.asked.push({ part, done }));
  }

  // A message has come.
  /** @param {(part: string) => boolean} complete */
  answer(complete) {
    const come = this.asked.filter(({ part }) => complete(part));
    this.asked = this.asked.filter((one) => !come.includes(one));
    for (const { part, done } of come) done(part);
  }
}

// One number of a heatmap of which only the colours are here; undefined until it has come.
/** @param {Entry} entry @param {Place} place @param {Pick<Here, "channel" | "now">} here @param {Pick<Told, "value">} told @returns {number | undefined} */
export function numberAt(entry, { row, column }, { channel, now: { computed, cover, message } }, told) {
  const { part, kind, panel } = entry;
  if (kind !== "track") {
    const target = String(targetAt(entry, { row, column }));
    return message.edits.find((one) => one.target === target)?.value ?? told.value(target);
  }
  if (cover?.hides(part, row, column)) return NaN;
  if (!isCondensed(message)) return undefined;
  const unit = panel.order[row];
  if (computed) return computed.exact(part, { step: column, unit });
  const near = channel.part(`${panel.cell}.near`);
  const number = near.unit === unit ? near.numbers[entry.track.track][column - near.first] : undefined;
  const { pointed } = message;
  return number ?? (pointed?.unit === unit && pointed.step === column ? pointed.numbers?.[part] : undefined);
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
/** @param {Figure} figure @param {number} steps @param {Pick<Here, "channel" | "cursor" | "now">} here @returns {Figure} */
export function linesFigure(figure, steps, { channel, cursor, now: { computed, cover } }) {
  const { per } = channel.part("x.line");
  const share = per / steps;
  /** @param {string} meta @returns {Numbers} */
  const pointsOf = (meta) => {
    const [owner, at] = meta.split(".");
    const own = owner === "x" ? computed?.input(Number(at), 2 * per) : computed?.line(meta, cursor.unit);
    if (own) return own;
    const { unit, lines } = channel.part(`${owner}.line`);
    const points = owner === "x" || unit === cursor.unit ? lines[meta] : [];
    return owner === "x" ? points : fromBytes(points, channel.part(meta).data[0]);
  };
  const data = figure.data.map((line) => {
    const y = pointsOf(line.meta);
    return { ...line, x: Float32Array.from(y, (_, i) => 0.5 + Math.min((i + 0.5) * share, 1) * steps), y };
  });
  return cover?.lines({ ...figure, share, data }, steps) ?? { ...figure, share, data };
}

// Bytes along a colour scale as numbers to draw from.
/** @param {Numbers} bytes @param {{ zmin: number, zmax: number }} scale */
export function fromBytes(bytes, { zmin, zmax }) {
  return Float32Array.from(bytes, (byte) => zmin + ((zmax - zmin) * byte) / 255);
}
