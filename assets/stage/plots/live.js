// One frame of a drag, and what waits for the next one or until the hand rests.

import { Pace } from "../core/pace.js";

/**
 * @import { Drag } from "../core/drag.js"
 * @import { Screen } from "./screen.js"
 * @typedef {object} Parts
 * @property {(all: boolean) => void} values numbers beside the plots; all: also those that nobody sees
 * @property {{ refresh(): unknown }[]} read what is read rather than looked at
 * @property {() => void} follow what a lesson says of it
 */

export class Live {
  /**
   * @param {HTMLElement} element the stage @param {Pick<Drag, "frame" | "live">} drag
   * @param {Pick<Screen, "drawLive" | "waits">} screen @param {Parts} parts
   */
  constructor(element, drag, screen, parts) {
    this.element = element;
    this.drag = drag;
    this.screen = screen;
    this.parts = parts;
    this.pace = new Pace(() => drag.frame === null, () => drag.live && this.drawRead());
  }

  // whole: with all that the number makes, or else that is on its way.
  /** @param {boolean} whole */
  draw(whole) {
    this.screen.drawLive(whole);
    this.parts.values(false);
    if (this.pace.tells()) this.drawRead();
    else this.mark();
    this.parts.follow();
  }

  drawRead() {
    for (const one of this.parts.read) one.refresh();
    this.mark();
  }

  // The hand rests, and what nobody sees is drawn.
  rested() {
    this.parts.values(true);
    this.mark();
  }

  // Whether something of the drag is not on show yet.
  mark() {
    this.element.toggleAttribute("data-behind", this.screen.waits || this.pace.owed > 0);
  }
}
