// What is drawn: the plots of a screen, the marks on them, and the colours of a drag.

import { markStory } from "../controls/story.js";
import { placeOf } from "../core/cells.js";
import { Told, fromBytes, isCondensed, linesFigure, numberAt } from "../core/condensed.js";
import { afterPaint, make } from "../core/dom.js";
import { brief } from "../core/format.js";
import { ownEdits } from "../core/message.js";
import { Rest } from "../core/rest.js";
import { say } from "../core/words.js";
import { Alike } from "./alike.js";
import { become } from "./becoming.js";
import { Idle } from "./idle.js";
import { plainMark } from "./plot.js";
import { Sight, isOutside } from "./sight.js";
import { Spare } from "./spare.js";
import { build, legends } from "./view.js";
import { waiting } from "./waiting.js";
import { written } from "./written.js";

/**
 * @import { Library } from "../core/library.js"
 * @import { Lens } from "../lens/lens.js"
 * @import { Plot } from "./plot.js"
 * @import { Made } from "./view.js"
 * @import { Change } from "./written.js"
 * @import { Figure, Here, LinesPlot, Message, Numbers, Shown } from "../types"
 * @typedef {object} Page
 * @property {HTMLElement} element the stage
 * @property {HTMLElement} holder of what is built here
 * @property {(message: Message) => void} built anew, not yet drawn
 * @property {() => void} rested: what nobody saw in a drag is drawn
 * @property {(message: Message) => unknown} placed all but the plots has its place, which are not yet measured and drawn
 */

const REST = 60; // milliseconds of a hand
const MANY_UNITS = 12; // from here on the heatmaps are taller and the weights come below them

export class Screen {
  /**
   * @param {Here} here @param {Page} page
   * @param {Lens} lens @param {Library} library @param {Made} made
   */
  constructor(here, page, lens, library, made) {
    this.here = here;
    this.page = page;
    this.lens = lens;
    this.made = made;
    /** @type {Map<string, Shown>} */
    this.plots = new Map(); // by the names of their parts
    /** @type {Map<string, string>} */
    this.drawn = new Map(); // part name -> digest of the figure on screen
    /** @type {Map<string, Change[]>} */
    this.edits = new Map(); // part name -> edits of its numbers
    this.sight = new Sight();
    this.alike = new Alike();
    this.marksShown = "";
    /** @type {[part: string, entry: Shown][]} */
    this.unseen = []; // in the last frame of a drag
    this.whole = true; // whether all that the number made was known in it
    this.resting = new Rest(REST, () => this.drawUnseen());
    /** @type {number | null} */
    this.unitShown = null; // by the lines
    /** @type {HTMLElement | undefined} */
    this.chosenMark = undefined;
    this.spare = new Spare(library, this.drawn);
    this.told = new Told((target) => here.channel.frame(this.place(target)?.entry.part ?? "") ?? "");
    const behind = () => waiting([...this.plots.values()].map(({ plot }) => plot), (plot) => this.sight.sees(plot.host));
    this.idle = new Idle(behind, () => here.drag.live || here.drag.held, library);
  }

  get message() {
    return this.here.now.message;
  }

  // Returns whether it was built anew.
  /** @param {Message} message */
  show(message) {
    this.edits = new Map();
    const rebuilt = this.alike.learn(this.here.now.look, message);
    if (rebuilt) this.rebuild(message);
    markStory(this.page.holder, message.atFirst);
    for (const part of this.lens.forget()) this.drawn.delete(part);
    this.lens.show(this.plots, this.spare);
    this.told.learn(message);
    for (const { target, value } of message.edits) {
      const place = this.place(target); // none on a gate that is not on show
      const part = place?.entry.part;
      if (!part || (part === "x" && !this.here.channel.knows(part, 0))) continue; // its colours have them in
      this.edits.set(part, [...(this.edits.get(part) ?? []), [place.row, place.column, value]]);
    }
    this.spare.drop(this.plots);
    this.page.placed(message);
    this.drawParts(this.plots.values(), !this.alike.places && this.drawn.size > 0);
    if (rebuilt) legends(this.page.holder, this.plots);
    return rebuilt;
  }

  // The lens alone is of another place.
  showLens() {
    const { lens, here: { cursor: { step, unit } } } = this;
    lens.show(this.plots, this.spare);
    for (const { part } of lens.entries) this.drawn.delete(part);
    this.drawParts(lens.entries);
    lens.refresh();
    this.page.element.dataset.looked = `${step} ${unit}`;
  }

  // Everything anew in the colours of another paper.
  onOtherPaper() {
    for (const entry of this.plots.values()) entry.plot.onOtherPaper(this.figureOf(entry));
    this.idle.wake();
    legends(this.page.holder, this.plots);
    this.marksShown = "";
  }

  /** @param {Message} message */
  rebuild(message) {
    this.idle.stop();
    this.spare.take(this.plots);
    const { element, plots } = build(message, this.here.now.look, (part, label) => this.spare.plotFor(part, label), this.made);
    for (const [part, entry] of this.plots) if (entry.kind === "lens") plots.set(part, entry); // it sees to its own
    this.plots = plots;
    for (const [part, { kind, plot }] of plots) plot.over.reach(kind, part, this.here.cursor.columns);
    become(this.page.holder, make("div", {}, element));
    this.page.element.classList.toggle("gs-at-first", this.here.now.look === "first");
    this.page.element.classList.toggle("gs-many", message.panels[0].units > MANY_UNITS);
    this.page.built(message);
  }

  dropPlots() {
    this.idle.stop();
    for (const { plot } of this.plots.values()) plot.remove();
  }

  /** @param {Iterable<Shown>} entries @param {boolean} [late] whether what is outside of the window is painted once all in it is on show */
  drawParts(entries, late = false) {
    const list = [...entries];
    for (const entry of list) if (this.needsRoom(entry) && !(entry.plot.room[0] && this.alike.places)) entry.plot.measure();
    const outside = new Set(late ? list.filter(({ plot }) => isOutside(plot.host)) : []);
    for (const entry of list) this.drawPart(entry, outside.has(entry));
    if (outside.size) afterPaint(() => this.paintLate());
    this.idle.wake();
  }

  // Whether a plot is drawn in a frame of its own, and not only with other numbers in the one that is there.
  /** @param {Shown} entry */
  needsRoom({ kind, part, plot }) {
    return kind === "lens" || plot.moved || plot.sketched || plot.frame !== this.here.channel.frame(part);
  }

  paintLate() {
    for (const { plot } of this.plots.values()) plot.paintLate();
  }

  /** @param {Shown} entry @param {boolean} late */
  drawPart(entry, late) {
    const { kind, part, plot } = entry;
    // Lines have no numbers of their own: they show rows of the input and of the tracks.
    const sources = kind === "lines" ? this.sourcesOf(part) : [];
    const state = [part, ...sources].map((name) => this.stateOf(name)).join();
    plot.stay();
    if (this.drawn.get(part) === state) return;
    this.drawn.set(part, state);
    const frame = this.here.channel.frame(part);
    if (kind === "lens" || plot.frame !== frame) plot.replace(this.figureOf(entry), late);
    else if (kind === "weights") plot.defer(this.figureOf(entry));
    else plot.update(this.figureOf(entry));
    plot.frame = frame;
  }

  /** @param {string} part */
  sourcesOf(part) {
    const metas = this.figure(part).data.map(({ meta }) => meta);
    const points = isCondensed(this.message) ? ["x", ...metas].map((meta) => `${meta.split(".")[0]}.line`) : [];
    return ["x", ...metas, ...points];
  }

  /** @param {string} part */
  stateOf(part) {
    return this.here.channel.state(part) + JSON.stringify(this.edits.get(part) ?? []);
  }

  /** @param {Shown} entry @returns {Figure} */
  figureOf(entry) {
    const { kind, part } = entry;
    if (kind === "lens") return this.lens.complete(part);
    return kind === "lines" ? this.linesFigure(entry) : this.figure(part);
  }

  // Nothing is dragged: committed numbers take the place of the live colours.
  settle() {
    const { drag, now } = this.here;
    drag.at = null;
    this.whole = true;
    this.resting.drop();
    this.page.element.removeAttribute("data-behind");
    for (const entry of this.plots.values()) {
      const { plot } = entry;
      if (!plot.canvas.hidden && !plot.behind) plot.update(this.figureOf(entry));
    }
    if (this.chosenMark && !this.place(now.target)?.entry.plot.behind) plainMark(this.chosenMark);
    this.idle.wake();
  }

  resize() {
    for (const { plot } of this.plots.values()) plot.resize();
    this.idle.wake();
    if (this.here.drag.live) this.drawLive(this.whole);
  }

  // A figure as sent, with the edits of its numbers written over them.
  /** @param {string} part @returns {Figure} */
  figure(part) {
    const figure = written(this.here.channel.part(part), this.edits.get(part) ?? []);
    return this.here.now.cover?.figure(part, figure) ?? figure;
  }

  // The numbers of a heatmap, one array a row of the screen.
  /** @param {string} part @returns {Numbers[]} */
  numbers(part) {
    return this.figure(part).data[0].z;
  }

  // One number as the core computed it; undefined where only its colour is here.
  /** @param {string} part @param {number} row @param {number} column @returns {number | undefined} */
  number(part, row, column) {
    if (this.here.channel.knows(part, row)) return this.numbers(part)[row][column];
    const entry = this.plots.get(part);
    if (!entry || entry.kind === "lens" || entry.kind === "lines" || entry.kind === "series") return undefined;
    return numberAt(entry, { row, column }, this.here, this.told);
  }

  // The colour of a cell of a track as it looks now, in a drag too.
  /** @param {string} part @param {number} row @param {number} step */
  colour(part, row, step) {
    const { drag } = this.here;
    const [bytes, plot] = [drag.live ? drag.bytes(part) : null, this.plotOf(part)];
    return bytes ? plot.byteColour(bytes[row][step]) : plot.colourOf(this.numbers(part)[row][step]);
  }

  // The colour of an input or an initial state; the number under a drag counts.
  /** @param {string} part @param {number} row @param {number} column */
  numberColour(part, row, column) {
    const { drag } = this.here;
    const place = drag.live ? this.place(drag.target) : null;
    const dragged = place?.entry.part === part && place.row === row && place.column === column ? drag.value : null;
    return this.plotOf(part).colourOf(dragged ?? this.numbers(part)[row][column]);
  }

  /** @param {string} part */
  plotOf(part) {
    return /** @type {Shown} */ (this.plots.get(part)).plot;
  }

  // Where a target is on screen; null if it is not, or if there is none.
  /** @param {string | null} target */
  place(target) {
    return target ? placeOf(target, this.plots) : null;
  }

  // The lines of a panel for the cursor's unit: the frame as sent, with rows of the heatmaps.
  /** @param {LinesPlot} entry */
  linesFigure({ panel, part }) {
    const figure = this.figure(part);
    if (isCondensed(this.message)) return linesFigure(figure, this.message.labels.length, this.here);
    const row = panel.order.indexOf(this.here.cursor.unit);
    return { ...figure, data: figure.data.map((line) => ({ ...line, y: this.line(line.meta, row) })) };
  }

  // The numbers of one line: an input channel ("x.0") or one row of a track ("gru.update").
  /** @param {string} meta @param {number} row */
  line(meta, row) {
    const [owner, channel] = meta.split(".");
    return owner === "x" ? this.numbers("x")[Number(channel)] : this.numbers(meta)[row] ?? [];
  }

  // The marks of the cursor, and the lines of its unit. all: also where nobody sees them, which else follow.
  refresh(all = true) {
    const { cursor } = this.here;
    this.page.element.classList.toggle("gs-playing", cursor.playing);
    if (!all) this.resting.begin();
    else if (!this.here.drag.live) this.resting.drop();
    for (const { kind, panel, plot } of this.plots.values()) {
      if (kind === "lens" || !(all || this.sight.sees(plot.host))) continue;
      if (kind !== "initial" && kind !== "weights") plot.markTime(cursor.column, cursor.columns.count, cursor.playing);
      if (!panel || kind === "lines") continue;
      const row = panel.order.indexOf(cursor.unit);
      plot.markUnit(row < 0 ? null : row, panel.units);
    }
    this.showUnit(cursor.unit);
    this.showMarks();
  }

  /** @param {number} unit */
  showUnit(unit) {
    if (this.unitShown === unit) return;
    this.unitShown = unit;
    for (const entry of this.plots.values()) {
      if (entry.kind === "lines") entry.plot.update(this.linesFigure(entry));
    }
    if (this.here.drag.live) this.drawLive(this.whole);
    this.idle.wake();
  }

  // The committed value of a target, as exact as the server has said it.
  /** @param {string} target */
  valueOf(target) {
    const edit = this.message.edits.find((one) => one.target === target);
    if (edit) return edit.value;
    const place = this.place(target);
    const number = place && this.number(place.entry.part, place.row, place.column);
    return typeof number === "number" ? Number(number.toPrecision(7)) : null;
  }

  // The same, be its plot on show or not; null where it is not known here.
  /** @param {string} target */
  valueAt(target) {
    const { handle } = this.message.scene;
    return this.valueOf(target) ?? (target === handle?.target ? handle.value : null);
  }

  // Edited numbers, with what they were, and the chosen one.
  showMarks() {
    const { target } = this.here.now;
    const key = JSON.stringify([ownEdits(this.message), target, this.alike.structure]);
    if (key === this.marksShown) return;
    this.marksShown = key;
    for (const { plot } of this.plots.values()) plot.marks.replaceChildren();
    for (const edit of ownEdits(this.message)) {
      const place = this.place(edit.target);
      place?.entry.plot.markCell(place, "edited", say("editor.was", { value: brief(edit.was) }));
    }
    const chosen = this.place(target);
    this.chosenMark = chosen?.entry.plot.markCell(chosen, "choice");
    const value = target && chosen?.entry.plot.behind ? this.valueOf(target) : null;
    if (value !== null && this.chosenMark) chosen?.entry.plot.fillMark(this.chosenMark, value);
  }

  // One frame of a drag, entirely from the sweep. What nobody sees follows when the hand rests.
  /** @param {boolean} [whole] whether all that the number makes is known */
  drawLive(whole = true) {
    const [seen, unseen] = [true, false].map((wanted) => [...this.plots].filter(([, { plot }]) => this.sight.sees(plot.host) === wanted));
    this.paintLive(seen);
    this.drawLiveCell();
    Object.assign(this, { unseen, whole });
    if (unseen.length) this.resting.begin();
    else this.resting.drop();
  }

  // Whether something of the drag is not on show yet.
  get waits() {
    return this.resting.last !== null || !this.whole;
  }

  // The hand rests: what nobody sees follows.
  drawUnseen() {
    if (this.here.drag.live) this.paintLive(this.unseen);
    this.page.rested();
  }

  /** @param {[part: string, entry: Shown][]} plots */
  paintLive(plots) {
    const { cursor, drag } = this.here;
    for (const [part, { kind, panel, plot }] of plots) {
      const bytes = kind === "track" && drag.bytes(part);
      if (bytes) plot.paint(bytes);
      if (kind === "lines") this.drawLiveLines(plot, panel.order.indexOf(cursor.unit));
    }
  }

  /** @param {Plot} plot @param {number} row */
  drawLiveLines(plot, row) {
    const { cursor, drag, now: { cover } } = this.here;
    if (!plot.figure.data.some(({ meta }) => drag.sweep?.shows(meta))) return;
    plot.paintLines(plot.figure.data.map(({ meta, y }) => {
      if (meta.startsWith("x.")) return this.liveInput(meta, y);
      const line = drag.sweep?.line(meta, cursor.unit) ?? (plot.figure.share ? null : drag.bytes(meta)?.[row]);
      const { zmin, zmax } = this.figure(meta).data[0];
      const shown = line instanceof Uint8Array ? fromBytes(line, { zmin, zmax }) : line ?? y;
      return cover?.line(meta, shown, this.message.labels.length, plot.figure.share) ?? shown;
    }));
  }

  // An input channel with the value under the drag, if it is the one that is dragged.
  /** @param {string} meta @param {Numbers} y */
  liveInput(meta, y) {
    const { drag } = this.here;
    const place = this.place(drag.target);
    if (place?.entry.kind !== "x" || meta !== `x.${place.row}` || drag.value === null || isCondensed(this.message)) return y;
    return Object.assign(y.slice(), { [place.column]: drag.value });
  }

  // The dragged number in its own heatmap.
  drawLiveCell() {
    const { drag } = this.here;
    const place = this.place(drag.target);
    if (place && this.chosenMark && drag.value !== null) place.entry.plot.fillMark(this.chosenMark, drag.value);
  }
}
