// What is not to be seen while somebody predicts it: one row of a track after a step. Whoever reads numbers of
// the screen reads them past this; the cursor stays before what is covered, so that whatever follows it
// (captions, sentences, equations, wiring) is of what may be known.

/**
 * @import { Figure, Here as All, Numbers, Panel } from "../types"
 * @typedef {Pick<All, "now">} Here
 * @typedef {object} Covered
 * @property {string} part gru.hidden
 * @property {number} unit
 * @property {number} from the last step that may be seen, counted from 0
 */

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

  /** @returns {Panel | undefined} */
  get panel() {
    return this.here.now.message.panels.find(({ cell }) => cell === this.part.split(".")[0]);
  }

  // Its row on screen.
  get row() {
    return this.panel?.order.indexOf(this.unit) ?? -1;
  }

  // Whether a number is covered.
  /** @param {string} part @param {number} row @param {number} step */
  hides(part, row, step) {
    return part === this.part && step > this.from && row === this.row;
  }

  // A heatmap without what is covered: the row in which it is, of a condensed one the blocks.
  /** @param {string} name @param {Figure} figure @returns {Figure} */
  figure(name, figure) {
    if (name !== this.part) return figure;
    const known = this.made.get(figure);
    if (known) return known;
    const { wide = 1, tall = 1 } = figure.grid ?? {};
    const hidden = Math.floor(this.row / tall);
    const [trace] = figure.data;
    const z = trace.z.map((/** @type {Numbers} */ numbers, /** @type {number} */ row) => (row === hidden ? this.after(numbers, wide) : numbers));
    const covered = { ...figure, data: [{ ...trace, z }] };
    this.made.set(figure, covered);
    return covered;
  }

  // Lines over the steps, without the part of one of them.
  /** @param {Figure} figure @param {number} steps @returns {Figure} */
  lines(figure, steps) {
    return { ...figure, data: figure.data.map((line) => ({ ...line, y: this.line(line.meta, line.y, steps, figure.share) })) };
  }

  // share: of the width, from one point to the next; of a condensed line two points are of one block.
  /** @param {string} meta @param {Numbers} values @param {number} steps @param {number} [share] @returns {Numbers} */
  line(meta, values, steps, share = 1 / steps) {
    if (meta !== this.part || !values.length) return values;
    const per = Math.round(share * steps);
    return per > 1 ? this.after(values, 2 * per, 2) : this.after(values, 1);
  }

  // wide: the steps of a block; points: as many values are of one block.
  /** @param {Numbers} values @param {number} wide @param {number} [points] @returns {Numbers} */
  after(values, wide, points = 1) {
    return values.slice().fill(NaN, points * Math.floor((this.from + 1) / wide));
  }
}
