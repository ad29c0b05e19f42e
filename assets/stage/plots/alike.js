// What a screen has in common with the one before it.

/** @import { Message } from "../types" */

export class Alike {
  constructor() {
    this.structure = ""; // of what is built
    this.shape = ""; // of its places
    this.places = false; // they are the same: nothing has to be measured before it is drawn
  }

  // Returns whether all has to be built anew.
  /** @param {string} look @param {Message} message */
  learn(look, { scene, panels, labels, masked, x, inner, lens }) {
    const structure = JSON.stringify([look, scene, panels, labels.length, masked, x, inner.cell]);
    const shape = JSON.stringify([look, labels.length, x.channels, lens.view, panels.map(({ cell, units, shown }) => [cell, units, shown])]);
    const other = structure !== this.structure;
    this.places = shape === this.shape;
    Object.assign(this, { structure, shape });
    return other;
  }
}
