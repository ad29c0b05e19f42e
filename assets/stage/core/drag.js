// Dragging a number: the plots show what the core makes of the value under the hand, computed by the page
// itself where it can (compute/local.js), else from a sweep that the server sends (sweep.js).

import { Sweep } from "./sweep.js";

const PIXELS = 180; // from the smallest value to the largest, however many there are

/**
 * @import { Cursor } from "./cursor.js"
 * @import { Swept } from "./sweep.js"
 * @import { At, Details, Sweep as Sent } from "../types"
 * @typedef {object} Host
 * @property {(kind: "grab", details: Details<"grab"> & At) => number} send
 * @property {(target: string) => Swept | null} local what the page computes itself; null where it cannot
 * @property {Cursor} cursor
 * @property {(whole: boolean) => void} onFrame whole: with everything that the number under the hand makes
 * @property {() => void} onRest
 * @property {(target: string, value: number) => void} commit
 */

export class Drag {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** @type {number | null} */
    this.frame = null;
    this.clear();
  }

  clear() {
    /** @type {Swept | null} */
    this.sweep = null;
    /** @type {string | null} */
    this.target = null;
    /** @type {number | null} */
    this.at = null; // the value on show, null when the committed one is
    /** @type {number | null} */
    this.wanted = null; // pixels dragged before the sweep came
    /** @type {number | null} */
    this.early = null; // index chosen before it came
    /** @type {number | null} */
    this.goal = null; // value wanted before it came
    /** @type {boolean} */
    this.held = false;
    /** @type {number | null} */
    this.waiting = null;
  }

  // Take hold of a number; its sweep is asked for unless it is here, or the page needs none.
  /** @param {string} target */
  hold(target) {
    const { step, unit } = this.host.cursor;
    const same = this.target === target && (this.sweep || this.waiting);
    this.held = true;
    if (same && (!this.sweep || this.sweep.isOf({ step, unit }))) return;
    this.clear();
    this.held = true;
    this.target = target;
    this.sweep = this.host.local(target);
    if (!this.sweep) this.waiting = this.host.send("grab", { target, step, unit });
  }

  // The number has been changed to a value by other means.
  /** @param {number | null} value */
  moveTo(value) {
    this.at = null;
    if (value !== null) this.sweep?.moveTo(value);
  }

  // A sweep has come from the server.
  /** @param {Sent | null} sweep @param {number} handled */
  receive(sweep, handled) {
    if (!sweep || sweep.target !== this.target) return this.missed(handled);
    this.sweep = new Sweep(sweep);
    this.waiting = null;
    if (this.wanted !== null) this.pull(this.wanted);
    if (this.early !== null) this.preview(this.early);
    if (this.goal !== null) this.reach(this.goal);
    this.early = this.goal = null;
    if (!this.held) this.letGo(); // released before the sweep came
  }

  // The server has handled the grab, but its answer was lost: ask again if it is still wanted.
  /** @param {number} handled */
  missed(handled) {
    if (!this.waiting || handled < this.waiting) return;
    const { target, wanted, goal, held } = this;
    this.clear();
    if (target === null || (!held && wanted === null && goal === null)) return;
    this.hold(target);
    Object.assign(this, { wanted, goal, held });
  }

  // The pointer is `pixels` above where the number was taken hold of.
  /** @param {number} pixels */
  pull(pixels) {
    this.wanted = pixels;
    if (this.sweep) this.preview(this.sweep.base + Math.round((pixels / PIXELS) * (this.sweep.values.length - 1)));
  }

  // To one of the values.
  /** @param {number} index */
  preview(index) {
    if (!this.sweep) return void (this.early = index);
    const { values } = this.sweep;
    this.reach(values[Math.min(Math.max(index, 0), values.length - 1)]);
  }

  // To a value, or as near as can be shown.
  /** @param {number} value */
  reach(value) {
    if (!this.sweep) return void (this.goal = value);
    const to = this.sweep.nearest(value);
    if (to === this.at) return;
    this.at = to;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = null;
    const { at, sweep } = this;
    if (!sweep || at === null) return;
    let drawn = false;
    sweep.show(at, () => {
      drawn = true;
      if (this.at !== null) this.host.onFrame(this.at === at);
    });
    if (!drawn) this.host.onFrame(false);
  }

  // The pointer is up: the value on show becomes the number.
  letGo() {
    this.held = false;
    if (!this.sweep) return; // commits when the sweep comes
    this.wanted = null;
    const { at, sweep } = this;
    if (at === null || at === sweep.values[sweep.base]) return this.host.onRest();
    if (this.frame) cancelAnimationFrame(this.frame);
    this.draw();
    sweep.moveTo(at);
    this.host.commit(/** @type {string} */ (this.target), at);
  }

  // Nothing shall come of the pull so far.
  giveUp() {
    this.held = false;
    this.at = this.wanted = this.early = this.goal = null;
  }

  /** @returns {number | null} */
  get value() {
    return this.sweep && this.at;
  }

  get live() {
    return this.sweep !== null && this.at !== null;
  }

  // Bytes 0..255 of a track, rows as on screen; null if it stays as it is.
  /** @param {string} name */
  bytes(name) {
    return this.sweep?.bytes(name) ?? null;
  }
}
