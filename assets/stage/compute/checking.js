// The core stays the judge: what the page has computed is compared with NumPy on the server, once nobody
// changes anything for a while.

import { whole } from "../core/format.js";
import { fetchCheck } from "../core/numbers.js";
import { say } from "../core/words.js";

/**
 * @import { Check } from "../contract"
 * @import { Core } from "./core.js"
 * @import { Here as All } from "../types"
 * @typedef {Pick<All, "now"> & { channel: Pick<All["channel"], "pending"> }} Here
 * @typedef {{ same: number, all: number, fault: Fault | null }} Found
 * @typedef {{ cell: string, track: string, most: number }} Fault where the page computes otherwise
 * @typedef {object} Act
 * @property {(said: string) => void} say beside the notes of the opened cell
 * @property {(fault: Fault) => void} fault the server's numbers win
 * @property {() => void} again a cell magnifies rounding: the server's numbers are shown
 */

const REST = 3000; // milliseconds without a change
const AGAIN = 15_000; // milliseconds after which it is tried once more
const NEAR = 1e-12; // of float64
const CARRIED = 16; // units of the last place of float32 that come of a state rounded before

export class Checking {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    this.asked = ""; // the ticket that was compared last
  }

  // Something has come on show.
  follow() {
    const { now } = this.here;
    clearTimeout(this.timer);
    const { numbers } = now.message;
    if (numbers === this.asked) return;
    this.act.say("");
    if (now.computed) this.timer = setTimeout(() => this.check(numbers), REST);
  }

  /** @param {string} ticket */
  async check(ticket) {
    const { channel, now } = this.here;
    const { computed } = now;
    const core = computed?.ofAny();
    if (!computed || !core || now.message.numbers !== ticket) return;
    if (document.hidden || channel.pending.length) return this.later(ticket);
    /** @type {Check} */
    let told;
    try {
      told = await fetchCheck(ticket);
    } catch {
      return this.later(ticket); // the server is busy, or gone
    }
    if (now.computed !== computed || now.message.numbers !== ticket || !computed.ofAny()) return; // changed meanwhile
    this.asked = ticket;
    const found = compared(core, computed.cells, told);
    if (found.fault) return this.act.fault(found.fault);
    const counted = { same: whole(found.same), all: whole(found.all) };
    this.act.say(found.same === found.all ? say("inside.checked", counted) : say("inside.checked_some", counted));
    if (found.same < found.all) this.act.again();
  }

  /** @param {string} ticket */
  later(ticket) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(ticket), AGAIN);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

// How many numbers of these cells are the same. Where one is not, each step is computed once more from what the
// server has before it: a cell may magnify the last digit from step to step, which is no fault.
/** @param {Core} core @param {string[]} cells @param {Check} told @returns {Found} */
export function compared(core, cells, told) {
  const found = { same: 0, all: 0 };
  for (const cell of cells) {
    let fine = true;
    for (const [track, values] of Object.entries(told.cells[cell])) {
      const own = core.tracksOf(cell)[track];
      const units = values.length / told.steps.length;
      const at = (/** @type {number} */ i) => told.steps[Math.floor(i / units)] * units + (i % units);
      const same = Array.from(values).filter((value, i) => near(core, own[at(i)], value)).length;
      found.same += same;
      found.all += values.length;
      fine = fine && same === values.length;
    }
    const fault = fine ? null : stepByStep(core, cell, told);
    if (fault) return { ...found, fault };
  }
  return { ...found, fault: null };
}

/** @param {Core} core @param {string} cell @param {Check} told @returns {Fault | null} */
function stepByStep(core, cell, { steps, cells }) {
  const tracks = cells[cell];
  for (const [row, step] of steps.entries()) {
    if (row > 0 && steps[row - 1] !== step - 1) continue;
    if (row === 0 && step > 0) continue;
    /** @param {string} name @param {number} at */
    const slice = (name, at) => {
      const units = tracks[name].length / steps.length;
      return Float64Array.from(tracks[name].slice(at * units, (at + 1) * units));
    };
    const made = core.stepOf(cell, step, step > 0 ? (state) => slice(state, row - 1) : null);
    for (const track of Object.keys(tracks)) {
      const values = slice(track, row);
      const most = values.reduce((sum, value, i) => Math.max(sum, near(core, made[track][i], value, CARRIED) ? 0 : Math.abs(made[track][i] - value)), 0);
      if (most > 0) return { cell, track, most };
    }
  }
  return null;
}

// In float32 some units of the last place may be others: a number in between is rounded to either side.
/** @param {Core} core @param {number} one @param {number} other @param {number} [units] */
function near(core, one, other, units = 1) {
  if (!core.sent.single) return Math.abs(one - other) <= NEAR * Math.max(1, Math.abs(other));
  return Math.abs(one - other) <= units * 2 ** -23 * Math.max(Math.abs(other), 2 ** -126);
}
