// @ts-nocheck
// Controls of the lens that finds units: a span of steps, a threshold, and the places where the units of
// the span are on again. What is asked is written as app/lenses/question.py reads it.

import { make } from "./dom.js";

const DIGITS = 6; // of a threshold, as a link has it

// A question as a link has it: "hidden.5-12.0.3.b", where steps count from 1.
export function questionText({ track, first, last, threshold, begins, ends }) {
  const conditions = `${begins ? "b" : ""}${ends ? "e" : ""}`;
  return `${track}.${first + 1}-${last + 1}.${threshold}${conditions && `.${conditions}`}`;
}

// A span one end of which is elsewhere; the other comes along where it would be on the wrong side.
export function spanMoved({ first, last }, end, step) {
  const moved = { first, last, [end]: step };
  return moved.first <= moved.last ? moved : { first: step, last: step };
}

export class Seeking {
  constructor(stage) {
    this.stage = stage;
    this.element = make("div", { className: "gs-seeking" });
    this.places = make("ol", { className: "gs-places", "aria-label": "Places where these units are on again" });
  }

  // told: { seeking } of app/lenses/find.py, or nothing.
  show({ seeking } = {}) {
    if (!seeking) {
      this.told = this.shown = null;
      this.element.replaceChildren();
      return this.places.replaceChildren();
    }
    if (!this.told) this.build();
    this.told = seeking;
    const text = JSON.stringify([seeking, this.steps]);
    if (text !== this.shown) this.fill();
    this.shown = text;
  }

  get steps() {
    return this.stage.message.labels.length;
  }

  build() {
    const at = (end) => make("button", {
      type: "button", className: "gs-plain", textContent: `${end === "first" ? "begin" : "end"} at the cursor`,
      title: "Take the step of the cursor", onclick: () => this.moved(end, this.stage.cursor.step),
    });
    const condition = (name, textContent, title) => make("button", {
      type: "button", className: "gs-plain", textContent, title, onclick: () => this.ask({ [name]: !this.told[name] }),
    });
    this.first = this.step("From step", "first");
    this.last = this.step("To step", "last");
    this.threshold = make("input", {
      type: "number", min: 0, step: 0.05, "aria-label": "Threshold", title: "On are units beyond this", onchange: () => this.weighed(),
    });
    this.begins = condition("begins", "not on before it", "Leave out units that are on just before a place");
    this.ends = condition("ends", "not on after it", "Leave out units that are on just after a place");
    this.said = make("p", { className: "gs-seek-said", role: "alert" });
    this.element.replaceChildren(
      make("div", {}, "from step ", this.first, " to ", this.last),
      make("div", { className: "gs-seek-pair" }, at("first"), at("last")),
      make("div", {}, "threshold ", this.threshold),
      make("div", { className: "gs-seek-pair" }, this.begins, this.ends),
      this.said,
    );
  }

  step(label, end) {
    return make("input", {
      type: "number", min: 1, "aria-label": label, title: label, onchange: ({ target }) => this.numbered(end, target),
    });
  }

  // A new question: the fields say what was asked, and the list where its units are on again.
  fill() {
    const { told } = this;
    for (const end of ["first", "last"]) Object.assign(this[end], { max: this.steps, value: told[end] + 1 });
    this.threshold.value = told.threshold;
    for (const name of ["begins", "ends"]) this[name].setAttribute("aria-pressed", String(told[name]));
    this.complain("");
    const focus = [...this.places.querySelectorAll("button")].indexOf(document.activeElement);
    this.places.replaceChildren(...told.places.map((place) => this.line(place)));
    if (focus >= 0) (this.places.querySelectorAll("button")[focus] ?? this.first).focus();
  }

  line({ first, last, on, others, before, read, after }) {
    const steps = first === last ? `step ${first + 1}` : `steps ${first + 1} to ${last + 1}`;
    const more = `${others} ${others === 1 ? "other" : "others"} on too`;
    return make("li", {}, make("button", {
      type: "button", className: "gs-plain", title: `Go to step ${first + 1}: ${more}`, onclick: () => this.go(first),
    },
    make("span", {}, steps),
    make("span", { className: "gs-read" }, before, make("b", { textContent: read }), after),
    make("span", {}, `${on} of ${this.told.count}`)));
  }

  go(step) {
    this.stage.cursor.pause();
    this.stage.cursor.move(step);
  }

  // A step was typed. One that is not there stays in its field, and nothing else changes.
  numbered(end, { value }) {
    const step = Number(value);
    if (value === "" || !Number.isInteger(step) || step < 1 || step > this.steps) {
      return this.complain(`A step is a whole number from 1 to ${this.steps}.`, this[end]);
    }
    this.moved(end, step - 1);
  }

  moved(end, step) {
    this.ask(spanMoved(this.told, end, step));
  }

  weighed() {
    const { value } = this.threshold;
    if (value === "" || !(Number(value) >= 0)) {
      return this.complain("A threshold is a number from 0, such as 0.3.", this.threshold);
    }
    this.ask({ threshold: Number(Number(value).toPrecision(DIGITS)) });
  }

  complain(text, field) {
    for (const one of [this.first, this.last, this.threshold]) one.setAttribute("aria-invalid", String(one === field));
    this.said.textContent = text;
  }

  ask(change) {
    const of = questionText({ ...this.told, ...change });
    this.complain("");
    this.stage.send("view", { of });
  }
}
