// What a screen reader is told of the stage by itself: one polite region for all of it. Where the cursor
// is is said once it rests, never while it plays; what has happened is said at once.

import { make } from "../core/dom.js";

const REST = 700; // milliseconds without a change

export class Voice {
  // host: { says() -> sentences on what the cursor is at, playing() }
  /** @param {{ says: () => string, playing: () => boolean }} host */
  constructor(host) {
    this.host = host;
    this.element = make("p", { className: "gs-hidden", role: "status" });
    this.notices = make("div", { className: "gs-notices" }); // to be seen too
    this.noticed = "";
    /** @type {string[]} */
    this.problems = []; // of the last message
    this.trouble = ""; // that the page has met itself
    this.lasts = false; // whether it is true still when the server is heard again
    /** @type {string | null} */
    this.known = null; // what has been said, or was there when the page opened
  }

  // The cursor has moved, or a number at it may be another one.
  follow() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST);
  }

  rest() {
    if (this.host.playing()) return; // it is said where that ends
    const text = this.host.says();
    if (this.known !== null && text !== this.known) this.element.textContent = text;
    this.known = text;
  }

  /** @param {string[]} sentences */
  tell(...sentences) {
    const text = sentences.join(" ");
    if (text) this.element.textContent = text;
  }

  // What has come of an answer, a guess or a sketch. Where the cursor is then is no news: it would be heard in its place.
  /** @param {string} text */
  conclude(text) {
    this.tell(text);
    clearTimeout(this.timer);
    this.known = this.host.says();
  }

  // Sentences on what went wrong, as the server says them with each message.
  /** @param {string[]} problems @param {boolean} [elsewhere] whether of another scene */
  notice(problems, elsewhere = false) {
    if (elsewhere || !this.lasts) this.trouble = "";
    this.problems = problems;
    this.show();
  }

  // What the page has met itself. lasts: until the next change is made, and not until the server is heard.
  /** @param {string} problem @param {boolean} [lasts] */
  complain(problem, lasts = false) {
    Object.assign(this, { trouble: problem, lasts });
    this.show();
  }

  // A change is made.
  goOn() {
    if (this.lasts && this.trouble) this.complain("");
  }

  // Each is said once however often it comes.
  show() {
    const sentences = [this.trouble, ...this.problems].filter(Boolean);
    if (sentences.join() !== this.noticed) this.tell(...sentences);
    this.noticed = sentences.join();
    this.notices.replaceChildren(...sentences.map((text) => make("p", { textContent: text })));
  }

  stop() {
    clearTimeout(this.timer);
  }
}
