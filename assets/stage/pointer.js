// Mouse, pen and finger: hover whispers, click chooses, drag edits. A drag on a track moves the
// cursor; a drag on an input, an initial state or a weight changes it (up is more).

import { nameOf, targetAt } from "./cells.js";
import { make } from "./dom.js";
import { full } from "./format.js";

const STILL = 2; // pixels that a click may move
const TAP = 10; // pixels that a finger may

export class Pointer {
  constructor(stage) {
    this.stage = stage;
    this.held = null; // { entry, y }: y only while a number is dragged
    this.whisper = make("div", { className: "gs-whisper", hidden: true });
    const { element } = stage;
    element.append(this.whisper);
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("pointerdown", (event) => event.button === 0 && this.press(event));
    element.addEventListener("pointermove", (event) => (this.held ? this.pull(event) : this.hover(event)));
    element.addEventListener("pointerleave", () => (this.whisper.hidden = true));
    element.addEventListener("pointerup", (event) => this.lift(event));
    element.addEventListener("lostpointercapture", () => this.lift());
    element.addEventListener("pointercancel", () => this.cancel());
  }

  entryAt(event) {
    const host = event.target.closest?.(".gs-plot");
    return host && [...this.stage.screen.plots.values()].find(({ plot }) => plot.host === host);
  }

  click(event) {
    const tab = event.target.closest(".gs-tab");
    if (tab) this.stage.send("show", { cell: tab.dataset.cell, gate: tab.dataset.gate });
  }

  press(event) {
    const entry = this.entryAt(event);
    if (!entry) return;
    this.whisper.hidden = true;
    if (entry.kind === "track" || entry.kind === "lines") {
      this.point(entry, event);
      return this.hold(event, { entry });
    }
    const cell = entry.plot.cellAt(event);
    const target = targetAt(entry, cell);
    if (!target) return;
    leaveField();
    if (event.pointerType === "touch") {
      this.tapped = { target, x: event.clientX, y: event.clientY }; // a finger scrolls, or taps
      return;
    }
    this.stage.choose(target);
    this.stage.drag.held = true;
    this.stage.element.classList.add("gs-dragging");
    this.hold(event, { entry, y: event.clientY });
  }

  hold(event, held) {
    this.held = held;
    this.stage.element.setPointerCapture(event.pointerId);
    event.preventDefault();
    leaveField();
  }

  pull(event) {
    const { entry, y } = this.held;
    if (y === undefined) return this.point(entry, event);
    const pixels = y - event.clientY;
    const { drag } = this.stage;
    if (drag.wanted !== null || Math.abs(pixels) > STILL) drag.pull(pixels);
  }

  point({ kind, panel, plot }, event) {
    const { cursor, message } = this.stage;
    cursor.pause();
    if (kind === "lines") return cursor.move(Math.floor(plot.shareAt(event).u * message.labels.length));
    const { row, column } = plot.cellAt(event);
    cursor.move(column, panel.order[row]);
  }

  lift(event) {
    const { tapped } = this;
    this.tapped = null;
    if (tapped && event && Math.hypot(event.clientX - tapped.x, event.clientY - tapped.y) < TAP) {
      this.stage.choose(tapped.target);
    }
    if (this.letGo()) this.stage.drag.letGo();
  }

  // The hand is off; returns whether a number was being dragged.
  letGo() {
    const dragged = this.held?.y !== undefined;
    this.held = null;
    this.stage.element.classList.remove("gs-dragging");
    return dragged;
  }

  // Taken back: the number stays as it was.
  cancel() {
    this.tapped = null;
    if (!this.letGo()) return;
    this.stage.drag.giveUp();
    this.stage.screen.settle();
    this.stage.screen.refresh();
  }

  // A word about the cell under the pointer.
  hover(event) {
    const entry = this.entryAt(event);
    this.over = entry && entry.kind !== "lines" ? { entry, cell: entry.plot.cellAt(event) } : null;
    this.whisper.hidden = !this.over;
    if (!this.over) return;
    this.whisper.textContent = this.describe(this.over);
    const box = this.stage.element.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 14, box.width - this.whisper.offsetWidth - 4);
    Object.assign(this.whisper.style, { left: `${left}px`, top: `${event.clientY - box.top - 34}px` });
  }

  // Numbers have come: the word may have waited for one of them.
  describeAgain() {
    if (this.whisper.hidden) return;
    if (this.stage.screen.plots.get(this.over.entry.part) === this.over.entry) {
      this.whisper.textContent = this.describe(this.over);
    } else this.whisper.hidden = true;
  }

  describe({ entry, cell }) {
    const { row, column } = cell;
    const number = this.stage.screen.number(entry.part, row, column);
    const { labels, edits } = this.stage.message;
    if (entry.kind === "track") {
      const unit = entry.panel.order[row];
      if (number === undefined) this.stage.look(unit);
      const value = number === undefined ? "…" : full(number);
      return `${entry.track.symbol} of unit ${unit + 1} at step ${column + 1}: ${value}`;
    }
    const target = targetAt(entry, cell);
    const edit = edits.find((one) => one.target === target);
    const value = `${full(number)}${edit ? `, was ${full(edit.was)}` : ""}`;
    const name = nameOf(target, this.stage.editor.choices);
    const label = entry.kind !== "x" || labels[column] === String(column + 1) ? "" : ` (${labels[column]})`;
    return `${name}${label}: ${value}. Drag up or down.`;
  }
}

// What is being typed belongs to the number chosen so far. A sentence about it goes, and the page may
// move: where the pointer is has to be asked before.
function leaveField() {
  document.activeElement?.blur?.();
}
