// Drawing an input with the pointer: a pad under the input, one column a step. What is drawn becomes
// the numbers of one channel when the pointer is lifted, in one change.

import { make } from "../core/dom.js";
import { short } from "../core/format.js";
import { say } from "../core/words.js";
import { fineness } from "../core/zoom.js";

/**
 * @import { Numbers } from "../types"
 * @typedef {object} Host
 * @property {(channel: number) => Numbers} values
 * @property {() => number} bound
 * @property {() => string[]} channels
 * @property {(channel: number, first: number, values: number[]) => void} send
 */

const FIGURES = 2; // decimals of what is drawn: a hand is no more exact

export class Pad {
  // host: { values(channel) -> numbers over the steps, bound() -> largest input, channels() -> names,
  // send(channel, first, values) }
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.channel = 0;
    /** @type {number[] | null} */
    this.drawn = null;
    this.touched = [Infinity, -Infinity]; // first and last step
    /** @type {{ step: number, value: number } | null} */
    this.last = null;
    this.canvas = make("canvas", {});
    this.area = make("div", { className: "gs-pad-area" }, this.canvas);
    /** @type {HTMLSelectElement} */
    this.choice = make("select", {
      "aria-label": say("pad.channel"), title: say("pad.channel_title"), onchange: () => {
        this.channel = this.choice.selectedIndex;
        this.paint();
      },
    });
    this.said = make("span", {});
    this.button = make("button", {
      type: "button", className: "gs-plain", textContent: say("pad.draw"), title: say("pad.draw_title"),
      "aria-pressed": "false", onclick: () => this.toggle(),
    });
    this.element = make("div", { className: "gs-pad", hidden: true },
      make("p", {}, say("pad.hint"), " ", this.choice, this.said), this.area);
    this.area.addEventListener("pointerdown", (event) => event.button === 0 && this.press(event));
    this.area.addEventListener("pointermove", (event) => this.drawn && this.pull(event));
    this.area.addEventListener("pointerup", () => this.lift());
    this.area.addEventListener("pointercancel", () => this.cancel());
  }

  toggle() {
    this.element.hidden = !this.element.hidden;
    this.button.setAttribute("aria-pressed", String(!this.element.hidden));
    this.show();
  }

  // A message has come, or the pad has been opened.
  show() {
    if (this.element.hidden) return;
    const names = this.host.channels();
    if (this.choice.length !== names.length) {
      this.choice.replaceChildren(...names.map((textContent) => make("option", { textContent })));
      this.channel = 0;
    }
    this.choice.hidden = names.length < 2;
    this.choice.selectedIndex = this.channel;
    if (!this.drawn) this.paint();
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.area.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.drawn = Array.from(this.host.values(this.channel));
    this.touched = [Infinity, -Infinity];
    this.last = null;
    this.pull(event);
  }

  // The column under the pointer takes the pointer's height, and so do those that it passed over.
  /** @param {PointerEvent} event */
  pull(event) {
    const { drawn } = this;
    if (!drawn) return;
    const box = this.area.getBoundingClientRect();
    const bound = this.host.bound();
    const at = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1 - 1e-9);
    const step = Math.floor(at * drawn.length);
    const share = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    const value = Number((bound * (1 - 2 * share)).toFixed(FIGURES));
    const from = this.last ?? { step, value };
    const low = Math.min(from.step, step);
    const high = Math.max(from.step, step);
    for (let i = low; i <= high; i++) {
      const part = step === from.step ? 1 : (i - from.step) / (step - from.step);
      drawn[i] = Number((from.value + (value - from.value) * part).toFixed(FIGURES));
    }
    this.touched = [Math.min(this.touched[0], low), Math.max(this.touched[1], high)];
    this.last = { step, value };
    this.said.textContent = ` ${say("pad.at", { step: step + 1, value: short(value) })}`;
    this.paint(drawn);
  }

  lift() {
    if (!this.drawn) return;
    const [first, last] = this.touched;
    this.host.send(this.channel, first, this.drawn.slice(first, last + 1));
    this.cancel();
  }

  cancel() {
    this.drawn = null;
    this.said.textContent = "";
  }

  /** @param {Numbers} [values] */
  paint(values = this.host.values(this.channel)) {
    const [width, height] = [this.area.clientWidth, this.area.clientHeight];
    if (!width) return;
    const scale = fineness(this.area);
    Object.assign(this.canvas, { width: width * scale, height: height * scale });
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const { color } = getComputedStyle(this.area);
    context.scale(scale, scale);
    Object.assign(context, { strokeStyle: color, lineWidth: 2, globalAlpha: 1 });
    /** @param {number} value */
    const y = (value) => (height * (1 - value / this.host.bound())) / 2;
    context.beginPath();
    Array.from(values).forEach((value, i) => {
      context.lineTo((i / values.length) * width, y(value));
      context.lineTo(((i + 1) / values.length) * width, y(value));
    });
    context.stroke();
    Object.assign(context, { lineWidth: 1, globalAlpha: 0.25 });
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
  }
}
