// A layer over a sequence: the program of its step once for each timestep.

import { Program } from "./program.js";

/**
 * @import { Program as Recorded } from "../contract"
 * @import { Slot } from "./program.js"
 * @typedef {Record<string, Slot>} Tracks each (step, unit), or (step, number of a state), one step after the other
 * @typedef {(step: number) => import("./program.js").Hold | null} Holds
 */

export class Layer {
  // states: the tracks that are carried on, and what they are called before the step.
  /** @param {Recorded} recorded @param {[after: string, before: string][]} states */
  constructor(recorded, states) {
    this.program = new Program(recorded);
    this.states = states;
  }

  // The numbers of a part of the weights; they may be written.
  /** @param {string} part @returns {Slot} */
  weights(part) {
    return /** @type {Slot} */ (this.program.given.get(part));
  }

  // How many numbers a track has at each step.
  /** @param {string} track */
  size(track) {
    return /** @type {Slot} */ (this.program.made.get(track)).length;
  }

  // x: (step, input), one step after the other. initial: the states before the first step. holds: for
  // each step what is put in place of tracks.
  /** @param {Slot} x @param {Slot[]} initial @param {Holds | null} [holds] @returns {Tracks} */
  run(x, initial, holds = null) {
    const { program, states } = this;
    const now = this.weights("x");
    const before = states.map(([, name]) => this.weights(name));
    const after = states.map(([name]) => /** @type {Slot} */ (program.made.get(name)));
    const steps = x.length / now.length;
    const made = [...program.made];
    /** @type {Tracks} */
    const tracks = Object.fromEntries(made.map(([name, { length }]) => [name, new Float64Array(steps * length)]));
    before.forEach((state, i) => state.set(initial[i]));
    const kept = made.map(([name, values]) => ({ values, track: tracks[name] }));
    for (let step = 0; step < steps; step++) {
      copy(x, step * now.length, now, 0, now.length);
      program.hold = holds && holds(step);
      program.execute();
      for (const { values, track } of kept) copy(values, 0, track, step * values.length, values.length);
      for (let i = 0; i < before.length; i++) copy(after[i], 0, before[i], 0, before[i].length);
    }
    return tracks;
  }
}

// Few numbers, many times: a call of `set` takes longer than they do.
/** @param {Slot} from @param {number} first @param {Slot} to @param {number} at @param {number} count */
function copy(from, first, to, at, count) {
  for (let i = 0; i < count; i++) to[at + i] = from[first + i];
}
