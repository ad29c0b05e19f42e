// What is drawn over steps, with the masked columns in it: a state has there what it had before, anything else nothing.

import { make } from "../core/dom.js";

/**
 * @import { Columns } from "../core/columns.js"
 * @import { Figure, Ticks } from "../types"
 */

const STATES = ["hidden", "cell"];
const KINDS = ["x", "track", "lines", "series"];

// Whether a part, or a line, of this name is of a state.
/** @param {string} name */
export function isState(name) {
  return STATES.includes(name.split(".")[1]);
}

// The steps that one plot is drawn over.
export class Over {
  /** @param {HTMLElement} veil above what is hatched */
  constructor(veil) {
    this.veil = veil;
    this.part = ""; // whose figure it is
    /** @type {Columns | null} */
    this.columns = null; // with masked ones among them
    /** @type {HTMLElement[]} */
    this.hatched = [];
  }

  get count() {
    return this.columns?.count;
  }

  // A plot of this kind is of this part now.
  /** @param {string} kind @param {string} part @param {Columns} columns */
  reach(kind, part, columns) {
    this.part = part;
    this.columns = KINDS.includes(kind) && columns.masked.size ? columns : null;
    for (const one of this.hatched) one.remove();
    this.hatched = (this.columns?.runs ?? []).map(([first, end]) => make("div", {
      className: "gs-masked", style: { left: `${(first / columns.count) * 100}%`, width: `${((end - first) / columns.count) * 100}%` },
    }));
    this.veil.before(...this.hatched);
  }

  // Numbers of steps as numbers of columns; name: of the line, or the part, that they are of.
  /** @param {ArrayLike<number>} row @param {number} none @param {string} [name] */
  spread(row, none, name = this.part) {
    return this.columns ? this.columns.spread(row, isState(name), none) : row;
  }

  // Where a step stands.
  /** @param {number} step */
  place(step) {
    return this.columns ? this.columns.of[step] ?? this.columns.count : step;
  }

  // What is at a column that is drawn.
  /** @param {number} at */
  cell(at) {
    const { columns } = this;
    return { at, masked: Boolean(columns?.masked.has(at)), column: columns ? Math.max(columns.stepAt(at), 0) : at };
  }

  // The figure with them in.
  /** @param {Figure} figure @returns {Figure} */
  dressed(figure) {
    const { columns } = this;
    if (!columns) return figure;
    const data = figure.data.map((trace) => {
      if (trace.type === "heatmap") return { ...trace, z: Array.from(trace.z, (row) => Float32Array.from(this.spread(row, NaN))) };
      const x = Float32Array.from({ length: columns.count }, (_, i) => i + 1);
      return { ...trace, x, y: Float32Array.from(this.spread(trace.y, NaN, String(trace.meta))) };
    });
    return { ...figure, data, layout: { ...figure.layout, xaxis: ticksOver(figure.layout.xaxis, columns) } };
  }
}

// The labels where their steps are now; where every step has one, masked columns have theirs too.
/** @param {Ticks} axis @param {Columns} columns @returns {Ticks} */
function ticksOver(axis, columns) {
  /** @type {[number, string][]} */
  const ticks = axis.tickvals.map((at, i) => [columns.of[at - 1] + 1, axis.ticktext[i]]);
  if (ticks.length === columns.of.length) for (const [column, label] of columns.masked) ticks.push([column + 1, label]);
  ticks.sort((one, other) => one[0] - other[0]);
  return { ...axis, range: [0.5, columns.count + 0.5], tickvals: ticks.map(([at]) => at), ticktext: ticks.map(([, text]) => text) };
}
