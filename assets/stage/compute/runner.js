// Where the core of a screen is run: in the page if that takes less than a frame, else in a worker.

import { asset } from "../core/served.js";

/**
 * @import { Core } from "./core.js"
 * @import { Done, Job } from "./worker.js"
 * @typedef {(fine: boolean) => void} Then
 * @typedef {object} Runner
 * @property {(job: Job, then: Then) => void} run then: called with whether there are numbers, not at all for
 *   a job that another has overtaken
 * @property {() => void} end
 */

const WARM = 300; // milliseconds after the core has come
const MOST_HERE = 2_000_000; // products of a run: some milliseconds

/** @param {Core} core @param {() => void} onLost @returns {Runner} */
export function runnerOf(core, onLost) {
  return core.products <= MOST_HERE ? new Here(core) : new Worked(core, onLost);
}

/** @implements {Runner} */
class Here {
  /** @param {Core} core */
  constructor(core) {
    this.core = core;
    // Once before it counts: a browser takes its time with what it has never run.
    setTimeout(() => core.user ?? [...core.cells.keys()].forEach((cell) => core.run(cell)), WARM);
  }

  /** @param {Job} job @param {Then} then */
  run({ edits, held, target, value, cells }, then) {
    this.core.set(edits, held);
    if (target) this.core.put(target, value);
    then(cells.every((cell) => this.core.run(cell)));
  }

  end() {}
}

/** @implements {Runner} */
class Worked {
  /** @param {Core} core @param {() => void} onLost called if there are no workers here */
  constructor(core, onLost) {
    this.core = core;
    this.worker = new Worker(asset("stage/compute/worker.js"), { type: "module" });
    this.worker.onmessage = ({ data }) => this.heard(data);
    this.worker.onerror = onLost;
    this.worker.postMessage({ core: core.sent });
    /** @type {{ job: Job, then: Then } | null} */
    this.running = null;
    /** @type {{ job: Job, then: Then } | null} */
    this.next = null; // the newest that waits
  }

  /** @param {Job} job @param {Then} then */
  run(job, then) {
    this.next = { job, then };
    if (!this.running) this.go();
  }

  go() {
    this.running = this.next;
    this.next = null;
    if (this.running) this.worker.postMessage(this.running.job);
  }

  /** @param {Done | null} done */
  heard(done) {
    if (!this.running) return;
    const { job: { edits, held, target, value }, then } = this.running;
    this.core.set(edits, held);
    if (target) this.core.put(target, value);
    for (const [cell, tracks] of Object.entries(done ?? {})) this.core.take(cell, tracks);
    this.go(); // while this one is drawn
    then(done !== null);
  }

  end() {
    this.worker.terminate();
  }
}
