// @ts-nocheck
// Mouse, pen and finger: hover whispers, click chooses, drag edits. A drag on a track moves the
// cursor; a drag on an input, an initial state or a weight changes it (up is more). A finger scrolls the
// page wherever it begins, save on the chosen number, which it drags; a tap is its click.

import { Asking } from "./asking.js";
import { nameOf, targetAt } from "./cells.js";
import { questionFor } from "./condensed.js";
import { make } from "./dom.js";
import { full } from "./format.js";
import { boxOf, pointOf } from "./zoom.js";

const STILL = 2; // pixels that a click may move
const TAP = 10; // pixels that a finger may
const ALONG = 2; // times as far across as down: a finger that moves the cursor, not the page
const READ = 3000; // milliseconds that a word stays after a tap

const PLACES = new Set(["track", "lines", "series", "lens"]); // where a pointer moves the cursor

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
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointermove", (event) => this.lightUnder(event.target));
    element.addEventListener("pointerleave", ({ pointerType }) => (this.whisper.hidden ||= pointerType !== "touch"));
    element.addEventListener("pointerleave", () => stage.light(null));
    element.addEventListener("pointerup", (event) => this.lift(event));
    element.addEventListener("lostpointercapture", ({ target }) => target === element && this.lift());
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
    this.whisper.hidden = true;
    const entry = this.entryAt(event);
    if (!entry) return;
    if (event.pointerType === "touch") return this.touch(entry, event);
    if (PLACES.has(entry.kind)) {
      this.pointOrAsk(entry, event);
      return this.hold(event, { entry });
    }
    const target = targetAt(entry, entry.plot.cellAt(event));
    if (target) this.grasp(entry, event, target);
  }

  // Take hold of a number.
  grasp(entry, event, target) {
    leaveField();
    this.stage.choose(target);
    this.stage.drag.held = true;
    this.stage.element.classList.add("gs-dragging");
    this.hold(event, { entry, y: event.clientY });
  }

  // A finger comes down. What it is for shows when it moves, or when it is gone.
  touch(entry, event) {
    this.tapped = { entry, x: event.clientX, y: event.clientY };
    if (event.target.closest(".gs-choice")) this.grasp(entry, event, this.stage.target);
  }

  move(event) {
    if (this.held) return this.pull(event);
    if (event.pointerType !== "touch") return this.hover(event);
    const { entry, x, y } = this.tapped ?? {};
    const across = Math.abs(event.clientX - x);
    if (!PLACES.has(entry?.kind) || across < TAP || across < ALONG * Math.abs(event.clientY - y)) return;
    this.tapped = null;
    this.hold(event, { entry });
    this.point(entry, event);
  }

  // A finger has come and gone in its place.
  tap(entry, event) {
    if (PLACES.has(entry.kind)) {
      leaveField();
      this.pointOrAsk(entry, event);
      setTimeout(() => this.ended(entry)); // what the tap has asked goes first
    } else {
      const target = targetAt(entry, entry.plot.cellAt(event));
      if (!target) return;
      leaveField();
      if (target !== this.stage.target) this.stage.choose(target);
    }
    this.hover(event);
    clearTimeout(this.reading);
    this.reading = setTimeout(() => (this.whisper.hidden = true), READ);
  }

  pointOrAsk(entry, event) {
    if (entry.kind === "track" && this.stage.lens.open) this.ask(entry, event);
    else this.point(entry, event);
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
    const still = event.pointerType === "touch" ? TAP : STILL;
    if (drag.wanted !== null || Math.abs(pixels) > still) drag.pull(pixels);
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
    const { entry } = this.held ?? {};
    const scrubbed = this.held && this.held.y === undefined;
    if (this.letGo()) this.stage.drag.letGo();
    if (scrubbed) setTimeout(() => this.ended(entry)); // what the press has asked goes first
    const still = tapped && event && Math.hypot(event.clientX - tapped.x, event.clientY - tapped.y) < TAP;
    if (still) this.tap(tapped.entry, event);
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
    const [box, at] = [boxOf(this.stage.element), pointOf(this.stage.element, event)];
    const left = Math.min(at.x - box.left + 14, box.width - this.whisper.offsetWidth - 4);
    Object.assign(this.whisper.style, { left: `${left}px`, top: `${at.y - box.top - 34}px` });
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
