// What is not to be seen while somebody predicts it: one row of a track after a step, and the same unit's rows that
// would give it away. Whoever reads numbers of the screen reads them past this; the cursor stays before what is
// covered, so that whatever follows it (captions, sentences, equations, wiring) is of what may be known.

/**
 * @import { Figure, Here as All, Numbers } from "../types"
 * @typedef {Pick<All, "now">} Here
 * @typedef {object} Covered
 * @property {string} part gru.hidden
 * @property {number} unit
 * @property {number} from the last step that may be seen, counted from 0
 */

// What does the same in cells that are made alike; gates that only work together within a cell stay in sight there.
const STATES = ["hidden", "cell"];
const ALIKE = [STATES, ["update", "forget", "input"], ["candidate"]];

export class Cover {
  /** @param {Here} here @param {Covered} covered */
  constructor(here, { part, unit, from }) {
    this.here = here;
    this.part = part;
    this.unit = unit;
    this.from = from;
    /** @type {WeakMap<Figure, Figure>} */
    this.made = new WeakMap();
  }

  // Every track of which a row is covered, that which is predicted first.
  get parts() {
    const [own, predicted] = this.part.split(".");
    const alike = ALIKE.find((one) => one.includes(predicted)) ?? [];
    const others = this.here.now.message.panels.flatMap(({ cell, tracks = [], unlike }) => (cell !== own && unlike ? [] : tracks)
      .map(({ track }) => track)
      .filter((track) => alike.includes(track) && (cell !== own || alike === STATES))
      .map((track) => `${cell}.${track}`));
    return [...new Set([this.part, ...others])];
  }

  // A part's row on screen; −1 if nothing of it is covered.
  /** @param {string} part */
  rowOf(part) {
    const panel = this.here.now.message.panels.find(({ cell }) => part.startsWith(`${cell}.`));
    if (!panel || !this.parts.includes(part)) return -1;
    const units = panel.tracks?.find(({ track }) => part === `${panel.cell}.${track}`)?.units ?? Infinity; // a projected state has fewer
    const row = panel.order.indexOf(this.unit);
    return row < units ? row : -1;
  }

  // Whether a number is covered.
  /** @param {string} part @param {number} row @param {number} step */
  hides(part, row, step) {
    return step > this.from && row >= 0 && row === this.rowOf(part);
  }

  // A heatmap without what is covered: the row in which it is, of a condensed one the blocks.
  /** @param {string} name @param {Figure} figure @returns {Figure} */
  figure(name, figure) {
    const covered = this.rowOf(name);
    if (covered < 0) return figure;
    const known = this.made.get(figure);
    if (known) return known;
    const { wide = 1, tall = 1 } = figure.grid ?? {};
    const hidden = Math.floor(covered / tall);
    const [trace] = figure.data;
    const z = trace.z.map((/** @type {Numbers} */ numbers, /** @type {number} */ row) => (row === hidden ? this.after(numbers, wide) : numbers));
    const made = { ...figure, data: [{ ...trace, z }] };
    this.made.set(figure, made);
    return made;
  }

  // Lines over the steps, without the part of one of them.
  /** @param {Figure} figure @param {number} steps @returns {Figure} */
  lines(figure, steps) {
    return { ...figure, data: figure.data.map((line) => ({ ...line, y: this.line(line.meta, line.y, steps, figure.share) })) };
  }

  // share: of the width, from one point to the next; of a condensed line two points are of one block.
  /** @param {string} meta @param {Numbers} values @param {number} steps @param {number} [share] @returns {Numbers} */
  line(meta, values, steps, share = 1 / steps) {
    if (this.rowOf(meta) < 0 || !values.length) return values;
    const per = Math.round(share * steps);
    return per > 1 ? this.after(values, 2 * per, 2) : this.after(values, 1);
  }

  // wide: the steps of a block; points: as many values are of one block.
  /** @param {Numbers} values @param {number} wide @param {number} [points] @returns {Numbers} */
  after(values, wide, points = 1) {
    return values.slice().fill(NaN, points * Math.floor((this.from + 1) / wide));
  }
}
