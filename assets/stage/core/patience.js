// How long to wait for an answer before what was sent is sent again: it may have been lost on the way, or
// the server is at work, and asking again would make it begin again.

const SHORT = 4000; // milliseconds: where runs are short, and the least
const LONG = 20_000; // where a run may take seconds on a busy server, until it is known how long it takes
const TIMES = 4; // the longest answer so far

export class Patience {
  constructor() {
    this.size = ""; // of the screen that the answers were about
    this.condensed = false;
    /** @type {Map<boolean, number>} */
    this.longest = new Map(); // whether a cell was run for it -> milliseconds
  }

  // A screen is here: what its answers take is learned anew where its size is another.
  /** @param {{ labels: string[] | number, panels: { units: number }[] }} screen @param {boolean} condensed */
  about({ labels, panels }, condensed) {
    const size = [typeof labels === "number" ? labels : labels.length, ...panels.map(({ units }) => units)].join();
    if (size !== this.size) this.longest.clear();
    Object.assign(this, { size, condensed });
  }

  // An event was answered, the first time it was sent.
  /** @param {boolean} runs @param {number} milliseconds */
  learn(runs, milliseconds) {
    this.longest.set(runs, Math.max(milliseconds, this.longest.get(runs) ?? 0));
  }

  // runs: whether a cell is to be run. silences: how often nothing has come so far.
  /** @param {boolean} runs @param {number} silences */
  wait(runs, silences) {
    if (!this.condensed) return SHORT;
    const known = Math.max(SHORT, TIMES * (this.longest.get(runs) ?? LONG));
    return Math.min(known * 2 ** silences, LONG);
  }
}
