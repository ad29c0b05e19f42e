// A question asked of the screen (why this number, what is remembered, …): plots beside the heatmaps,
// in the place of the opened cell. The server sends them as figures and the same numbers as sheets
// (app/lenses); nothing is computed here.

import { make, refill } from "../core/dom.js";
import { full, minus, percent, sentence, steps } from "../core/format.js";
import { byHand } from "../core/hands.js";
import { fetchView } from "../core/numbers.js";
import { ALL, WIRING, draws } from "../core/pace.js";
import { say } from "../core/words.js";
import { ramp, sample } from "../plots/key.js";
import { axisOf } from "./axis.js";
import { Drawings } from "./drawings.js";
import { Holding } from "./holding.js";
import { offered } from "./offers.js";
import { nearest, pointsOf } from "./points.js";
import { Reaching } from "./reaching.js";
import { Seeking } from "./seeking.js";
import { Sifting } from "./sifting.js";
import { Views } from "./views.js";

/**
 * @import { Turn } from "../core/pace.js"
 * @import { Asked } from "./axis.js"
 * @import { LensSheet } from "../tools/describe.js"
 * @import { Act as Drawing } from "./drawings.js"
 * @import { Plot } from "../plots/plot.js"
 * @import { Bias } from "./reaching.js"
 * @import { Spare } from "../plots/spare.js"
 * @import { Chart, Colorscale, Figure, Here, LensPlot, Numbers, Place, Send, Shown, Told } from "../types"
 * @typedef {Map<string, Shown>} Plots
 * @typedef {{ title: string, corner: string, values: Numbers[], rows: Asked, columns: Asked, axes?: Pick<LensSheet, "rows" | "columns"> }} Table
 * @typedef {Figure & { sheet: Table }} Charted a figure with the same numbers as a table
 * @typedef {{ lens: Told, charts: Record<string, Charted> }} Seen of another place
 * @typedef {{ clientX: number, clientY: number }} Pointed
 * @typedef {Partial<Place> & { row: number }} Spot a row, and a column where there are cells
 * @typedef {object} Act
 * @property {Send} send
 * @property {Send} change
 * @property {() => unknown} held whether the pointer is pressed
 * @property {() => void} seen the view of another place has come
 * @property {Bias} bias to drag
 * @property {(entry: Shown) => HTMLElement} tools
 * @property {Drawing["colours"]} colours of a cell's wiring
 * @property {Drawing["shades"]} shades
 * @property {Drawing["twin"]} twin
 */

const MOST_BUTTONS = 8;
const AGAIN = 700; // milliseconds before what is still being computed is asked for again
const REST = 90; // milliseconds on a place before the view of it is asked for

export class Lens {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    /** @type {Seen | null} */
    this.seen = null; // of another place than the message's
    /** @type {string | null} */
    this.looking = null; // the place that is being fetched
    this.structure = ""; // of the plots
    this.views = new Views((view) => this.go(view));
    this.look = make("p", { className: "gs-look" });
    this.words = make("div", { className: "gs-words" });
    this.before = make("p", { className: "gs-before", textContent: say("lens.before") }); // that is why they are pale
    this.offers = make("p", { className: "gs-offers" });
    this.choices = make("div", { className: "gs-steps", role: "group" });
    this.charts = make("div", { className: "gs-charts" });
    this.holding = new Holding(here, { change: act.change, open: (cell) => act.send("view", { cell }) });
    this.reaching = new Reaching(here, act.bias);
    this.seeking = new Seeking(here, (asked) => act.send("view", { asked }));
    this.sifting = new Sifting(here, (of) => this.ask(of));
    this.drawings = new Drawings(here, { ...act, part: (name) => this.part(name), open: (cell) => act.send("view", { view: "cell", cell }) });
    this.notes = make("div", { className: "gs-notes" });
    this.element = make("div", { className: "gs-lens" }, this.look, this.choices, this.holding.element, this.seeking.element, this.sifting.element, this.reaching.element, this.words, this.offers, this.seeking.places, this.drawings.element, this.charts, this.notes);
    /** @type {LensPlot[]} */
    this.entries = [];
  }

  // What it shows; null where the cell itself is looked into.
  /** @returns {Told | null} */
  get told() {
    if (!this.here.now.begun) return null;
    const { lens } = this.here.now.message;
    return lens.inside ? null : this.seen?.lens ?? lens;
  }

  // The figure of a chart, with its table.
  /** @param {string} name @returns {Charted} */
  part(name) {
    return this.seen?.charts[name] ?? this.here.channel.part(name);
  }

  // Whether the place of the opened cell is taken.
  get open() {
    return this.told !== null;
  }

  // A message has come; `plots` are those of the screen, where the lens has its own among them.
  /** @param {Plots} plots @param {Spare} spare */
  show(plots, spare) {
    const { told } = this;
    const { questions, view } = this.here.now.message.lens;
    this.element.hidden = !told;
    this.views.show(questions, view);
    this.build(plots, spare);
    this.drawings.show(told);
    this.seeking.show(told?.controls);
    this.sifting.show(told?.controls);
    this.reaching.show(told?.controls);
    if (!told) return this.holding.show();
    this.look.textContent = byHand(told.look);
    this.words.replaceChildren(...told.words.map((text) => make("p", { textContent: text })), this.before);
    this.notes.replaceChildren(...told.notes.map((text) => make("p", { textContent: text })));
    replaced(this.offers, told.offers, () => told.offers.map((offer) => offered(offer, this.act)));
    this.offers.hidden = !told.offers.length;
    this.choices.setAttribute("aria-label", told.asks);
    replaced(this.choices, [told.view, told.choices, told.of], () => this.chosen(told));
    this.choices.hidden = !told.choices.length;
    this.holding.show(told.controls);
    this.holding.answered();
  }

  // Buttons for a few choices, a list for many.
  /** @param {Told} told */
  chosen({ asks, choices, of }) {
    if (choices.length > MOST_BUTTONS) {
      return [make("select", { className: "gs-choices", "aria-label": asks, title: asks, onchange: ({ target }) => this.ask(target.value) },
        ...choices.map(({ value, label }) => make("option", { value, textContent: label, selected: value === of })))];
    }
    const about = make("span", { className: "gs-asks", "aria-hidden": "true", textContent: asks });
    return [about, ...choices.map(({ value, label }) => make("button", {
      type: "button", className: "gs-plain", textContent: label, title: say("lens.choice", { asks, label }),
      "aria-pressed": String(value === of), onclick: () => this.ask(value),
    }))];
  }

  // The plots, made anew where there are others than before.
  /** @param {Plots} plots @param {Spare} spare */
  build(plots, spare) {
    const { told } = this;
    const wanted = told?.charts ?? [];
    const structure = JSON.stringify([told?.view, wanted.map(({ part, reads, height, width }) => [part, reads, height, width])]);
    const there = this.entries.every(({ part, plot }) => plots.get(part)?.plot === plot);
    if (structure !== this.structure || !there) {
      this.structure = structure;
      this.drop(plots, spare);
      this.entries = wanted.map((chart) => this.entry(chart, spare));
      for (const entry of this.entries) plots.set(entry.part, entry);
      this.charts.replaceChildren(...this.entries.map((entry) => this.figure(entry)));
    }
    wanted.forEach((chart, i) => this.entitle(this.entries[i], chart));
  }

  // The numbers of a heatmap are those of its table, unless it came with some of its own.
  /** @param {string} part */
  complete(part) {
    const figure = this.part(part);
    const [trace] = figure.data;
    if (trace.type === "heatmap") trace.z ??= figure.sheet.values;
    return figure;
  }

  /** @param {Plots} plots @param {Spare} spare */
  drop(plots, spare) {
    for (const { part, plot } of this.entries) {
      if (spare.discard(part, plot) && plots.get(part)?.plot === plot) plots.delete(part);
    }
    this.entries = [];
  }

  /** @param {Chart} chart @param {Spare} spare @returns {LensPlot} */
  entry(chart, spare) {
    const plot = spare.plotFor(chart.part, chart.title);
    Object.assign(plot.host.style, { height: `${chart.height}px`, maxWidth: chart.width ? `${chart.width}px` : "" });
    return {
      part: chart.part, kind: "lens", plot, chart, caption: make("figcaption", {}), spots: [], sheet: () => this.sheet(chart.part),
    };
  }

  /** @param {LensPlot} entry */
  figure(entry) {
    const { caption, chart, part, plot } = entry;
    return make("figure", { className: `gs-figure gs-chart gs-chart-${chart.reads}`, "data-part": part },
      caption, plot.host, this.act.tools(entry));
  }

  /** @param {LensPlot} entry @param {Chart} chart */
  entitle(entry, chart) {
    entry.chart = chart;
    /** @param {Chart["key"][number]} of */
    const line = ({ color, dash, name }) => make("span", {}, sample(color, dash), name);
    const legend = this.legend(entry);
    replaced(entry.caption, [chart.title, chart.symbol, chart.key, legend], () => [
      make("span", { className: "gs-name" }, chart.title, chart.symbol && " ", chart.symbol && make("var", { textContent: chart.symbol })),
      legend && make("span", { className: "gs-range gs-scale" }, `${legend.ends[0]} `, ramp(legend.colorscale), ` ${legend.ends[1]}`),
      chart.key.length ? make("span", { className: "gs-key" }, ...chart.key.map(line)) : null,
    ].filter((one) => one !== null));
  }

  // What the colours of a heatmap stand for, unless the one above it has the same.
  /** @param {LensPlot} entry */
  legend(entry) {
    const here = this.colours(entry);
    const above = this.colours(this.entries[this.entries.indexOf(entry) - 1]);
    return JSON.stringify(here) === JSON.stringify(above) ? null : here;
  }

  /** @param {LensPlot | undefined} entry */
  colours(entry) {
    if (!entry) return null;
    const { type, zmin, zmax, colorscale } = this.part(entry.part).data[0];
    if (type !== "heatmap") return null;
    const { ends } = entry.chart;
    return { zmin, zmax, colorscale: /** @type {Colorscale} */ (colorscale), ends: ends.length ? ends : [minus(zmin), minus(zmax)] };
  }

  // To another lens, or back to the cell.
  /** @param {string} view */
  go(view) {
    this.act.send("view", { view });
  }

  // Something else of this lens.
  /** @param {string} of */
  ask(of) {
    this.act.send("view", { of });
  }

  // The marks of the cursor; and if the view is of another place, the view of this one is asked for.
  /** @param {Turn} [turn] */
  refresh(turn = ALL) {
    if (!draws(turn, WIRING)) return;
    clearTimeout(this.timer);
    const { told } = this;
    if (!told) return;
    for (const entry of this.entries) this.mark(entry);
    this.drawings.refresh();
    if (told.controls.holding && !this.holding.pulling) this.holding.follow();
    const { channel, drag, now } = this.here;
    const stale = this.away || drag.live || now.stale; // until it is let go
    this.element.classList.toggle("gs-stale", stale);
    this.words.setAttribute("aria-busy", String(stale));
    this.reaching.refresh();
    if (channel.pending.length) return;
    if (this.away) this.timer = setTimeout(() => this.follow(), REST);
    else if (told.waiting) this.timer = setTimeout(() => this.follow(), AGAIN);
  }

  // Whether this is the view of another place than the cursor's.
  get away() {
    const { step, unit } = this.here.cursor;
    const { at } = this.told ?? {};
    return (at?.step ?? step) !== step || (at?.unit ?? unit) !== unit;
  }

  follow() {
    const { told } = this;
    if (!told || this.act.held() || this.here.channel.pending.length) return;
    if (told.tracks) this.glance(told);
    else this.act.send("ask");
  }

  // The answer to a click, fetched past a run of the page: nothing but the place has changed.
  /** @param {Told} told */
  async glance({ view, of }) {
    const { channel, cursor, now } = this.here;
    const { message } = now;
    const { step, unit } = cursor;
    const place = `${step} ${unit}`;
    if (this.looking === place) return;
    this.looking = place;
    /** @type {Seen | null} */
    let seen = null;
    try {
      seen = await fetchView(message.numbers, { view, of, cell: message.inner.cell, step: String(step), unit: String(unit) });
    } catch {
      if (message === now.message) this.act.send("ask"); // the page itself will say
    }
    if (this.looking === place) this.looking = null;
    const moved = cursor.step !== step || cursor.unit !== unit; // nobody looks there any more
    if (!seen || moved || message !== now.message || channel.pending.length) return;
    this.seen = seen;
    this.act.seen();
  }

  // What was fetched is of the message before. Returns the parts that were drawn of it.
  forget() {
    const drawn = this.seen ? this.entries.map(({ part }) => part) : [];
    this.seen = null;
    return drawn;
  }

  /** @param {LensPlot} entry */
  mark({ part, plot, chart, spots }) {
    if (!plot.there) return;
    const { rows, columns } = this.sheet(part);
    const { cursor } = this.here;
    const across = chart.reads === "across" ? rows : columns;
    plot.markTime(across.at(cursor), across.length);
    if (chart.reads === "points") return this.markSpots(plot, rows.all(cursor), spots);
    if (chart.reads !== "grid") return;
    plot.markUnit(rows.at(cursor), rows.length);
  }

  // Rings around the points of these rows; those that are not needed are kept for later.
  /** @param {Plot} plot @param {number[]} rows @param {HTMLElement[]} spots */
  markSpots(plot, rows, spots) {
    while (spots.length < rows.length) {
      const spot = make("div", { className: "gs-spot" });
      spots.push(spot);
      plot.area.append(spot);
    }
    spots.forEach((spot, i) => (spot.hidden = i >= rows.length));
    if (!rows.length) return;
    const points = pointsOf(plot);
    rows.forEach((row, i) => Object.assign(spots[i].style, { left: `${points[row].u * 100}%`, top: `${points[row].v * 100}%` }));
  }

  /** @param {string} part @returns {LensSheet} */
  sheet(part) {
    const { sheet } = this.part(part);
    const { labels } = this.here.now.message;
    sheet.axes ??= { rows: axisOf(sheet.rows, labels), columns: axisOf(sheet.columns, labels) };
    return { ...sheet, ...sheet.axes };
  }

  // The row and column of a sheet under the pointer.
  /** @param {LensPlot} entry @param {Pointed} event @returns {Spot} */
  placeAt({ part, plot, chart }, event) {
    const { rows } = this.sheet(part);
    if (chart.reads === "grid") return plot.cellAt(event);
    const { u, v } = plot.shareAt(event);
    if (chart.reads === "across") return { row: Math.floor(u * rows.length) };
    if (chart.reads === "down") return { row: Math.floor(v * rows.length) };
    return { row: nearest(pointsOf(plot), u, v, plot.area) };
  }

  // A press or a pull: the cursor goes where steps or units are.
  /** @param {LensPlot} entry @param {Pointed} event */
  point(entry, event) {
    const { row, column } = this.placeAt(entry, event);
    const { rows, columns } = this.sheet(entry.part);
    const { cursor } = this.here;
    const [by, at] = [rows.place?.(row), column === undefined ? undefined : columns.place?.(column)];
    const step = by?.step ?? at?.step ?? cursor.step;
    cursor.pause();
    cursor.move(step, by?.unit ?? at?.unit ?? cursor.unit);
  }

  // A heatmap of the stage was pressed: this lens may be asked about its quantity.
  /** @param {Shown} entry */
  pressed({ kind, panel, track }) {
    const { told } = this;
    if (!told || kind !== "track") return;
    const other = panel.cell !== this.here.now.message.inner.cell || track.track !== told.of;
    if (told.tracks && other) this.act.send("view", { cell: panel.cell, of: track.track });
    else if (this.away) this.follow(); // a click is at rest
  }

  // What is under the pointer, in words.
  /** @param {LensPlot} entry @param {Pointed} event */
  describe(entry, event) {
    const { row, column } = this.placeAt(entry, event);
    const { rows, columns, values } = this.sheet(entry.part);
    if (!values[row]) return "";
    if (entry.chart.says && column !== undefined) {
      const value = values[row][column];
      /** @type {Record<string, string>} */
      const parts = { row: rows.names[row], column: columns.names[column], value: toldOf(value), percent: percent(value), steps: steps(value) };
      const text = entry.chart.says.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
      return sentence(text);
    }
    const numbers = Array.from(values[row], (value, i) => (Number.isNaN(value) ? null : say("lens.number", { name: columns.names[i], value: toldOf(value) })));
    return say("lens.row", { row: rows.names[row], numbers: numbers.filter(Boolean).join(", ") });
  }
}

/** @param {number} value */
function toldOf(value) {
  return Number.isFinite(value) ? full(value) : say("lens.infinite");
}

// New children only where what they are made of has changed: a pressed button keeps the focus.
/** @type {WeakMap<Element, string>} */
const made = new WeakMap();

/** @param {Element} element @param {unknown} key @param {() => Node[]} children */
function replaced(element, key, children) {
  const text = JSON.stringify(key);
  if (made.get(element) === text) return;
  made.set(element, text);
  refill(element, children(), ":scope > *");
}
