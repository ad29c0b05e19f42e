// One Plotly plot with the stage's marks above it: cursor, edited cells, and the live colours of a
// drag. Positions are fractions of the plot area, so that nothing needs moving when it is resized.

import { make, putText } from "../core/dom.js";
import { brief } from "../core/format.js";
import { digits, inkOn, paletteOf, rgbOf } from "../core/palette.js";
import { painted } from "../core/tint.js";
import { fineness } from "../core/zoom.js";
import { drawLines } from "./lines.js";
import { Over } from "./masked.js";
import { cleared, pen } from "./pen.js";
import { leave, watch } from "./places.js";
import { known, sketch } from "./sketch.js";
import { fitted, thinned, thinnedRows } from "./ticks.js";
import { PAINTED } from "./waiting.js";

/**
 * @import { Library } from "../core/library.js"
 * @import { Colorscale, Figure, Place, Ticks } from "../types"
 * @typedef {{ clientX: number, clientY: number }} Pointed
 * @typedef {HTMLElement & { column: number }} Gap before a column
 * @typedef {object} Picture what the canvas is painted with
 * @property {CanvasRenderingContext2D} context
 * @property {ImageData} pixels
 * @property {Uint32Array} words the same, a pixel each
 * @property {Uint32Array} palette
 */

const CONFIG = { staticPlot: true, displayModeBar: false, responsive: false };
/** @type {Figure} */
const NONE = {
  data: [],
  layout: {
    xaxis: { range: [0, 1], tickvals: [], ticktext: [] }, yaxis: { range: [0, 1], tickvals: [], ticktext: [] },
    margin: { l: 0, r: 0, t: 0, b: 0 }, font: { size: 0 },
  },
};

export class Plot {
  /** @param {Library} library @param {string} label */
  constructor(library, label) {
    this.library = library;
    this.canvas = make("canvas", { className: "gs-live", hidden: true });
    this.timeMark = make("div", { className: "gs-time-mark", hidden: true });
    this.unitMark = make("div", { className: "gs-unit-mark", hidden: true });
    this.veil = make("div", { className: "gs-veil" });
    // What moves while scrubbing has a layer of its own: the picture below is not drawn again.
    for (const moving of [this.timeMark, this.veil]) moving.style.willChange = "transform";
    this.marks = make("div", { className: "gs-marks" });
    this.area = make("div", { className: "gs-area" }, this.canvas, this.veil, this.unitMark, this.timeMark, this.marks);
    this.drawing = make("div", { className: "gs-drawing" });
    this.host = make("div", { className: "gs-plot", role: "img", "aria-label": label }, this.drawing, this.area);
    this.figure = NONE;
    /** @type {string | undefined} */
    this.frame = undefined; // of the part that is drawn: screen.js
    /** @type {Gap[]} */
    this.gaps = [];
    this.room = [0, 0]; // width and height of its place, as measured last, with what else measure() reads
    this.scale = 1; // pixels of the screen for one of it
    this.size = [0, 0]; // of the place that it is drawn for
    this.type = "";
    this.ink = "";
    this.behind = false; // Plotly has not drawn it yet
    this.late = false; // nor has it been painted: nobody sees it
    this.moved = false; // it was on the screen before, and drawn
    /** @type {Figure | null} */
    this.described = null; // in words, by its label
    /** @type {HTMLCanvasElement | undefined} */
    this.sketch = undefined; // in the place of Plotly's drawing
    /** @type {Picture | null} */
    this.picture = null;
    watch(this);
    this.hasStrip = false; // an initial state stands to the left of it
    this.over = new Over(this.veil); // steps
  }

  // Whether there is something to show.
  get there() {
    return this.figure !== NONE;
  }

  // How many numbers the heatmap stands for; its cells may be blocks of them.
  get rows() { return this.figure.grid?.rows ?? this.figure.data[0].z.length; }
  get columns() { return this.over.count ?? this.figure.grid?.columns ?? this.figure.data[0].z[0].length; }

  // On another screen, under another name. Returns whether all of it is drawn.
  /** @param {string} label */
  goOn(label) {
    this.host.setAttribute("aria-label", label);
    this.moved = !this.behind && this.there && this.size[0] > 0;
    Object.assign(this, { described: null, picture: null });
    if (!this.moved) Object.assign(this, { figure: NONE, frame: undefined, size: [0, 0] });
    return this.moved;
  }

  // How large it is, and how it writes. Read for all plots before any is drawn: what is drawn changes the page.
  measure() {
    const style = getComputedStyle(this.host);
    this.room = [this.host.clientWidth, this.host.clientHeight];
    this.scale = fineness(this.host);
    this.type = style.fontFamily;
    this.ink = style.getPropertyValue("--soft");
  }

  // Draw with Plotly, which is there.
  /** @param {Figure} figure */
  draw(figure) {
    this.measure();
    this.frameIn(figure);
    this.behind = false;
    if (!this.size[0]) return;
    const { data, layout } = this.dressed(figure);
    this.library.there?.react(this.drawing, data, layout, CONFIG);
    this.drawing.classList.add(PAINTED);
    this.unpaint();
    pen(this.canvas); // made while nothing else is going on, and not in the first frame of a drag
    /** @type {NodeListOf<HTMLElement>} */ (this.marks.querySelectorAll(".gs-choice")).forEach(plainMark);
  }

  // Take up a figure with its place for the plot area.
  /** @param {Figure} figure */
  frameIn(figure) {
    this.figure = figure;
    this.size = this.room;
    this.moved = false;
    this.late = false;
    const { l, r, t, b } = figure.layout.margin;
    Object.assign(this.area.style, { left: `${l}px`, right: `${r}px`, top: `${t}px`, bottom: `${b}px` });
    for (const gap of this.gaps) gap.style.left = `${(gap.column / this.columns) * 100}%`;
  }

  // Another figure, painted at once where that is known how, and drawn by Plotly when there is time.
  /** @param {Figure} figure @param {boolean} [late] whether its place is empty until paintLate() */
  replace(figure, late = false) {
    const plain = known(figure);
    if (!plain && this.library.there) return this.draw(figure);
    this.frameIn(figure);
    if (!this.size[0]) return;
    if (!this.canvas.hidden) this.unpaint();
    this.behind = true;
    if (plain && late) this.clear();
    else if (plain) this.paintFrame(figure); // else the place is empty until Plotly is there
  }

  // A figure on a canvas in the place of Plotly's drawing. While it is painted it is no part of the page,
  // whose styles the browser would work out for every letter that is written after a change.
  /** @param {Figure} figure */
  paintFrame(figure) {
    this.late = false;
    this.sketch ??= make("canvas", { className: `gs-sketch ${PAINTED}` });
    this.sketch.remove();
    sketch(this.sketch, this.dressed(figure), this.size, this.ink, this.scale);
    this.area.before(this.sketch);
    this.host.classList.add("gs-sketched");
  }

  // Nothing of the screen before, and nothing yet of this one.
  clear() {
    this.sketch?.remove();
    this.host.classList.add("gs-sketched");
    this.late = true;
  }

  paintLate() {
    if (this.late && this.behind) this.paintFrame(this.figure);
  }

  // As it was, in a place that may have been made anew.
  stay() {
    if (!this.moved) return;
    if (this.room.join() !== this.size.join()) return this.replace(this.figure);
    this.frameIn(this.figure);
    this.unpaint();
  }

  // The figure in the size of its place, with as many labels as there is room for.
  /** @param {Figure} read */
  dressed(read) {
    const figure = this.over.dressed(read);
    const { l, r, t, b } = figure.layout.margin;
    const { xaxis, yaxis, font } = figure.layout;
    const [width, height] = [this.size[0] - l - r, this.size[1] - t - b];
    const axis = thinned(xaxis, {
      width, size: font.size, right: r,
      left: this.hasStrip ? 1 : l, // the strip has a label of its own
      groups: this.gaps.map(({ column }) => column),
    });
    const rows = figure.data[0]?.type === "heatmap" ? thinnedRows(yaxis, height, font.size) : yaxis;
    const layout = { ...figure.layout, xaxis: axis, yaxis: rows, width: this.size[0], height: this.size[1] };
    const cell = [width / spanOf(xaxis), height / spanOf(yaxis)];
    return { data: figure.data.flatMap((trace) => digits(fitted(painted(trace), cell, this.type))), layout };
  }

  // The paper has changed, and with it the colours of the figure.
  /** @param {Figure} figure */
  onOtherPaper(figure) {
    this.picture = null;
    this.measure();
    this.replace(figure);
  }

  // Thin gaps before these columns.
  /** @param {number[]} columns */
  separate(columns) {
    for (const gap of this.gaps) gap.remove();
    this.gaps = columns.map((column) => Object.assign(make("div", { className: "gs-gap" }), { column }));
    this.canvas.after(...this.gaps);
  }

  // Show new numbers in the same frame: painted at once, drawn by Plotly when there is time.
  /** @param {Figure} figure */
  update(figure) {
    if (this.sketched && figure.data[0].type !== "heatmap") return this.replace(figure, this.late);
    this.figure = figure;
    this.behind = true;
    if (figure.data[0].type === "heatmap") this.paint(figure.data[0].z.map((/** @type {Iterable<number>} */ row) => this.bytesOf(row)));
    else this.paintLines(figure.data.map(({ y }) => y));
  }

  // New numbers in the same frame, for Plotly to draw when there is time; marks show the change.
  /** @param {Figure} figure */
  defer(figure) {
    if (this.sketched) return this.replace(figure, this.late);
    this.figure = figure;
    this.behind = true;
  }

  // Whether a canvas stands in the place of Plotly's drawing.
  get sketched() {
    return this.host.classList.contains("gs-sketched");
  }

  // The colour of one number, as CSS.
  /** @param {number} value */
  colourOf(value) {
    return this.byteColour(this.bytesOf([value])[0]);
  }

  /** @param {number} byte */
  byteColour(byte) {
    return `rgb(${rgbOf(this.palette[byte])})`;
  }

  // Of a heatmap.
  get palette() {
    return paletteOf(/** @type {Colorscale} */ (this.figure.data[0].colorscale));
  }

  /** @param {Iterable<number>} row */
  bytesOf(row) {
    const { zmin, zmax } = this.figure.data[0];
    return Uint8ClampedArray.from(row, (value) => ((value - zmin) / (zmax - zmin)) * 255);
  }

  resize() {
    if (!this.there) return void (this.room = [0, 0]); // what was measured is no longer so
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    if (!width || (width === this.size[0] && height === this.size[1])) return;
    this.measure();
    this.replace(this.figure);
  }

  // The cell under a pointer; at: among the columns that are drawn, of which one may be masked.
  /** @param {Pointed} event */
  cellAt(event) {
    const { u, v } = this.shareAt(event);
    return { ...this.over.cell(Math.floor(u * this.columns)), row: Math.floor(v * this.rows) };
  }

  // Where a pointer is, as fractions of the plot area from its left and top.
  /** @param {Pointed} event */
  shareAt(event) {
    const box = this.area.getBoundingClientRect();
    return {
      u: clamp((event.clientX - box.left) / box.width),
      v: clamp((event.clientY - box.top) / box.height),
    };
  }

  // veiled: whether what is still to come is.
  /** @param {number | null} column @param {number} columns @param {boolean} [veiled] */
  markTime(column, columns, veiled = true) {
    this.timeMark.hidden = column === null;
    if (column === null) return;
    this.timeMark.style.left = `${((column + 0.5) / columns) * 100}%`;
    if (veiled) this.veil.style.left = `${((column + 1) / columns) * 100}%`;
  }

  /** @param {number | null} row @param {number} rows */
  markUnit(row, rows) {
    this.unitMark.hidden = row === null;
    if (row === null) return;
    this.unitMark.style.top = `${(row / rows) * 100}%`;
    this.unitMark.style.height = `${100 / rows}%`;
  }

  // A box around one cell; `text` stands in it where there is room.
  /** @param {Place} place @param {"edited" | "choice"} kind @param {string} [text] */
  markCell({ row, column }, kind, text = "") {
    const [rows, columns] = [this.rows, this.columns];
    const mark = make("div", {
      className: `gs-mark gs-${kind}`,
      style: {
        left: `${(this.over.place(column) / columns) * 100}%`,
        top: `${(row / rows) * 100}%`,
        width: `${100 / columns}%`,
        height: `${100 / rows}%`,
      },
    }, make("span", { textContent: text }));
    this.marks.append(mark);
    return mark;
  }

  // Show a number in a mark as the heatmap would show it in that cell.
  /** @param {HTMLElement} mark @param {number} value */
  fillMark(mark, value) {
    const rgb = rgbOf(this.palette[this.bytesOf([value])[0]]);
    Object.assign(mark.style, { background: `rgb(${rgb})`, color: inkOn(rgb) });
    write(mark, this.figure.data[0].text ? brief(value) : "");
  }

  // Colours for every cell at once, as bytes 0..255 along the figure's own colour scale.
  /** @param {ArrayLike<number>[]} read */
  paint(read) {
    const bytes = read.map((row) => this.over.spread(row, -1));
    const [rows, columns] = [bytes.length, bytes[0].length];
    if (this.canvas.width !== columns || this.canvas.height !== rows || !this.picture) {
      Object.assign(this.canvas, { width: columns, height: rows });
      const context = pen(this.canvas);
      const pixels = context.createImageData(columns, rows);
      this.picture = { context, pixels, words: new Uint32Array(pixels.data.buffer), palette: this.palette };
      this.stretch(columns, rows);
    }
    const { context, pixels, words, palette } = this.picture;
    let at = 0;
    for (const row of bytes) for (let i = 0; i < columns; i++) words[at++] = row[i] < 0 ? 0 : palette[row[i]];
    context.putImageData(pixels, 0, 0);
    this.canvas.hidden = false;
  }

  // The last blocks may stand for fewer numbers than the others: what they have too much is cut off.
  /** @param {number} columns @param {number} rows */
  stretch(columns, rows) {
    const { wide = 1, tall = 1 } = this.figure.grid ?? {};
    const [across, down] = [(columns * wide) / this.columns, (rows * tall) / this.rows];
    Object.assign(this.canvas.style, {
      width: `${across * 100}%`, height: `${down * 100}%`,
      clipPath: across * down > 1 ? `inset(0 ${(1 - 1 / across) * 100}% ${(1 - 1 / down) * 100}% 0)` : "",
    });
  }

  // Lines drawn over Plotly's, one array of values a line of the figure.
  /** @param {ArrayLike<number>[]} lines */
  paintLines(lines) {
    if (this.sketched) this.paintFrame({ ...this.figure, data: [] }); // the lines are on the other canvas now
    const { l, r, t, b } = this.figure.layout.margin;
    const [width, height] = [this.size[0] - l - r, this.size[1] - t - b];
    const { scale } = this;
    const context = cleared(this.canvas, width * scale, height * scale);
    context.scale(scale, scale);
    drawLines(context, this.figure, lines.map((line, i) => this.over.spread(line, NaN, String(this.figure.data[i].meta))), [width, height]);
    this.canvas.hidden = false;
    this.host.classList.add("gs-repainted");
  }

  unpaint() {
    this.canvas.hidden = true;
    this.host.classList.remove("gs-repainted", "gs-sketched");
    this.sketch?.remove();
  }

  remove() {
    leave(this);
    this.library.there?.purge(this.drawing);
  }
}

/** @param {Ticks} axis */
function spanOf({ range: [from, to] }) {
  return Math.abs(to - from);
}

/** @param {HTMLElement} mark */
export function plainMark(mark) {
  mark.style.background = "";
  write(mark, "");
}

/** @param {HTMLElement} mark @param {string} text */
function write({ firstElementChild: place }, text) {
  if (place) putText(place, text);
}

/** @param {number} share */
function clamp(share) {
  return Math.min(Math.max(share, 0), 1 - 1e-9);
}
