// The stage: one component that draws what the server describes and lets a visitor step through it
// and edit it. Every number on it came from the server; see app/widgets/stage.py for the other end.

import { placeOf, targetAt } from "./cells.js";
import { Channel } from "./channel.js";
import { Cursor } from "./cursor.js";
import { addStylesheet, loadPlotly, make } from "./dom.js";
import { Drag } from "./drag.js";
import { Editor } from "./editor.js";
import { full, short } from "./format.js";
import { Timeline, keyPressed } from "./timeline.js";
import { build, legends, sentence } from "./view.js";
import { unpack } from "./wire.js";

const stages = new WeakMap();

export default function stage({ data, parentElement, setTriggerValue }) {
  let here = stages.get(parentElement);
  if (!here) stages.set(parentElement, (here = new Stage(parentElement)));
  here.channel.connect(setTriggerValue);
  here.receive(data);
  return () => {
    stages.get(parentElement)?.leave();
    stages.delete(parentElement);
  };
}

class Stage {
  constructor(root) {
    addStylesheet(new URL("./style.css", import.meta.url).href);
    this.root = root;
    this.channel = new Channel();
    this.cursor = new Cursor(() => this.cursorMoved());
    this.timeline = new Timeline(this.cursor);
    this.drag = new Drag({
      send: (kind, details) => this.channel.send(kind, details),
      cursor: this.cursor,
      onFrame: () => this.drawLive(),
      commit: (target, value) => this.send("commit", { target, value }),
    });
    this.editor = new Editor({
      choose: (target) => this.choose(target),
      hold: () => this.target && this.drag.hold(this.target),
      preview: (index) => this.drag.preview(index),
      release: () => this.drag.letGo(),
      type: (text) => this.forget() || (this.asked = this.send("type", { target: this.target, text })),
      revert: () => this.forget() || this.send("revert", { target: this.target }),
      undo: () => this.forget() || this.send("undo"),
      redo: () => this.forget() || this.send("redo"),
      reset: () => this.forget() || this.send("reset"),
    });
    this.whisper = make("div", { className: "gs-whisper", hidden: true });
    this.notices = make("div", { className: "gs-notices", role: "status" });
    this.holder = make("div", {});
    this.bar = make("div", { className: "gs-bar" }, this.editor.element, this.timeline.element);
    this.element = make("div", { className: "gs-stage" }, this.notices, this.holder, this.bar, this.whisper);
    root.replaceChildren(this.element);
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.element);
    this.listen();
    this.queue = Promise.resolve();
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
    this.sizes.disconnect();
    this.cursor.pause();
    this.dropPlots();
  }

  dropPlots() {
    for (const { plot } of this.plots?.values() ?? []) plot.remove();
  }

  // ---- what the server says

  receive(bytes) {
    this.queue = this.queue
      .then(async () => {
        this.plotly ??= await loadPlotly(new URL("../vendor/plotly/plotly-cartesian.min.js", import.meta.url).href);
        this.apply(await unpack(bytes));
      })
      .catch((error) => {
        console.error(error);
        this.notices.replaceChildren(make("p", { textContent: "The page could not draw what the server sent. Reloading it helps." }));
      });
  }

  apply(message) {
    if (!this.channel.take(message)) return; // the missing parts are on their way
    this.message = message;
    const structure = JSON.stringify([message.scene, message.panels, message.labels.length, message.x]);
    const rebuilt = structure !== this.structure;
    if (rebuilt) this.rebuild(message);
    this.structure = structure;
    const drawn = this.drawChanged();
    if (message.opened !== this.opened) {
      this.opened = message.opened;
      this.forget();
      this.target = null;
      this.cursor.bound(message.labels.length, message.panels[0].units);
      this.cursor.move(message.cursor.step, message.cursor.unit);
    }
    this.cursor.bound(message.labels.length, message.panels[0].units);
    if (rebuilt) legends(this.holder, this.plots);
    this.drag.receive(message.sweep);
    if (drawn && !this.drag.held) this.settle();
    this.say(message);
    this.refresh();
    this.element.dataset.revision = String(message.revision);
  }

  rebuild(message) {
    this.dropPlots();
    const { element, plots } = build(this.plotly, message);
    this.plots = plots;
    this.holder.replaceChildren(element);
    this.editor.offer(message);
    this.drawn = new Map();
  }

  drawChanged() {
    let any = false;
    for (const [part, { kind, plot }] of this.plots) {
      const digest = this.channel.digest(part);
      if (this.drawn.get(part) === digest) continue;
      this.drawn.set(part, digest);
      const figure = this.channel.part(part);
      plot.draw(kind === "lines" ? this.linesFigure(part, figure) : figure);
      any = true;
    }
    return any;
  }

  // Committed numbers are on screen: the live colours go.
  settle() {
    this.drag.index = null;
    for (const { plot } of this.plots.values()) plot.unpaint();
  }

  say({ problems, answer, ack }) {
    this.notices.replaceChildren(...problems.map((text) => make("p", { textContent: text })));
    if (this.asked && this.asked <= ack.seq) this.editor.say(answer);
    else if (!this.asked) this.editor.say(answer);
  }

  // ---- what goes to the server

  send(kind, details = {}) {
    this.cursor.pause();
    return this.channel.send(kind, { ...details, step: this.cursor.step, unit: this.cursor.unit });
  }

  // A change from elsewhere makes the sweep at hand untrue.
  forget() {
    this.drag.clear();
  }

  choose(target) {
    if (this.target !== target) this.editor.say("");
    this.target = target;
    if (target && !placeOf(target, this.plots)) this.showGateOf(target);
    if (target) this.drag.hold(target);
    this.drag.held = false;
    this.refresh();
  }

  showGateOf(target) {
    const [cell, , gate] = target.split(".");
    this.send("show", { cell, gate });
  }

  // ---- cursor

  cursorMoved() {
    if (!this.message) return;
    this.refresh();
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => this.writeLink(), 400);
  }

  // The link keeps the cursor too; the server is not asked.
  writeLink() {
    const url = new URL(location.href);
    url.searchParams.set("t", this.cursor.step + 1);
    url.searchParams.set("u", this.cursor.unit + 1);
    history.replaceState(history.state, "", url);
  }

  key(event) {
    if (!this.message) return;
    const z = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    if (z && !event.composedPath()[0].closest?.("input[type=text], textarea")) {
      event.preventDefault();
      this.forget();
      return void this.send(event.shiftKey ? "redo" : "undo");
    }
    const { order } = this.message.panels[0];
    keyPressed(event, this.cursor, (unit, by) => order[order.indexOf(unit) + by] ?? unit);
  }

  // ---- drawing

  refresh() {
    if (!this.message) return;
    this.element.classList.toggle("gs-playing", this.cursor.playing);
    this.timeline.show(this.message.labels);
    const { step, unit } = this.cursor;
    const columns = this.message.labels.length;
    for (const { kind, panel, plot } of this.plots.values()) {
      if (kind === "track" || kind === "lines" || kind === "x") plot.markTime(step, columns);
      if (kind === "x" || kind === "lines") continue;
      const row = panel.order.indexOf(unit);
      plot.markUnit(row < 0 ? null : row, panel.units);
    }
    this.showUnit(unit);
    this.showMarks();
    this.showValues();
  }

  showUnit(unit) {
    if (this.unitShown === unit) return;
    this.unitShown = unit;
    for (const [part, { kind, panel, plot }] of this.plots) {
      if (kind === "lines" && panel.order.includes(unit)) plot.draw(this.linesFigure(part, this.channel.part(part)));
    }
    if (this.drag.live) this.drawLive();
  }

  // The lines of a panel for the cursor's unit: the figure as sent, with the rows of its heatmaps.
  linesFigure(part, figure) {
    const { panel } = this.plots.get(part);
    const row = panel.order.indexOf(this.cursor.unit);
    const data = figure.data.map((line) => {
      const track = this.channel.part(line.meta);
      return track && row >= 0 ? { ...line, y: track.data[0].z[row] } : line;
    });
    return { ...figure, data };
  }

  // The numbers at the cursor, in captions and sentences.
  showValues() {
    const { step, unit } = this.cursor;
    for (const panel of this.message.panels) {
      const row = panel.order.indexOf(unit);
      const value = (track) => this.valueAt(panel, track, row);
      for (const { track } of panel.tracks) {
        const output = this.holder.querySelector(`[data-value="${panel.cell}.${track}"]`);
        const number = value(track);
        output.textContent = number === undefined ? "" : short(number);
      }
      const text = this.holder.querySelector(`[data-sentence="${panel.cell}"]`);
      const known = panel.tracks.every(({ track }) => value(track) !== undefined);
      if (row < 0) text.textContent = `This cell has ${panel.units} units; choose one of them to see its lines.`;
      else if (known) text.textContent = sentence(panel.cell, unit, step, value);
    }
    const edit = this.message.edits.find(({ target }) => target === this.target);
    const shown = this.target ? this.drag.value ?? this.valueOf(this.target) : null;
    this.editor.show(this.target, shown, edit, this.message.can);
    if (this.drag.sweep && this.drag.target === this.target) {
      this.editor.scale(this.drag.sweep.values, this.drag.index ?? this.drag.sweep.base);
    }
  }

  valueAt(panel, track, row) {
    if (row < 0) return undefined;
    const name = `${panel.cell}.${track}`;
    if (this.drag.live && this.drag.bytes(name)) return this.drag.exact(name, this.cursor);
    return this.channel.part(name).data[0].z[row][this.cursor.step];
  }

  // The committed value of a target, as exact as the server said it where it was edited.
  valueOf(target) {
    const edit = this.message.edits.find((entry) => entry.target === target);
    if (edit) return edit.value;
    if (this.drag.sweep?.target === target) return this.drag.sweep.values[this.drag.sweep.base];
    const place = placeOf(target, this.plots);
    const z = place && this.channel.part(place.entry.part).data[0].z;
    return z ? Number(z[place.row][place.column].toPrecision(7)) : null;
  }

  showMarks() {
    const key = JSON.stringify([this.message.edits, this.target, this.structure]);
    if (key === this.marksShown) return;
    this.marksShown = key;
    for (const { plot } of this.plots.values()) plot.marks.replaceChildren();
    for (const { target, was } of this.message.edits) {
      const place = placeOf(target, this.plots);
      place?.entry.plot.markCell(place, "edited", short(was));
    }
    const chosen = this.target && placeOf(this.target, this.plots);
    chosen?.entry.plot.markCell(chosen, "choice");
  }

  // One frame of a drag, entirely from the sweep.
  drawLive() {
    const row = (panel) => panel.order.indexOf(this.cursor.unit);
    for (const [part, { kind, panel, plot }] of this.plots) {
      if (kind === "track" && this.drag.bytes(part)) plot.paint(this.drag.bytes(part));
      if (kind === "lines") this.liveLines(plot, row(panel));
    }
    this.liveCell();
    this.showValues();
  }

  liveLines(plot, row) {
    const lines = [];
    plot.figure.data.forEach(({ meta }, index) => {
      const bytes = this.drag.bytes(meta)?.[row];
      if (!bytes) return;
      const { zmin, zmax } = this.channel.part(meta).data[0];
      lines.push([index, Float32Array.from(bytes, (byte) => zmin + ((zmax - zmin) * byte) / 255)]);
    });
    if (lines.length) plot.restyle({ y: lines.map(([, y]) => y) }, lines.map(([index]) => index));
  }

  // The cell under the drag, in its own heatmap.
  liveCell() {
    const place = placeOf(this.drag.target, this.plots);
    if (!place) return;
    const { entry, row, column } = place;
    const z = this.channel.part(entry.part).data[0].z.map((cells, i) => (i === row ? cells.slice() : cells));
    z[row][column] = this.drag.value;
    entry.plot.restyle({ z: [z] }, [0]);
  }

  resized() {
    for (const { plot } of this.plots?.values() ?? []) plot.resize();
  }

  // ---- pointer

  listen() {
    const entryOf = (event) => {
      const host = event.target.closest?.(".gs-plot");
      return host && [...(this.plots?.values() ?? [])].find(({ plot }) => plot.host === host);
    };
    this.element.addEventListener("click", (event) => {
      const tab = event.target.closest(".gs-tab");
      if (tab) this.send("show", { cell: tab.dataset.cell, gate: tab.dataset.gate });
    });
    this.element.addEventListener("pointerdown", (event) => {
      const entry = entryOf(event);
      if (entry && event.button === 0) this.press(entry, event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.pressed) this.dragTo(event);
      else this.hover(entryOf(event), event);
    });
    this.element.addEventListener("pointerleave", () => (this.whisper.hidden = true));
    const up = () => this.lift();
    this.element.addEventListener("pointerup", up);
    this.element.addEventListener("pointercancel", up);
    this.element.addEventListener("lostpointercapture", up);
  }

  press(entry, event) {
    const { kind, plot } = entry;
    this.whisper.hidden = true;
    if (kind === "track" || kind === "lines") {
      this.pressed = { entry };
      this.element.setPointerCapture(event.pointerId);
      return this.point(entry, event);
    }
    const target = targetAt(entry, plot.cellAt(event));
    if (!target) return;
    if (kind !== "x") this.cursor.move(this.cursor.step, entry.panel.order[plot.cellAt(event).row]);
    else this.cursor.move(plot.cellAt(event).column);
    this.choose(target);
    if (event.pointerType === "touch") return; // a finger scrolls; the slider below drags
    this.pressed = { entry, y: event.clientY };
    this.drag.held = true;
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("gs-dragging");
    event.preventDefault();
  }

  dragTo(event) {
    const { entry, y } = this.pressed;
    if (y === undefined) return this.point(entry, event);
    if (this.drag.wanted !== null || Math.abs(y - event.clientY) > 2) this.drag.pull(y - event.clientY);
  }

  point({ kind, panel, plot }, event) {
    this.cursor.pause();
    if (kind === "lines") {
      const { u } = plot.shareAt(event);
      return this.cursor.move(Math.floor(u * this.message.labels.length));
    }
    const { row, column } = plot.cellAt(event);
    this.cursor.move(column, panel.order[row]);
  }

  lift() {
    if (!this.pressed) return;
    const dragging = this.pressed.y !== undefined;
    this.pressed = null;
    this.element.classList.remove("gs-dragging");
    if (dragging) this.drag.letGo();
  }

  // A word about the cell under the pointer.
  hover(entry, event) {
    const text = entry && entry.kind !== "lines" ? this.describe(entry, entry.plot.cellAt(event)) : null;
    this.whisper.hidden = !text;
    if (!text) return;
    this.whisper.textContent = text;
    const box = this.element.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 14, box.width - this.whisper.offsetWidth - 4);
    Object.assign(this.whisper.style, { left: `${left}px`, top: `${event.clientY - box.top - 34}px` });
  }

  describe(entry, { row, column }) {
    const number = this.channel.part(entry.part).data[0].z[row][column];
    if (Number.isNaN(number)) return null;
    const { labels, x, edits } = this.message;
    if (entry.kind === "track") {
      return `${entry.track.symbol} of unit ${entry.panel.order[row] + 1} at step ${column + 1}: ${full(number)}`;
    }
    const target = targetAt(entry, { row, column });
    const edit = edits.find((one) => one.target === target);
    const was = edit ? `, was ${full(edit.was)}` : "";
    if (entry.kind === "x") {
      const label = labels[column] === String(column + 1) ? "" : ` (${labels[column]})`;
      return `${x.channels[row]} at step ${column + 1}${label}: ${full(number)}${was}`;
    }
    return `${target.split(".").slice(1).map((piece) => (/^\d+$/.test(piece) ? Number(piece) + 1 : piece)).join(" ")}: ${full(number)}${was}`;
  }
}
