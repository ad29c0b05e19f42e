// The opened cell at the steps around the cursor, with the numbers of its unit. They are those of the heatmaps,
// or what a drag makes of them; of a layer that reads from the end they came with the view.

import { drawnRows } from "../cell/rows.js";
import { isCondensed } from "../core/condensed.js";
import { make } from "../core/dom.js";
import { short } from "../core/format.js";
import { say } from "../core/words.js";
import { Chain, boxesIn, fill, write } from "./chain.js";

/**
 * @import { Way } from "./chain.js"
 * @import { Screen } from "../plots/screen.js"
 * @import { Here, Name, Numbers, Panel, Sheet, Told } from "../types"
 * @typedef {Pick<Screen, "colour" | "number" | "numberColour" | "place" | "plotOf" | "plots">} Shades
 * @typedef {object} Act
 * @property {() => Shades} shades the heatmaps as they look now
 * @property {(name: () => string, sheet: () => Sheet) => HTMLElement} twin buttons for the same numbers as a table
 * @property {(part: string) => { sheet: { values: Numbers[] } }} part a chart of the view
 */

const MOST_INPUTS = 8;

export class Unrolled {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    /** @type {Told["unrolled"]} */
    this.told = null;
    /** @type {Chain | null} */
    this.chain = null;
    this.structure = "";
    this.first = 0; // the step of the first box
    this.place = make("div", { className: "gs-diagram gs-unrolled-place", onclick: ({ target }) => this.click(target) });
    this.element = make("div", { className: "gs-unrolled", hidden: true }, this.place, act.twin(() => this.title, () => this.sheet()));
    new ResizeObserver(() => this.refresh()).observe(this.place);
  }

  /** @param {Told["unrolled"]} told */
  show(told) {
    this.told = told;
    this.element.hidden = !told;
  }

  /** @returns {Panel} */
  get panel() {
    return /** @type {Panel} */ (this.here.now.message.panels.find(({ cell }) => cell === this.told?.wiring.cell));
  }

  get title() {
    return say("unrolled.title", { cell: this.panel.name, unit: this.here.cursor.unit + 1 });
  }

  // The row of the cursor's unit, −1 where this cell has no such unit.
  get row() {
    return this.panel.order.indexOf(this.here.cursor.unit);
  }

  // The rows that are drawn as colours: of a screen that was not sent whole the chosen one alone.
  get rows() {
    const { limits } = this.here.now.message;
    const row = Math.max(this.row, 0);
    return isCondensed(this.here.now.message) ? [row] : drawnRows(this.panel, row, limits);
  }

  get inputs() {
    return Math.min(this.here.now.message.x.channels.length, MOST_INPUTS);
  }

  // The tracks that go on from step to step, those that do not, and what each looks like.
  get tracks() {
    const { initials, tracks } = this.panel;
    const { quantities = {} } = this.told?.wiring ?? {};
    const drawn = tracks.map(({ track }) => ({ track, ...quantities[track] }));
    const goesOn = (/** @type {{ track: string }} */ one) => initials.some(({ of }) => of === one.track);
    const states = drawn.filter(goesOn).sort((one, other) => one.track.localeCompare(other.track)); // c above h
    return { gates: drawn.filter((one) => !goesOn(one)), states };
  }

  // Numbers, colours and marks at the cursor; called for every frame of a drag too.
  refresh() {
    const { cursor, drag, now } = this.here;
    const width = this.place.clientWidth;
    if (!this.told || !now.begun || now.look === "first" || !width) return;
    const chain = this.build(width);
    const steps = now.message.labels.length;
    const { count } = chain.plan;
    this.first = Math.min(Math.max(cursor.step - Math.floor(count / 2), 0), steps - count);
    this.paintInputs(chain);
    chain.ways.forEach((way, at) => this.paintWay(way, at > 0));
    const last = this.first + count;
    for (const { boxes, left, right } of chain.ways) {
      boxes.forEach((box, i) => box.classList.toggle("gs-now", this.first + i === cursor.step));
      left.forEach((one) => one.classList.toggle("gs-none", this.first === 0));
      right.forEach((one) => one.classList.toggle("gs-none", last === steps));
    }
    if (!drag.live) chain.element.setAttribute("aria-label", this.says());
  }

  /** @param {number} width @returns {Chain} */
  build(width) {
    const { message } = this.here.now;
    const { gates, states } = this.tracks;
    const { wiring, backward } = /** @type {NonNullable<Told["unrolled"]>} */ (this.told);
    const plan = {
      width, gates, states, count: boxesIn(width, message.labels.length), rows: this.rows.length, inputs: this.inputs,
      inside: wiring.ends.state.symbol, backward: backward ? this.panel.name : "",
    };
    const structure = JSON.stringify([wiring.cell, plan]);
    if (this.chain && structure === this.structure) return this.chain;
    this.structure = structure;
    this.chain = new Chain(plan);
    this.place.replaceChildren(this.chain.element);
    return this.chain;
  }

  /** @param {Chain} chain */
  paintInputs({ inputs }) {
    const { cursor, now: { message: { labels, x } } } = this.here;
    inputs.forEach(({ cells, value, step }, i) => {
      const at = this.first + i;
      cells.forEach((cell, channel) => fill(cell, this.colourOf("x", this.inputAt(channel, at))));
      const named = labels[at] !== String(at + 1);
      const number = x.channels.length === 1 ? this.inputAt(0, at) : undefined;
      write([value], named ? labels[at] : number === undefined ? "" : short(number));
      step.textContent = say("names.step", { step: at + 1 });
      step.classList.toggle("gs-now", at === cursor.step);
    });
  }

  /** @param {Way} way @param {boolean} backward */
  paintWay(way, backward) {
    const { rows } = this;
    const marked = rows.indexOf(this.row);
    way.gates.forEach((slots, i) => {
      for (const [track, { numbers, cells }] of Object.entries(slots)) {
        const value = this.valueAt(track, this.first + i);
        write(numbers, value === undefined ? "" : short(value));
        fill(cells[0], this.colourOf(`${this.panel.cell}.${track}`, value));
      }
    });
    way.states.forEach((slots, i) => {
      const step = this.first + i - 1; // the step that has left it, reading from the start
      for (const [track, { numbers, cells, mark }] of Object.entries(slots)) {
        const value = backward ? this.backwardAt(this.row, step + 1) : this.valueAt(track, step);
        write(numbers, value === undefined ? "" : short(value));
        cells.forEach((cell, at) => fill(cell, backward
          ? this.colourOf(`${this.panel.cell}.${track}`, this.backwardAt(rows[at], step + 1)) : this.stateColour(track, rows[at], step)));
        mark?.(this.has(track, this.row) ? marked : -1);
      }
    });
  }

  // A track of the cursor's unit at a step, −1 for before the first one; undefined where it has not come.
  /** @param {string} track @param {number} step @returns {number | undefined} */
  valueAt(track, step) {
    const { cursor, drag } = this.here;
    const { cell, initials } = this.panel;
    if (this.row < 0 || !this.has(track, this.row)) return undefined;
    const screen = this.act.shades();
    if (step < 0) {
      const part = `${cell}.${initials.find(({ of }) => of === track)?.part}`;
      return this.dragged(part, this.row, 0) ?? screen.number(part, this.row, 0);
    }
    const name = `${cell}.${track}`;
    if (drag.live && drag.sweep?.shows(name)) return drag.sweep.exact(name, { step, unit: cursor.unit });
    return screen.number(name, this.row, step);
  }

  // Whether a track has this row: a projected state has fewer than there are units.
  /** @param {string} track @param {number} row */
  has(track, row) {
    return row < (this.panel.tracks.find((one) => one.track === track)?.units ?? 0);
  }

  /** @param {number} channel @param {number} step */
  inputAt(channel, step) {
    return this.dragged("x", channel, step) ?? this.act.shades().number("x", channel, step);
  }

  // The number under the hand, if that is the one.
  /** @param {string} part @param {number} row @param {number} column */
  dragged(part, row, column) {
    const { drag } = this.here;
    const place = drag.live ? this.act.shades().place(drag.target) : null;
    return place?.entry.part === part && place.row === row && place.column === column ? drag.value : null;
  }

  // h of the layer that reads from the end, when it has read a step: nothing yet after the last one.
  /** @param {number} row @param {number} step */
  backwardAt(row, step) {
    const { values } = this.act.part(String(this.told?.backward)).sheet;
    return row < 0 || row >= values.length ? undefined : step < values[row].length ? values[row][step] : 0;
  }

  /** @param {string} track @param {number} row @param {number} step */
  stateColour(track, row, step) {
    const { cell, initials } = this.panel;
    const screen = this.act.shades();
    if (!this.has(track, row)) return null;
    if (step < 0) return screen.numberColour(`${cell}.${initials.find(({ of }) => of === track)?.part}`, row, 0);
    if (isCondensed(this.here.now.message)) return this.colourOf(`${cell}.${track}`, this.valueAt(track, step));
    return screen.colour(`${cell}.${track}`, row, step);
  }

  /** @param {string} part @param {number | undefined} value */
  colourOf(part, value) {
    return value === undefined ? null : this.act.shades().plotOf(part).colourOf(value);
  }

  /** @param {EventTarget | null} target */
  click(target) {
    const at = target instanceof Element ? target.closest("[data-at]")?.getAttribute("data-at") : null;
    if (at === null || at === undefined) return;
    const { cursor } = this.here;
    cursor.pause();
    cursor.move(this.first + Number(at), cursor.unit);
  }

  // What is in the picture, step by step.
  says() {
    const { columns, rows, values } = this.sheet();
    const told = rows.map(({ name, label }, i) => {
      const numbers = columns.map((column, at) => ({ name: column.label || column.name, value: Number(values?.[i][at]) }))
        .filter(({ value }) => !Number.isNaN(value)).map(({ name: of, value }) => say("lens.number", { name: of, value: short(value) }));
      return say("lens.row", { row: label ? say("names.labelled", { name, label }) : name, numbers: numbers.join(", ") });
    });
    return say("unrolled.told", { title: this.title, steps: told.join("; ") });
  }

  // The numbers of the picture: steps down, what each box has across.
  /** @returns {Sheet} */
  sheet() {
    const { labels, x } = this.here.now.message;
    const { gates, states } = this.tracks;
    const { backward = "" } = this.told ?? {};
    const steps = Array.from({ length: this.chain?.plan.count ?? 0 }, (_, i) => this.first + i);
    const tracks = [...gates, ...states];
    const { panel } = this;
    /** @type {Name[]} */
    const columns = [
      ...x.channels.slice(0, MOST_INPUTS).map((name, i) => ({ key: `x${i + 1}`, name: x.channels.length > 1 ? name : "x", label: "" })),
      ...tracks.map(({ track, symbol }) => ({ key: track, name: panel.tracks.find((one) => one.track === track)?.name ?? "", label: symbol })),
      ...(backward ? [{ key: "backward", name: say("unrolled.backward"), label: "h←" }] : []),
    ];
    const values = steps.map((step) => asSent([
      ...Array.from({ length: this.inputs }, (_, channel) => this.inputAt(channel, step) ?? NaN),
      ...tracks.map(({ track }) => this.valueAt(track, step) ?? NaN),
      ...(backward ? [this.backwardAt(this.row, step) ?? NaN] : []),
    ]));
    return {
      title: this.title, symbol: "", file: `${panel.cell}-unrolled-unit-${this.here.cursor.unit + 1}`, columns, values,
      rows: steps.map((step) => {
        const label = labels[step] === String(step + 1) ? "" : labels[step];
        return { key: step + 1, name: say("names.step", { step: step + 1 }), label };
      }),
      corner: "step", kinds: ["steps", "quantities"], flipped: true, parts: [], exact: true,
    };
  }
}

// Of 32 bits where none of them has more.
/** @param {number[]} values */
function asSent(values) {
  return values.every((value) => Number.isNaN(value) || Math.fround(value) === value) ? Float32Array.from(values) : Float64Array.from(values);
}
