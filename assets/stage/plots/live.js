// One frame of a drag or of the cursor on its way, and what waits for the next one or until the hand rests.

import { ALL, Pace } from "../core/pace.js";

/**
 * @import { Drag } from "../core/drag.js"
 * @import { Turn } from "../core/pace.js"
 * @import { Screen } from "./screen.js"
 * @typedef {object} Parts
 * @property {(all: boolean, turn: Turn) => void} values numbers beside the plots; all: also those that nobody sees
 * @property {{ refresh(turn: Turn): unknown }[]} read what is read rather than looked at
 * @property {() => void} follow what a lesson says of it
 * @property {(moving: boolean) => void} refresh all that is of the cursor's place
 */

export class Live {
  /**
   * @param {HTMLElement} element the stage @param {Pick<Drag, "frame" | "live">} drag
   * @param {Pick<Screen, "drawLive" | "resting" | "waits">} screen @param {Parts} parts
   */
  constructor(element, drag, screen, parts) {
    this.element = element;
    this.drag = drag;
    this.screen = screen;
    this.parts = parts;
    /** @type {number | null} */
    this.moving = null; // the frame in which the cursor's place is drawn
    this.pace = new Pace(() => drag.frame === null && this.moving === null, () => this.pay());
  }

  // The cursor is on its way: it is drawn where it is in the next frame.
  move() {
    this.element.toggleAttribute("data-behind", true);
    this.moving ??= requestAnimationFrame(() => {
      this.moving = null;
      this.parts.refresh(true);
      this.mark();
    });
  }

  // What is drawn in this frame of all that is read; moving: the cursor is on its way.
  /** @param {boolean} moving */
  turn(moving) {
    if (moving) return this.pace.turn();
    this.pace.waits = false;
    return ALL;
  }

  pay() {
    if (this.drag.live) this.read(ALL);
    else this.parts.refresh(false);
    this.mark();
  }

  // whole: with all that the number makes, or else that is on its way.
  /** @param {boolean} whole */
  draw(whole) {
    this.screen.drawLive(whole);
    this.read(this.pace.turn());
    this.mark();
    this.parts.follow();
  }

  /** @param {Turn} turn */
  read(turn) {
    this.parts.values(false, turn);
    for (const one of this.parts.read) one.refresh(turn);
  }

  // The hand rests, and what nobody sees is drawn.
  rested() {
    if (this.drag.live) this.parts.values(true, ALL);
    else this.parts.refresh(false);
    this.mark();
  }

  leave() {
    if (this.moving !== null) cancelAnimationFrame(this.moving);
    this.screen.resting.drop();
  }

  // Whether something of the drag is not on show yet.
  mark() {
    this.element.toggleAttribute("data-behind", this.screen.waits || this.pace.waits);
  }
}
