// Controls of the view of gradients: the step k they are told of, which is the cursor's, and the bias that
// decides how far they reach.

import { Handle } from "../controls/handle.js";
import { make } from "../core/dom.js";
import { saying, say } from "../core/words.js";

/**
 * @import { Host } from "../controls/handle.js"
 * @import { Controls, Here } from "../types"
 * @typedef {Host} Bias
 */

export class Reaching {
  /** @param {Pick<Here, "cursor" | "now">} here @param {Host} host */
  constructor(here, host) {
    this.here = here;
    this.first = 0; // the value of the bias in the scene
    this.target = "";
    this.handle = new Handle({ ...host, valueOf: (target) => host.valueOf(target) ?? (target === this.target ? this.first : null) });
    this.k = make("input", {
      type: "number", min: 1, "aria-label": say("reaching.k"), title: say("reaching.k_title"),
      onchange: () => this.go(),
    });
    this.row = make("div", { className: "gs-hold-row" }, ...saying("reaching.from", { k: this.k }));
    this.element = make("div", { className: "gs-holding gs-reaching" });
  }

  // told: { reaching } of app/lenses/gradients.py, or nothing.
  /** @param {Controls} [controls] */
  show({ reaching } = {}) {
    if (!reaching) {
      this.handle.show("");
      return this.element.replaceChildren();
    }
    if (!this.element.children.length) this.element.replaceChildren(this.row, this.handle.element);
    this.first = reaching.value;
    this.target = reaching.target;
    this.handle.show(reaching.target);
    this.refresh();
  }

  // The step and the number as they are; called for every frame.
  refresh() {
    if (!this.element.children.length) return;
    const { cursor } = this.here;
    this.k.max = String(cursor.steps);
    if (document.activeElement !== this.k) this.k.value = String(cursor.step + 1);
    this.handle.refresh();
  }

  // A step that was typed, or the nearest that is there.
  go() {
    const { cursor } = this.here;
    const step = Math.min(Math.max(Math.round(Number(this.k.value)) || 1, 1), cursor.steps);
    this.k.value = String(step);
    cursor.pause();
    cursor.move(step - 1);
  }
}
