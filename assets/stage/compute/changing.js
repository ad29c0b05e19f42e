// Changes of numbers where the page computes: they are on show at once, and the server is told of them. What
// it answers is short then, and takes the place of what was foreseen. What only the server knows of the screen
// is asked for once nobody changes anything for a moment.

import { runs } from "../core/channel.js";
import { isAnew } from "../core/message.js";
import { say } from "../core/words.js";
import { Checking } from "./checking.js";
import { BACK, Folding } from "./folding.js";

/**
 * @import { Anew, Brief } from "../contract"
 * @import { Fault } from "./checking.js"
 * @import { Computed } from "./computed.js"
 * @import { Changes, Event, Facts } from "./folding.js"
 * @import { Local } from "./local.js"
 * @import { Here as All, Message, Panel } from "../types"
 * @typedef {Pick<All, "now"> & { channel: Pick<All["channel"], "arrived" | "foresee" | "foreseen" | "has" | "lay" | "pending" | "send" | "take"> }} Here
 * @typedef {Event & { seq: number }} Foreseen
 * @typedef {object} Act
 * @property {(message: Message) => void} show
 * @property {() => void} ask for a whole message
 * @property {() => boolean} held whether a hand is on something
 * @property {(said: string) => void} checked what came of comparing with the server
 * @property {(problem: string, lasts: boolean) => void} complain
 */

// What a link holds besides choices: changes, and where one looks.
const OF_NOW = new Set(["e", "do", "cell", "form", "view", "of", "type", "lesson", "t", "u"]);
const REST = 300; // milliseconds without a change

export class Changing {
  /** @param {Here} here @param {Local} local @param {Act} act */
  constructor(here, local, act) {
    this.here = here;
    this.local = local;
    this.act = act;
    this.folding = new Folding();
    /** @type {Message | null} */
    this.said = null; // what the server has said: its last whole message with the short ones after it
    this.whole = 0; // the order of that message
    this.shown = ""; // the changes that are on show
    /** @type {Changes & Pick<Message, "can"> | null} */
    this.latest = null; // all changes, with those that the server has not answered yet, if there are any
    this.newest = 0;
    this.running = ""; // the changes that are being computed
    /** @type {{ message: Message, grown: () => void } | null} */
    this.wanted = null; // what is shown with them, and what is done where a state grows without end
    this.mistrusted = false; // what the page has computed gives way to what the server has
    this.checking = new Checking(here, {
      say: act.checked,
      fault: (fault) => this.fail(fault),
      again: () => {
        this.mistrusted = true;
        act.ask();
      },
    });
    here.channel.has = () => ({ computes: this.can ? this.whole : null, own: this.own });
  }

  // Whether the page computes what is on show.
  get can() {
    return this.local.core !== null && this.said?.core === this.local.key;
  }

  // The ticket of the numbers that are on show, where the page has computed them.
  get own() {
    const { said } = this;
    const has = said && this.can && !this.mistrusted && this.here.now.computed && keyOf(said) === this.shown;
    return has ? said.numbers : null;
  }

  // What is on show once every event is answered that is on its way.
  get before() {
    return this.latest ?? /** @type {Message} */ (this.said);
  }

  /** @returns {Facts} */
  get facts() {
    const { inner: { polarity, biases, cell }, labels, lens, panels } = this.here.now.message;
    const ablations = lens.controls.holding?.ablations ?? [];
    return { before: (target) => this.local.core?.before(target), panels, steps: labels.length, polarity, biases, cell, ablations };
  }

  // What is told of a step back or forward: the session that knows the steps may have ended meanwhile. Of several
  // one after the other the last says it.
  /** @template T @param {string} kind @param {T} details @returns {T} */
  told(kind, details) {
    const there = this.can && this.said && BACK.has(kind) ? this.folding.peek(kind, changesOf(this.before), this.facts) : null;
    if (!there) return details;
    const last = this.here.channel.pending.at(-1);
    if (last && BACK.has(last.kind)) delete last.to;
    return { ...details, to: there };
  }

  // An event is on its way: what comes of it is shown, where that can be foreseen.
  /** @param {Foreseen} event */
  sent(event) {
    const { channel, now } = this.here;
    const { before, folding } = this;
    const changes = this.can && before ? folding.fold(changesOf(before), event, this.facts) : null;
    // What only the server knows is a step to undo, too.
    if (!changes) return void (runs(event) && !BACK.has(event.kind) && folding.forget());
    channel.foresee(event.seq);
    const reset = changes.edits.length + changes.held.length > 0;
    const can = folding.with({ undo: before.can.undo, redo: false, reset });
    this.latest = { ...changes, can };
    now.stale ||= !now.message.lens.inside;
    this.compute({ .../** @type {Message} */ (this.said), ...this.latest, answer: "", said: "" }, () => {});
  }

  // A whole message has come.
  /** @param {Message} message */
  receive(message) {
    const { channel, now } = this.here;
    if (!channel.take(message)) return; // the missing parts are on their way
    if (this.isElsewhere(message)) this.folding.forget();
    if (this.isArrival(message)) this.latest = null; // what is on its way is of the screen before
    const ahead = this.ahead(message);
    const alike = this.can && message.core === this.local.key && !this.mistrusted;
    const stays = alike && keyOf(message) === this.shown ? now.computed : null;
    const coming = alike && keyOf(message) === this.running; // the page is about to have the same numbers
    this.said = { ...message, sweep: null, pointed: null }; // those are answers, for once
    this.whole = message.order;
    if (coming) this.wanted = { message, grown: () => {} }; // the server has said what there is to say
    else this.drop();
    now.computed = stays;
    now.stale = false;
    this.mistrusted = false;
    if (stays) this.lay(stays, message.panels);
    else if (message.own.length && !coming) channel.send("need", {}); // the numbers that it had are gone
    clearTimeout(this.timer);
    this.local.receive(message);
    if (keyOf(message) !== this.shown && !ahead) this.folding.forget();
    this.shown = keyOf(message);
    if (ahead) this.compute({ ...message, ...ahead }, () => this.show(message));
    else this.show(message);
  }

  // Whether a message is of other choices than the one before, or a link has led to it. The steps before it are
  // kept where a session has ended and a new one goes on with its link.
  /** @param {Message} message */
  isElsewhere({ arrived, core, link, page }) {
    const { said } = this;
    if (!said || core !== said.core || this.isArrival({ arrived, page })) return true;
    return [...new Set([...Object.keys(link), ...Object.keys(said.link)])].some((name) => !OF_NOW.has(name) && (link[name] ?? null) !== (said.link[name] ?? null));
  }

  /** @param {Pick<Message, "arrived" | "page">} message */
  isArrival({ arrived, page }) {
    const { said } = this;
    return said !== null && said.page === page && arrived > said.arrived;
  }

  // What is being computed is not wanted any more.
  drop() {
    this.newest++;
    this.running = "";
  }

  // A short one has come.
  /** @param {Brief | Anew} brief */
  hear(brief) {
    if (isAnew(brief) && this.said) return this.receive({ ...this.said, ...brief });
    const { channel, now } = this.here;
    const { rests, ...told } = brief;
    channel.arrived(told);
    if (!this.said) return;
    this.said = { ...this.said, ...told };
    now.told = { ...now.message, link: told.link, numbers: told.numbers }; // even before the rest is computed
    if (!this.can) return this.act.ask();
    const ahead = this.ahead(this.said);
    if (!ahead && keyOf(this.said) !== this.shown) this.folding.forget();
    now.stale ||= rests;
    this.compute({ ...this.said, ...ahead }, () => this.act.ask());
    if (now.stale) this.rest();
  }

  // What has been done already that the server has not answered yet.
  /** @param {Message} message */
  ahead(message) {
    if (!this.here.channel.foreseen || !this.can || message.core !== this.local.key) this.latest = null;
    return this.latest;
  }

  // Show a message with its changes as the page computes them. grown: called where a state grows without end.
  /** @param {Message} message @param {() => void} grown */
  compute(message, grown) {
    const { now } = this.here;
    const key = keyOf(message);
    this.wanted = { message, grown };
    if (key === this.running) return; // what is on its way is of the same numbers
    this.drop();
    const { newest } = this;
    if (key === this.shown) return this.show(message);
    this.running = key;
    this.local.compute(message, (made) => {
      if (newest !== this.newest) return;
      this.running = "";
      const wanted = this.wanted ?? { message, grown };
      if (!made) return wanted.grown();
      this.shown = key;
      now.computed = made;
      this.lay(made, message.panels);
      this.show(wanted.message);
    });
  }

  // What the page has computed over what was sent of the same numbers, of which it may be but colours.
  /** @param {Computed} made @param {Panel[]} panels */
  lay(made, panels) {
    for (const { cell, tracks } of panels) {
      for (const { track } of tracks) this.here.channel.lay(`${cell}.${track}`, made.rows(`${cell}.${track}`));
    }
  }

  // The page computes otherwise than the core: it computes no more of this scene.
  /** @param {Fault} fault */
  fail(fault) {
    this.local.leave();
    this.here.channel.send("differ", fault);
    this.act.complain(say("stage.differs"), true);
  }

  /** @param {Message} message */
  show(message) {
    this.act.show({ ...message, can: this.folding.with(message.can) });
    this.checking.follow();
  }

  // Ask for the rest of the screen once nothing is changed any more.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.here.channel.pending.length || this.act.held()) this.rest();
      else this.act.ask();
    }, REST);
  }

  leave() {
    clearTimeout(this.timer);
    this.checking.stop();
  }
}

/** @param {Changes} message @returns {Changes} */
function changesOf({ edits, held }) {
  return { edits, held };
}

// The same for the same numbers changed and held.
/** @param {Changes} message */
function keyOf({ edits, held }) {
  const numbers = edits.map(({ target, value }) => ({ target, value }));
  return JSON.stringify({ edits: numbers, held: held.map(({ place, ...one }) => one) });
}
