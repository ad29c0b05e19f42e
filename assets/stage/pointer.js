// Mouse, pen and finger: hover whispers, click chooses, drag edits. A drag on a track moves the
// cursor; a drag on an input, an initial state or a weight changes it (up is more).

import { Asking } from "./asking.js";
import { nameOf, targetAt } from "./cells.js";
import { questionFor } from "./condensed.js";
import { make } from "./dom.js";
import { full } from "./format.js";

const STILL = 2; // pixels that a click may move
const TAP = 10; // pixels that a finger may

export class Pointer {
  constructor(stage) {
    this.stage = stage;
    this.asking = new Asking(stage);
    this.held = null; // { entry, y }: y only while a number is dragged
    this.whisper = make("div", { className: "gs-whisper", hidden: true });
    const { element } = stage;
    element.append(this.whisper);
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("pointerdown", (event) => event.button === 0 && this.press(event));
    element.addEventListener("pointermove", (event) => (this.held ? this.pull(event) : this.hover(event)));
    element.addEventListener("pointermove", (event) => this.lightUnder(event.target));
    element.addEventListener("pointerleave", () => (this.whisper.hidden = true));
    element.addEventListener("pointerleave", () => stage.light(null));
    element.addEventListener("pointerup", (event) => this.lift(event));
    element.addEventListener("lostpointercapture", () => this.lift());
    element.addEventListener("pointercancel", () => this.cancel());
  }

  entryAt(event) {
    const host = event.target.closest?.(".gs-plot");
    return host && [...this.stage.screen.plots.values()].find(({ plot }) => plot.host === host);
  }

  click(event) {
    const tab = event.target.closest(".gs-tab[data-gate]");
    if (tab) this.stage.send("show", { cell: tab.dataset.cell, gate: tab.dataset.gate });
  }

  // The quantity under the pointer, in a heatmap of the opened cell, an equation or the wiring.
  lightUnder(element) {
    if (this.held || !this.stage.message) return;
    const { cell } = this.stage.message.inner;
    const [owner, track] = element.closest?.("[data-part]")?.dataset.part.split(".") ?? [];
    const named = element.closest?.("[data-quantity]")?.getAttribute("data-quantity");
    this.stage.light(named ?? (owner === "x" ? "x" : owner === cell ? track : null) ?? null);
  }

  press(event) {
    const entry = this.entryAt(event);
    if (!entry) return;
    this.whisper.hidden = true;
    if (["track", "lines", "series", "lens"].includes(entry.kind)) {
      if (entry.kind === "track" && this.stage.lens.open) this.ask(entry, event);
      else this.point(entry, event);
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

  // A click is answered from its press on: the question is on its way before anything is drawn.
  ask(entry, event) {
    this.stage.cursor.quietly(() => this.point(entry, event));
    this.stage.lens.pressed(entry);
    setTimeout(() => this.stage.cursorMoved());
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

  point(entry, event) {
    const { kind, panel, plot } = entry;
    const { cursor, lens, message } = this.stage;
    if (kind === "lens") return lens.point(entry, event);
    cursor.pause();
    if (kind !== "track") return cursor.move(Math.floor(plot.shareAt(event).u * message.labels.length));
    const { row, column } = plot.cellAt(event);
    cursor.move(column, panel.order[row]);
  }

  lift(event) {
    const { tapped } = this;
    this.tapped = null;
    if (tapped && event && Math.hypot(event.clientX - tapped.x, event.clientY - tapped.y) < TAP) {
      this.stage.choose(tapped.target);
    }
    const { entry } = this.held ?? {};
    const scrubbed = this.held && this.held.y === undefined;
    if (this.letGo()) this.stage.drag.letGo();
    if (scrubbed) setTimeout(() => this.ended(entry)); // what the press has asked goes first
  }

  // A scrub has come to its end: the lens follows, and what is missing there is asked for.
  ended(entry) {
    this.stage.lens.pressed(entry);
    this.stage.screen.refresh();
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
    const words = entry?.kind === "lens" && this.stage.lens.describe(entry, event);
    const cells = entry && !["lines", "series", "lens"].includes(entry.kind);
    this.over = cells ? { entry, cell: entry.plot.cellAt(event) } : words ? { entry, words } : null;
    this.whisper.hidden = !this.over;
    if (!this.over) return this.asking.stop();
    this.whisper.textContent = this.describe(this.over);
    this.whisper.hidden = !this.whisper.textContent;
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

  describe({ entry, cell, words }) {
    if (words) return words;
    const { row, column } = cell;
    const number = this.stage.screen.number(entry.part, row, column);
    const { labels, edits } = this.stage.message;
    this.asking.want(number === undefined ? questionFor(entry, cell, this.stage.message) : null);
    const said = number === undefined ? "…" : full(number);
    if (entry.kind === "track") {
      return `${entry.track.symbol} of unit ${entry.panel.order[row] + 1} at step ${column + 1}: ${said}`;
    }
    const target = targetAt(entry, cell);
    const edit = edits.find((one) => one.target === target);
    const value = `${said}${edit ? `, was ${full(edit.was)}` : ""}`;
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
