// Mouse, pen and finger: hover whispers, click chooses, drag edits. A drag on a track moves the
// cursor; a drag on an input, an initial state or a weight changes it (up is more). A finger scrolls the
// page wherever it begins, save on the chosen number, which it drags; a tap is its click.

import { Asking } from "../core/asking.js";
import { nameOf, targetAt } from "../core/cells.js";
import { questionFor } from "../core/condensed.js";
import { make } from "../core/dom.js";
import { full } from "../core/format.js";
import { say } from "../core/words.js";
import { boxOf, pointOf } from "../core/zoom.js";

/**
 * @import { Lens } from "../lens/lens.js"
 * @import { Screen } from "../plots/screen.js"
 * @import { Choice, Entry, Here, Place, Send, Shown } from "../types"
 * @typedef {object} Over what the pointer is over: a cell, or a place that has words of its own
 * @property {Shown} entry
 * @property {() => string} words
 * @typedef {object} Act
 * @property {(target: string | null) => void} choose
 * @property {() => Choice[]} choices
 * @property {(quantity: string | null) => void} light
 * @property {() => void} moved the cursor has, quietly
 * @property {() => void} refresh
 * @property {Send} send
 */

const STILL = 2; // pixels that a click may move
const TAP = 10; // pixels that a finger may
const ALONG = 2; // times as far across as down: a finger that moves the cursor, not the page
const READ = 3000; // milliseconds that a word stays after a tap

const PLACES = new Set(["track", "lines", "series", "lens"]); // where a pointer moves the cursor

export class Pointer {
  /**
   * @param {HTMLElement} element @param {Here} here @param {Act} act
   * @param {Pick<Screen, "plots" | "number" | "settle">} screen
   * @param {Pick<Lens, "open" | "describe" | "point" | "pressed">} lens
   */
  constructor(element, here, act, screen, lens) {
    this.element = element;
    this.here = here;
    this.act = act;
    this.screen = screen;
    this.lens = lens;
    this.asking = new Asking(here, { send: act.send, held: () => this.held });
    /** @type {{ entry: Shown, y?: number } | null} */
    this.held = null; // y: only while a number is dragged
    /** @type {{ entry: Shown, x: number, y: number } | null} */
    this.tapped = null; // by a finger, which may yet move
    /** @type {Over | null} */
    this.over = null;
    this.side = 0; // where the whisper would begin, in pixels
    this.whisper = make("div", { className: "gs-whisper", hidden: true });
    element.append(this.whisper);
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("pointerdown", (event) => event.button === 0 && this.press(event));
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointermove", (event) => this.lightUnder(elementOf(event)));
    element.addEventListener("pointerleave", ({ pointerType }) => (this.whisper.hidden ||= pointerType !== "touch"));
    element.addEventListener("pointerleave", () => act.light(null));
    element.addEventListener("pointerup", (event) => this.lift(event));
    element.addEventListener("lostpointercapture", ({ target }) => target === element && this.lift());
    element.addEventListener("pointercancel", () => this.cancel());
  }

  /** @param {Event} event */
  entryAt(event) {
    const host = elementOf(event)?.closest(".gs-plot");
    return host ? [...this.screen.plots.values()].find(({ plot }) => plot.host === host) : undefined;
  }

  /** @param {MouseEvent} event */
  click(event) {
    /** @type {HTMLElement | null | undefined} */
    const tab = elementOf(event)?.closest(".gs-tab[data-gate]");
    const { cell, gate } = tab?.dataset ?? {};
    if (cell && gate) this.act.send("show", { cell, gate });
  }

  // The quantity under the pointer, in a heatmap of the opened cell, an equation or the wiring.
  /** @param {Element | null} element */
  lightUnder(element) {
    const { now } = this.here;
    if (this.held || !now.begun) return;
    const { cell } = now.message.inner;
    const [owner, track] = element?.closest("[data-part]")?.getAttribute("data-part")?.split(".") ?? [];
    const named = element?.closest("[data-quantity]")?.getAttribute("data-quantity");
    this.act.light(named ?? (owner === "x" ? "x" : owner === cell ? track : null) ?? null);
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.whisper.hidden = true;
    const entry = this.entryAt(event);
    if (!entry) return;
    if (event.pointerType === "touch") return this.touch(entry, event);
    if (PLACES.has(entry.kind)) {
      this.pointOrAsk(entry, event);
      return this.hold(event, { entry });
    }
    const target = this.targetAt(entry, event);
    if (target) this.grasp(entry, event, target);
  }

  // The number under a pointer; a masked step has none.
  /** @param {Shown} entry @param {PointerEvent} event */
  targetAt(entry, event) {
    const cell = entry.plot.cellAt(event);
    return cell.masked ? null : targetAt(entry, cell);
  }

  // Take hold of a number.
  /** @param {Shown} entry @param {PointerEvent} event @param {string | null} target */
  grasp(entry, event, target) {
    leaveField();
    this.act.choose(target);
    this.here.drag.held = true;
    this.element.classList.add("gs-dragging");
    this.hold(event, { entry, y: event.clientY });
  }

  // A finger comes down. What it is for shows when it moves, or when it is gone.
  /** @param {Shown} entry @param {PointerEvent} event */
  touch(entry, event) {
    this.tapped = { entry, x: event.clientX, y: event.clientY };
    if (elementOf(event)?.closest(".gs-choice")) this.grasp(entry, event, this.here.now.target);
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (this.held) return this.pull(event);
    if (event.pointerType !== "touch") return this.hover(event);
    if (!this.tapped) return;
    const { entry, x, y } = this.tapped;
    const across = Math.abs(event.clientX - x);
    if (!PLACES.has(entry.kind) || across < TAP || across < ALONG * Math.abs(event.clientY - y)) return;
    this.tapped = null;
    this.hold(event, { entry });
    this.point(entry, event);
  }

  // A finger has come and gone in its place.
  /** @param {Shown} entry @param {PointerEvent} event */
  tap(entry, event) {
    if (PLACES.has(entry.kind)) {
      leaveField();
      this.pointOrAsk(entry, event);
      setTimeout(() => this.ended(entry)); // what the tap has asked goes first
    } else {
      const target = this.targetAt(entry, event);
      if (!target) return;
      leaveField();
      if (target !== this.here.now.target) this.act.choose(target);
    }
    this.hover(event);
    clearTimeout(this.reading);
    this.reading = setTimeout(() => (this.whisper.hidden = true), READ);
  }

  /** @param {Shown} entry @param {PointerEvent} event */
  pointOrAsk(entry, event) {
    if (entry.kind === "track" && this.lens.open) this.ask(entry, event);
    else this.point(entry, event);
  }

  // A click is answered from its press on: the question is on its way before anything is drawn.
  /** @param {Shown} entry @param {PointerEvent} event */
  ask(entry, event) {
    this.here.cursor.quietly(() => this.point(entry, event));
    this.lens.pressed(entry);
    setTimeout(() => this.act.moved());
  }

  /** @param {PointerEvent} event @param {{ entry: Shown, y?: number }} held */
  hold(event, held) {
    this.held = held;
    this.element.setPointerCapture(event.pointerId);
    event.preventDefault();
    leaveField();
  }

  /** @param {PointerEvent} event */
  pull(event) {
    if (!this.held) return;
    const { entry, y } = this.held;
    if (y === undefined) return this.point(entry, event);
    const pixels = y - event.clientY;
    const { drag } = this.here;
    const still = event.pointerType === "touch" ? TAP : STILL;
    if (drag.wanted !== null || Math.abs(pixels) > still) drag.pull(pixels);
  }

  /** @param {Shown} entry @param {PointerEvent} event */
  point(entry, event) {
    const { cursor } = this.here;
    if (entry.kind === "lens") return this.lens.point(entry, event);
    cursor.pause();
    if (entry.kind !== "track") return cursor.to(Math.floor(entry.plot.shareAt(event).u * cursor.columns.count));
    const { row, at } = entry.plot.cellAt(event);
    cursor.to(at, entry.panel.order[row]);
  }

  /** @param {PointerEvent} [event] */
  lift(event) {
    const { held, tapped } = this;
    this.tapped = null;
    if (this.letGo()) this.here.drag.letGo();
    if (held && held.y === undefined) setTimeout(() => this.ended(held.entry)); // what the press has asked goes first
    if (!tapped || !event) return;
    const still = Math.hypot(event.clientX - tapped.x, event.clientY - tapped.y) < TAP;
    if (still) this.tap(tapped.entry, event);
  }

  // A scrub has come to its end: the lens follows, and what is missing there is asked for.
  /** @param {Shown} entry */
  ended(entry) {
    this.lens.pressed(entry);
    this.act.refresh();
  }

  // The hand is off; returns whether a number was being dragged.
  letGo() {
    const dragged = this.held?.y !== undefined;
    this.held = null;
    this.element.classList.remove("gs-dragging");
    return dragged;
  }

  // Taken back: the number stays as it was.
  cancel() {
    this.tapped = null;
    if (!this.letGo()) return;
    this.here.drag.giveUp();
    this.screen.settle();
    this.act.refresh();
  }

  // A word about the cell under the pointer.
  /** @param {PointerEvent} event */
  hover(event) {
    this.over = this.overAt(event);
    this.whisper.hidden = !this.over;
    if (!this.over) return this.asking.stop();
    this.whisper.textContent = this.over.words();
    this.whisper.hidden = !this.whisper.textContent;
    const [box, at] = [boxOf(this.element), pointOf(this.element, event)];
    this.side = at.x - box.left + 14;
    this.whisper.style.top = `${at.y - box.top - 34}px`;
    this.placeWhisper(box.width);
  }

  // Beside the pointer, and whole within the page.
  /** @param {number} width of the page */
  placeWhisper(width) {
    this.whisper.style.left = `${Math.max(0, Math.min(this.side, width - this.whisper.offsetWidth - 4))}px`;
  }

  /** @param {PointerEvent} event @returns {Over | null} */
  overAt(event) {
    const entry = this.entryAt(event);
    if (!entry || entry.kind === "lines" || entry.kind === "series") return null;
    if (entry.kind === "lens") {
      const words = this.lens.describe(entry, event);
      return words ? { entry, words: () => words } : null;
    }
    const cell = entry.plot.cellAt(event);
    const name = String(this.here.cursor.columns.masked.get(cell.at));
    return { entry, words: () => (cell.masked ? say("pointer.masked", { name }) : this.describe(entry, cell)) };
  }

  // Numbers have come: the word may have waited for one of them.
  describeAgain() {
    if (this.whisper.hidden || !this.over) return;
    const { entry, words } = this.over;
    this.whisper.hidden = this.screen.plots.get(entry.part) !== entry;
    if (this.whisper.hidden) return;
    this.whisper.textContent = words();
    this.placeWhisper(boxOf(this.element).width);
  }

  /** @param {Entry} entry @param {Place} cell */
  describe(entry, cell) {
    const { row, column } = cell;
    const number = this.screen.number(entry.part, row, column);
    const { message } = this.here.now;
    this.asking.want(number === undefined ? questionFor(entry, cell, message) : null);
    const said = number === undefined ? "…" : Number.isNaN(number) ? "?" : full(number); // covered
    if (entry.kind === "track") {
      return say("pointer.track", { symbol: entry.track.symbol, unit: entry.panel.order[row] + 1, step: column + 1, value: said });
    }
    const target = String(targetAt(entry, cell));
    const edit = message.edits.find((one) => one.target === target);
    const known = nameOf(target, this.act.choices());
    const own = message.labels[column];
    const name = entry.kind !== "x" || own === String(column + 1) ? known : say("names.labelled", { name: known, label: own });
    return edit ? say("pointer.changed", { name, value: said, was: full(edit.was) }) : say("pointer.number", { name, value: said });
  }
}

/** @param {Event} event */
function elementOf({ target }) {
  return target instanceof Element ? target : null;
}

// What is being typed belongs to the number chosen so far. A sentence about it goes, and the page may
// move: where the pointer is has to be asked before.
function leaveField() {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement || activeElement instanceof SVGElement) activeElement.blur();
}
