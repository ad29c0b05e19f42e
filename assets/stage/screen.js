// @ts-nocheck
// What is drawn and what is written: the plots, the marks on them, the numbers at the cursor.

import { placeOf } from "./cells.js";
import { Told, fromBytes, isCondensed, linesFigure, numberAt } from "./condensed.js";
import { brief, short } from "./format.js";
import { Idle } from "./idle.js";
import { plainMark } from "./plot.js";
import { Spare } from "./spare.js";
import { markStory } from "./story.js";
import { build, legends, sentence } from "./view.js";
import { zoomOf } from "./zoom.js";

const MANY_UNITS = 12; // from here on the heatmaps are taller and the weights come below them

export class Screen {
  constructor(stage) {
    this.stage = stage;
    this.plots = new Map(); // part name -> { part, plot, kind, panel, … }
    this.drawn = new Map(); // part name -> digest of the figure on screen
    this.spare = new Spare(stage, this.drawn);
    this.told = new Told(stage);
    this.idle = new Idle(
      () => [...this.plots.values()].map(({ plot }) => plot).filter(({ behind }) => behind),
      () => stage.drag.live || stage.drag.held,
    );
  }

  get message() {
    return this.stage.message;
  }

  show(message) {
    this.edits = new Map(); // part name -> edits of its numbers
    const structure = JSON.stringify([this.stage.look, message.scene, message.panels, message.labels.length, message.x, message.inner.cell]);
    const rebuilt = structure !== this.structure;
    if (rebuilt) this.rebuild(message);
    this.structure = structure;
    markStory(this.stage.holder, message.atFirst);
    this.stage.lens.forget();
    this.stage.lens.show(this.plots);
    this.told.learn(message);
    for (const { target, value } of message.edits) {
      const place = this.place(target);
      if (!place) continue; // on a gate that is not on show
      const { part } = place.entry;
      if (part === "x" && !this.stage.channel.knows(part, 0)) continue; // its colours have them in
      this.edits.set(part, [...(this.edits.get(part) ?? []), [place.row, place.column, value]]);
    }
    this.spare.drop(this.plots);
    this.drawParts(this.plots.keys());
    if (rebuilt) {
      legends(this.stage.holder, this.plots);
      this.measure();
    }
  }

  // The lens alone is of another place.
  showLens() {
    const { cursor, element, lens } = this.stage;
    lens.show(this.plots);
    for (const { part } of lens.entries) this.drawn.delete(part);
    this.drawParts(lens.entries.map(({ part }) => part));
    lens.refresh();
    element.dataset.looked = `${cursor.step} ${cursor.unit}`;
  }

  // Everything anew in the colours of another paper.
  onOtherPaper() {
    for (const [part, { plot }] of this.plots) plot.onOtherPaper(this.figureOf(part));
    this.idle.wake();
    legends(this.stage.holder, this.plots);
    this.marksShown = null;
    this.refresh();
  }

  rebuild(message) {
    this.idle.stop();
    this.spare.take(this.plots);
    const { element, plots } = build((part, label) => this.spare.plotFor(part, label), message, this.stage.inside.element, this.stage, this.stage.look);
    this.plots = plots;
    this.stage.holder.replaceChildren(element);
    // A choice above the stage has been made: arrow keys are the stage's again.
    if (document.activeElement?.closest("[data-testid=stSelectbox]:not([role=dialog] *)")) this.stage.focus.arrive();
    this.stage.element.classList.toggle("gs-many", message.panels[0].units > MANY_UNITS);
    this.stage.editor.offer(message);
  }

  dropPlots() {
    this.idle.stop();
    for (const { plot } of this.plots.values()) plot.remove();
  }

  drawParts(parts) {
    const list = [...parts];
    for (const part of list) if (this.needsRoom(part)) this.plots.get(part).plot.measure();
    for (const part of list) this.drawPart(part);
  }

  // Whether a plot is drawn in a frame of its own, and not only with other numbers in the one that is there.
  needsRoom(part) {
    const { kind, plot } = this.plots.get(part);
    return kind === "lens" || plot.moved || plot.sketched || plot.frame !== this.stage.channel.frame(part);
  }

  drawPart(part) {
    const { kind, plot } = this.plots.get(part);
    // Lines have no numbers of their own: they show rows of the input and of the tracks.
    const sources = kind === "lines" ? this.sourcesOf(part) : [];
    const state = [part, ...sources].map((name) => this.stateOf(name)).join();
    plot.stay();
    if (this.drawn.get(part) === state) return;
    this.drawn.set(part, state);
    const frame = this.stage.channel.frame(part);
    if (kind === "lens" || plot.frame !== frame) plot.replace(this.figureOf(part));
    else if (kind === "weights") plot.defer(this.figureOf(part));
    else plot.update(this.figureOf(part));
    plot.frame = frame;
    this.idle.wake();
  }

  sourcesOf(part) {
    const metas = this.stage.channel.part(part).data.map(({ meta }) => meta);
    if (!isCondensed(this.message)) return ["x", ...metas];
    return ["x", ...metas].map((meta) => `${meta.split(".")[0]}.line`);
  }

  stateOf(part) {
    return this.stage.channel.state(part) + JSON.stringify(this.edits.get(part) ?? []);
  }

  figureOf(part) {
    const { kind } = this.plots.get(part);
    if (kind === "lens") return this.stage.lens.complete(part);
    return kind === "lines" ? this.linesFigure(part) : this.figure(part);
  }

  // Nothing is dragged: committed numbers take the place of the live colours.
  settle() {
    this.stage.drag.index = null;
    for (const [part, { plot }] of this.plots) {
      if (!plot.canvas.hidden && !plot.behind) plot.update(this.figureOf(part));
    }
    if (this.chosenMark && !this.place(this.stage.target)?.entry.plot.behind) plainMark(this.chosenMark);
    this.idle.wake();
  }

  resize() {
    requestAnimationFrame(() => this.measure());
    for (const { plot } of this.plots.values()) plot.resize();
    this.idle.wake();
    if (this.stage.drag.live) this.drawLive();
  }

  // Where the opened cell begins on the page, and what its equations take: its wiring has the rest.
  measure() {
    const { element, inside } = this.stage;
    const main = element.closest("[data-testid=stMain]") ?? document.scrollingElement;
    const away = inside.element.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    if (!inside.element.isConnected) return;
    element.style.setProperty("--inside-top", `${Math.round(away / zoomOf(inside.element))}px`);
    const high = inside.equations.element.offsetHeight;
    if (high) element.style.setProperty("--equations", `${high}px`);
  }

  // A figure as sent, with the edits of its numbers written over them.
  figure(part) {
    const figure = this.stage.channel.part(part);
    return written(figure, this.edits.get(part) ?? []);
  }

  // The numbers of a heatmap, one array a row of the screen.
  numbers(part) {
    return this.figure(part).data[0].z;
  }

  // One number as the core computed it; undefined where only its colour is here.
  number(part, row, column) {
    if (this.stage.channel.knows(part, row)) return this.numbers(part)[row][column];
    return numberAt(this.stage, this.plots.get(part), { row, column });
  }

  // The colour of a cell of a track as it looks now, in a drag too.
  colour(part, row, step) {
    const { plot } = this.plots.get(part);
    const { drag } = this.stage;
    const bytes = drag.live && drag.bytes(part);
    return bytes ? plot.byteColour(bytes[row][step]) : plot.colourOf(this.numbers(part)[row][step]);
  }

  // The colour of an input or an initial state; the number under a drag counts.
  numberColour(part, row, column) {
    const { plot } = this.plots.get(part);
    const { drag } = this.stage;
    const place = drag.live ? this.place(drag.target) : null;
    const dragged = place?.entry.part === part && place.row === row && place.column === column;
    return plot.colourOf(dragged ? drag.value : this.numbers(part)[row][column]);
  }

  // Where a target is on screen; null if it is not, or if there is none.
  place(target) {
    return target ? placeOf(target, this.plots) : null;
  }

  // The lines of a panel for the cursor's unit: the frame as sent, with rows of the heatmaps.
  linesFigure(part) {
    const figure = this.figure(part);
    if (isCondensed(this.message)) return linesFigure(this.stage, figure, this.message.labels.length);
    const { panel } = this.plots.get(part);
    const row = panel.order.indexOf(this.stage.cursor.unit);
    return { ...figure, data: figure.data.map((line) => ({ ...line, y: this.line(line.meta, row) })) };
  }

  // The numbers of one line: an input channel ("x.0") or one row of a track ("gru.update").
  line(meta, row) {
    const [owner, channel] = meta.split(".");
    return owner === "x" ? this.numbers("x")[Number(channel)] : this.numbers(meta)[row] ?? [];
  }

  refresh() {
    if (!this.message) return;
    const { cursor, element, timeline } = this.stage;
    element.classList.toggle("gs-playing", cursor.playing);
    timeline.show(this.message.labels);
    for (const { kind, panel, plot } of this.plots.values()) {
      if (kind === "lens") continue;
      if (kind !== "initial" && kind !== "weights") plot.markTime(cursor.step, this.message.labels.length);
      if (!panel || kind === "lines") continue;
      const row = panel.order.indexOf(cursor.unit);
      plot.markUnit(row < 0 ? null : row, panel.units);
    }
    this.missing = null; // what has to be asked for
    this.showUnit(cursor.unit);
    this.showMarks();
    this.showValues();
    this.stage.inside.refresh();
    this.stage.lens.refresh();
    this.stage.asking.want(this.missing);
  }

  showUnit(unit) {
    if (this.unitShown === unit) return;
    this.unitShown = unit;
    for (const [part, { kind, plot }] of this.plots) {
      if (kind === "lines") plot.update(this.linesFigure(part));
    }
    if (this.stage.drag.live) this.drawLive();
    this.idle.wake();
  }

  // The numbers at the cursor in captions and sentences, and the chosen number in the editor.
  showValues() {
    const { cursor, drag, editor, holder, target } = this.stage;
    for (const panel of this.message.panels) {
      const row = panel.order.indexOf(cursor.unit);
      const shown = panel.tracks.filter(({ track }) => this.plots.has(`${panel.cell}.${track}`));
      const values = new Map(shown.map(({ track }) => [track, this.valueAt(panel, track, row)]));
      for (const [track, value] of values) {
        const output = holder.querySelector(`[data-value="${panel.cell}.${track}"]`);
        output.textContent = value === undefined ? "" : short(value);
      }
      const text = holder.querySelector(`[data-sentence="${panel.cell}"]`);
      if (!text) continue; // of a cell of which the states alone are on show
      if (row < 0) text.textContent = `There is no unit ${cursor.unit + 1} here: this cell has ${panel.units}.`;
      else if ([...values.values()].includes(undefined)) text.textContent = "";
      else {
        const name = panel.cell === "gru" ? this.message.names[cursor.unit] : "";
        const { polarity } = this.message.inner;
        text.textContent = sentence(
          { cell: panel.cell, polarity, name }, cursor, (track) => values.get(track), (track) => this.held(panel.cell, track));
      }
    }
    const lines = holder.querySelector("[data-lines]");
    if (lines) lines.textContent = `unit ${cursor.unit + 1} over time`;
    this.stage.handle.refresh();
    this.stage.element.toggleAttribute("data-handled", Boolean(target) && target === this.message.scene.handle?.target);
    const edit = this.message.edits.find((one) => one.target === target);
    if (drag.sweep && drag.target === target) editor.scale(drag.sweep.values);
    const value = target ? drag.value ?? this.stage.valueAt(target) : null;
    if (target && value === null && this.place(target)) this.missing = { target };
    editor.show(target, value, edit, this.message.can);
    this.showNote();
  }

  // Whether a track is held at the cursor.
  held(cell, track) {
    const { step, unit } = this.stage.cursor;
    return this.message.held.some((one) => one.cell === cell && one.track === track
      && (one.unit ?? unit) === unit && one.first <= step && step <= one.last);
  }

  // Why nothing follows the hand, and that it is being computed, beside the number.
  showNote() {
    const { channel, drag, editor } = this.stage;
    if (!drag.sweep?.note) return;
    const note = channel.busy ? "computing …" : drag.live && drag.sweep.note;
    if (note) editor.old.textContent = note;
  }

  // A track at the cursor; undefined where the exact number has not been sent, or not yet.
  valueAt(panel, track, row) {
    if (row < 0) return undefined;
    const { cursor, drag } = this.stage;
    const name = `${panel.cell}.${track}`;
    if (drag.live && drag.bytes(name)) return drag.exact(name, cursor);
    const number = this.number(name, row, cursor.step);
    if (number === undefined) this.missing = { of: cursor.unit };
    return number;
  }

  // The committed value of a target, as exact as the server has said it.
  valueOf(target) {
    const edit = this.message.edits.find((one) => one.target === target);
    if (edit) return edit.value;
    const place = this.place(target);
    if (!place) return null;
    const number = this.number(place.entry.part, place.row, place.column);
    return number === undefined ? null : Number(number.toPrecision(7));
  }

  // Edited numbers, with what they were, and the chosen one.
  showMarks() {
    const { target } = this.stage;
    const key = JSON.stringify([this.message.edits, target, this.structure]);
    if (key === this.marksShown) return;
    this.marksShown = key;
    for (const { plot } of this.plots.values()) plot.marks.replaceChildren();
    for (const edit of this.message.edits) {
      const place = this.place(edit.target);
      place?.entry.plot.markCell(place, "edited", `was ${brief(edit.was)}`);
    }
    const chosen = this.place(target);
    this.chosenMark = chosen?.entry.plot.markCell(chosen, "choice");
    const value = chosen?.entry.plot.behind ? this.valueOf(target) : null;
    if (value !== null) chosen.entry.plot.fillMark(this.chosenMark, value);
  }

  // One frame of a drag, entirely from the sweep.
  drawLive() {
    const { cursor, drag } = this.stage;
    for (const [part, { kind, panel, plot }] of this.plots) {
      if (kind === "track" && drag.bytes(part)) plot.paint(drag.bytes(part));
      if (kind === "lines") this.drawLiveLines(plot, panel.order.indexOf(cursor.unit));
    }
    this.drawLiveCell();
    this.showValues();
    this.stage.inside.refresh();
    this.stage.lens.refresh();
  }

  drawLiveLines(plot, row) {
    const { cursor, drag } = this.stage;
    if (!plot.figure.data.some(({ meta }) => drag.bytes(meta))) return;
    plot.paintLines(plot.figure.data.map(({ meta, y }) => {
      if (meta.startsWith("x.")) return this.liveInput(meta, y);
      const bytes = drag.line(meta, cursor.unit) ?? (plot.figure.share ? null : drag.bytes(meta)?.[row]);
      return bytes ? fromBytes(bytes, this.figure(meta).data[0]) : y;
    }));
  }

  // An input channel with the value under the drag, if it is the one that is dragged.
  liveInput(meta, y) {
    const place = this.place(this.stage.drag.target);
    if (place?.entry.kind !== "x" || meta !== `x.${place.row}` || isCondensed(this.message)) return y;
    const copy = y.slice();
    copy[place.column] = this.stage.drag.value;
    return copy;
  }

  // The dragged number in its own heatmap.
  drawLiveCell() {
    const place = this.place(this.stage.drag.target);
    if (place && this.chosenMark) place.entry.plot.fillMark(this.chosenMark, this.stage.drag.value);
  }
}

// A heatmap with some of its numbers replaced; the figure itself is left as it is.
function written(figure, changes) {
  if (!changes.length) return figure;
  const [trace] = figure.data;
  const changed = new Set(changes.map(([row]) => row));
  const copy = (cells, row) => (changed.has(row) ? cells.slice() : cells);
  const z = trace.z.map(copy);
  const text = trace.text?.map(copy);
  for (const [row, column, value] of changes) {
    z[row][column] = value;
    if (text) text[row][column] = brief(value);
  }
  return { ...figure, data: [text ? { ...trace, z, text } : { ...trace, z }] };
}
