// The shared cursor in time and unit: stepping, scrubbing, playing. Nothing here talks to the server.
// In time it goes by columns: at a masked one its step is the one before, whose state is kept.

import { Columns } from "./columns.js";

const STEPS_PER_SECOND = 1; // at a speed of 1

export class Cursor {
  /** @param {() => void} onMove */
  constructor(onMove) {
    this.step = 0;
    this.unit = 0;
    this.steps = 1;
    this.units = 1;
    this.columns = new Columns(1);
    this.column = 0;
    this.speed = 1;
    this.playing = false;
    this.frame = 0;
    /** @type {{ step: number, unit: number } | null} */
    this.held = null; // the last step that it may go to, of this unit alone
    this.onMove = onMove;
  }

  // columns: those that stood there before, where it stays between the same steps, or others.
  /** @param {number} steps @param {number} units @param {Columns} [columns] */
  bound(steps, units, columns = new Columns(steps)) {
    const stays = this.masked && this.columns.count === columns.count && columns.masked.has(this.column);
    Object.assign(this, { steps, units, columns });
    if (stays) this.to(this.column);
    else this.move(this.step);
  }

  /** @param {number} step @param {number} [unit] */
  move(step, unit = this.unit) {
    this.to(this.columns.of[clamp(step, this.steps)], unit);
  }

  // To a column, which may be a masked one.
  /** @param {number} column @param {number} [unit] */
  to(column, unit = this.unit) {
    const to = [Math.min(clamp(column, this.columns.count), this.last), clamp(this.held?.unit ?? unit, this.units)];
    const step = Math.max(this.columns.stepAt(to[0]), 0);
    if (to[0] === this.column && to[1] === this.unit && step === this.step) return;
    [this.column, this.unit] = to;
    this.step = step;
    if (!this.quiet) this.onMove();
  }

  // The last column that it can be at.
  get last() {
    return this.held ? this.columns.of[Math.min(this.held.step, this.steps - 1)] : this.columns.count - 1;
  }

  // Whether it is at a step that is passed over.
  get masked() {
    return this.columns.masked.has(this.column);
  }

  // There is a screen of this size; at: where to be on it, if that is another place. Tells nobody, but returns
  // whether it has moved.
  /** @param {Columns} columns @param {number} units @param {{ step: number, unit: number }} [at] */
  enter(columns, units, at) {
    const { step, unit } = this;
    this.quietly(() => {
      this.bound(columns.of.length, units, columns);
      if (at) this.move(at.step, at.unit);
    });
    return this.step !== step || this.unit !== unit;
  }

  // What moves the cursor within tells nobody; who calls this does.
  /** @param {() => void} move */
  quietly(move) {
    this.quiet = true;
    move();
    this.quiet = false;
  }

  /** @param {number} count */
  stepBy(count) {
    this.pause();
    this.to(this.column + count);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.column === this.last) this.to(0);
    this.playing = true;
    this.onMove();
    let last = performance.now();
    let owed = 0;
    /** @param {number} now */
    const frame = (now) => {
      if (!this.playing) return;
      owed += ((now - last) / 1000) * STEPS_PER_SECOND * this.speed;
      last = now;
      if (owed >= 1) {
        this.to(this.column + Math.floor(owed));
        owed %= 1;
      }
      if (this.column === this.last) this.pause();
      else this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.playing = false;
    this.onMove();
  }
}

/** @param {number} index @param {number} count */
function clamp(index, count) {
  return Math.min(Math.max(Math.round(index), 0), count - 1);
}
