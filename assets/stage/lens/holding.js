// Controls of the lenses that change something: what to hold at which value, and a setting to pin.

import { make, refill } from "../core/dom.js";
import { minus, short } from "../core/format.js";
import { say, saying } from "../core/words.js";
import { Complaint, stepOf } from "./typed.js";

/**
 * @import { Controls, Here as All, HoldAt, Holdable, Send } from "../types"
 * @typedef {Pick<All, "channel" | "cursor" | "now">} Here
 * @typedef {object} Act
 * @property {Send} change
 * @property {(cell: string) => void} open another cell
 * @typedef {{ cell: string, track: string, all: boolean, first: number, last: number }} Chosen all: every unit
 */

const STEPS_OF_SLIDER = 100;

// Which numbers are chosen, as the server is told: a span to the last step goes on however long the sequence
// is, unless what is held there already does not. steps: how many there are now.
/** @param {Chosen} chosen @param {number} unit @param {number} steps @param {{ open: boolean }} [held] @returns {HoldAt} */
export function placeOf({ cell, track, all, first, last }, unit, steps, held) {
  const open = held ? held.open : last === steps - 1;
  return { cell, track, unit: all ? null : unit, first, last: open ? null : last };
}

export class Holding {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    this.element = make("div", { className: "gs-holding" });
    /** @type {Chosen} */
    this.chosen = { cell: "", track: "", all: false, first: 0, last: 0 }; // as it stands in the fields
    this.end = 0; // the last step there was
    /** @type {Fields | null} */
    this.fields = null;
    this.structure = ""; // that they were made for
    /** @type {{ element: Element, text: string } | null} */
    this.filled = null;
    this.pulling = false; // the slider is
    this.off = false; // the hand is off it
    /** @type {number | null} */
    this.wanted = null; // the newest value that has not gone out
  }

  // told: { holding } or { pin } of app/lenses, or nothing.
  /** @param {Controls} [told] */
  show({ holding, pin } = {}) {
    if (pin) return this.showPin(pin);
    if (!holding) {
      this.fields = this.filled = null;
      return this.element.replaceChildren();
    }
    const structure = JSON.stringify([holding.cell, holding.tracks, holding.ablations, this.steps]);
    if (!this.fields || structure !== this.structure) this.fields = this.build(holding);
    this.structure = structure;
    const { fields } = this;
    fields.told = holding;
    this.fill(fields.list, holding.held, () => holding.held.map((one) => this.line(one, fields)), fields.track);
    if (!this.pulling) this.follow();
  }

  get steps() {
    return this.here.now.message.labels.length;
  }

  // New children only where there is something new.
  /** @param {Element} element @param {unknown} key @param {() => (Node | string)[]} children @param {HTMLElement} [other] */
  fill(element, key, children, other) {
    const text = JSON.stringify(key);
    if (this.filled?.element === element && this.filled.text === text) return;
    this.filled = { element, text };
    refill(element, children(), "button", other);
  }

  /** @param {{ pinned: boolean }} pin */
  showPin({ pinned }) {
    this.fields = null;
    /** @param {string} text @param {string} title @param {"pin" | "unpin"} kind */
    const button = (text, title, kind) =>
      make("button", { type: "button", className: "gs-button", textContent: text, title, onclick: () => this.act.change(kind) });
    this.fill(this.element, { pinned }, () => [make("div", { className: "gs-hold-row" },
      button(pinned ? say("holding.pin_instead") : say("holding.pin"), say("holding.pin_title"), "pin"),
      pinned ? button(say("holding.unpin"), say("holding.unpin_title"), "unpin") : "",
    )]);
  }

  /** @param {Holdable} told */
  build(told) {
    const { tracks, ablations, cell } = told;
    if (this.chosen.cell !== cell) {
      const at = this.here.now.message.lens.of;
      this.chosen = { cell, track: at || tracks[Math.min(1, tracks.length - 1)].track, all: false, first: 0, last: this.steps - 1 };
    }
    const end = this.steps - 1; // a span to the last step goes on to the last one of another scene
    this.chosen.last = this.chosen.last === this.end ? end : Math.min(this.chosen.last, end);
    this.end = end;
    const fields = new Fields(told, this.steps, {
      pick: (change) => this.pick(change),
      pull: (value) => this.pull(value),
      rest: () => this.rest(),
    });
    /** @param {string} text */
    const at = (text) => make("button", { type: "button", className: "gs-button", textContent: text, title: say("holding.at_title", { value: text }), onclick: () => this.hold(Number(text)) });
    this.element.replaceChildren(
      make("div", { className: "gs-hold-row" }, make("span", {}, ...saying("holding.hold", { track: fields.track })),
        make("span", {}, ...saying("holding.of", { units: fields.who })),
        make("span", {}, ...saying("holding.span", { first: fields.first, last: fields.last }))),
      fields.complaint.element,
      make("div", { className: "gs-hold-row" }, ...saying("holding.at", {
        zero: at("0"), one: at("1"), slider: fields.value, value: fields.said,
      })),
      fields.list,
      ablations.length ? make("div", { className: "gs-hold-row" }, say("holding.ablate"), " ",
        ...ablations.map(({ name, hint }) => make("button", {
          type: "button", className: "gs-button", textContent: name, title: hint, onclick: () => this.act.change("ablate", { name }),
        }))) : "",
    );
    return fields;
  }

  /** @param {Partial<Chosen>} change */
  pick(change) {
    Object.assign(this.chosen, change);
    const { first, last } = this.chosen;
    if (change.first !== undefined) this.chosen.last = Math.max(last, first);
    if (change.last !== undefined) this.chosen.first = Math.min(first, last);
    this.follow();
  }

  // The fields as chosen; the value as held there, or in the middle.
  follow() {
    const { chosen, fields } = this;
    if (!fields || chosen.cell !== fields.told.cell) return; // or its cell is on the way
    const { tracks } = fields.told;
    const track = tracks.find((one) => one.track === chosen.track) ?? tracks[0];
    chosen.track = track.track;
    fields.show(chosen, this.unitOf(fields));
    fields.slide(track, this.there(fields)?.value);
  }

  /** @param {Fields} fields */
  unitOf({ told }) {
    const { units } = told.tracks.find(({ track }) => track === this.chosen.track) ?? told;
    return Math.min(this.here.cursor.unit, units - 1);
  }

  // What is held there already; a link may have written its place in another way.
  /** @param {Fields} fields */
  there(fields) {
    const { cell, track, all, first, last } = this.chosen;
    const wanted = JSON.stringify([cell, track, all ? null : this.unitOf(fields), first, last]);
    return fields.told.held.findLast((one) => JSON.stringify([one.cell, one.track, one.unit, one.first, one.last]) === wanted);
  }

  /** @param {number} value @param {boolean} [live] */
  hold(value, live = false) {
    const { fields } = this;
    if (!fields) return;
    fields.say(minus(Number(value.toPrecision(3))));
    fields.value.value = String(value);
    const at = placeOf(this.chosen, this.unitOf(fields), this.steps, this.there(fields));
    this.act.change("hold", { at, value, live });
  }

  // While the hand moves the newest value goes out as soon as the last one is answered.
  /** @param {number} value */
  pull(value) {
    this.wanted = value;
    this.fields?.say(minus(Number(value.toPrecision(3))));
    if (!this.here.channel.pending.length) this.send(value);
  }

  /** @param {number} value */
  send(value) {
    const live = this.pulling;
    this.wanted = null;
    this.pulling = true;
    this.hold(value, live);
  }

  // A message has come: there may be a newer value, or the hand may be off.
  answered() {
    if (this.here.channel.pending.length) return;
    if (this.wanted !== null) return this.send(this.wanted);
    if (this.off) this.pulling = this.off = false;
  }

  rest() {
    this.off = true;
    this.answered();
  }

  /** @param {Holdable["held"][number]} held @param {Fields} fields */
  line({ place, text, cell, track, unit, first, last }, fields) {
    const { cursor } = this.here;
    const again = () => {
      this.chosen = { cell, track, all: unit === null, first, last };
      if (unit !== null) cursor.move(cursor.step, unit);
      if (cell !== fields.told.cell) this.act.open(cell);
      this.follow();
    };
    return make("li", {},
      make("button", { type: "button", className: "gs-plain", textContent: text, title: say("holding.again"), onclick: again }),
      make("button", { type: "button", className: "gs-plain", textContent: say("holding.free"), title: say("holding.free_title", { held: text }), onclick: () => this.act.change("free", { place }) }));
  }
}

// What is chosen and at which value, for one cell.
class Fields {
  /**
   * @param {Holdable} told @param {number} steps
   * @param {{ pick(change: Partial<Chosen>): void, pull(value: number): void, rest(): void }} act
   */
  constructor(told, steps, act) {
    this.told = told;
    this.track = make("select", { "aria-label": say("holding.track"), title: say("holding.track"), onchange: ({ target }) => act.pick({ track: target.value }) },
      ...told.tracks.map(({ track, name, symbol }) => make("option", { value: track, textContent: say("holding.quantity", { name, symbol }) })));
    this.one = make("option", { value: "one" });
    this.who = make("select", { "aria-label": say("holding.units"), title: say("holding.units_title"), onchange: ({ target }) => act.pick({ all: target.value === "all" }) },
      this.one, make("option", { value: "all", textContent: say("holding.every") }));
    /** @param {string} label @param {(step: number) => void} pick */
    const step = (label, pick) => make("input", {
      type: "number", min: 1, max: steps, "aria-label": label, title: label,
      onchange: ({ target }) => {
        const found = stepOf(target, steps);
        if (found === null) return this.complaint.say(say("typed.no_step", { steps }), target);
        pick(found);
      },
    });
    this.first = step(say("holding.first"), (first) => act.pick({ first }));
    this.last = step(say("holding.last"), (last) => act.pick({ last }));
    this.complaint = new Complaint([this.first, this.last]);
    this.value = make("input", {
      type: "range", "aria-label": say("holding.value"), title: say("holding.value_title"),
      oninput: ({ target }) => act.pull(Number(target.value)), onchange: () => act.rest(),
    });
    this.said = make("span", { className: "gs-number-held" });
    this.list = make("ul", { className: "gs-held-list" });
  }

  /** @param {Chosen} chosen @param {number} unit */
  show({ track, all, first, last }, unit) {
    this.track.value = track;
    this.one.textContent = say("names.unit", { unit: unit + 1 });
    this.who.value = all ? "all" : "one";
    this.first.value = String(first + 1);
    this.last.value = String(last + 1);
    this.complaint.say("");
  }

  /** @param {{ low: number, high: number }} track @param {number} [held] */
  slide({ low, high }, held) {
    Object.assign(this.value, { min: low, max: high, step: (high - low) / STEPS_OF_SLIDER });
    this.value.value = String(held ?? (low + high) / 2);
    this.say(held === undefined ? say("holding.free_value") : short(held));
  }

  // The value that is held, beside the slider and of it.
  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
    this.value.setAttribute("aria-valuetext", text);
  }
}
