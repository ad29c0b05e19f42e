// Asking for numbers of which only the colours are here, once the hand rests.

import { isCondensed } from "./condensed.js";

/**
 * @import { Here, Wanted } from "../types"
 * @typedef {object} Act
 * @property {(kind: "look", wanted: Wanted) => void} send
 * @property {() => unknown} held whether the pointer is pressed
 */

const DELAY = 60; // milliseconds on a place before its numbers are asked for

export class Asking {
  /** @param {Pick<Here, "channel" | "cursor" | "now">} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    /** @type {string | null} */
    this.key = null;
  }

  // wanted: those of a unit ({ of }), of one step of it ({ of, at }), or one that can be edited
  // ({ target }); null if nothing is missing. Around the cursor they come with any answer.
  /** @param {Wanted | null} wanted */
  want(wanted) {
    const { channel, cursor, now } = this.here;
    const key = wanted && JSON.stringify([wanted, isCondensed(now.message) && [cursor.step, cursor.unit]]);
    if (key === this.key || (key && this.key && cursor.playing)) return; // playing never rests
    this.stop();
    this.key = key;
    if (wanted) this.timer = setTimeout(() => {
      this.key = null;
      // An answer that is on its way may bring them; if not, it brings one back here.
      // A pressed pointer is scrubbing: letting go asks.
      if (!channel.pending.length && !this.act.held()) this.act.send("look", wanted);
    }, DELAY);
  }

  stop() {
    clearTimeout(this.timer);
    this.key = null;
  }
}
