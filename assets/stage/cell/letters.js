// What the letters of the equations mean: a row of them, and the sentence of the one that is pointed at,
// pressed or come to by keys, here or in the equations. The sentences are those of app/words/terms.py.

import { make } from "../core/dom.js";
import { byHand } from "../core/hands.js";
import { say } from "../core/words.js";

/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowRight: 1 };

const hint = () => byHand({ mouse: say("letters.hint"), finger: say("letters.hint_finger") });

export class Letters {
  constructor() {
    this.row = make("div", { className: "gs-letter-row", role: "toolbar", "aria-label": say("letters.name") });
    this.said = make("p", { className: "gs-letter-said", textContent: hint() });
    this.element = make("div", { className: "gs-letters" }, this.row, this.said);
    this.structure = ""; // of the terms on show
    this.row.addEventListener("keydown", (event) => this.along(event));
  }

  // terms: from the message. Made anew only where there are others.
  /** @param {{ symbol: string, says: string }[]} terms */
  build(terms) {
    const structure = JSON.stringify(terms);
    if (structure === this.structure) return;
    this.structure = structure;
    this.terms = new Map(terms.map(({ symbol, says }) => [symbol, says]));
    this.row.replaceChildren(...terms.map(({ symbol, says }, i) => {
      const show = () => this.say(symbol);
      return make("button", {
        type: "button", className: "gs-plain gs-meaning", tabIndex: i ? -1 : 0, textContent: symbol, title: says,
        "aria-label": say("letters.meaning", { symbol, says }), onfocus: show, onpointerenter: show, onclick: show,
      });
    }));
    this.said.textContent = hint();
  }

  // The meaning of what the pointer is on in the equations, if it has one.
  /** @param {Element} target */
  point(target) {
    const letter = target.closest?.("[data-letter]")?.getAttribute("data-letter");
    if (letter) this.say(letter);
  }

  /** @param {string} symbol */
  say(symbol) {
    const says = this.terms?.get(symbol);
    if (says) this.said.replaceChildren(make("var", { textContent: symbol }), ` ${says}`);
  }

  // One stop of Tab: arrows go along the row, and are not the cursor's meanwhile.
  /** @param {KeyboardEvent} event */
  along(event) {
    const move = MOVES[event.key];
    if (!move || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = /** @type {HTMLElement[]} */ ([...this.row.children]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = /** @type {HTMLElement} */ (buttons.at((at + move) % buttons.length));
    event.preventDefault();
    event.stopPropagation();
    buttons[at].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }
}
