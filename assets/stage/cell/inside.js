// The opened cell at the cursor: its wiring, its equations with the numbers in, step by step. What is
// shown came with a message (the parts "gru.inside" and "gru.vectors"), or with what a drag runs on, or is what
// the page has computed.

import { toClipboard } from "../core/clipboard.js";
import { isCondensed } from "../core/condensed.js";
import { make, putStyle, putText } from "../core/dom.js";
import { short } from "../core/format.js";
import { ALL, NONE, WIRING, draws } from "../core/pace.js";
import { css, paletteOf } from "../core/palette.js";
import { withPanel } from "../core/tabs.js";
import { say } from "../core/words.js";
import { zoomOf } from "../core/zoom.js";
import { Diagram, SUBSTEPS } from "./diagram.js";
import { doing } from "./doing.js";
import { Equations } from "./equations.js";
import { Letters } from "./letters.js";
import { drawnRows, rowsWithin, sizesOf } from "./rows.js";

/**
 * @import { Lookup } from "./equations.js"
 * @import { Turn } from "../core/pace.js"
 * @import { Here, Panel, Place, Shown, Wanted } from "../types"
 * @import { Voice } from "../controls/voice.js"
 * @typedef {Record<string, (string | null)[] | null>} Colours of every vector in the wiring, a row each
 * @typedef {object} Shades the colours of the heatmaps as they look now
 * @property {(part: string, row: number, step: number) => string} colour
 * @property {(part: string, row: number, column: number) => string} numberColour
 * @property {(target: string | null) => (Place & { entry: Shown }) | null} place
 * @typedef {object} Act
 * @property {(quantity: string | null) => void} light
 * @property {(details: { cell: string, form: string }) => void} view
 * @property {Pick<Voice, "follow" | "tell">} voice
 */

// As in css/style.css: what stands around wiring and equations, the least height of a wiring, a sub-step, two lines of words.
const [AROUND, LEAST_WIRING, SUBSTEP, WORDS] = [121, 136, 24, 47];

export class Inside {
  // beside: what else is shown in the place of the wiring. picture: the menu to save it as one.
  /** @param {Here} here @param {() => Shades} shades @param {HTMLElement[]} beside @param {HTMLElement} picture @param {Act} act */
  constructor(here, shades, beside, picture, act) {
    this.here = here;
    this.shades = shades;
    this.act = act;
    /** @type {number | null} */
    this.substep = null; // index, or null for the whole step
    this.structure = "";
    /** @type {string | null} */
    this.lit = null; // a quantity
    /** @type {number[] | null} */
    this.rows = null; // that the wiring draws
    this.equations = new Equations();
    this.letters = new Letters();
    this.equations.element.addEventListener("pointerover", ({ target }) => this.letters.point(/** @type {Element} */ (target)));
    this.diagram = new Diagram({
      point: (quantity) => act.light(quantity),
      choose: (quantity) => this.take(this.inner.substeps.findIndex((one) => one.quantity === quantity)),
    });
    this.title = make("h2", {});
    this.tabs = make("div", { className: "gs-tabs", role: "tablist", "aria-label": say("inside.tabs") });
    this.steps = make("div", { className: "gs-steps", role: "group", "aria-label": say("inside.help") });
    this.form = make("button", { type: "button", className: "gs-plain", onclick: () => this.turn() });
    this.copy = make("button", {
      type: "button", className: "gs-plain", textContent: say("inside.latex"),
      title: say("inside.latex_title"), onclick: () => this.copyLatex(),
    });
    this.notes = make("div", { className: "gs-notes" });
    this.doing = make("p", { className: "gs-cell-doing" }); // in words
    this.kept = make("p", { className: "gs-cell-kept" }); // in the place of both, at a masked step
    this.checked = make("p", { className: "gs-checked" }); // the numbers on show, compared with the server's
    const wired = make("div", { className: "gs-wired" }, this.steps, this.diagram.element, this.doing);
    this.wired = [...beside, wired]; // what has a wiring in it
    this.measuring = 0;
    this.shown = make(
      "div", { className: "gs-shown" },
      ...beside, wired, this.kept,
      this.equations.element, this.letters.element,
      make("footer", { className: "gs-inside-foot" }, this.form, this.copy, picture),
      this.notes,
      this.checked,
    );
    this.element = make(
      "section", { className: "gs-inside", "aria-label": say("inside.name") },
      make("header", { className: "gs-panel-head" }, this.title, this.tabs),
      this.shown,
    );
  }

  get inner() {
    return this.here.now.message.inner;
  }

  /** @returns {Panel} */
  get panel() {
    return /** @type {Panel} */ (this.here.now.message.panels.find(({ cell }) => cell === this.inner.cell));
  }

  // A message has come. All takes its room before the plots are measured: what comes later is laid out once more.
  show() {
    const { inner } = this;
    const structure = JSON.stringify([inner, this.panel.units, this.panel.order]);
    if (structure !== this.structure) this.build();
    this.structure = structure;
    if (!this.here.drag.live) this.write();
  }

  build() {
    const { cell, cells, form, notes, quantities, substeps, terms } = this.inner;
    /** @param {{ cell: string, name: string }} one */
    const tab = (one) => make("button", {
      type: "button", className: "gs-tab", role: "tab", textContent: one.name,
      "aria-selected": String(one.cell === cell), tabIndex: one.cell === cell ? 0 : -1,
      title: say("inside.open", { cell: one.name }), onclick: () => this.open(one.cell),
    });
    this.element.dataset.cell = cell;
    const tabs = cells.length > 1 ? cells.map(tab) : [];
    this.tabs.replaceChildren(...tabs);
    this.tabs.hidden = !tabs.length;
    withPanel(tabs, this.shown, "opened");
    this.equations.build(substeps, quantities);
    this.letters.build(terms);
    /** @param {string} text @param {number | null} index @param {string} title */
    const step = (text, index, title) => make("button", {
      type: "button", className: "gs-plain", textContent: text, title, onclick: () => this.take(index),
    });
    const help = say("inside.help");
    this.steps.replaceChildren(step(say("inside.whole"), null, help),
      ...substeps.map(({ name }, i) => step(name, i, say("inside.substep", { place: i + 1, count: substeps.length, name, help }))));
    this.form.textContent = form === "split" ? say("inside.join") : say("inside.split");
    this.form.title = say("inside.form_title");
    this.notes.replaceChildren(...notes.map((text) => make("p", { textContent: text })));
    this.rows = null;
    this.go(this.substep !== null && this.substep < substeps.length ? this.substep : null);
  }

  /** @param {string} cell */
  open(cell) {
    this.substep = null;
    this.act.view({ cell, form: this.inner.form });
  }

  turn() {
    this.act.view({ cell: this.inner.cell, form: this.inner.form === "split" ? "joined" : "split" });
  }

  async copyLatex() {
    const copied = await toClipboard(this.equations.latex(), this.element);
    this.said(copied ? say("inside.copied") : say("inside.not_copied"));
  }

  /** @param {string} text */
  said(text) {
    this.copy.textContent = text;
    this.act.voice.tell(text);
    clearTimeout(this.saidTimer);
    this.saidTimer = setTimeout(() => (this.copy.textContent = say("inside.latex")), 2000);
  }

  // Where it begins on the page, and what its equations take: its wiring has the rest, over what the step does in
  // words, or beside it where that would leave too little. Read in the next frame, when
  // everything has its place, and told to the wirings alone: styles of all that is told are worked out again. So are
  // those of the wiring's letters, which are fitted to the size that it has then.
  measure() {
    cancelAnimationFrame(this.measuring);
    this.measuring = requestAnimationFrame(() => {
      this.giveRoom();
      this.diagram.fit();
    });
  }

  giveRoom() {
    const main = this.element.closest("[data-testid=stMain]") ?? document.scrollingElement;
    if (!main || !this.element.isConnected) return;
    const away = this.element.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    const top = Math.round(away / zoomOf(this.element));
    const high = this.equations.element.offsetHeight;
    const room = innerHeight / zoomOf(this.element) - top - high - AROUND;
    this.element.classList.toggle("gs-low", room < Math.max(LEAST_WIRING, SUBSTEP * this.steps.childElementCount) + WORDS);
    for (const { style } of this.wired) {
      putStyle(style, "--inside-top", `${top}px`);
      if (high) putStyle(style, "--equations", `${high}px`);
    }
  }

  // One quantity of the cell, lit wherever in the stage it is shown; null for none.
  /** @param {Element} root @param {string | null} quantity */
  light(root, quantity) {
    if (quantity === this.lit) return;
    this.lit = quantity;
    root.querySelectorAll(".gs-lit").forEach((one) => one.classList.remove("gs-lit"));
    this.diagram.light(quantity);
    if (!quantity || !this.here.now.begun) return;
    const name = quantity === "x" ? "x" : `${this.inner.cell}.${quantity}`;
    root.querySelectorAll(`.gs-equations [data-quantity="${quantity}"], [data-part="${name}"]`)
      .forEach((one) => one.classList.add("gs-lit"));
  }

  // To one of the sub-steps, or null for the whole step.
  /** @param {number | null} index */
  go(index) {
    this.substep = index === -1 ? null : index;
    [...this.steps.children].forEach((button, i) =>
      button.setAttribute("aria-pressed", String(this.substep === (i === 0 ? null : i - 1))));
    this.equations.stage(this.substep);
    this.act.voice.follow();
    if (this.rows) this.stageWiring();
  }

  // It is chosen: its equation comes into sight, if what it was chosen by stays there.
  /** @param {number | null} index */
  take(index) {
    this.go(index);
    const main = this.element.closest("[data-testid=stMain]");
    const bar = this.element.closest(".gs-stage")?.querySelector(".gs-bar");
    const block = this.equations.blocks[this.substep ?? -1]?.element;
    if (!main || !bar || !block?.checkVisibility()) return;
    const hidden = block.getBoundingClientRect().bottom - bar.getBoundingClientRect().top;
    const room = this.steps.getBoundingClientRect().top - (parseFloat(getComputedStyle(main).scrollPaddingTop) || 0);
    if (hidden > 0 && hidden < room) main.scrollBy({ top: hidden, behavior: "instant" });
  }

  // The sub-step on show with what comes of it, in words; "" for the whole step.
  get told() {
    const substep = this.element.isConnected && this.substep !== null && this.inner.substeps[this.substep];
    if (!substep) return "";
    const value = this.numbers().lookup(substep.quantity);
    const at = { place: Number(this.substep) + 1, count: this.inner.substeps.length, name: substep.name };
    return value === undefined ? say("inside.told", at) : say("inside.told_value", { ...at, value: short(value) });
  }

  // The wiring of the plain RNN has a sum before its only sub-step.
  stageWiring() {
    const { quantity = "" } = (this.substep !== null && this.inner.substeps[this.substep]) || {};
    const index = SUBSTEPS[this.inner.cell].indexOf(quantity);
    this.diagram.stage(index < 0 ? null : index);
  }

  // Forward or back by one, over the ends into the neighbouring timestep.
  /** @param {number} count */
  goBy(count) {
    const last = this.inner.substeps.length - 1;
    const { cursor } = this.here;
    const to = (this.substep ?? (count > 0 ? -1 : last + 1)) + count;
    if (to >= 0 && to <= last && !cursor.masked) return this.take(to);
    if ((to < 0 && cursor.column === 0) || (to > last && cursor.column === cursor.last)) return;
    cursor.stepBy(count);
    this.take(to < 0 ? last : 0);
  }

  // Numbers and colours at the cursor; called for every frame. Returns what has to be asked for.
  /** @param {Turn} [turn] @returns {Wanted | null} */
  refresh(turn = ALL) {
    if (!this.here.now.begun || turn === NONE) return null;
    const { rows, missing } = this.write(turn);
    if (!rows) return missing;
    const { panel } = this;
    this.diagram.paint(this.colours(panel, rows));
    this.diagram.mark(this.there ? panel.order.indexOf(this.here.cursor.unit) : null);
    return missing;
  }

  // Whether the opened cell has the unit of the cursor.
  get there() {
    return this.here.cursor.unit < this.panel.units;
  }

  // All of it but colours. Returns the rows of the wiring, where it is its turn, and what has to be asked for.
  /** @param {Turn} [turn] @returns {{ rows: number[] | null, missing: Wanted | null }} */
  write(turn = ALL) {
    const { cursor, now } = this.here;
    if (now.look === "first") return { rows: null, missing: null };
    const { panel, there } = this;
    const name = panel.cell === "gru" && now.message.names[cursor.unit];
    const at = { cell: panel.name, step: cursor.step + 1, unit: cursor.unit + 1 };
    this.element.toggleAttribute("data-masked", cursor.masked);
    putText(this.title, cursor.masked ? say("inside.title_masked", at) : !there ? say("inside.title_no_unit", at)
      : name ? say("inside.title_named", { ...at, name }) : say("inside.title", at));
    const { view, of = null } = now.message.lens;
    this.element.dataset.view = view;
    this.equations.only(view === "why" ? of : null);
    if (view !== "cell") putText(this.doing, ""); // it is of another place by now
    if (view !== "cell" && view !== "why") return { rows: null, missing: null };
    const { lookup, missing } = this.numbers();
    this.equations.show(lookup, turn);
    putText(this.kept, cursor.masked ? this.keptWords(lookup) : "");
    if (view !== "cell" || !draws(turn, WIRING)) return { rows: null, missing };
    putText(this.doing, there ? doing(this.inner, cursor.unit, lookup) : "");
    return { rows: this.wire(panel, there), missing };
  }

  // At a masked step: the state is what it was.
  /** @param {Lookup} lookup */
  keptWords(lookup) {
    const { column, columns, step } = this.here.cursor;
    if (column < columns.of[0]) return say("inside.masked_first");
    const name = this.here.now.message.labels[step];
    const [h, c] = ["hidden", "cell"].map((track) => short(Number(lookup(track))));
    if (lookup("hidden") === undefined) return say("inside.masked_far", { name });
    return say(this.inner.cell === "lstm" ? "inside.masked_lstm" : "inside.masked", { name, h, c });
  }

  // Build the wiring for the rows that are drawn: all, or some with the chosen unit among them.
  /** @param {Panel} panel @param {boolean} there @returns {number[]} */
  wire(panel, there) {
    const rows = drawnRows(panel, there ? panel.order.indexOf(this.here.cursor.unit) : 0, this.here.now.message.limits);
    if (this.rows && rows.join() === this.rows.join()) return this.rows;
    this.rows = rows;
    const { cell, ends, placement, polarity, projected, quantities } = this.inner;
    const inputs = this.here.now.message.x.channels.length;
    this.diagram.build({ cell, ends, placement, polarity, projected, quantities, inputs, ...sizesOf(panel, rows) });
    this.stageWiring();
    this.measure();
    return rows;
  }

  // The numbers of the equations by name, from the drag or from what was sent of the run; and what is to be
  // asked for where they are of another place.
  /** @returns {{ lookup: Lookup, missing: Wanted | null }} */
  numbers() {
    const { channel, cursor, drag, now } = this.here;
    const { cell } = this.inner;
    const swept = (drag.live ? drag.sweep?.inside(cell, cursor) : null) ?? now.computed?.inside(cell, cursor);
    if (swept) return { lookup: (name) => unlessNone(swept(name)), missing: null };
    const { units, first, series } = channel.part(`${this.inner.cell}.inside`);
    const at = units.indexOf(cursor.unit);
    const here = cursor.step - first;
    const known = at >= 0 && here >= 0 && here < Object.values(series)[0][0].length;
    const missing = !known && cursor.unit < this.panel.units ? { of: cursor.unit } : null;
    return { lookup: (name) => (known ? unlessNone(series[name]?.[at][here]) : undefined), missing };
  }

  // Colours of every vector in the wiring, one for each row that is drawn.
  /** @param {Panel} panel @param {number[]} rows @returns {Colours} */
  colours(panel, rows) {
    const { channel, cursor, drag, now } = this.here;
    const { first, top, vectors } = channel.part(`${panel.cell}.vectors`);
    const found = isCondensed(now.message) ? {} : this.fromHeatmaps(panel, rows);
    for (const [name, steps] of Object.entries(vectors)) {
      const live = drag.live ? drag.sweep?.column(panel.cell, name, cursor) : undefined;
      const swept = live === undefined ? now.computed?.column(panel.cell, name, cursor) : live;
      const column = swept === undefined ? steps[cursor.step - first] : swept?.bytes;
      const from = swept?.from ?? (name === "x" ? 0 : top);
      const palette = paletteOf(this.scaleOf(panel, name));
      const drawn = name === "x" ? this.inputs : rows;
      found[name] = column ? drawn.map((row) => css(palette[column[row - from]])) : null;
    }
    if (found.x) this.overDragged(found.x);
    return found;
  }

  // Colours of what the heatmaps show too.
  /** @param {Panel} panel @param {number[]} rows @returns {Colours} */
  fromHeatmaps({ cell, tracks, initials }, rows) {
    const { cursor } = this.here;
    const screen = this.shades();
    /** @type {Colours} */
    const found = {};
    for (const { track, units } of tracks) {
      found[track] = rowsWithin(rows, units).map((row) => screen.colour(`${cell}.${track}`, row, cursor.step));
    }
    for (const { of, part, units } of initials) {
      const name = of === "hidden" ? "previous" : "previous_cell";
      found[name] = rowsWithin(rows, units).map((row) => (cursor.step > 0
        ? screen.colour(`${cell}.${of}`, row, cursor.step - 1)
        : screen.numberColour(`${cell}.${part}`, row, 0)));
    }
    found.x = this.inputs.map((i) => screen.numberColour("x", i, cursor.step));
    return found;
  }

  // The inputs that are drawn.
  get inputs() {
    return Array.from({ length: Math.min(this.here.now.message.x.channels.length, this.here.now.message.limits.rows) }, (_, i) => i);
  }

  // Tracks and the input have the colours of their heatmaps, everything else those of the state.
  /** @param {Panel} panel @param {string} name */
  scaleOf({ cell, tracks }, name) {
    const part = name === "x" ? "x" : `${cell}.${tracks.some(({ track }) => track === name) ? name : "hidden"}`;
    return this.here.channel.part(part).data[0].colorscale;
  }

  // The input under the hand, at the cursor's step.
  /** @param {(string | null)[]} colours */
  overDragged(colours) {
    const { cursor, drag } = this.here;
    const place = drag.live ? this.shades().place(drag.target) : null;
    if (place?.entry.kind !== "x" || drag.value === null || place.column !== cursor.step || place.row >= colours.length) return;
    colours[place.row] = place.entry.plot.colourOf(drag.value);
  }
}

// What is no number is not there: a projected state has none in the rows below its last.
/** @template Value @param {Value} value */
function unlessNone(value) {
  return Number.isNaN(value) ? undefined : value;
}
