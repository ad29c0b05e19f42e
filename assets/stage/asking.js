// Asking for numbers of which only the colours are here, once the hand rests.

import { isCondensed } from "./condensed.js";

/** @import { Stage, Wanted } from "./types" */

const DELAY = 60; // milliseconds on a place before its numbers are asked for

export class Asking {
  /** @param {Pick<Stage, "channel" | "cursor" | "message" | "pointer" | "send">} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {string | null} */
    this.key = null;
  }

  // wanted: those of a unit ({ of }), of one step of it ({ of, at }), or one that can be edited
  // ({ target }); null if nothing is missing. Around the cursor they come with any answer.
  /** @param {Wanted | null} wanted */
  want(wanted) {
    const { channel, cursor, message } = this.stage;
    const key = wanted && JSON.stringify([wanted, isCondensed(message) && [cursor.step, cursor.unit]]);
    if (key === this.key || (key && this.key && cursor.playing)) return; // playing never rests
    this.stop();
    this.key = key;
    if (key) this.timer = setTimeout(() => {
      this.key = null;
      // An answer that is on its way may bring them; if not, it brings one back here.
      // A pressed pointer is scrubbing: letting go asks.
      if (!channel.pending.length && !this.stage.pointer.held) this.stage.send("look", wanted);
    }, DELAY);
  }

  stop() {
    clearTimeout(this.timer);
    this.key = null;
  }
}
