// The page of the quiz: one question at a time, its explanation and the link to the screen that proves it. What is
// asked comes from the server with its numbers; which is next and what is kept is the browser's.

import { addStylesheet, make } from "../stage/core/dom.js";
import { unpack } from "../stage/core/wire.js";
import { answered, next } from "./boxes.js";
import { drawForm, drawVerdict } from "./form.js";
import { Keeping } from "./keeping.js";
import { drawDone, drawFoot } from "./foot.js";
import { learnWords, say } from "./say.js";

/** @import { Message, Question } from "./types" */

/** @type {WeakMap<Element, Quiz>} */
const pages = new WeakMap();

/** @param {{ data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement }} component */
export default function quiz({ data, parentElement }) {
  addStylesheet("learn/quiz.css");
  const page = pages.get(parentElement) ?? new Quiz(parentElement);
  pages.set(parentElement, page);
  page.told(data);
}

class Quiz {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.keeping = new Keeping(() => window.localStorage);
    this.draw = { seed: NaN, another: NaN };
    /** @type {Question[]} */
    this.questions = [];
    this.said = "";
    this.place = make("p", { className: "gs-quiz-place" });
    this.ask = make("div", { className: "gs-quiz-ask" });
    this.foot = make("div", { className: "gs-quiz-foot" });
    this.root = make("section", { className: "gs-quiz" }, this.place, this.ask, this.foot);
    parent.append(this.root);
  }

  // A run of the page that brings another draw begins with its next question; any other leaves what is there.
  /** @param {Uint8Array<ArrayBuffer>} data */
  async told(data) {
    /** @type {Message} */
    const message = await unpack(data);
    if (message.seed === this.draw.seed) return;
    learnWords(message.words);
    this.draw = { seed: message.seed, another: message.another };
    this.questions = message.questions;
    this.said = this.keeping.aside ? say("storage.aside", { key: this.keeping.aside }) : "";
    this.show();
  }

  get names() {
    return this.questions.map(({ name }) => name);
  }

  get progress() {
    return this.keeping.of(this.draw.seed);
  }

  // The next question. focused: whether it takes the focus, as after an answer.
  show(focused = false) {
    const progress = this.progress;
    const name = next(progress, this.names);
    const question = this.questions.find((one) => one.name === name);
    const card = name ? progress.cards[name] : undefined;
    this.place.textContent = question ? this.placeOf(question, card?.box) : "";
    this.ask.replaceChildren(question ? drawForm(question, (right, given) => this.take(question, right, given)) : drawDone());
    this.drawFoot();
    /** @type {HTMLElement | null} */ // the first thing to answer with, whose group is heard with its question
    const first = this.ask.querySelector("input") ?? this.ask.querySelector("[tabindex]");
    if (focused) first?.focus({ preventScroll: true });
    if (focused) this.root.scrollIntoView({ block: "nearest" });
  }

  /** @param {Question} question @param {number} [box] */
  placeOf({ theme }, box) {
    if (box) return say("ask.again", { theme, box });
    const met = this.names.filter((one) => this.progress.cards[one]).length;
    return say("ask.place", { theme, seen: met + 1, all: this.names.length });
  }

  /** @param {Question} question @param {boolean} right @param {string} given */
  take(question, right, given) {
    this.keeping.write(this.draw.seed, answered(this.progress, question.name, right));
    this.said = "";
    this.ask.append(drawVerdict(question, right, given, () => this.show(true)));
    this.drawFoot();
  }

  drawFoot() {
    const said = this.keeping.stays ? this.said : say("storage.nowhere");
    this.foot.replaceChildren(...drawFoot(this.keeping, this.draw, this.names, said, (text) => {
      this.said = text;
      this.show();
    }));
  }
}
