// The columns of what is drawn over the steps: those that are read, and between them the masked ones, which the model
// of a file passes over. Numbers are of steps that are read; only what is drawn, and the cursor, knows columns.

/** @import { Masked } from "../contract" */

export class Columns {
  /** @param {number} steps that are read @param {Masked[]} [groups] */
  constructor(steps, groups = []) {
    /** @type {number[]} */
    this.of = []; // by step
    /** @type {Map<number, string>} */
    this.masked = new Map(); // by column what the input is called there
    const before = new Map(groups.map((group) => [group.before, group.labels]));
    let column = 0;
    for (let step = 0; step <= steps; step++) {
      for (const label of before.get(step) ?? []) this.masked.set(column++, label);
      if (step < steps) this.of.push(column++);
    }
    this.count = column;
  }

  // The step at a column; at a masked one the last that was read before it, -1 for none.
  /** @param {number} column */
  stepAt(column) {
    let [low, high] = [0, this.of.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.of[middle] <= column) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  // Where masked columns lie side by side, as [first, end].
  get runs() {
    /** @type {[number, number][]} */
    const found = [];
    for (const column of this.masked.keys()) {
      const last = found[found.length - 1];
      if (last?.[1] === column) last[1]++;
      else found.push([column, column + 1]);
    }
    return found;
  }

  // A number for each column of a number for each step. kept: whether a masked one has that of the step before it,
  // as a state has; else, and before the first step, it has `none`.
  /** @param {ArrayLike<number>} values @param {boolean} kept @param {number} none */
  spread(values, kept, none) {
    /** @type {number[]} */
    const made = Array(this.count).fill(none);
    this.of.forEach((column, step) => (made[column] = values[step]));
    if (kept) for (const column of this.masked.keys()) made[column] = made[column - 1] ?? none;
    return made;
  }
}
