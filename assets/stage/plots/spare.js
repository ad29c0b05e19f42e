// The drawings of the screen before: a plot that shows the same part on the next one goes on in Plotly's
// drawing of it, where nothing may be left to draw.

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

  // All of a screen that is about to go.
  /** @param {Map<string, { plot: Plot }>} plots */
  take(plots) {
    this.plots = new Map([...plots].map(([part, { plot }]) => [part, plot]));
  }

  // Whether the drawing of this plot may still be taken over.
  /** @param {string} part @param {Plot} plot */
  has(part, plot) {
    return this.plots.get(part) === plot;
  }

  // A plot for a part of the screen, in the drawing of the one that showed that part before.
  /** @param {string} part @param {string} label */
  plotFor(part, label) {
    const plot = new Plot(this.library, label);
    const before = this.plots.get(part);
    this.plots.delete(part);
    if (!before || !plot.adopt(before)) this.drawn.delete(part);
    return plot;
  }

  // A plot is gone, unless its drawing is taken over.
  /** @param {string} part @param {Plot} plot */
  discard(part, plot) {
    if (this.has(part, plot)) return false;
    plot.remove();
    this.drawn.delete(part);
    return true;
  }

  // Nothing on the new screen, which has these plots, takes over what is left.
  /** @param {Map<string, unknown>} plots */
  drop(plots) {
    for (const [part, plot] of this.plots) {
      plot.remove();
      if (!plots.has(part)) this.drawn.delete(part);
    }
    this.plots.clear();
  }
}
