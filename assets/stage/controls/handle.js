// The one thing to drag that a story speaks of: a slider beside the words, as live as the cell itself.

import { nameOf } from "../core/cells.js";
import { make, putText } from "../core/dom.js";
import { short } from "../core/format.js";
import { say } from "../core/words.js";

/**
 * @import { Drag } from "../core/drag.js"
 * @import { Choice } from "../types"
 * @typedef {object} Host
 * @property {Drag} drag
 * @property {(target: string) => void} choose
 * @property {(target: string) => number | null} valueOf
 * @property {(target: string) => number} bound
 * @property {() => Choice[]} choices
 */

const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);
const PARTS = 48; // of the way from end to end that a key moves by one

export class Handle {
  // host: { drag, choose(target), valueOf(target), bound(target), choices() }
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.target = "";
    this.taken = false;
    this.label = make("label", { className: "gs-handle-label" });
    this.slider = make("input", {
      type: "range", className: "gs-handle-slider", step: "any",
      onpointerdown: () => this.take(),
      onkeydown: (event) => this.key(event),
      onkeyup: () => this.leave(),
      oninput: () => this.pull(),
      onchange: () => this.leave(),
      onblur: () => this.leave(),
    });
    this.value = make("span", { className: "gs-handle-value", "aria-hidden": "true" });
    this.name = make("span", {});
    this.label.append(this.name, this.slider, this.value);
    this.element = make("div", { className: "gs-handle" }, this.label);
  }

  // target: of the story on screen, "" for none.
  /** @param {string} target */
  show(target) {
    this.target = target;
    this.element.hidden = !target;
    if (!target) return;
    const bound = this.host.bound(target);
    if (Number(this.slider.min) !== -bound) Object.assign(this.slider, { min: -bound, max: bound });
    const name = nameOf(target, this.host.choices());
    if (this.name.textContent !== name) this.name.textContent = name;
    this.slider.title = say("handle.title");
  }

  take() {
    this.taken = true;
    this.host.choose(this.target);
    this.host.drag.held = true;
  }

  pull() {
    if (!this.taken) this.take();
    this.host.drag.reach(this.slider.valueAsNumber);
  }

  leave() {
    if (!this.taken) return;
    this.taken = false;
    this.host.drag.letGo();
  }

  // Steps of one size, whatever the browser would take for a slider without any.
  /** @param {KeyboardEvent} event */
  key(event) {
    if (!MOVES.has(event.key)) return;
    event.preventDefault();
    const { min, max, valueAsNumber } = this.slider;
    const [low, high] = [Number(min), Number(max)];
    const step = (high - low) / PARTS;
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: valueAsNumber - step, ArrowDown: valueAsNumber - step,
      ArrowRight: valueAsNumber + step, ArrowUp: valueAsNumber + step,
      PageDown: valueAsNumber - 6 * step, PageUp: valueAsNumber + 6 * step, Home: low, End: high,
    };
    this.slider.value = String(Math.min(Math.max(places[event.key], low), high));
    this.pull();
  }

  // The number as it stands, in a drag too; called for every frame.
  refresh() {
    if (!this.target) return;
    const { drag } = this.host;
    const live = drag.target === this.target ? drag.value : null;
    const value = live ?? this.host.valueOf(this.target);
    putText(this.value, value === null ? "" : short(value));
    this.slider.disabled = value === null;
    if (value === null) return;
    if (!this.taken) this.slider.value = String(value);
    this.slider.setAttribute("aria-valuetext", short(value));
  }
}

