// The core of the screen in the page: fetched once the screen is there, and what a drag runs on then.

import { fetchCore } from "../core/numbers.js";
import { nearest } from "../core/sweep.js";
import { say } from "../core/words.js";
import { Core } from "./core.js";
import { runnerOf } from "./runner.js";

/**
 * @import { Lookup, Swept } from "../core/sweep.js"
 * @import { Runner } from "./runner.js"
 * @import { At, Here as All, Message, Numbers, Panel } from "../types"
 * @typedef {Pick<All, "now"> & { channel: Pick<All["channel"], "part"> }} Here
 */

const PARTS = 200; // a number is dragged by as small a part of its range

export class Local {
  /** @param {Here} here @param {(where: string) => void} told */
  constructor(here, told) {
    this.here = here;
    this.told = told; // where it is computed, each time that changes
    this.lost = false; // the core has not come, or cannot be run here
    /** @type {Runner | null} */
    this.runner = null;
    /** @type {Core | null} */
    this.core = null;
    /** @type {string | null} */
    this.key = null; // of the core that is here, or on its way
  }

  // Who computes what a drag shows: the page, the server, or the page as soon as the core has come.
  get where() {
    if (this.core) return "here";
    return this.key && !this.lost ? "soon" : "there";
  }

  // A message has come: the same numbers with other changes, or others.
  /** @param {Message} message */
  receive({ core: key, numbers, edits, held }) {
    if (key === this.key) return this.core?.set(edits, held);
    this.end();
    this.key = key;
    this.lost = false;
    if (key) setTimeout(() => this.fetch(key, numbers)); // the screen comes first
    this.settled();
  }

  /** @param {string} key @param {string} ticket */
  async fetch(key, ticket) {
    if (key !== this.key) return;
    try {
      const sent = await fetchCore(ticket);
      if (key !== this.key) return; // another screen meanwhile
      const core = new Core(sent);
      const { edits, held } = this.here.now.message;
      core.set(edits, held);
      this.runner = runnerOf(core, () => this.leave());
      this.core = core;
      this.settled();
    } catch {
      if (key === this.key) this.leave();
    }
  }

  // The server computes.
  leave() {
    this.end();
    this.lost = true;
    this.settled();
  }

  end() {
    this.runner?.end();
    this.runner = this.core = null;
  }

  settled() {
    this.told(this.where);
  }

  // What a drag of a number runs on; null where the page cannot compute it.
  /** @param {string} target @returns {Swept | null} */
  sweep(target) {
    const { core, runner } = this;
    const value = core?.value(target);
    return core && runner && value !== undefined ? new LocalSweep(this, core, runner, target, value) : null;
  }
}

/** @implements {Swept} */
export class LocalSweep {
  /** @param {Local} local @param {Core} core @param {Runner} runner @param {string} target @param {number} value */
  constructor(local, core, runner, target, value) {
    this.local = local;
    this.core = core;
    this.runner = runner;
    this.target = target;
    this.here = local.here;
    this.cells = [...core.cells.keys()].filter((cell) => core.isOf(cell, target));
    /** @type {string | undefined} */
    this.note = undefined;
    /** @type {Map<string, Uint8Array[]>} */
    this.shown = new Map(); // name of a track -> its colours under the value on show
    this.done = false; // whether there is one
    this.whole = false; // whether the cells that the number leaves alone have been run, too
    this.values = /** @type {Float64Array} */ (new Float64Array());
    this.base = 0;
    this.moveTo(value);
  }

  // Any value can be shown; these are the places of a slider, round but for the committed one.
  /** @param {number} value */
  moveTo(value) {
    const bound = this.core.bound(this.target, value);
    const round = Array.from({ length: PARTS + 1 }, (_, i) => Number(((bound * (2 * i - PARTS)) / PARTS).toPrecision(10)));
    this.values = Float64Array.from(new Set([...round, value])).sort();
    this.base = nearest(this.values, value);
    this.whole = false; // others may have changed
  }

  /** @param {number} value */
  nearest(value) {
    return value;
  }

  /** @param {number} value @param {() => void} done */
  show(value, done) {
    const { here: { now: { message: { edits, held } } }, target } = this;
    const cells = this.whole ? this.cells : [...this.core.cells.keys()];
    this.runner.run({ edits, held, target, value, cells }, (fine) => {
      this.whole = true;
      this.shown.clear();
      this.done = fine;
      this.note = fine ? undefined : say("values.grows");
      done();
    });
  }

  isOf() {
    return true; // of every place
  }

  // Whatever else has changed, as long as the scene is the same.
  lasts() {
    return this.local.core === this.core;
  }

  /** @param {string} name */
  bytes(name) {
    const [cell] = name.split(".");
    if (!this.done || !this.cells.includes(cell)) return null;
    const known = this.shown.get(name);
    if (known) return known;
    const { order } = this.panel(cell);
    const { zmin, zmax } = this.here.channel.part(name).data[0];
    const rows = order.map((unit) => coloured(this.core.line(name, unit) ?? [], zmin, zmax));
    this.shown.set(name, rows);
    return rows;
  }

  /** @param {string} cell */
  panel(cell) {
    return /** @type {Panel} */ (this.here.now.message.panels.find((panel) => panel.cell === cell));
  }

  /** @param {string} name @param {number} unit */
  line(name, unit) {
    const [cell] = name.split(".");
    return this.done && this.cells.includes(cell) ? this.core.line(name, unit) : undefined;
  }

  // Of any cell: what was sent of one that stays may be colours only.
  /** @param {string} name @param {At} at */
  exact(name, { step, unit }) {
    return this.done ? this.core.number(name, step, unit) : undefined;
  }

  /** @param {string} cell @param {At} at @returns {Lookup | null} */
  inside(cell, { step, unit }) {
    if (!this.done || !this.cells.includes(cell) || unit >= this.panel(cell).units) return null;
    return this.core.numbers(cell, step, unit);
  }

  /** @param {string} cell @param {string} name @param {At} at */
  column(cell, name, { step }) {
    if (!this.done || !this.cells.includes(cell)) return undefined;
    const values = this.core.vectors(cell, step).get(name);
    if (!values) return undefined;
    const [low, high] = this.core.rangeOf(cell, name);
    return { bytes: coloured(this.panel(cell).order.map((unit) => values[unit]), low, high), from: 0 };
  }
}

// Places along a colour scale, 0 to 255.
/** @param {Numbers} values @param {number} low @param {number} high */
function coloured(values, low, high) {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(Math.max((value - low) / (high - low), 0), 1)));
}
