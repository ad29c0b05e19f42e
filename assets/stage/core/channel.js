// What goes to the server and what has come from it. Events wait here, numbered, until the server
// says it has handled them, so that none is lost or applied twice; parts are kept by digest.

import { fromBytes, isCondensed } from "./condensed.js";
import { Patience } from "./patience.js";
import { Posting } from "./posting.js";
import { say } from "./words.js";

/**
 * @import { Anew, Brief, Message as Sent } from "../contract"
 * @import { At, Details, Event, Message, Numbers } from "../types"
 * @typedef {{ seq: number, kind: Event["kind"], [field: string]: any }} Numbered
 * @typedef {(name: string, value: { client: string, events: Numbered[] }) => void} Trigger
 * @typedef {{ digest: string, value: any, full: { digest: string, z?: any }, known: Set<number> | null }} Kept
 */

const AT_ONCE = 100; // events; app/session/state.py takes no more of one message
const [SOON, LATE] = [250, 1000]; // milliseconds until a server that does not know the page is asked again, and the most
const CLIENT = Math.random().toString(36).slice(2, 12);

let counter = 0;
// name -> { digest, value, full, known }. value: a figure. full: { digest, z } of the last numbers that
// came complete, or of the bytes that came in their place. known: null, or the rows whose numbers are
// exact; the others are colours only.
/** @type {Map<string, Kept>} */
const parts = new Map();
/** @type {Map<string, { digest: string, value: any }>} */
const laid = new Map(); // over the parts, by name: what the page has computed
let layer = 0;
/** @type {Set<Event["kind"]>} */
const QUIET = new Set(["ask", "grab", "look", "whole"]); // change no number
/** @type {Set<string>} */
const FROM_HERE = new Set([...QUIET, "show", "view", "need"]); // are answered from the run that is there

export class Channel {
  // tell: called with a sentence on what went wrong. lasts: whether it is true still after the next answer.
  /** @param {(problem: string, lasts?: boolean) => void} [tell] */
  constructor(tell = () => {}) {
    this.tell = tell;
    /** @type {Numbered[]} */
    this.pending = [];
    /** @type {Map<number, number>} */
    this.began = new Map(); // seq -> when it was sent, while it was sent but once
    this.patience = new Patience();
    /** @type {Trigger | null} */
    this.trigger = null;
    /** @type {(message: Sent | Brief | Anew) => void} */
    this.arrive = () => {}; // called with what has come past Streamlit
    /** @type {() => { computes: number | null, own: string | null }} */
    this.has = () => ({ computes: null, own: null }); // what the page computes itself: posting.js
    /** @type {Set<number>} */
    this.shown = new Set(); // events on their way whose outcome is on show
    this.order = 0; // of the last message
    this.posting = new Posting({
      arrive: (message) => this.arrive(message),
      elsewhere: () => this.find(SOON),
      refused: (last) => this.drop(last),
      busy: () => this.tell(say("stage.busy")),
      over: () => this.goOn(),
      has: () => this.has(),
    });
  }

  /** @param {Trigger} trigger */
  connect(trigger) {
    this.trigger = trigger;
  }

  // at: where the cursor is, and how often the address had led here. Returns the number of the event.
  /** @template {Event["kind"]} Kind @param {Kind} kind @param {Details<Kind>} [details] @param {At & { arrived: number }} [at] */
  send(kind, details, at) {
    this.pending.push({ seq: ++counter, kind, ...details, ...at });
    this.began.set(counter, performance.now());
    this.flush();
    return counter;
  }

  /** @param {number} [silences] */
  flush(silences = 0) {
    clearTimeout(this.timer);
    if (!this.pending.length) return;
    const patience = this.patience.wait(this.pending.some(runs), silences);
    if (!this.posting.send(CLIENT, this.first)) this.run();
    this.timer = setTimeout(() => {
      this.tell(say("stage.no_answer"));
      this.began.clear();
      this.flush(silences + 1);
    }, patience);
  }

  // A run of the page is to answer: what is above the stage has changed, or the server does not know the page,
  // and with it no part of it that could be run alone. The events go by the name that it gets then.
  run() {
    if (this.posting.forgotten) window.dispatchEvent(new PopStateEvent("popstate"));
    else this.trigger?.("event", { client: CLIENT, events: this.first });
  }

  // Where the process of a page has failed its line is cut too, and a run that is asked for until it is open again, at
  // another process, is lost.
  /** @param {number} wait */
  find(wait) {
    clearTimeout(this.finding);
    if (!this.posting.forgotten || !this.pending.length) return;
    this.run();
    if (wait <= LATE) this.finding = setTimeout(() => this.find(2 * wait), wait);
  }

  // Too much for the server: what was done is left out, and what is shown comes anew.
  /** @param {number} last */
  drop(last) {
    this.keep(({ seq }) => seq > last);
    this.tell(say("stage.refused"), true);
    this.send("ask", {});
  }

  // As many as go at once: what was done while the server was gone may be more.
  get first() {
    return this.pending.slice(0, AT_ONCE);
  }

  // What was done during a post goes next; what was lost waits.
  goOn() {
    if (this.pending.some(({ seq }) => seq > this.posting.last)) this.flush();
  }

  // Whether a message was made before another that is here.
  /** @param {Pick<Message, "page" | "order">} message */
  isOld({ page, order }) {
    return page === this.posting.page && order < this.order;
  }

  // Take in a message; returns whether every part it speaks of is here.
  /** @param {Message} message */
  take(message) {
    this.patience.about(message, isCondensed(message));
    this.arrived(message);
    laid.clear();
    for (const [name, value] of Object.entries(message.included)) keep(name, message.parts[name], value);
    const own = new Set(message.own);
    const missing = Object.entries(message.parts).some(([name, digest]) => !own.has(name) && parts.get(name)?.digest !== digest);
    if (missing && !this.pending.some(({ kind }) => kind === "need")) this.send("need", {});
    return !missing;
  }

  // Of any message: the events that it answers are no longer waiting.
  /** @param {Pick<Message, "ack" | "page" | "order">} message */
  arrived({ ack, page, order }) {
    const handled = ack.client === CLIENT ? ack.seq : 0;
    const again = this.posting.know(page); // the server has been started anew
    this.order = order;
    for (const event of this.pending) if (event.seq <= handled) this.learn(event);
    this.keep(({ seq }) => seq > handled);
    if (!this.pending.length) clearTimeout(this.timer);
    else if (again) this.flush();
  }

  /** @param {(event: Numbered) => boolean} wanted */
  keep(wanted) {
    this.pending = this.pending.filter(wanted);
    this.shown = new Set(this.pending.map(({ seq }) => seq).filter((seq) => this.shown.has(seq)));
  }

  // The outcome of an event is on show already.
  /** @param {number} seq */
  foresee(seq) {
    this.shown.add(seq);
  }

  /** @param {number} seq */
  foresees(seq) {
    return this.shown.has(seq);
  }

  // How many events are on their way whose outcome is on show.
  get foreseen() {
    return this.shown.size;
  }

  // Numbers that the page has computed, over those that were sent, until the next whole message.
  /** @param {string} name @param {Numbers[]} z */
  lay(name, z) {
    const under = parts.get(name);
    if (under) laid.set(name, { digest: `${frameOf(under.digest)}.page${++layer}`, value: withNumbers(under.value, z) });
  }

  // How long an answer takes.
  /** @param {Numbered} event */
  learn(event) {
    const began = this.began.get(event.seq);
    if (began !== undefined) this.patience.learn(runs(event), performance.now() - began);
    this.began.delete(event.seq);
  }

  // Events are on their way that will change the numbers on screen.
  get busy() {
    return this.pending.some(({ kind, seq }) => !QUIET.has(kind) && !this.shown.has(seq));
  }

  // Changes are on their way that the link does not have yet.
  get telling() {
    return this.pending.some(({ kind }) => !QUIET.has(kind));
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.finding);
  }

  /** @param {string} name @returns {any} */
  part(name) {
    return (laid.get(name) ?? parts.get(name))?.value;
  }

  // Changes with everything of a figure but its numbers.
  /** @param {string} name */
  frame(name) {
    return frameOf(parts.get(name)?.digest);
  }

  /** @param {string} name */
  digest(name) {
    return (laid.get(name) ?? parts.get(name))?.digest;
  }

  // Changes with every number that can be read, and with every colour.
  /** @param {string} name */
  state(name) {
    return `${this.digest(name)} ${laid.has(name) ? "all" : parts.get(name)?.known?.size ?? "all"}`;
  }

  // Whether only the colours of a part are ever sent: it is too large.
  /** @param {string} name */
  isPicture(name) {
    return parts.get(name)?.full.z?.[0] instanceof Uint8Array;
  }

  // Whether every number of a part is here.
  /** @param {string} name */
  complete(name) {
    return isLaid(name) || !parts.get(name)?.known;
  }

  // Whether the numbers of a row are here, not its colours only.
  /** @param {string} name @param {number} row */
  knows(name, row) {
    const { known } = /** @type {Kept} */ (parts.get(name));
    return isLaid(name) || !known || known.has(row);
  }
}

// Whether every number of a part has been computed here, and not only what is drawn of it.
/** @param {string} name */
function isLaid(name) {
  return laid.has(name) && !parts.get(name)?.value.grid;
}

// Whether the server has to run a cell again for an event.
/** @param {{ kind: string }} event */
export function runs({ kind }) {
  return !FROM_HERE.has(kind);
}

/** @param {string | undefined} digest */
function frameOf(digest) {
  return digest?.split(".")[0];
}

// A whole figure or content; or a figure of the last complete numbers in another order; or the changed bits of those; or
// colours and some exact rows; or more exact rows of what is here. What does not fit on what is here counts as missing.
/** @param {string} name @param {string} digest @param {any} value */
function keep(name, digest, value) {
  const old = parts.get(name);
  if (value.content) {
    parts.set(name, { digest, value: value.content, full: { digest }, known: null });
  } else if (value.moved) {
    const { moved: { over, rows, columns }, ...figure } = value;
    if (!old || old.full.digest !== over) return;
    complete(name, digest, figure, rows.map((/** @type {number} */ row) => inOrder(old.full.z[row], columns)));
  } else if (value.data) {
    complete(name, digest, value, value.data[0].z);
  } else if (value.change) {
    if (!old || old.full.digest !== value.over) return;
    complete(name, digest, old.value, old.full.z.map((/** @type {any} */ row, /** @type {number} */ i) => changed(row, value.change[i])));
  } else if (value.colours) {
    if (!old || frameOf(old.digest) !== frameOf(digest)) return;
    const z = exactRows(decoded(value.colours, old.value.data[0]), value);
    parts.set(name, { ...old, digest, value: withNumbers(old.value, z), known: new Set(value.rows) });
  } else if (old?.digest === digest && old.known) {
    const z = exactRows(old.value.data[0].z, value);
    parts.set(name, { ...old, value: withNumbers(old.value, z), known: new Set([...old.known, ...value.rows]) });
  }
}

// All numbers of a figure, or bytes for all of its colours.
/** @param {string} name @param {string} digest @param {any} figure @param {any} z */
function complete(name, digest, figure, z) {
  const bytes = z?.[0] instanceof Uint8Array;
  const numbers = bytes ? z.map((/** @type {Uint8Array} */ row) => fromBytes(row, figure.data[0])) : z;
  const value = numbers === figure.data[0].z ? figure : withNumbers(figure, numbers);
  parts.set(name, { digest, value, full: { digest, z }, known: bytes ? new Set() : null });
}

/** @param {any} figure @param {any} z */
function withNumbers(figure, z) {
  const [trace] = figure.data;
  return { ...figure, data: [{ ...trace, z }] };
}

/** @param {Uint8Array | Float32Array} row @param {Uint8Array | Uint32Array} change */
function changed(row, change) {
  if (row instanceof Uint8Array) return row.map((byte, i) => byte + change[i]);
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  return new Float32Array(change.map((bit, i) => bit ^ bits[i]).buffer);
}

/** @template {Uint8Array | Float32Array} Row @param {Row} row @param {number[]} columns @returns {Row} */
function inOrder(row, columns) {
  const found = row.slice(); // a loop: a function for each of a network's weights takes four times as long
  for (let i = 0; i < columns.length; i++) found[i] = row[columns[i]];
  return /** @type {Row} */ (found);
}

// Colours (one array a step) as numbers to draw from, one array a row.
/** @param {Uint8Array[]} colours @param {{ z: Numbers[], zmin: number, zmax: number }} trace */
function decoded(colours, { z, zmin, zmax }) {
  return z.map((_, row) => Float32Array.from(colours, (column) => zmin + ((zmax - zmin) * column[row]) / 255));
}

/** @param {Numbers[]} z @param {{ rows: number[], numbers: Numbers[] }} told */
function exactRows(z, { rows, numbers }) {
  const copy = [...z];
  rows.forEach((row, i) => (copy[row] = numbers[i]));
  return copy;
}
