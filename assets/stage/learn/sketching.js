// The area to sketch on: it lies over a plot, in its size and along its steps. Drawn on by pointer, finger and
// keys; then the truth is drawn beside the sketch.

import { make } from "../core/dom.js";
import { minus, short } from "../core/format.js";
import { say } from "../core/words.js";
import { boxOf, pointOf } from "../core/zoom.js";
import { complete, rounded, stroke } from "./curve.js";

/**
 * @import { Numbers } from "../types"
 * @import { Asked, Point } from "./curve.js"
 * @typedef {object} Axis
 * @property {number} steps
 * @property {[low: number, high: number]} range of the plot
 * @property {[low: number, high: number]} within what a value can be
 * @property {string} color of the quantity
 * @property {string} name what is sketched, in words
 * @property {boolean} opaque whether the plot below is covered, and its axis with it
 * @property {(value: number) => string} colourOf a value, as a heatmap shows it
 * @typedef {object} Act
 * @property {() => void} drawn the sketch has changed
 * @property {() => void} reveal
 */

const SVG = "http://www.w3.org/2000/svg";
const FINE = 50; // parts of the scale, one for an arrow
const COARSE = 5; // and for a page up or down
const STRIP = 7; // pixels of a row of colours,
const HIGH = 100; // and of an area that has room for them

export class Sketching {
  /** @param {Axis} axis @param {Asked} asked @param {Act} act */
  constructor(axis, asked, act) {
    this.axis = axis;
    this.asked = asked;
    this.act = act;
    /** @type {number[]} */
    this.curve = Array(axis.steps).fill(NaN);
    /** @type {Numbers} */
    this.known = []; // the steps before those that are asked for; none where the plot shows them
    /** @type {Numbers | null} */
    this.before = null; // as it was before an edit
    /** @type {Numbers | null} */
    this.truth = null;
    /** @type {number | null} */
    this.worst = null; // the step where both are farthest apart
    this.at = asked.first; // of the keys
    /** @type {Point | null} */
    this.last = null; // of the stroke that is being drawn
    this.svg = drawing("svg", { viewBox: `0 0 ${axis.steps} 1`, preserveAspectRatio: "none", "aria-hidden": "true" });
    this.strip = make("div", { className: "gs-predict-strip" });
    this.hint = make("span", { className: "gs-predict-hint", "aria-hidden": "true" });
    const [low, high] = axis.range;
    /** @param {number} value */
    const tick = (value) => make("span", { className: "gs-predict-tick", style: { top: `${this.y(value) * 100}%` }, textContent: minus(value) });
    this.element = make("div", {
      className: `gs-predict-area${axis.opaque ? " gs-predict-opaque" : ""}`, tabIndex: 0, role: "slider",
      "aria-label": axis.name, "aria-valuemin": axis.within[0], "aria-valuemax": axis.within[1],
      onpointerdown: (event) => this.press(event),
      onpointermove: (event) => this.pull(event),
      onpointerup: (event) => this.lift(event),
      onpointercancel: (event) => this.lift(event),
      onkeydown: (event) => this.key(event),
    }, this.svg, this.hint, axis.opaque ? this.strip : null,
    axis.opaque ? make("div", { className: "gs-predict-scale", "aria-hidden": "true" }, ...[low, (low + high) / 2, high].map(tick)) : null);
    this.show();
  }

  // Over the area of a plot, in its figure, wherever that is now.
  /** @param {HTMLElement} area @param {Element} figure */
  over(area, figure) {
    const { element } = this;
    if (element.parentElement !== figure) figure.append(element);
    const [left, top] = offsetIn(area, figure);
    Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${area.offsetWidth}px`, height: `${area.offsetHeight}px` });
  }

  intoSight() {
    const { top, bottom } = this.element.getBoundingClientRect();
    if (top < 60 || bottom > window.innerHeight - 220) this.element.scrollIntoView({ block: "center" });
  }

  get complete() {
    return complete(this.curve, this.asked);
  }

  // From the top, as a share of the height.
  /** @param {number} value */
  y(value) {
    const [low, high] = this.axis.range;
    return (high - value) / (high - low);
  }

  clear() {
    Object.assign(this, { curve: Array(this.axis.steps).fill(NaN), truth: null, worst: null, at: this.asked.first });
    this.show();
  }

  // z says the opposite now.
  turn() {
    this.curve = this.curve.map((value) => rounded(1 - value));
    this.show();
  }

  /** @param {Numbers} truth @param {number} worst */
  reveal(truth, worst) {
    Object.assign(this, { truth, worst });
    this.show();
  }

  // by pointer

  /** @param {PointerEvent} event */
  press(event) {
    event.stopPropagation(); // the plot below would move the cursor
    if (event.button !== 0 || this.truth) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    const point = this.pointAt(event);
    this.last = point;
    this.add(null, point);
  }

  /** @param {PointerEvent} event */
  pull(event) {
    event.stopPropagation();
    if (!this.last) return;
    const point = this.pointAt(event);
    this.add(this.last, point);
    this.last = point;
  }

  /** @param {PointerEvent} event */
  lift(event) {
    event.stopPropagation();
    this.last = null;
  }

  /** @param {PointerEvent} event @returns {Point} */
  pointAt(event) {
    const [box, at] = [boxOf(this.svg), pointOf(this.element, event)];
    const [low, high] = this.axis.range;
    const step = Math.floor(((at.x - box.left) / box.width) * this.axis.steps);
    return { step: this.inside(step), value: this.within(high - ((at.y - box.top) / box.height) * (high - low)) };
  }

  /** @param {number} step */
  inside(step) {
    return Math.min(Math.max(step, this.asked.first), this.asked.last);
  }

  /** @param {number} value */
  within(value) {
    const [low, high] = this.axis.within;
    return rounded(Math.min(Math.max(value, low), high));
  }

  /** @param {Point | null} from @param {Point} to */
  add(from, to) {
    const { first } = this.asked;
    this.curve = stroke(this.curve, this.asked, from, to, this.known[first - 1]);
    this.at = to.step;
    this.show();
    this.act.drawn();
  }

  // by keys

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { first, last } = this.asked;
    const [low, high] = this.axis.within;
    /** @type {Record<string, number>} */
    const values = { ArrowUp: 1 / FINE, ArrowDown: -1 / FINE, PageUp: 1 / COARSE, PageDown: -1 / COARSE };
    /** @type {Record<string, number>} */
    const places = { ArrowRight: this.at + 1, ArrowLeft: this.at - 1, Home: first, End: last };
    const begun = Number.isFinite(this.curve[this.at]);
    if (event.key === "Enter" && this.complete && !this.truth) this.act.reveal();
    else if (this.truth || !(event.key in values || event.key in places)) return;
    else if (event.key in values) this.add(null, { step: this.at, value: this.within(this.value + values[event.key] * (high - low)) });
    else {
      const step = begun ? this.inside(places[event.key]) : this.at;
      const { value } = this;
      if (Number.isFinite(this.curve[step])) this.at = step;
      else this.add({ step: this.at, value }, { step, value: this.within(value) });
      this.show();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Where the keys are; what was known last while nothing is drawn.
  get value() {
    const [low, high] = this.axis.within;
    return [this.curve[this.at], this.known[this.asked.first - 1], (low + high) / 2].find(Number.isFinite) ?? low;
  }

  // what is seen

  show() {
    const { axis, asked: { first, last }, curve, truth } = this;
    const open = drawing("rect", { class: "gs-predict-open", x: first, y: 0, width: last + 1 - first, height: 1 });
    const later = last + 1 < axis.steps && drawing("rect", { class: "gs-predict-later", x: last + 1, y: 0, width: axis.steps - last - 1, height: 1 });
    const zero = axis.opaque && axis.range[0] < 0 && line("gs-predict-zero", `M0 ${this.y(0)}H${axis.steps}`);
    const before = this.before && line("gs-predict-before", this.path(this.before, first - 1, last));
    const known = line("gs-predict-known", this.path(this.known, 0, first - 1), axis.color);
    const parts = [open, later, zero, before, known];
    if (truth) {
      const start = Number.isFinite(this.known[first - 1]) ? first - 1 : first;
      const joined = [...curve];
      if (start < first) joined[start] = this.known[start];
      parts.push(line("gs-predict-between", this.path(joined, start, last) + this.path(truth, start, last, true)));
      parts.push(line("gs-predict-truth", this.path(truth, start, last), axis.color));
    }
    parts.push(line("gs-predict-mine", this.path(curve, first, last)));
    if (first === last) { // one value is a dot
      if (truth) parts.push(line("gs-predict-dot", this.dot(truth, first), axis.color));
      parts.push(line("gs-predict-dot gs-predict-mine", this.dot(curve, first)));
    } else if (!truth && Number.isFinite(this.known[first - 1])) parts.push(line("gs-predict-dot", this.dot(this.known, first - 1), axis.color));
    if (truth && this.worst !== null) parts.push(line("gs-predict-worst", `M${this.worst + 0.5} ${this.y(curve[this.worst])}V${this.y(truth[this.worst])}`));
    this.svg.replaceChildren(...parts.filter((part) => part !== false && part !== null));
    if (axis.opaque) this.showStrip();
    this.element.classList.toggle("gs-predict-roomy", this.element.offsetHeight >= HIGH);
    this.hint.hidden = curve.some(Number.isFinite);
    this.hint.textContent = first === last ? say("sketching.drag") : say("sketching.draw");
    Object.assign(this.hint.style, this.hintAt(first));
    const value = curve[this.at];
    this.element.setAttribute("aria-valuenow", String(Number.isFinite(value) ? value : this.within(this.value)));
    this.element.setAttribute("aria-valuetext", Number.isFinite(value)
      ? say("pad.at", { step: this.at + 1, value: short(value) }) : say("sketching.none", { step: this.at + 1 }));
    this.element.classList.toggle("gs-predict-done", truth !== null);
  }

  // Beside the first step that is asked for, on the side that has more room.
  /** @param {number} first */
  hintAt(first) {
    const share = first / this.axis.steps;
    return share > 0.6 ? { left: "auto", right: `${(1 - share) * 100}%` } : { left: `${share * 100}%`, right: "auto" };
  }

  // The row as the heatmap would show it: the sketch, and when it is known the truth below it.
  showStrip() {
    const rows = [this.curve, ...(this.truth ? [this.truth] : [])].map((values) => make("div", { style: { height: `${STRIP}px` } },
      ...Array.from(this.curve, (_, step) => {
        const value = step < this.asked.first ? this.known[step] : step > this.asked.last ? NaN : values[step];
        return make("i", { style: { background: Number.isFinite(value) ? this.axis.colourOf(value) : "transparent" } });
      })));
    this.strip.replaceChildren(...rows);
  }

  // Through the middles of the steps. back: from the last one to the first, to close an area.
  /** @param {Numbers} values @param {number} first @param {number} last @param {boolean} [back] */
  path(values, first, last, back = false) {
    const steps = Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (back ? last - i : first + i));
    const points = steps.filter((step) => Number.isFinite(values[step])).map((step) => `${step + 0.5} ${this.y(values[step])}`);
    if (!points.length) return "";
    return back ? `L${points.join("L")}Z` : `M${points.join("L")}`;
  }

  // A line of no length, whose ends are round.
  /** @param {Numbers} values @param {number} step */
  dot(values, step) {
    return Number.isFinite(values[step]) ? `M${step + 0.5} ${this.y(values[step])}h0` : "";
  }
}

// Where an element begins in another that is around it, in the pixels of both.
/** @param {HTMLElement} element @param {Element} around @returns {[left: number, top: number]} */
function offsetIn(element, around) {
  let [left, top] = [0, 0];
  for (let at = /** @type {HTMLElement | null} */ (element); at && at !== around; at = /** @type {HTMLElement | null} */ (at.offsetParent)) {
    left += at.offsetLeft;
    top += at.offsetTop;
  }
  return [left, top];
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function drawing(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** @param {string} className @param {string} d @param {string} [color] */
function line(className, d, color) {
  return drawing("path", { class: className, d, ...(color ? { style: `stroke: ${color}` } : {}) });
}
