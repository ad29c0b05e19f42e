// Plotly is loaded and catches up with what is already painted: one plot at a time, when nothing else is
// going on.

/**
 * @import { Library } from "../core/library.js"
 * @import { Figure } from "../types"
 */

const REST = 50; // milliseconds: what was painted is on screen by then
const LATEST = 250; // milliseconds: then it is drawn even if the browser finds no rest
/** @type {(act: () => void, options: { timeout: number }) => number} */
const later = window.requestIdleCallback ?? ((act) => setTimeout(act, 20));
/** @type {(handle: number) => void} */
const never = window.cancelIdleCallback ?? clearTimeout;

export class Idle {
  // behind(): plots that wait; busy(): true while a hand is on something.
  /**
   * @param {() => Iterable<{ draw(figure: Figure): void, figure: Figure }>} behind @param {() => boolean} busy
   * @param {Pick<Library, "there" | "load">} library
   */
  constructor(behind, busy, library) {
    this.behind = behind;
    this.busy = busy;
    this.library = library;
    this.handle = 0; // of the rest that is waited for
  }

  wake() {
    this.stop();
    this.timer = setTimeout(() => this.wait(), REST);
  }

  wait() {
    this.handle = later(() => this.catchUp(), { timeout: LATEST });
  }

  catchUp() {
    const [next] = this.behind();
    if (!next || this.busy()) return; // settling wakes it again
    if (!this.library.there) return this.fetch();
    next.draw(next.figure);
    this.wait();
  }

  // What is painted stays as it is where the library does not come.
  fetch() {
    this.library.load().then(() => this.wake(), () => {});
  }

  // All of it, as soon as it can be.
  async finish() {
    await this.library.load();
    for (const plot of this.behind()) plot.draw(plot.figure);
  }

  stop() {
    clearTimeout(this.timer);
    never(this.handle);
  }
}
