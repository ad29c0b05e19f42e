// The terms of the field explain themselves wherever they stand in words: under the pointer, by keys, by a tap.
// All of them are one stop of Tab; arrows go along. What gates and states are is said for the notation on
// screen (app/words/terms.py), all else by the catalogue.

import { make, putText } from "../core/dom.js";
import { say } from "../core/words.js";
import { boxOf, windowOf } from "../core/zoom.js";

/** @import { Message } from "../types" */

// Where terms stand: in sentences, and as captions with a sentence of their own.
const SENTENCES = ".gs-seen > span, .gs-doing em, .gs-again, .gs-now, .gs-handle-label > span:first-child, .gs-look-row > .gs-note, .gs-step-label, .gs-scales > .gs-scale";
const CAPTIONS = "figcaption > .gs-caption[title]";
const PASSING = ".gs-now, .gs-step-label"; // what is written anew as the cursor moves is no stop of keys
const CLASS = "gs-term";
const TERM = `.${CLASS}`;
/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowRight: 1 };
const GENERAL = /** @type {const} */ (["unit", "step", "bias", "gate", "weight", "input", "state", "candidate", "logit", "parameter", "pre_activation"]);

/** @type {WeakMap<Map<string, string>, RegExp>} */
const patterns = new WeakMap(); // made once for all texts, which are looked through in every frame

// Where the terms are, longest first, so that “update gate” is one.
/** @param {Map<string, string>} known */
function patternOf(known) {
  const there = patterns.get(known);
  if (there) return there;
  const words = [...known.keys()].sort((a, b) => b.length - a.length);
  const found = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})(?![\\p{L}\\p{N}])`, "u");
  patterns.set(known, found);
  return found;
}

// The words of a text that are terms, with what they mean.
/** @param {Map<string, string>} known @param {string} text @returns {(string | { word: string, says: string })[]} */
export function termsIn(known, text) {
  if (!known.size) return [text];
  return text.split(patternOf(known)).map((piece, i) => {
    const says = known.get(piece);
    return i % 2 && says ? { word: piece, says } : piece;
  }).filter((piece) => piece !== "");
}

// Every term by its word: the quantities of the first cell as its notation has them, then what all share.
/** @param {Pick<Message, "panels" | "inner">} message @returns {Map<string, string>} */
export function knownTerms({ panels, inner }) {
  /** @type {Map<string, string>} */
  const known = new Map();
  for (const name of GENERAL) {
    for (const word of say(`terms.${name}`).split(", ")) known.set(word, say(`terms.${name}_says`));
  }
  for (const panel of [...panels].reverse()) { // what the first has too is of the first
    for (const { name, symbol, says } of panel.tracks) {
      known.set(name, says);
      if (symbol.length === 1) known.set(symbol, says);
    }
  }
  const x = inner.terms.find(({ quantity }) => quantity === "x");
  if (x) known.set(x.symbol, x.says);
  return known;
}

export class Terms {
  constructor() {
    /** @type {WeakMap<Element, string>} */
    this.marked = new WeakMap(); // the text that was looked through
    /** @type {Element[]} */
    this.sentences = []; // as they stood when all was looked for
    /** @type {Map<string, string>} */
    this.known = new Map();
    this.key = "";
    /** @type {HTMLElement | null} */
    this.root = null;
    this.tip = make("div", { className: "gs-tip", id: "gs-tip", role: "tooltip", popover: "manual" });
  }

  // Look through what has been written anew; called for every frame. root: the stage. live: in a drag, when it is
  // sentences known already that are written; to look for others takes a tenth of a frame.
  /** @param {HTMLElement | null} root @param {Message} message @param {boolean} live */
  follow(root, message, live) {
    if (!root) return;
    if (root !== this.root) this.listen(root);
    const { polarity, placement } = message.inner;
    const key = `${message.panels.map(({ cell }) => cell)} ${polarity} ${placement} ${message.opened}`;
    if (key !== this.key) {
      this.known = knownTerms(message);
      this.marked = new WeakMap();
      this.key = key;
    }
    if (!live) this.sentences = [...root.querySelectorAll(SENTENCES)];
    const changed = this.sentences.filter((element) => this.mark(element)).length;
    if (live && changed) this.rove();
    if (live) return;
    const captions = [...root.querySelectorAll(`${CAPTIONS}:not(${TERM})`)];
    for (const caption of captions) this.caption(/** @type {HTMLElement} */ (caption));
    if (changed || captions.length) this.rove();
  }

  // A sentence with other numbers between the same terms: what stays is not made anew.
  /** @param {Element} element @param {string} text */
  write(element, text) {
    if (element.textContent === text) return;
    const [pieces, nodes] = [termsIn(this.known, text), [...element.childNodes]];
    const same = this.marked.has(element) && nodes.length === pieces.length && pieces.every((piece, i) => (
      typeof piece === "string" ? nodes[i] instanceof Text : nodes[i] instanceof HTMLElement && nodes[i].textContent === piece.word));
    if (!same) return putText(element, text);
    pieces.forEach((piece, i) => {
      const node = nodes[i];
      if (node instanceof Text && node.data !== piece) node.data = String(piece);
    });
    this.marked.set(element, text);
  }

  // Returns whether there was anything new.
  /** @param {Element} element */
  mark(element) {
    const text = element.textContent;
    if (this.marked.get(element) === text && element.querySelector(TERM)) return false;
    if (this.marked.get(element) === text && !termsIn(this.known, text).some((one) => typeof one !== "string")) return false;
    for (const old of element.querySelectorAll(`:scope > ${TERM}`)) old.replaceWith(old.textContent);
    element.normalize();
    for (const node of [...element.childNodes]) {
      if (node.nodeType === Node.TEXT_NODE) /** @type {Text} */ (node).replaceWith(...termsIn(this.known, node.textContent ?? "").map((piece) => (
        typeof piece === "string" ? piece : make("span", { className: "gs-term", role: "button", "data-says": piece.says, textContent: piece.word }))));
    }
    this.marked.set(element, text);
    return true;
  }

  /** @param {HTMLElement} caption */
  caption(caption) {
    caption.classList.add("gs-term");
    Object.assign(caption.dataset, { says: caption.title });
    caption.setAttribute("role", "button");
  }

  // One stop of Tab for all; the first of each word is underlined.
  rove() {
    const seen = new Set();
    for (const term of this.all()) if (term.closest(PASSING)) term.removeAttribute("role");
    const terms = this.terms();
    const stop = terms.find((term) => term.tabIndex === 0) ?? terms[0];
    for (const term of terms) {
      const index = term === stop ? 0 : -1;
      if (term.getAttribute("tabindex") !== String(index)) term.tabIndex = index;
      term.classList.toggle("gs-term-first", !seen.has(term.dataset.says));
      seen.add(term.dataset.says);
    }
  }

  // Those that keys come to, in their order on the page.
  /** @returns {HTMLElement[]} */
  terms() {
    return this.all().filter((term) => !term.closest(PASSING));
  }

  /** @returns {HTMLElement[]} */
  all() {
    return /** @type {HTMLElement[]} */ ([...this.root?.getElementsByClassName(CLASS) ?? []]);
  }

  /** @param {HTMLElement} root */
  listen(root) {
    this.root = root;
    root.append(this.tip);
    /** @param {Event} event */
    const termOf = ({ target }) => /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(TERM) : null);
    root.addEventListener("pointerover", (event) => {
      const term = termOf(event);
      if (event.pointerType === "mouse" && !term?.title) this.say(term);
    });
    root.addEventListener("pointerleave", () => this.say(null));
    root.addEventListener("focusin", (event) => this.say(termOf(event)));
    root.addEventListener("focusout", () => this.say(null));
    root.addEventListener("click", (event) => this.say(termOf(event)));
    root.addEventListener("keydown", (event) => {
      const term = termOf(event);
      if (term) this.keyed(event, term);
    });
  }

  // Arrows go along and are not the cursor's meanwhile; Escape puts the sentence away.
  /** @param {KeyboardEvent} event @param {HTMLElement} term */
  keyed(event, term) {
    if (event.key === "Escape" && this.tip.matches(":popover-open")) {
      event.stopPropagation();
      return this.say(null);
    }
    const move = MOVES[event.key];
    if (!move || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const terms = this.terms();
    const to = terms[(terms.indexOf(term) + move + terms.length) % terms.length];
    event.preventDefault();
    event.stopPropagation();
    term.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  // What a term means, below it or above it; nothing for none.
  /** @param {HTMLElement | null} term */
  say(term) {
    this.root?.querySelector("[aria-describedby='gs-tip']")?.removeAttribute("aria-describedby");
    if (!term) return this.tip.matches(":popover-open") ? this.tip.hidePopover() : undefined;
    this.tip.textContent = term.dataset.says ?? "";
    term.setAttribute("aria-describedby", "gs-tip");
    if (!this.tip.matches(":popover-open")) this.tip.showPopover();
    const [box, room] = [boxOf(term), windowOf(term)];
    const [width, height] = [this.tip.offsetWidth, this.tip.offsetHeight];
    const left = Math.max(8, Math.min(box.left, room.width - width - 8));
    const below = box.bottom + 6;
    const top = below + height > room.height - 8 ? Math.max(8, box.top - height - 6) : below;
    Object.assign(this.tip.style, { left: `${left}px`, top: `${top}px` });
  }
}
