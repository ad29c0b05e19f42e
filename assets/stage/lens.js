// @ts-nocheck
// A question asked of the screen (why this number, what is remembered, …): plots beside the heatmaps,
// in the place of the opened cell. The server sends them as figures and the same numbers as sheets
// (app/widgets/lenses); nothing is computed here.

import { axisOf } from "./axis.js";
import { make } from "./dom.js";
import { full, minus, percent, steps } from "./format.js";
import { byHand } from "./hands.js";
import { Holding } from "./holding.js";
import { ramp, sample } from "./key.js";
import { fetchView } from "./numbers.js";
import { Seeking } from "./seeking.js";
import { tools } from "./tools.js";
import { Views } from "./views.js";
import { Wirings } from "./wirings.js";

const MOST_BUTTONS = 8;
const AGAIN = 700; // milliseconds before what is still being computed is asked for again
const REST = 90; // milliseconds on a place before the view of it is asked for

export class Lens {
  constructor(stage) {
    this.stage = stage;
    this.views = new Views((view) => this.go(view));
    this.look = make("p", { className: "gs-look" });
    this.words = make("div", { className: "gs-words" });
    this.offers = make("p", { className: "gs-offers" });
    this.choices = make("div", { className: "gs-steps", role: "group" });
    this.charts = make("div", { className: "gs-charts" });
    this.holding = new Holding(stage);
    this.seeking = new Seeking(stage);
    this.wirings = new Wirings(stage);
    this.notes = make("div", { className: "gs-notes" });
    this.element = make("div", { className: "gs-lens" }, this.look, this.choices, this.holding.element, this.seeking.element, this.words, this.offers, this.seeking.places, this.wirings.element, this.charts, this.notes);
    this.entries = [];
  }

  get told() {
    return this.seen?.lens ?? this.stage.message.lens;
  }

  // The figure of a chart, with its table.
  part(name) {
    return this.seen?.charts[name] ?? this.stage.channel.part(name);
  }

  // Whether the place of the opened cell is taken.
  get open() {
    return Boolean(this.stage.message?.lens.charts);
  }

  // A message has come; `plots` are those of the screen, where the lens has its own among them.
  show(plots) {
    const { told } = this;
    this.element.hidden = !this.open;
    this.views.show(told.questions, told.view);
    this.build(plots);
    this.wirings.show(told.wirings ?? []);
    this.seeking.show(told.controls);
    if (!this.open) return this.holding.show();
    this.look.textContent = byHand(told.look);
    this.words.replaceChildren(...told.words.map((text) => make("p", { textContent: text })));
    this.notes.replaceChildren(...told.notes.map((text) => make("p", { textContent: byHand(text) })));
    replaced(this.offers, told.offers, () => told.offers.map((offer) => this.offer(offer)));
    this.offers.hidden = !told.offers.length;
    this.choices.setAttribute("aria-label", told.asks);
    replaced(this.choices, [told.view, told.choices, told.of], () => this.chosen(told));
    this.choices.hidden = !told.choices.length;
    this.holding.show(told.controls);
    this.holding.answered();
  }

  // Another scene, where this view shows more.
  offer({ scene, label }) {
    return make("button", { type: "button", className: "gs-plain", textContent: label, onclick: () => this.stage.change("scene", { name: scene }) });
  }

  // Buttons for a few choices, a list for many.
  chosen({ asks, choices, of }) {
    if (choices.length > MOST_BUTTONS) {
      return [make("select", { className: "gs-choices", "aria-label": asks, title: asks, onchange: ({ target }) => this.ask(target.value) },
        ...choices.map(({ value, label }) => make("option", { value, textContent: label, selected: value === of })))];
    }
    const about = make("span", { className: "gs-asks", "aria-hidden": "true", textContent: asks });
    return [about, ...choices.map(({ value, label }) => make("button", {
      type: "button", className: "gs-plain", textContent: label, title: `${asks}: ${label}`,
      "aria-pressed": String(value === of), onclick: () => this.ask(value),
    }))];
  }

  // The plots, made anew where there are others than before.
  build(plots) {
    const wanted = this.told.charts ?? [];
    const structure = JSON.stringify([this.told.view, wanted.map(({ part, reads, height, width }) => [part, reads, height, width])]);
    const there = this.entries.every(({ part, plot }) => plots.get(part)?.plot === plot);
    if (structure !== this.structure || !there) {
      this.structure = structure;
      this.drop(plots);
      this.charts.replaceChildren(...wanted.map((chart) => this.figure(chart, plots)));
    }
    wanted.forEach((chart, i) => this.entitle(this.entries[i], chart));
  }

  // The numbers of a heatmap are those of its table, unless it came with some of its own.
  complete(part) {
    const figure = this.part(part);
    const [trace] = figure.data;
    if (trace.type === "heatmap") trace.z ??= figure.sheet.values;
    return figure;
  }

  drop(plots) {
    const { spare } = this.stage.screen;
    for (const { part, plot } of this.entries) {
      if (spare.has(part, plot)) continue; // its drawing is taken over
      plot.remove();
      if (plots.get(part)?.plot === plot) plots.delete(part);
      this.stage.screen.drawn.delete(part);
    }
    this.entries = [];
  }

  figure(chart, plots) {
    const plot = this.stage.screen.spare.plotFor(chart.part, chart.title);
    Object.assign(plot.host.style, { height: `${chart.height}px`, maxWidth: chart.width ? `${chart.width}px` : "" });
    const entry = { part: chart.part, kind: "lens", plot, chart, caption: make("figcaption", {}), spots: [] };
    plots.set(chart.part, entry);
    this.entries.push(entry);
    return make("figure", { className: `gs-figure gs-chart gs-chart-${chart.reads}`, "data-part": chart.part },
      entry.caption, plot.host, tools(entry, this.stage));
  }

  entitle(entry, chart) {
    entry.chart = chart;
    const line = ({ color, dash, name }) => make("span", {}, sample(color, dash), name);
    const legend = this.legend(entry);
    replaced(entry.caption, [chart.title, chart.symbol, chart.key, legend], () => [
      make("span", { className: "gs-name" }, chart.title, chart.symbol && " ", chart.symbol && make("var", { textContent: chart.symbol })),
      legend && make("span", { className: "gs-range gs-scale" }, `${legend.ends[0]} `, ramp(legend.colorscale), ` ${legend.ends[1]}`),
      chart.key.length ? make("span", { className: "gs-key" }, ...chart.key.map(line)) : null,
    ].filter(Boolean));
  }

  // What the colours of a heatmap stand for, unless the one above it has the same.
  legend(entry) {
    const here = this.colours(entry);
    const above = this.colours(this.entries[this.entries.indexOf(entry) - 1]);
    return JSON.stringify(here) === JSON.stringify(above) ? null : here;
  }

  colours(entry) {
    const trace = entry && this.part(entry.part).data[0];
    if (trace?.type !== "heatmap") return null;
    const { zmin, zmax, colorscale } = trace;
    const { ends } = entry.chart;
    return { zmin, zmax, colorscale, ends: ends.length ? ends : [minus(zmin), minus(zmax)] };
  }

  // To another lens, or back to the cell.
  go(view) {
    this.stage.send("view", { view });
  }

  // Something else of this lens.
  ask(of) {
    this.stage.send("view", { of });
  }

  // The marks of the cursor; and if the view is of another place, the view of this one is asked for.
  refresh() {
    clearTimeout(this.timer);
    if (!this.open) return;
    for (const entry of this.entries) this.mark(entry);
    this.wirings.refresh();
    if (this.told.controls.holding && !this.holding.pulling) this.holding.follow();
    this.element.classList.toggle("gs-stale", this.away || this.stage.drag.live); // until it is let go
    if (this.stage.channel.pending.length) return;
    if (this.away) this.timer = setTimeout(() => this.follow(), REST);
    else if (this.told.waiting) this.timer = setTimeout(() => this.follow(), AGAIN);
  }

  // Whether this is the view of another place than the cursor's.
  get away() {
    return Object.entries(this.told.at).some(([axis, at]) => this.stage.cursor[axis] !== at);
  }

  follow() {
    if (this.stage.pointer.held || this.stage.channel.pending.length) return;
    if (this.told.tracks) this.glance();
    else this.stage.send("ask");
  }

  // The answer to a click, fetched past a run of the page: nothing but the place has changed.
  async glance() {
    const { cursor, message } = this.stage;
    const { step, unit } = cursor;
    const place = `${step} ${unit}`;
    if (this.looking === place) return;
    this.looking = place;
    const { view, of } = this.told;
    let seen = null;
    try {
      seen = await fetchView(message.numbers, { view, of, cell: message.inner.cell, step, unit });
    } catch {
      if (message === this.stage.message) this.stage.send("ask"); // the page itself will say
    }
    if (this.looking === place) this.looking = null;
    const moved = cursor.step !== step || cursor.unit !== unit; // nobody looks there any more
    if (!seen || moved || message !== this.stage.message || this.stage.channel.pending.length) return;
    this.seen = seen;
    this.stage.screen.showLens();
  }

  // What was fetched is of the message before.
  forget() {
    if (this.seen) for (const { part } of this.entries) this.stage.screen.drawn.delete(part);
    this.seen = null;
  }

  mark({ part, plot, chart, spots }) {
    if (!plot.figure) return;
    const { rows, columns } = this.sheet(part);
    const { cursor } = this.stage;
    const across = chart.reads === "across" ? rows : columns;
    plot.markTime(across.at(cursor), across.length);
    if (chart.reads === "points") return this.markSpots(plot, rows.all(cursor), spots);
    if (chart.reads !== "grid") return;
    plot.markUnit(rows.at(cursor), rows.length);
  }

  // Rings around the points of these rows; those that are not needed are kept for later.
  markSpots(plot, rows, spots) {
    while (spots.length < rows.length) {
      spots.push(make("div", { className: "gs-spot" }));
      plot.area.append(spots.at(-1));
    }
    spots.forEach((spot, i) => (spot.hidden = i >= rows.length));
    if (!rows.length) return;
    const points = pointsOf(plot);
    rows.forEach((row, i) => Object.assign(spots[i].style, { left: `${points[row].u * 100}%`, top: `${points[row].v * 100}%` }));
  }

  sheet(part) {
    const { sheet } = this.part(part);
    sheet.axes ??= { rows: axisOf(sheet.rows, this.stage), columns: axisOf(sheet.columns, this.stage) };
    return { ...sheet, ...sheet.axes };
  }

  // The row and column of a sheet under the pointer.
  placeAt({ part, plot, chart }, event) {
    const { rows } = this.sheet(part);
    if (chart.reads === "grid") return plot.cellAt(event);
    const { u, v } = plot.shareAt(event);
    if (chart.reads === "across") return { row: Math.floor(u * rows.length) };
    if (chart.reads === "down") return { row: Math.floor(v * rows.length) };
    return { row: nearest(pointsOf(plot), u, v, plot.area) };
  }

  // A press or a pull: the cursor goes where steps or units are.
  point(entry, event) {
    const { row, column } = this.placeAt(entry, event);
    const { rows, columns } = this.sheet(entry.part);
    const { cursor } = this.stage;
    const [by, at] = [rows.place?.(row), column === undefined ? undefined : columns.place?.(column)];
    const step = by?.step ?? at?.step ?? cursor.step;
    cursor.pause();
    cursor.move(step, by?.unit ?? at?.unit ?? cursor.unit);
  }

  // A heatmap of the stage was pressed: this lens may be asked about its quantity.
  pressed({ kind, panel, track }) {
    if (!this.open || kind !== "track") return;
    const other = panel.cell !== this.stage.message.inner.cell || track.track !== this.told.of;
    if (this.told.tracks && other) this.stage.send("view", { cell: panel.cell, of: track.track });
    else if (this.away) this.follow(); // a click is at rest
  }

  // What is under the pointer, in words.
  describe(entry, event) {
    const { row, column } = this.placeAt(entry, event);
    const { rows, columns, values } = this.sheet(entry.part);
    if (!values[row]) return "";
    if (entry.chart.says && column !== undefined) {
      const value = values[row][column];
      const parts = { row: rows.names[row], column: columns.names[column], value: told(value), percent: percent(value), steps: steps(value) };
      const text = entry.chart.says.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
      return text[0].toUpperCase() + text.slice(1);
    }
    const numbers = Array.from(values[row], (value, i) => (Number.isNaN(value) ? null : `${columns.names[i]} ${told(value)}`));
    return `${rows.names[row]}: ${numbers.filter(Boolean).join(", ")}`;
  }
}

function told(value) {
  return Number.isFinite(value) ? full(value) : "infinitely many";
}

// New children only where what they are made of has changed: a pressed button keeps the focus.
const made = new WeakMap();

function replaced(element, key, children) {
  const text = JSON.stringify(key);
  if (made.get(element) === text) return;
  made.set(element, text);
  const at = [...element.children].indexOf(document.activeElement);
  element.replaceChildren(...children());
  if (at >= 0) element.children[at]?.focus();
}

// Every point of a scatter, trace after trace, as shares of the plot area from its left and top.
function pointsOf({ figure: { data, layout } }) {
  const [[left, right], [bottom, top]] = [layout.xaxis.range, layout.yaxis.range];
  return data.filter(({ meta }) => meta !== "behind").flatMap(({ x, y }) => Array.from(x, (value, i) => ({
    u: (value - left) / (right - left), v: (top - y[i]) / (top - bottom),
  })));
}

function nearest(points, u, v, { clientWidth, clientHeight }) {
  const away = points.map((point) => Math.hypot((point.u - u) * clientWidth, (point.v - v) * clientHeight));
  return away.indexOf(Math.min(...away));
}
