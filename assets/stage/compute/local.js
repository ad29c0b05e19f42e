// The core of the screen in the page: fetched once the screen is there, and what is shown of a drag and of
// changes runs on it then.

import { fetchCore } from "../core/numbers.js";
import { nearest } from "../core/sweep.js";
import { say } from "../core/words.js";
import { Computed } from "./computed.js";
import { Core } from "./core.js";
import { runnerOf } from "./runner.js";

/**
 * @import { Swept } from "../core/sweep.js"
 * @import { Here } from "./computed.js"
 * @import { Runner } from "./runner.js"
 * @import { Message } from "../types"
 * @typedef {Pick<Message, "edits" | "held">} Changes
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
    if (key && numbers) setTimeout(() => this.fetch(key, numbers)); // the screen comes first; a first picture has none
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

  // Every cell with all that is changed and held; then is called with what that makes, null where a state grows
  // without end, and not at all once something newer is run.
  /** @param {Changes} changes @param {(made: Computed | null) => void} then */
  compute({ edits, held }, then) {
    const { core, runner } = this;
    if (!core || !runner) return;
    const cells = [...core.cells.keys()];
    const job = { edits, held, target: null, value: 0, cells };
    runner.run(job, (fine) => {
      const made = new Computed(this.here, core, cells);
      made.learn(job);
      then(fine ? made : null);
    });
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
export class LocalSweep extends Computed {
  /** @param {Local} local @param {Core} core @param {Runner} runner @param {string} target @param {number} value */
  constructor(local, core, runner, target, value) {
    super(local.here, core, [...core.cells.keys()].filter((cell) => core.isOf(cell, target)));
    this.local = local;
    this.runner = runner;
    this.target = target;
    /** @type {string | undefined} */
    this.note = undefined;
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
    const job = { edits, held, target, value, cells };
    this.runner.run(job, (fine) => {
      this.whole = true;
      this.learn(fine ? job : null);
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
}
