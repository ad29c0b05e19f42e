// The stage's own lists in the places that Streamlit has for them: above the stage, and behind “settings”. A choice is
// an event like any other, so that no run of the page stands between the press and the next screen.

import { make } from "../core/dom.js";
import { List, Row } from "./list.js";

/**
 * @import { Choose } from "./list.js"
 * @import { Listed } from "../contract"
 * @import { Here, Message } from "../types"
 * @typedef {object} Told what all places show
 * @property {(place: string) => Listed[]} offered
 * @property {Record<string, string>} chosen by the names of the lists
 * @property {Choose} choose
 */

const ABOVE = 100; // milliseconds after which what is above the stage may follow it
const BEHIND = ".st-key-settings"; // what is behind “export” is made when it is opened
/** @type {Map<HTMLElement, Place>} */
const places = new Map();
/** @type {Told | null} */
let told = null;

// A place, as Streamlit makes it: a popover anew whenever it opens.
/** @param {{ data: { place: string }, parentElement: HTMLElement }} component */
export function lists({ data: { place }, parentElement }) {
  const there = places.get(parentElement) ?? new Place(place, parentElement);
  places.set(parentElement, there);
  if (told) there.show(told);
  return () => places.delete(parentElement);
}

export class Lists {
  /** @param {Pick<Here, "channel">} here @param {Choose} choose */
  constructor(here, choose) {
    this.here = here;
    this.choose = choose;
  }

  // What has been chosen and what there is to choose; and where a choice changes what else is above the stage, that
  // is made anew once this is on show, or what is behind a button once somebody reaches for one.
  /** @param {Message} message */
  show({ above, chosen, title }) {
    const { channel } = this.here;
    if (!channel.pending.some(({ kind }) => kind === "choose")) { // else it is of before that
      told = { chosen, offered: (place) => channel.part(place).offered, choose: this.choose };
      for (const place of places.values()) place.show(told);
    }
    if (document.title !== title) document.title = title;
    this.leave();
    if (above === "seen") this.timer = setTimeout(() => channel.run(), ABOVE);
    else if (above) this.waits = new Reached(() => channel.run());
  }

  leave() {
    clearTimeout(this.timer);
    this.waits?.leave();
  }
}

// Somebody reaches for a button behind which something is of another choice: by pointer, finger or keys, once.
class Reached {
  /** @param {() => void} act */
  constructor(act) {
    this.done = new AbortController();
    const reached = (/** @type {Event} */ { target }) => {
      if (!(target instanceof Element && target.closest(BEHIND))) return;
      this.leave();
      act();
    };
    for (const type of ["pointerover", "pointerdown", "focusin"]) {
      document.addEventListener(type, reached, { capture: true, signal: this.done.signal });
    }
  }

  leave() {
    this.done.abort();
  }
}

class Place {
  /** @param {string} name @param {HTMLElement} root */
  constructor(name, root) {
    this.name = name;
    /** @type {Map<string, List | Row>} */
    this.made = new Map(); // by what they offer
    this.element = make("div", { className: "gs-lists" });
    root.replaceChildren(this.element);
  }

  /** @param {Told} now */
  show({ offered, chosen }) {
    const before = this.made;
    this.made = new Map(offered(this.name).map((one) => {
      const key = JSON.stringify(one);
      return [key, before.get(key) ?? new (one.shown === "list" ? List : Row)(one, (name, value) => told?.choose(name, value))];
    }));
    const same = before.size === this.made.size && [...before.keys()].every((key) => this.made.has(key));
    if (!same) this.put();
    for (const one of this.made.values()) one.show(chosen[one.offered.name]);
  }

  // What stays is not taken off the page: it may have the focus.
  put() {
    const wanted = [...this.made.values()].map(({ element }) => element);
    for (const old of [...this.element.children]) if (!wanted.includes(/** @type {HTMLDivElement} */ (old))) old.remove();
    wanted.forEach((one, at) => this.element.children[at] === one || this.element.insertBefore(one, this.element.children[at] ?? null));
  }
}
