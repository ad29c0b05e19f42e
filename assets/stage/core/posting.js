// Events on their way past Streamlit: one post at a time, answered with the next message (app/answers.py).

import { served } from "./served.js";
import { read } from "./wire.js";

/**
 * @import { Anew, Brief, Message } from "../contract"
 * @import { Numbered } from "./channel.js"
 * @typedef {object} Act
 * @property {(message: Message | Brief | Anew) => void} arrive
 * @property {() => void} elsewhere a run of the page has to answer
 * @property {(last: number) => void} refused the events up to this one can never be taken in
 * @property {() => void} busy the server has too much to do now
 * @property {() => void} over the post is over, be it answered or lost
 * @property {() => { computes: number | null, own: string | null }} has the order of the whole message that the page
 *   computes with, if it does, and the ticket of the numbers that it has computed
 */

// Milliseconds for an answer. A busy server is not asked again meanwhile; a line that is cut is known at once.
const PATIENCE = 20_000;
const [GONE, FAILED, BUSY] = [404, 500, 503]; // the server does not know this page; the fault is its own; it has too much to do

export class Posting {
  /** @param {Act} act */
  constructor(act) {
    this.act = act;
    /** @type {string | null} */
    this.page = null; // the name of this page, once it is known
    this.forgotten = false; // by a server that knew it
    this.busy = false;
    this.last = 0; // the number of the last event that was posted
  }

  // Returns whether the events need no run of the page.
  /** @param {string} client @param {Numbered[]} events */
  send(client, events) {
    if (!this.page) return false;
    if (!this.busy) this.post(this.page, client, events);
    return true;
  }

  /** @param {string} page @param {string} client @param {Numbered[]} events */
  async post(page, client, events) {
    this.busy = true;
    this.last = Number(events.at(-1)?.seq);
    try {
      const body = JSON.stringify({ client, events, ...this.act.has() });
      const answer = await fetch(served(`events/${page}`), { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) this.act.arrive(/** @type {Message | Brief | Anew} */ (read(await answer.arrayBuffer())));
      else if (answer.status === GONE) this.leave();
      else if (answer.status < FAILED) this.act.refused(this.last);
      else if (answer.status === BUSY) this.act.busy();
    } catch {
      // Lost on the way, as when the server failed: it is sent again after a while.
    }
    this.busy = false;
    this.act.over();
  }

  // A message has told the name of the page. Returns whether it had been forgotten.
  /** @param {string} page */
  know(page) {
    const { forgotten } = this;
    this.page = page;
    this.forgotten = false;
    return forgotten;
  }

  leave() {
    this.page = null;
    this.forgotten = true;
    this.act.elsewhere();
  }
}
