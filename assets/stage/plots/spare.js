// The plots of the screen before: one that shows the same part on the next one goes on there, where nothing
// may be left to draw.

import { Plot } from "./plot.js";

/** @import { Library } from "../core/library.js" */

export class Spare {
  // drawn: part name -> state of what is drawn of it; forgotten here with its drawing.
  /** @param {Library} library @param {Map<string, string>} drawn */
  constructor(library, drawn) {
    this.library = library;
    this.drawn = drawn;
    /** @type {Map<string, Plot>} */
    this.plots = new Map();
  }

  // All of a screen that is about to go, but for those of the lens, which sees to them.
  /** @param {Map<string, { kind: string, plot: Plot }>} plots */
  take(plots) {
    this.plots = new Map([...plots].filter(([, { kind }]) => kind !== "lens").map(([part, { plot }]) => [part, plot]));
  }

  // Whether this plot may still go on.
  /** @param {string} part @param {Plot} plot */
  has(part, plot) {
    return this.plots.get(part) === plot;
  }

  // The plot for a part of the screen: the one that showed that part before, if there was one.
  /** @param {string} part @param {string} label */
  plotFor(part, label) {
    const before = this.plots.get(part);
    this.plots.delete(part);
    if (!before?.goOn(label)) this.drawn.delete(part);
    return before ?? new Plot(this.library, label);
  }

  // A plot is gone, unless it goes on.
  /** @param {string} part @param {Plot} plot */
  discard(part, plot) {
    if (this.has(part, plot)) return false;
    plot.remove();
    this.drawn.delete(part);
    return true;
  }

  // Nothing on the new screen, which has these plots, is what is left.
  /** @param {Map<string, unknown>} plots */
  drop(plots) {
    for (const [part, plot] of this.plots) {
      plot.remove();
      if (!plots.has(part)) this.drawn.delete(part);
    }
    this.plots.clear();
  }
}
