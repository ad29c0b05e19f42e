// Dragging a number: the server sends one sweep (the whole sequence for about forty values of that
// number), and the plots show the nearest one while the pointer moves. Nothing is computed here. Where
// that would take too long the sweep is the values alone, with a note that says so.

const PIXELS = 180; // from the smallest value to the largest, however many there are

/**
 * @import { Cursor } from "./cursor.js"
 * @import { At, Details, Numbers, Sweep } from "../types"
 * @typedef {object} Host
 * @property {(kind: "grab", details: Details<"grab"> & At) => number} send
 * @property {Cursor} cursor
 * @property {() => void} onFrame
 * @property {() => void} onRest
 * @property {(target: string, value: number) => void} commit
 */

export class Drag {
  // host: { send(kind, details), cursor, onFrame(), onRest(), commit(target, value) }
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** @type {number | null} */
    this.frame = null;
    this.clear();
  }

  clear() {
    /** @type {Sweep | null} */
    this.sweep = null; // as the server sent it
    /** @type {string | null} */
    this.target = null;
    /** @type {number | null} */
    this.index = null; // of the value on show, null when the committed one is
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

  // Take hold of a number; its sweep is asked for unless it is here.
  /** @param {string} target */
  hold(target) {
    const { step, unit } = this.host.cursor;
    const same = this.target === target && (this.sweep || this.waiting);
    this.held = true;
    if (same && (!this.sweep || (this.sweep.step === step && this.sweep.unit === unit))) return;
    this.clear();
    this.held = true;
    this.target = target;
    this.waiting = this.host.send("grab", { target, step, unit });
  }

  // The number has been changed to a value by other means. A sweep of a number is as true after a
  // change of that number as before.
  /** @param {number | null} value */
  moveTo(value) {
    this.index = null;
    if (this.sweep && value !== null) this.sweep.base = nearest(this.sweep.values, value);
  }

  // A sweep has come from the server.
  /** @param {Sweep | null} sweep @param {number} handled */
  receive(sweep, handled) {
    if (!sweep || sweep.target !== this.target) return this.missed(handled);
    this.sweep = sweep;
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

  /** @param {number} index */
  preview(index) {
    if (!this.sweep) return void (this.early = index);
    const to = Math.min(Math.max(index, 0), this.sweep.values.length - 1);
    if (to === this.index) return;
    this.index = to;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  // To the value of the sweep that is nearest to this one.
  /** @param {number} value */
  reach(value) {
    if (!this.sweep) return void (this.goal = value);
    this.preview(nearest(this.sweep.values, value));
  }

  draw() {
    this.frame = null;
    if (this.sweep && this.index !== null) this.host.onFrame();
  }

  // The pointer is up: the value on show becomes the number.
  letGo() {
    this.held = false;
    if (!this.sweep) return; // commits when the sweep comes
    this.wanted = null;
    if (this.index === null || this.index === this.sweep.base) return this.host.onRest();
    if (this.frame) cancelAnimationFrame(this.frame);
    this.draw();
    this.sweep.base = this.index;
    this.host.commit(/** @type {string} */ (this.target), /** @type {number} */ (this.value));
  }

  // Nothing shall come of the pull so far.
  giveUp() {
    this.held = false;
    this.index = this.wanted = this.early = this.goal = null;
  }

  /** @returns {number | null} */
  get value() {
    return this.sweep && this.index !== null ? this.sweep.values[this.index] : null;
  }

  get live() {
    return this.sweep !== null && this.index !== null;
  }

  // Bytes 0..255 of a track, rows as on screen; null if this sweep does not touch the track.
  /** @param {string} name */
  bytes(name) {
    return this.sweep?.tracks[name]?.[/** @type {number} */ (this.index)] ?? null;
  }

  // Bytes of a track of one unit over time; undefined for a unit the sweep was not made for.
  /** @param {string} name @param {number} unit */
  line(name, unit) {
    return unit === this.sweep?.unit ? this.sweep.lines[name]?.[/** @type {number} */ (this.index)] : undefined;
  }

  // The exact number at the cursor the sweep was made for; undefined anywhere else.
  /** @param {string} name @param {{ step: number, unit: number }} cursor @returns {number | undefined} */
  exact(name, { step, unit }) {
    if (step !== this.sweep?.step || unit !== this.sweep.unit) return undefined;
    return this.sweep.exact[name]?.[/** @type {number} */ (this.index)];
  }
}

/** @param {Numbers} values @param {number} value */
export function nearest(values, value) {
  let best = 0;
  values.forEach((one, i) => {
    if (Math.abs(one - value) < Math.abs(values[best] - value)) best = i;
  });
  return best;
}
