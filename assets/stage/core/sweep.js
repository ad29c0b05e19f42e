// What a drag shows, from the server: the whole sequence for about forty values of one number, of which the
// nearest is shown. Where that would take too long it is the values alone, with a note that says so.

/**
 * @import { At, Numbers, Sweep as Sent } from "../types"
 * @typedef {(name: string) => any} Lookup
 *
 * Whatever a drag runs on: this, or what the page computes itself (compute/local.js).
 * @typedef {object} Swept
 * @property {string} target
 * @property {Numbers} values from the smallest to the largest
 * @property {number} base the index of the committed one
 * @property {string} [note] why nothing but the value moves
 * @property {(value: number) => number} nearest what can be shown of a wanted value
 * @property {(value: number, done: () => void) => void} show calls done when it can be drawn
 * @property {(value: number) => void} moveTo another value has been committed
 * @property {(at: At) => boolean} isOf whether it is of a place of the cursor
 * @property {(changed: boolean) => boolean} lasts whether it is true still; changed: whether other numbers are others
 * @property {(name: string) => boolean} shows whether a track moves with the number
 * @property {(name: string) => Uint8Array[] | null} bytes of a track, rows as on screen; null for one that stays
 * @property {(name: string, unit: number) => Numbers | undefined} line of a track over time: its numbers, or bytes of them
 * @property {(name: string, at: At) => number | undefined} exact number of a track
 * @property {(cell: string, at: At) => Lookup | null} inside the equations; null for a cell that stays
 * @property {(cell: string, name: string, at: At) => Column | null | undefined} column of the wiring, null where it
 *   is of another place, undefined for one that stays
 * @typedef {{ bytes: Numbers, from: number }} Column colours, and the row that the first is of
 */

/** @implements {Swept} */
export class Sweep {
  /** @param {Sent} sent */
  constructor(sent) {
    this.sent = sent;
    this.target = sent.target;
    this.values = sent.values;
    this.base = sent.base;
    this.note = sent.note;
    this.index = sent.base;
  }

  /** @param {number} value */
  nearest(value) {
    return this.values[nearest(this.values, value)];
  }

  /** @param {number} value @param {() => void} done */
  show(value, done) {
    this.index = nearest(this.values, value);
    done();
  }

  // A sweep of a number is as true after a change of that number as before.
  /** @param {number} value */
  moveTo(value) {
    this.base = nearest(this.values, value);
  }

  /** @param {At} at */
  isOf({ step, unit }) {
    return step === this.sent.step && unit === this.sent.unit;
  }

  /** @param {boolean} changed */
  lasts(changed) {
    return !changed;
  }

  /** @param {string} name */
  shows(name) {
    return name in this.sent.tracks;
  }

  /** @param {string} name */
  bytes(name) {
    return this.sent.tracks[name]?.[this.index] ?? null;
  }

  // Undefined for a unit the sweep was not made for.
  /** @param {string} name @param {number} unit */
  line(name, unit) {
    return unit === this.sent.unit ? this.sent.lines[name]?.[this.index] : undefined;
  }

  /** @param {string} name @param {At} at */
  exact(name, at) {
    return this.isOf(at) ? this.sent.exact[name]?.[this.index] : undefined;
  }

  /** @param {string} _cell @param {At} at @returns {Lookup | null} */
  inside(_cell, at) {
    const swept = this.sent.inside;
    if (!swept) return null;
    return (name) => (this.isOf(at) ? swept[name]?.[this.index] : undefined);
  }

  /** @param {string} _cell @param {string} name @param {At} at */
  column(_cell, name, at) {
    const swept = this.sent.vectors?.[name];
    if (!swept) return undefined;
    return at.step === this.sent.step ? { bytes: swept[this.index], from: name === "x" ? 0 : Number(this.sent.top) } : null;
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
