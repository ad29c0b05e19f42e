// Messages as they come to one place of the page, unpacked one after the other. The first brings the words:
// the stage is built once they are here.

import { Channel } from "./channel.js";
import { unpack } from "./wire.js";
import { haveWords, learnWords, say } from "./words.js";

/**
 * @import { Trigger } from "./channel.js"
 * @import { Anew, Brief, Message } from "../contract"
 * @typedef {object} Built
 * @property {Channel} channel
 * @property {(message: Message | Brief | Anew) => Promise<void>} receive
 * @property {{ linked: () => void }} address that the link of the last message is written to
 * @property {{ complain: (problem: string) => void }} voice
 * @property {() => void} leave
 */

// What Streamlit calls for a place of the page, again with every message; it returns how to leave the place.
/** @param {(root: HTMLElement) => Built} build */
export function mounting(build) {
  /** @type {WeakMap<HTMLElement, Arriving>} */
  const places = new WeakMap();
  /** @param {{ data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setTriggerValue: Trigger }} component */
  return function mount({ data, parentElement, setTriggerValue }) {
    const there = places.get(parentElement) ?? new Arriving(() => build(parentElement));
    places.set(parentElement, there);
    there.receive(data, setTriggerValue);
    return () => {
      places.get(parentElement)?.leave();
      places.delete(parentElement);
    };
  };
}

export class Arriving {
  /** @param {() => Built} build */
  constructor(build) {
    this.build = build;
    /** @type {Built | null} */
    this.built = null;
    /** @type {Channel | null} */
    this.asking = null; // for words that were lost on their way
    this.left = false;
    this.queue = Promise.resolve();
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {Trigger} trigger */
  receive(bytes, trigger) {
    this.built?.channel.connect(trigger);
    this.queued(() => this.take(bytes, trigger));
  }

  /** @param {() => Promise<void>} act */
  queued(act) {
    this.queue = this.queue.then(act).catch((error) => {
      console.error(error);
      if (haveWords()) this.built?.voice.complain(say("stage.not_drawn"));
    });
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {Trigger} trigger */
  async take(bytes, trigger) {
    const message = await unpack(bytes);
    if (this.left) return;
    if (message.words) learnWords(message.words);
    if (!haveWords()) return this.ask(trigger);
    this.asking?.close();
    if (!this.built) {
      this.built = this.build();
      this.built.channel.connect(trigger);
      this.built.channel.arrive = (posted) => this.queued(() => this.show(posted, true));
    }
    await this.show(message, false);
  }

  // posted: whether it has come past Streamlit, which then writes no link.
  /** @param {Message | Brief | Anew} message @param {boolean} posted */
  async show(message, posted) {
    if (this.left || !this.built || this.built.channel.isOld(message)) return;
    await this.built.receive(message);
    if (posted) this.built.address.linked();
  }

  // A message may be replaced by the next one before it gets here.
  /** @param {Trigger} trigger */
  ask(trigger) {
    if (this.asking) return;
    this.asking = new Channel();
    this.asking.connect(trigger);
    this.asking.send("need", {});
  }

  leave() {
    this.left = true;
    this.asking?.close();
    this.built?.leave();
  }
}
