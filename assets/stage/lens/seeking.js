// Controls of the lens that finds units: a span of steps, a threshold, and the places where the units of
// the span are on again.

import { make, refill } from "../core/dom.js";
import { say, saying } from "../core/words.js";
import { Complaint, stepOf } from "./typed.js";

/**
 * @import { Asked, Controls, Here, Sought } from "../types"
 * @typedef {{ first: number, last: number }} Span
 * @typedef {"first" | "last"} End
 */

const DIGITS = 6; // of a threshold, as a link has it
/** @type {End[]} */
const ENDS = ["first", "last"];

// A span one end of which is elsewhere; the other comes along where it would be on the wrong side.
/** @param {Span} span @param {End} end @param {number} step @returns {Span} */
export function spanMoved({ first, last }, end, step) {
  const moved = { first, last, [end]: step };
  return moved.first <= moved.last ? moved : { first: step, last: step };
}

export class Seeking {
  /** @param {Pick<Here, "cursor" | "now">} here @param {(asked: Asked) => void} ask */
  constructor(here, ask) {
    this.here = here;
    this.onAsk = ask;
    /** @type {Sought | null} */
    this.told = null;
    this.shown = ""; // what the fields and the list say
    /** @param {End} end */
    const at = (end) => make("button", {
      type: "button", className: "gs-plain", textContent: end === "first" ? say("seeking.begin") : say("seeking.end"),
      title: say("seeking.at_title"), onclick: () => this.moved(end, here.cursor.step),
    });
    /** @param {"begins" | "ends"} name @param {string} textContent @param {string} title */
    const condition = (name, textContent, title) => make("button", {
      type: "button", className: "gs-plain", textContent, title, onclick: () => this.ask({ [name]: !this.told?.[name] }),
    });
    this.first = this.step(say("seeking.first"), "first");
    this.last = this.step(say("seeking.last"), "last");
    /** @type {HTMLInputElement} */
    this.threshold = make("input", {
      type: "number", min: 0, step: 0.05, "aria-label": say("seeking.threshold"), title: say("seeking.threshold_title"), onchange: () => this.weighed(),
    });
    this.begins = condition("begins", say("seeking.begins"), say("seeking.begins_title"));
    this.ends = condition("ends", say("seeking.ends"), say("seeking.ends_title"));
    this.complaint = new Complaint([this.first, this.last, this.threshold]);
    this.fields = [
      make("div", {}, ...saying("seeking.span", { first: this.first, last: this.last })),
      make("div", { className: "gs-seek-pair" }, at("first"), at("last")),
      make("div", {}, ...saying("seeking.above", { field: this.threshold })),
      make("div", { className: "gs-seek-pair" }, this.begins, this.ends),
      this.complaint.element,
    ];
    this.element = make("div", { className: "gs-seeking" });
    this.places = make("ol", { className: "gs-places", "aria-label": say("seeking.places") });
  }

  // told: { seeking } of app/lenses/find.py, or nothing.
  /** @param {Controls} [controls] */
  show({ seeking } = {}) {
    if (!seeking) {
      this.told = null;
      this.shown = "";
      this.element.replaceChildren();
      return this.places.replaceChildren();
    }
    if (!this.told) this.element.replaceChildren(...this.fields);
    this.told = seeking;
    const text = JSON.stringify([seeking, this.steps]);
    if (text !== this.shown) this.fill(seeking);
    this.shown = text;
  }

  get steps() {
    return this.here.now.message.labels.length;
  }

  /** @param {string} label @param {End} end @returns {HTMLInputElement} */
  step(label, end) {
    return make("input", {
      type: "number", min: 1, "aria-label": label, title: label, onchange: ({ target }) => this.numbered(end, target),
    });
  }

  // A new question: the fields say what was asked, and the list where its units are on again.
  /** @param {Sought} told */
  fill(told) {
    for (const end of ENDS) Object.assign(this[end], { max: this.steps, value: told[end] + 1 });
    this.threshold.value = String(told.threshold);
    this.begins.setAttribute("aria-pressed", String(told.begins));
    this.ends.setAttribute("aria-pressed", String(told.ends));
    this.complaint.say("");
    refill(this.places, told.places.map((place) => this.line(place, told.count)), "button", this.first);
  }

  /** @param {Sought["places"][number]} place @param {number} count */
  line({ first, last, on, others, before, read, after }, count) {
    const steps = first === last ? say("names.step", { step: first + 1 }) : say("seeking.steps", { first: first + 1, last: last + 1 });
    return make("li", {}, make("button", {
      type: "button", className: "gs-plain", title: say("seeking.go_to", { step: first + 1, n: others }), onclick: () => this.go(first),
    },
    make("span", {}, steps),
    make("span", { className: "gs-read" }, before, make("b", { textContent: read }), after),
    make("span", {}, say("seeking.on", { on, count }))));
  }

  /** @param {number} step */
  go(step) {
    const { cursor } = this.here;
    cursor.pause();
    cursor.move(step);
  }

  // A step was typed. One that is not there stays in its field, and nothing else changes.
  /** @param {End} end @param {HTMLInputElement} field */
  numbered(end, { value }) {
    const step = stepOf({ value }, this.steps);
    if (step === null) return this.complaint.say(say("typed.no_step", { steps: this.steps }), this[end]);
    this.moved(end, step);
  }

  /** @param {End} end @param {number} step */
  moved(end, step) {
    if (this.told) this.ask(spanMoved(this.told, end, step));
  }

  weighed() {
    const { value } = this.threshold;
    if (value === "" || !(Number(value) >= 0)) {
      return this.complaint.say(say("typed.no_threshold"), this.threshold);
    }
    this.ask({ threshold: Number(Number(value).toPrecision(DIGITS)) });
  }

  /** @param {Partial<Asked>} change */
  ask(change) {
    if (!this.told) return;
    const { track, first, last, threshold, begins, ends } = { ...this.told, ...change };
    this.complaint.say("");
    this.onAsk({ track, first, last, threshold, begins, ends });
  }
}
