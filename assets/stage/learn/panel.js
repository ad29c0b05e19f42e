// The step of a lesson, above the stage: what is to be seen, done, answered or guessed, and what comes of it.
// Loaded only where a lesson is open. It has its own words, which come with the step.

import { readNumber } from "../../learn/number.js";
import { make } from "../core/dom.js";
import { isMet } from "./goal.js";
import { Progress } from "./progress.js";
import { Strip } from "./strip.js";
import { Sighting } from "./sighting.js";
import { Where } from "./where.js";

/**
 * @import { Ask, Goal, Guess, Lesson } from "../contract"
 * @import { Sight } from "./goal.js"
 * @typedef {object} Host
 * @property {Sight} sight
 * @property {(key: string) => void} go to another step; "" leaves the lesson
 * @property {(text: string) => void} tell
 * @property {(at: { step: number, unit: number }) => void} move the cursor
 * @property {(covered: boolean) => void} cover what a guess would be read off from
 * @property {(value: number) => string} written a number for people
 * @property {() => string} home the address of the page with all lessons
 * @property {HTMLElement} root of all of it
 * @property {(target: string) => Element | undefined} plot where a target is drawn
 * @property {() => void} paint what is outside of the window
 */

const CELL = "cell"; // the view that is open where no other one is
const THOUSAND = 1000;

export class Panel {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.progress = new Progress();
    this.element = make("section", { className: "gs-lesson", tabIndex: -1 });
    this.where = new Where(host.root, host.plot);
    this.sighting = new Sighting(host.root, this.element, this.where, host.paint);
    this.strip = new Strip(host.root, () => this.rise().focus({ preventScroll: true }));
    /** @type {Lesson | null} */
    this.lesson = null;
    this.met = false;
  }

  // Another step is about to come. It has the focus before anything is changed: to give it to what is new, or to take
  // away what has it, the browser lays out the page first.
  /** @param {Lesson} lesson */
  meet(lesson) {
    if (!this.lesson || this.lesson.key === lesson.key) return;
    this.element.setAttribute("aria-label", this.say("label", { title: lesson.title }));
    this.element.focus({ preventScroll: true });
  }

  /** @param {Lesson} lesson */
  show(lesson) {
    if (this.lesson?.key === lesson.key) return this.follow();
    this.lesson = lesson;
    this.met = false;
    this.element.setAttribute("aria-label", this.say("label", { title: lesson.title }));
    this.answer = make("div", { className: "gs-lesson-answer" });
    this.reveal = make("p", { className: "gs-lesson-reveal", hidden: true });
    this.way = this.next();
    this.done = make("span", { className: "gs-lesson-done", hidden: true, textContent: this.say("done") });
    this.away = make("p", { className: "gs-lesson-away", hidden: true }, this.say("away"), " ",
      make("button", { type: "button", className: "gs-plain", textContent: this.say("again"), onclick: () => this.host.go(lesson.key) }));
    const { step, steps, title } = lesson;
    this.seen = make("span", { className: "gs-lesson-seen" }); // the number that is asked for, as it is now
    this.part = make("div", { className: "gs-lesson-part" },
      lesson.do && make("p", { className: "gs-lesson-do" }, make("em", { textContent: lesson.do }), " ", this.seen, this.done),
      lesson.ask && this.question(lesson.ask), lesson.guess && this.guessing(lesson.guess),
      this.answer, this.reveal, this.away);
    this.element.replaceChildren(
      make("header", {},
        make("h2", { textContent: this.say("place", { title, step, steps }) }),
        make("span", {},
          make("a", { href: this.host.home(), textContent: this.say("all") }),
          make("button", { type: "button", textContent: this.say("leave"), onclick: () => this.host.go("") }))),
      make("p", { className: "gs-lesson-text", textContent: lesson.text }),
      this.part,
      make("footer", {}, this.back(), this.where.button, this.way),
    );
    this.where.show(lesson.place, this.say("where"));
    this.strip.show(this.part, this.asked(lesson), this.say("up"));
    this.host.cover(lesson.guess !== null);
    if (!lesson.check && !lesson.ask && !lesson.guess) this.finish(false);
    this.sighting.begin(lesson.place);
    this.follow();
  }

  // What a step asks for, in short.
  /** @param {Lesson} lesson */
  asked(lesson) {
    return lesson.do || (lesson.ask ?? lesson.guess)?.question || "";
  }

  // Its beginning at the top of the window, and as much of the stage under it as there is room for.
  rise() {
    this.element.scrollIntoView({ block: "start", behavior: "instant" });
    return this.element;
  }

  leave() {
    if (!this.lesson) return;
    this.lesson = null;
    this.where.leave();
    this.sighting.leave();
    this.strip.leave();
    this.host.cover(false);
    this.element.replaceChildren();
  }

  // The stage has moved, or a number of it.
  follow() {
    const { lesson } = this;
    if (!lesson || !this.away) return;
    const { sight } = this.host;
    this.where.follow();
    this.away.hidden = sight.scene === lesson.scene && (sight.notation === lesson.notation || Boolean(lesson.check?.notation));
    if (this.met || !lesson.check) return;
    if (this.away.hidden && isMet(lesson.check, sight)) return this.finish(true);
    this.tellNumber(lesson.check);
  }

  // How far it is: whoever drags may not see the number that they are asked for.
  /** @param {Goal} check */
  tellNumber({ number }) {
    const { sight, written } = this.host;
    const value = number && sight.number(number);
    const said = number && typeof value === "number"
      ? this.say("seen", { symbol: sight.symbol(number), unit: number.unit + 1, step: number.step + 1, value: written(value) }) : "";
    if (this.seen && this.seen.textContent !== said) this.seen.textContent = said;
    this.strip.follow(said);
  }

  // What was to be done is done: what it shows is said, and the way on stands out.
  /** @param {boolean} spoken */
  finish(spoken) {
    const { lesson } = this;
    if (!lesson || !this.reveal || !this.done || !this.way) return;
    this.met = true;
    this.done.hidden = !lesson.check;
    this.seen?.remove();
    this.reveal.textContent = lesson.reveal;
    this.reveal.hidden = !lesson.reveal;
    this.way.classList.add("gs-ready");
    if (lesson.look !== "first") this.where.show(this.host.sight.view === CELL ? CELL : "lens", this.say("where")); // what has come of it
    this.strip.tell([lesson.check ? this.say("done") : "", lesson.reveal].filter(Boolean).join(" "), this.next());
    this.host.cover(false);
    this.sighting.done(lesson.place);
    this.progress.note(lesson.name, lesson.step, lesson.steps);
    if (spoken) this.host.tell([lesson.check ? this.say("done") : "", lesson.reveal].filter(Boolean).join(" "));
  }

  /** @param {Ask} ask */
  question(ask) {
    const name = "gs-lesson-choice";
    const choices = ask.choices.map((text, i) => make("label", {},
      make("input", { type: "radio", name, value: String(i), onchange: () => this.answered(ask, i) }), make("span", { textContent: text })));
    return make("fieldset", {}, make("legend", { textContent: ask.question }), ...choices);
  }

  /** @param {Ask} ask @param {number} chosen */
  answered(ask, chosen) {
    const right = chosen === ask.right;
    const said = `${this.say(right ? "right" : "wrong")} ${ask.because[chosen]}`;
    this.tell(said);
    if (right) this.finish(false);
  }

  /** @param {Guess} guess */
  guessing(guess) {
    const { low, high } = guess;
    const range = low !== null && high !== null ? { min: low, max: high, step: (high - low) / 200, value: (low + high) / 2 } : null;
    const inputMode = low !== null && low >= 0 ? "decimal" : "text"; // an iPhone has no minus on a keyboard for decimals
    const field = make("input", { type: "text", inputMode, enterKeyHint: "done", autocomplete: "off", "aria-label": this.say("exact") });
    const slider = range && make("input", {
      type: "range", ...range, "aria-label": guess.question, oninput: ({ target }) => (field.value = this.host.written(Number(target.value))),
    });
    const compare = make("button", { type: "button", textContent: this.say("reveal"), onclick: () => this.compared(guess, field) });
    if (slider) field.addEventListener("input", () => (slider.value = String(numberOf(field.value, guess.value))));
    field.addEventListener("keydown", (event) => event.key === "Enter" && this.compared(guess, field));
    return make("fieldset", { className: "gs-lesson-guess" }, make("legend", { textContent: guess.question }), make("div", {}, slider, field, compare));
  }

  /** @param {Guess} guess @param {HTMLInputElement} field */
  compared(guess, field) {
    const said = numberOf(field.value, guess.value);
    field.setAttribute("aria-invalid", String(said === null));
    if (said === null) {
      this.tell(this.say("no_number"));
      return field.focus();
    }
    const near = Math.abs(said - guess.value) <= guess.near;
    const text = this.say(near ? "close" : "far", { said: this.host.written(said), value: this.host.written(guess.value) });
    if (guess.at) this.host.move(guess.at); // the numbers it is made of are seen there
    this.tell(text);
    this.finish(false);
  }

  // What comes of an answer, under it and said.
  /** @param {string} text */
  tell(text) {
    this.answer?.replaceChildren(make("p", { textContent: text }));
    this.host.tell(text);
  }

  back() {
    const { name, step } = /** @type {Lesson} */ (this.lesson);
    return make("button", { type: "button", textContent: this.say("back"), disabled: step === 1, onclick: () => this.host.go(`${name}.${step - 1}`) });
  }

  // The way on: the next step, the next lesson, or back to all of them.
  next() {
    const { name, step, steps, following } = /** @type {Lesson} */ (this.lesson);
    const [key, text] = step < steps ? [`${name}.${step + 1}`, this.say("next")]
      : following ? [following.key, this.say("following", { title: following.title })] : ["", this.say("end")];
    const className = `gs-lesson-next${step === steps ? " gs-lesson-following" : ""}`;
    if (key) return make("button", { type: "button", className, textContent: text, onclick: () => this.host.go(key) });
    return make("a", { className, href: this.host.home(), textContent: text });
  }

  /** @param {string} key @param {Record<string, string | number>} [fields] */
  say(key, fields = {}) {
    const template = String(this.lesson?.words[key] ?? "");
    return template.replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
  }
}

// What somebody has typed, as it is written here or there; null for no number. A comma before three figures is one of
// thousands where the number that is asked for has so many.
/** @param {string} text @param {number} asked */
function numberOf(text, asked) {
  return readNumber(text, Number.isInteger(asked) && Math.abs(asked) >= THOUSAND);
}
