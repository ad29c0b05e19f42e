// Controls of the view of many texts: units whose mean lies above a number or below it, as buttons that lead
// there, and a unit by its number. What they are called comes with the view.

import { make, refill } from "../core/dom.js";
import { say } from "../core/words.js";
import { Complaint, stepOf } from "./typed.js";

/** @import { Controls, Here, Sifted } from "../types" */

const DIGITS = 6; // of a threshold, as a link has it
const LARGEST = 9999;

// The question as a link has it: the order, the track, the end and the threshold.
/** @param {Pick<Sifted, "asked" | "track" | "above" | "threshold">} of */
export function textOf({ asked, track, above, threshold }) {
  return `${asked}.${track}.${above ? "above" : "below"}.${threshold}`;
}

// What a threshold is read as; null for what is none.
/** @param {string} value */
export function thresholdOf(value) {
  const number = Number(value);
  if (value.trim() === "" || !(Math.abs(number) <= LARGEST)) return null;
  return Number(number.toFixed(DIGITS));
}

export class Sifting {
  /** @param {Pick<Here, "cursor">} here @param {(of: string) => void} ask */
  constructor(here, ask) {
    this.here = here;
    this.onAsk = ask;
    /** @type {Sifted | null} */
    this.told = null;
    this.shown = ""; // what the fields and the list say
    /** @type {Complaint | null} */
    this.complaint = null;
    this.element = make("div", { className: "gs-holding gs-sifting" });
  }

  // told: { sifting } of app/lenses/many.py, or nothing.
  /** @param {Controls} [controls] */
  show({ sifting } = {}) {
    this.told = sifting ?? null;
    const text = sifting ? JSON.stringify(sifting) : "";
    if (text === this.shown) return;
    this.shown = text;
    refill(this.element, sifting ? this.fields(sifting) : [], "select,input,button");
  }

  /** @param {Sifted} told */
  fields(told) {
    const { above, found, threshold, track, tracks, units, words } = told;
    const tracked = make("select", { "aria-label": words.track, onchange: ({ target }) => this.ask({ track: target.value }) },
      ...tracks.map(({ value, label }) => make("option", { value, textContent: label, selected: value === track })));
    const end = make("select", { "aria-label": words.end, onchange: ({ target }) => this.ask({ above: target.value === "above" }) },
      make("option", { value: "above", textContent: words.above, selected: above }),
      make("option", { value: "below", textContent: words.below, selected: !above }));
    /** @type {HTMLInputElement} */
    const level = make("input", {
      type: "number", step: 0.05, value: String(threshold), "aria-label": words.threshold, onchange: () => this.weighed(level),
    });
    /** @type {HTMLInputElement} */
    const unit = make("input", {
      type: "number", min: 1, max: units, "aria-label": words.unit, onchange: () => this.numbered(unit),
    });
    this.complaint = new Complaint([level, unit]);
    const buttons = found.map((at) => make("button", {
      type: "button", className: "gs-plain", textContent: say("names.unit", { unit: at + 1 }), onclick: () => this.go(at),
    }));
    return [
      make("div", { className: "gs-hold-row" },
        make("span", {}, words.track, tracked), make("span", {}, end, level), make("span", {}, words.unit, unit)),
      make("div", { className: "gs-hold-row gs-found", role: "group", "aria-label": words.found }, ...buttons),
      this.complaint.element,
    ];
  }

  /** @param {HTMLInputElement} level */
  weighed(level) {
    const threshold = thresholdOf(level.value);
    if (threshold === null) return this.complaint?.say(this.told?.words.no_threshold ?? "", level);
    this.ask({ threshold });
  }

  // A unit was typed. One that is not there stays in its field, and nothing else changes.
  /** @param {HTMLInputElement} field */
  numbered(field) {
    if (!this.told) return;
    const unit = stepOf(field, this.told.units);
    if (unit === null) return this.complaint?.say(this.told.words.no_unit, field);
    this.complaint?.say("");
    this.go(unit);
  }

  /** @param {number} unit */
  go(unit) {
    const { cursor } = this.here;
    cursor.pause();
    cursor.move(cursor.step, unit);
  }

  /** @param {Partial<Sifted>} change */
  ask(change) {
    if (!this.told) return;
    this.complaint?.say("");
    this.onAsk(textOf({ ...this.told, ...change }));
  }
}
