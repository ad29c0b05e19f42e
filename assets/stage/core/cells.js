// Which number of the model a cell of a plot is, and the reverse. A target is the text that the
// core uses: "x.4.0" (step, input), "gru.h0.2", "gru.w_h.update.3.1" (gate, unit, from unit).

import { say } from "./words.js";

export const PROJECTION = "projection"; // the matrix that stands among those of the gates, where there is one

/** @import { Choice, Editable, Message, Panel, Place, Segment, Shown } from "../types" */

/** @param {Shown} entry @param {Place} place */
export function targetAt({ kind, panel, initial, gate, part }, { row, column }) {
  if (kind === "x") return `${part}.${column}.${row}`;
  if (kind === "initial") return `${panel.cell}.${initial.part}.${panel.order[row]}`;
  if (kind !== "weights") return null;
  if (gate === PROJECTION) return `${panel.cell}.w_p.${panel.order[row]}.${column}`;
  const segment = /** @type {Segment} */ (panel.segments.find(({ start, size }) => column >= start && column < start + size));
  const stem = `${panel.cell}.${segment.part}.${gate}.${panel.order[row]}`;
  const at = column - segment.start;
  if (segment.part === "w_x") return `${stem}.${at}`;
  if (segment.part === "w_h") return `${stem}.${panel.order[at]}`;
  return stem;
}

/** @typedef {Map<string, Shown>} Plots by what they are called: x, gru.h0, gru.weights.update */

// { entry, row, column } of a target, or null where it is not on screen.
/** @param {string} target @param {Plots} plots @returns {Place & { entry: Editable } | null} */
export function placeOf(target, plots) {
  const place = anyPlaceOf(target, plots);
  if (!place) return null;
  const [rows, columns] = place.entry.size;
  return place.row >= 0 && place.row < rows && place.column < columns ? place : null;
}

/** @param {string} target @param {Plots} plots @returns {Place & { entry: Editable } | null} */
function anyPlaceOf(target, plots) {
  const [owner, part, ...rest] = target.split(".");
  if (owner === "x") {
    const entry = plots.get("x");
    return entry?.kind === "x" ? { entry, row: Number(rest[0]), column: Number(part) } : null;
  }
  if (part === "h0" || part === "c0") {
    const entry = plots.get(`${owner}.${part}`);
    return entry?.kind === "initial" ? { entry, row: entry.panel.order.indexOf(Number(rest[0])), column: 0 } : null;
  }
  if (part === "w_p") {
    const entry = plots.get(`${owner}.weights.${PROJECTION}`);
    return entry?.kind === "weights" ? { entry, row: entry.panel.order.indexOf(Number(rest[0])), column: Number(rest[1]) } : null;
  }
  const [gate, unit, from] = rest;
  const entry = plots.get(`${owner}.weights.${gate}`);
  if (entry?.kind !== "weights") return null;
  const { order, segments } = entry.panel;
  const segment = segments.find((known) => known.part === part);
  if (!segment) return null; // a second bias, where the notation has one
  const at = part === "w_x" ? Number(from) : part === "w_h" ? order.indexOf(Number(from)) : 0;
  if (!(at >= 0 && at < segment.size)) return null; // it would be one of its neighbour's
  return { entry, row: order.indexOf(Number(unit)), column: segment.start + at };
}

// The panel of a projected hidden state as the matrix of its projection is laid out: numbers down, units across.
/** @param {Panel} panel @returns {Panel} */
export function projected(panel) {
  const [{ units }] = panel.initials;
  return { ...panel, units, order: Array.from({ length: units }, (_, number) => number), segments: [{ part: "w_p", start: 0, size: panel.units }] };
}

// The cell and the gate of a weight, or what stands for a gate.
/** @param {string} target */
export function gateOf(target) {
  const [cell, part, gate] = target.split(".");
  return { cell, gate: part === "w_p" ? PROJECTION : gate };
}

// Every array that can be edited, as choices for the editor: its name and how many rows and
// columns it has, counted as the target counts them.
/** @param {Pick<Message, "labels" | "x" | "panels">} message */
export function arrays(message) {
  /** @type {Choice[]} */
  const list = [{ id: "x", label: say("names.input_plot"), axes: [[say("cells.step"), message.labels.length], [say("cells.input"), message.x.channels.length]] }];
  const unit = say("cells.unit");
  for (const panel of message.panels) {
    for (const { part, symbol, units } of panel.initials) {
      list.push({ id: `${panel.cell}.${part}`, label: say("cells.initial", { cell: panel.name, symbol }), axes: [[unit, units]] });
    }
    for (const { gate, name } of panel.gates) {
      for (const { part: of, size } of panel.segments) {
        const part = /** @type {Exclude<typeof of, "w_p">} */ (of); // that is of no gate
        const source = { w_x: say("cells.from_input"), w_h: say("cells.from_unit"), b_x: null, b_h: null }[part];
        /** @type {Choice["axes"]} */
        const axes = source ? [[unit, panel.units], [source, size]] : [[unit, panel.units]];
        list.push({ id: `${panel.cell}.${part}.${gate}`, label: say("cells.array", { cell: panel.name, gate: name, part: say(`parts.${part}`) }), axes });
      }
    }
    if (panel.projection) {
      const axes = /** @type {Choice["axes"]} */ ([[say("kinds.numbers", { n: 1 }), panel.initials[0].units], [say("cells.from_unit"), panel.units]]);
      list.push({ id: `${panel.cell}.w_p`, label: say("cells.array", { cell: panel.name, gate: panel.projection.name, part: panel.projection.symbol }), axes });
    }
  }
  return list;
}

/** @param {string} target @param {Choice[]} choices */
export function split(target, choices) {
  const choice = choices.find(({ id }) => target.startsWith(`${id}.`));
  return choice && { choice, index: target.slice(choice.id.length + 1).split(".").map(Number) };
}

// Whether there is such a number on this screen, be it shown or not.
/** @param {string} target @param {Choice[]} choices */
export function exists(target, choices) {
  const known = split(target, choices);
  return known !== undefined && known.choice.axes.every(([, size], i) => known.index[i] < size);
}

// A target in words: "GRU: update gate bias b, unit 4".
/** @param {string} target @param {Choice[]} choices */
export function nameOf(target, choices) {
  const known = split(target, choices);
  if (!known) return target;
  const places = known.choice.axes.map(([axis], i) => say("cells.place", { axis, number: known.index[i] + 1 }));
  return [known.choice.label, ...places].join(", ");
}
