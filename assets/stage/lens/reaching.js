// Controls of the view of gradients: the step k they are told of, which is the cursor's, and the bias that
// decides how far they reach.

import { Handle } from "../controls/handle.js";
import { make } from "../core/dom.js";
import { saying, say } from "../core/words.js";
import { Complaint, stepOf } from "./typed.js";

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
    /** @type {HTMLInputElement} */
    this.k = make("input", {
      type: "number", min: 1, "aria-label": say("reaching.k"), title: say("reaching.k_title"),
      onchange: () => this.go(),
    });
    this.complaint = new Complaint([this.k]);
    /** @type {number | null} */
    this.kept = null; // the cursor's step while what was typed is none
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
    if (!this.element.children.length) this.element.replaceChildren(this.row, this.complaint.element, this.handle.element);
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
    if (this.kept !== cursor.step && document.activeElement !== this.k) this.write(cursor.step);
    this.handle.refresh();
  }

  /** @param {number} step */
  write(step) {
    this.kept = null;
    this.k.value = String(step + 1);
    this.complaint.say("");
  }

  // A step was typed. One that is not there stays in its field, and nothing else changes.
  go() {
    const { cursor } = this.here;
    const step = stepOf(this.k, cursor.steps);
    if (step === null) {
      this.kept = cursor.step;
      return this.complaint.say(say("typed.no_step", { steps: cursor.steps }), this.k);
    }
    this.write(step);
    cursor.pause();
    cursor.move(step);
  }
}
