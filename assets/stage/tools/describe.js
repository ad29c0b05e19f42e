// What a plot shows, as a sheet (named rows and columns of the core's numbers) and as a sentence. The
// least and the greatest number are picked out here, never computed.

import { PROJECTION } from "../core/cells.js";
import { isCondensed } from "../core/condensed.js";
import { brief, short } from "../core/format.js";
import { say } from "../core/words.js";

/**
 * @import { Axis } from "../lens/axis.js"
 * @import { Entry, Here as All, Initial, LensPlot, LinesPlot, Message, Name, Numbers, Panel, Place, SeriesPlot, Sheet, Shown, WeightPart } from "../types"
 * @typedef {Pick<All, "channel" | "cursor" | "now">} Here
 * @typedef {{ title: string, corner: string, values: Numbers[], rows: Axis, columns: Axis }} LensSheet
 */

// { title, symbol, file, values, rows, columns, corner, kinds, flipped?, initial?, parts, exact, note }
// values: one array a row. rows, columns: { key, name, label }: as in a file, in words, and what the
// input is called there. kinds: what rows and columns are. flipped: steps go down.
// initial: the first column is the state before the first step. parts: whose numbers these are.
// exact: false while the browser has only the colours of some. note: what the notation turns round.
// source: of what is too large to send, in place of values, where to fetch them (numbers.js).
/** @param {Shown} entry @param {Here} here @returns {Sheet} */
export function sheetOf(entry, here) {
  const { channel, cursor, now: { message } } = here;
  // Its blocks and points are a picture, not numbers.
  const large = channel.isPicture(entry.part) || (entry.kind === "lines" && isCondensed(message));
  const sheet = drawn(entry, here, large);
  if (large) {
    /** @type {[rows: number, columns: number]} */
    const size = [sheet.rows.length, sheet.columns.length];
    sheet.source = { ticket: message.numbers, part: entry.part, unit: cursor.unit, size, block: message.limits.block };
  }
  sheet.exact = !large && sheet.parts.every(({ part, rows }) => rows.every((row) => channel.knows(part, row)));
  return turned(entry, message) ? { ...sheet, note: say("describe.writes"), file: `${sheet.file}-writes` } : sheet;
}

// Numbers that leave the page must say if z is not the z of PyTorch.
/** @param {Shown} entry @param {Message} message */
function turned({ kind, panel, track, gate }, { inner }) {
  if (panel?.cell !== "gru" || inner?.polarity !== "write") return false;
  return kind === "lines" || (track?.track ?? gate) === "update";
}

/** @param {Shown} entry @param {Here} here @param {boolean} large @returns {Sheet} */
function drawn(entry, here, large) {
  if (entry.kind === "lines") return linesSheet(entry, here, large);
  if (entry.kind === "series") return seriesSheet(entry, here.now.message);
  if (entry.kind === "lens") return lensSheet(entry);
  return heatmapSheet(entry, here.now.message, large);
}

// One row of numbers a row of the screen.
/** @param {Entry} entry @param {Message} message @param {boolean} large @returns {Sheet} */
function heatmapSheet(entry, message, large) {
  const sheet = headOf(entry, message);
  if (large) return { ...sheet, parts: [] };
  const values = entry.plot.figure.data[0].z;
  const parts = [{ part: entry.part, rows: [...values.keys()] }];
  return { ...sheet, values, parts };
}

/** @param {Entry} entry @param {Message} message @returns {Omit<Sheet, "parts">} */
function headOf({ kind, panel, track, gate, initial }, { labels, x }) {
  if (kind === "x") return {
    title: say("names.input_x"), symbol: "", file: "input",
    rows: inputs(x), columns: steps(labels), corner: "input", kinds: ["channels", "steps"],
  };
  if (gate === PROJECTION) return {
    title: weightsOf(panel, gate), symbol: "P", file: `${panel.cell}-${gate}`,
    rows: panel.order.map((at) => ({ key: at + 1, name: say("cells.place", { axis: say("kinds.numbers", { n: 1 }), number: at + 1 }), label: "" })),
    columns: sources(panel, x), corner: "number", kinds: ["numbers", "units"],
  };
  const rows = units(panel);
  if (kind === "track") return {
    title: say("names.track", { cell: panel.name, track: track.name }), symbol: track.symbol, file: `${panel.cell}-${track.track}`,
    rows, columns: steps(labels), corner: "unit", kinds: ["units", "steps"],
  };
  if (kind === "weights") return {
    title: weightsOf(panel, gate), symbol: "",
    file: `${panel.cell}-${gate}-weights`,
    rows, columns: sources(panel, x), corner: "unit", kinds: ["units", "columns"],
  };
  return {
    title: say("names.initial", { cell: panel.name, state: panel.tracks.find((one) => one.track === initial.of)?.name ?? "" }),
    symbol: `${initial.symbol}₀`, file: `${panel.cell}-${initial.part}`,
    rows, columns: [start(initial)], corner: "unit", kinds: ["units"],
  };
}

// The lines of one unit: steps down, so that every quantity is a column.
/** @param {LinesPlot} entry @param {Here} here @param {boolean} large @returns {Sheet} */
function linesSheet({ panel, plot }, { cursor, now: { message } }, large) {
  const { labels, x } = message;
  const row = panel.order.indexOf(cursor.unit);
  /** @param {string} name */
  const track = (name) => panel.tracks.find((one) => `${panel.cell}.${one.track}` === name);
  const lines = plot.figure.data.filter(({ meta, y }) => (large ? row >= 0 || !track(meta) : y?.length));
  return {
    title: say("names.unit_of", { cell: panel.name, unit: cursor.unit + 1 }), symbol: "", file: `${panel.cell}-unit-${cursor.unit + 1}`,
    rows: steps(labels).map((step) => ({ ...step, name: say("names.step", { step: step.key }) })),
    columns: lines.map(({ meta }) => {
      const found = track(meta);
      if (!found) return inputs(x)[Number(meta.split(".")[1])];
      const { track: key, name, symbol } = found;
      return { key, name, label: symbol };
    }),
    ...(large ? {} : { values: labels.map((_, step) => Float32Array.from(lines, ({ y }) => y[step])) }),
    corner: "step", kinds: ["steps", "quantities"], flipped: true,
    parts: lines.filter(({ meta }) => track(meta)).map(({ meta }) => ({ part: meta, rows: [row] })),
  };
}

// What networks say at each step and what is so, in the units of the plot: steps down.
/** @param {SeriesPlot} entry @param {Message} message @returns {Sheet} */
function seriesSheet({ plot }, { labels, prediction }) {
  return {
    title: prediction?.name ?? "", symbol: "", file: "prediction",
    rows: steps(labels).map((step) => ({ ...step, name: say("names.step", { step: step.key }) })),
    columns: plot.figure.data.map(({ meta }, i) => ({ key: meta, name: prediction?.lines[i].name ?? "", label: "" })),
    values: labels.map((_, step) => Float32Array.from(plot.figure.data, ({ y }) => y[step])),
    corner: "step", kinds: ["steps", "quantities"], flipped: true, parts: [],
  };
}

// A chart of a lens: the server has named its rows and columns.
/** @param {LensPlot} entry @returns {Sheet} */
function lensSheet({ part, chart, sheet }) {
  const { title, corner, values, rows, columns } = sheet();
  return {
    title, symbol: "", file: part.replaceAll(".", "-"), values, corner, rows: rows.entries, columns: columns.entries,
    kinds: [rows.noun, columns.noun], flipped: chart.reads === "across", parts: [],
  };
}

// A track with the state before its first step as step 0. before: those numbers, of a large one.
/** @param {Sheet} sheet @param {Shown | undefined} entry @param {Here} here @returns {Sheet} */
export function withInitial(sheet, entry, here) {
  if (!entry) return sheet;
  const initial = sheetOf(entry, here);
  const before = (initial.values ?? []).map(([number]) => number);
  return {
    ...sheet,
    initial: true,
    columns: [...initial.columns, ...sheet.columns],
    ...(sheet.source ? { before } : { values: (sheet.values ?? []).map((row, i) => [before[i], ...row]) }),
    parts: [...sheet.parts, ...initial.parts],
    exact: sheet.exact && initial.exact,
  };
}

// The strip that stands before a track, if there is one.
/** @param {Shown} entry @param {Map<string, Shown>} plots */
export function initialOf({ kind, panel, track }, plots) {
  if (kind !== "track") return undefined;
  const initial = panel.initials.find(({ of }) => of === track.track);
  return initial && plots.get(`${panel.cell}.${initial.part}`);
}

/** @param {Pick<Panel, "order">} panel */
function units({ order }) {
  return order.map((unit) => ({ key: unit + 1, name: say("names.unit", { unit: unit + 1 }), label: "" }));
}

/** @param {string[]} labels */
function steps(labels) {
  return labels.map((label, i) => ({ key: i + 1, name: say("names.step", { step: i + 1 }), label: unless(label, i + 1) }));
}

/** @param {Pick<Initial, "symbol">} initial */
function start({ symbol }) {
  return { key: 0, name: say("names.step", { step: 0 }), label: `${symbol}₀` };
}

/** @param {{ channels: string[] }} x */
function inputs({ channels }) {
  return channels.map((name, i) => {
    const own = unless(name, i + 1);
    return { key: own || i + 1, name: own || say("names.input", { place: i + 1 }), label: "" };
  });
}

/** @param {Pick<Panel, "order" | "segments">} panel @param {{ channels: string[] }} x */
function sources({ order, segments }, { channels }) {
  /** @type {Record<WeightPart, (at: number) => Name>} */
  const of = {
    w_x: (at) => ({ key: `x${at + 1}`, name: say("names.from_x", { place: at + 1 }), label: unless(channels[at], at + 1) }),
    w_h: (at) => ({ key: `h${order[at] + 1}`, name: say("names.from_h", { unit: order[at] + 1 }), label: "" }),
    b_x: () => ({ key: "b", name: say("parts.b_x"), label: "" }),
    b_h: () => ({ key: "d", name: say("parts.b_h"), label: "" }),
    w_p: (at) => ({ key: `u${at + 1}`, name: say("cells.place", { axis: say("cells.from_unit"), number: at + 1 }), label: "" }),
  };
  return segments.flatMap(({ part, size }) => Array.from({ length: size }, (_, at) => of[part](at)));
}

// What is only counted has no name.
/** @param {string} label @param {number} number */
function unless(label, number) {
  return label === String(number) ? "" : label;
}

// The text alternative of a plot: what it is, how large, and between which numbers, with their places.
/** @param {Sheet} sheet */
export function describe(sheet) {
  return say("describe.told", { title: sheet.title, details: details(sheet) });
}

/** @param {Sheet} sheet */
export function details(sheet) {
  return [extent(sheet), sheet.note].filter(Boolean).join(" ");
}

/** @param {Sheet} sheet */
function extent(sheet) {
  if (!sheet.columns.length) return say("describe.no_unit");
  const [rows, columns] = counts(sheet);
  if (sheet.flipped) return say("describe.lines", { rows, lines: sheet.columns.map((_, column) => lineRange(sheet, column)).join("; ") });
  return columns ? say("describe.grid", { rows, columns, range: range(sheet) }) : say("describe.strip", { rows, range: range(sheet) });
}

// ["4 units", "20 steps"]
/** @param {Pick<Sheet, "rows" | "columns" | "kinds" | "initial">} sheet */
export function counts({ rows, columns, kinds, initial }) {
  const lengths = [rows.length, columns.length - (initial ? 1 : 0)];
  return kinds.map((kind, i) => say(`counts.${kind}`, { n: lengths[i] }));
}

/** @param {Panel} panel @param {string} gate */
export function weightsOf({ name, gates, projection }, gate) {
  const every = projection ? [...gates, projection] : gates;
  return say("names.weights", { cell: name, gate: every.find((one) => one.gate === gate)?.name ?? "" });
}

/** @param {Sheet} sheet */
function range(sheet) {
  if (sheet.source) return say("describe.in_table");
  if (!sheet.exact) return say("describe.asked_for");
  const [least, most] = extremes(sheet.values ?? []);
  if (least.value === most.value) return say("describe.all_same", { value: spoken(least.value) });
  /** @param {Place} place */
  const at = ({ row, column }) =>
    [sheet.rows[row], ...(sheet.kinds.length > 1 ? [sheet.columns[column]] : [])].map(placed).join(", ");
  return say("describe.range", { least: spoken(least.value), least_at: at(least), most: spoken(most.value), most_at: at(most) });
}

/** @param {Sheet} sheet @param {number} column */
function lineRange(sheet, column) {
  const { name } = sheet.columns[column];
  if (!sheet.exact) return name;
  const [least, most] = extremes((sheet.values ?? []).map((row) => [row[column]]));
  if (least.value === most.value) return say("describe.line_same", { name, value: spoken(least.value) });
  /** @param {Place} place */
  const at = ({ row }) => placed(sheet.rows[row]);
  return say("describe.line_range", { name, least: spoken(least.value), least_at: at(least), most: spoken(most.value), most_at: at(most) });
}

// The title of a plot with its letter, if it has one.
/** @param {string} title @param {string} symbol */
export function titled(title, symbol) {
  return symbol ? say("names.titled", { title, symbol }) : title;
}

/** @param {Name} place */
function placed({ name, label }) {
  return label ? say("names.labelled", { name, label }) : name;
}

// Three figures; fewer only where there are no more.
/** @param {number} value */
function spoken(value) {
  return Math.fround(Number(value.toPrecision(3))) === value ? brief(value) : short(value);
}

// The first least and the first greatest number, in reading order.
/** @param {Numbers[]} values */
function extremes(values) {
  let [least, most] = [Infinity, -Infinity].map((value) => ({ value, row: 0, column: 0 }));
  values.forEach((numbers, row) => {
    for (let column = 0; column < numbers.length; column++) {
      const value = numbers[column];
      if (value < least.value) least = { value, row, column };
      if (value > most.value) most = { value, row, column };
    }
  });
  return [least, most];
}
