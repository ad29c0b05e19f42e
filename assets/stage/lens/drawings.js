// What a view draws itself, in the place of charts or above them: wirings, and the cell over the steps.

import { Wirings } from "../cell/wirings.js";
import { make } from "../core/dom.js";
import { Unrolled } from "./unrolled.js";

/**
 * @import { Act as Wiring } from "../cell/wirings.js"
 * @import { Act as Unrolling } from "./unrolled.js"
 * @import { Here, Told } from "../types"
 * @typedef {Wiring & Unrolling} Act
 */

export class Drawings {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.wirings = new Wirings(here, act);
    this.unrolled = new Unrolled(here, act);
    this.element = make("div", { className: "gs-drawings" }, this.wirings.element, this.unrolled.element);
  }

  /** @param {Told | null} told */
  show(told) {
    this.wirings.show(told?.wirings ?? []);
    this.unrolled.show(told?.unrolled ?? null);
  }

  refresh() {
    this.wirings.refresh();
    this.unrolled.refresh();
  }
}
