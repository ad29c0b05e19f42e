// What is asked, in the bar: which quantity, from where on, what to do; and after that how near it was. And the
// line that brings back what was missed.

import { make } from "../core/dom.js";
import { number } from "../core/format.js";
import { say, saying } from "../core/words.js";
import { BOXES } from "../core/leitner.js";
import { dayOf, daysOf } from "./boxes.js";
import { verdict } from "./curve.js";

/**
 * @import { Card } from "./boxes.js"
 * @import { Distance } from "./curve.js"
 * @import { Panel, Track } from "../types"
 * @typedef {"ask" | "edit" | "shown"} Phase
 * @typedef {object} Wanted what is predicted
 * @property {string} cell
 * @property {string} track
 * @property {boolean} lines whether it is sketched on the lines of the unit, and not on its heatmap
 * @property {number} unit
 * @property {number} from the last step that can be seen, counted from 0
 * @property {boolean} one the next step alone
 * @typedef {object} Question
 * @property {Panel} panel
 * @property {Track} track
 * @property {number} unit
 * @property {number} from the last step that can be seen
 * @property {boolean} one whether the next step alone is asked for
 * @typedef {object} Act
 * @property {(track: string) => void} quantity
 * @property {(one: boolean) => void} extent
 * @property {() => void} reveal
 * @property {() => void} again
 * @property {() => void} edit
 * @property {() => void} leave
 */

export class Asking {
  /** @param {Act} act */
  constructor(act) {
    this.act = act;
    /** @type {HTMLSelectElement} */
    this.quantity = make("select", { "aria-label": say("asking.quantity"), onchange: () => act.quantity(this.quantity.value) });
    /** @type {HTMLSelectElement} */
    this.extent = make("select", { "aria-label": say("asking.extent"), onchange: () => act.extent(this.extent.selectedIndex === 1) });
    this.question = make("p", { className: "gs-predict-question" });
    this.said = make("p", { className: "gs-predict-said" });
    this.note = make("p", { className: "gs-predict-note" });
    /** @param {string} text @param {() => void} act @param {string} [title] */
    const button = (text, act, title = "") => make("button", { type: "button", className: "gs-button", textContent: text, title, onclick: act });
    this.reveal = make("button", { type: "button", className: "gs-primary", textContent: say("asking.reveal"), title: say("asking.reveal_title"), onclick: act.reveal });
    this.again = button(say("asking.again"), act.again);
    this.edit = button(say("asking.edit"), act.edit, say("asking.edit_title"));
    this.leave = button(say("asking.leave"), act.leave, say("asking.leave_title"));
    this.element = make("div", { className: "gs-predict", role: "group", "aria-label": say("asking.name") },
      make("div", { className: "gs-predict-words" }, this.question, this.said, this.note),
      make("div", { className: "gs-predict-buttons" }, this.reveal, this.again, this.edit, this.leave));
  }

  /** @param {Question} question @param {Phase} phase */
  show({ panel, track, unit, from, one }, phase) {
    this.quantity.replaceChildren(...panel.tracks.map((each) => make("option", {
      value: each.track, textContent: each.symbol, title: each.name, selected: each.track === track.track,
    })));
    this.extent.replaceChildren(...[say("asking.rest", { step: from + 1 }), say("asking.next", { step: from + 2 })].map((textContent, i) =>
      make("option", { textContent, selected: one === (i === 1) })));
    this.question.replaceChildren(...saying("asking.question", {
      quantity: this.quantity, cell: panel.name, unit: unit + 1, extent: this.extent,
    }));
    for (const choice of [this.quantity, this.extent]) choice.disabled = phase === "shown";
    const shown = phase === "shown";
    this.reveal.hidden = shown;
    this.again.hidden = !shown;
    this.edit.hidden = phase === "edit";
    this.edit.textContent = shown ? say("asking.edit_next") : say("asking.edit");
    this.leave.textContent = shown ? say("asking.done") : say("asking.leave");
  }

  // What is to be done; and whether that can be revealed now.
  /** @param {string} hint @param {boolean} ready */
  hint(hint, ready) {
    this.said.textContent = hint;
    this.reveal.disabled = !ready;
  }

  // How near it was.
  /** @param {string} text @param {string} note */
  tell(text, note) {
    this.said.textContent = text;
    this.note.textContent = note;
  }
}

// How near a prediction was, kindly, in numbers. happens: what the cell does at the step where it was farthest.
/** @param {Distance} distance @param {{ symbol: string, one: boolean }} of @param {string} happens */
export function saidOf({ mean, share, worst }, { symbol, one }, happens) {
  const away = number(mean);
  const at = { symbol, step: worst.step + 1, mine: number(worst.value), truth: number(worst.truth) };
  const kind = verdict(share);
  if (one) return [say(`distance.one_${kind}`, { ...at, away }), happens].filter(Boolean).join(" ");
  const farthest = kind === "near" ? say("distance.at_most", at) : say("distance.farthest", at);
  return [say(`distance.${kind}`, { symbol, away }), farthest, kind === "near" ? "" : happens].filter(Boolean).join(" ");
}

// When it comes back.
/** @param {Card} card @param {Date} now @param {boolean} missed @param {boolean} was whether it came back from a box */
export function boxSaid({ box, due }, now, missed, was) {
  if (!box) return was ? say("boxes.known", { boxes: BOXES }) : "";
  if (missed) return say("boxes.first", { boxes: BOXES });
  return say("boxes.on", { box, boxes: BOXES, days: say("boxes.days", { n: Math.max(due - dayOf(now), daysOf(1)) }) });
}

// One line: what was expected otherwise, and a way to try it again.
/** @param {Card} card @param {string} symbol @param {Date} now @param {{ again: () => void, later: () => void }} act */
export function recall({ at, link, unit }, symbol, now, { again, later }) {
  const days = dayOf(now) - dayOf(new Date(at));
  const when = days === 1 ? say("recall.yesterday") : say("recall.days_ago", { n: days });
  return make("div", { className: "gs-predict gs-predict-recall", role: "group", "aria-label": say("asking.name") },
    make("p", { className: "gs-predict-words" }, say("recall.otherwise", { when, symbol, unit: unit + 1 }), " ",
      make("a", { href: link, textContent: say("recall.again"), onclick: again })),
    make("div", { className: "gs-predict-buttons" },
      make("button", { type: "button", className: "gs-button", textContent: say("recall.later"), title: say("recall.later_title"), onclick: later })));
}
