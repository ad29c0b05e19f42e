// Where a page cannot draw everything sixty times a second, what is read (captions, equations, wiring, the opened view)
// takes turns: heatmaps and lines follow the hand in every frame, and a part of the rest does, so that no frame is
// much longer than the others. The first frame of a hand is without it: what has not been drawn for a while takes longer.

const LONG = 18; // milliseconds of a frame, from which on they do
const SHARE = 0.2; // of the last frame in the mean
const LATEST = 100; // milliseconds: what takes longer is a page that nobody sees
const PAUSE = 200; // milliseconds without a frame, after which a hand begins

// What a turn is: all of it, none of it, or the part with this number.
export const ALL = -1;
export const NONE = -2;
/** @typedef {number} Turn */

// The parts: words, the wiring or the opened view, and each half of the equations.
export const TEXT = 0;
export const WIRING = 1;
const EQUATIONS = 2;
const HALVES = 2;
const PARTS = EQUATIONS + HALVES;

/** @param {Turn} turn @param {number} part */
export const draws = (turn, part) => turn === ALL || turn === part;

// Whether equations are drawn, and which of them.
/** @param {Turn} turn @param {number} place @returns {boolean} */
export const drawsEquation = (turn, place) => draws(turn, EQUATIONS + (place % HALVES));

export class Pace {
  // paused(): whether no frame is to come; pay(): draw what waits.
  /** @param {() => boolean} paused @param {() => void} pay */
  constructor(paused, pay) {
    this.paused = paused;
    this.pay = pay;
    this.mean = 0; // milliseconds of the last frames
    this.waits = false; // something is of a frame before
    this.part = 0; // that was drawn last
    this.begun = -PAUSE; // the last frame
    /** @type {number | null} */
    this.frame = null;
  }

  // What of it is drawn in this frame.
  /** @returns {Turn} */
  turn() {
    const at = Number(document.timeline.currentTime ?? performance.now());
    const first = at - this.begun >= PAUSE;
    this.begun = at;
    this.frame ??= requestAnimationFrame((next) => this.next(next));
    this.waits = first || this.mean >= LONG;
    if (!this.waits) return ALL;
    if (first) return NONE;
    this.part = (this.part + 1) % PARTS;
    return this.part;
  }

  /** @param {number} at */
  next(at) {
    this.frame = null;
    this.mean += SHARE * (Math.min(at - this.begun, LATEST) - this.mean);
    if (!this.waits || !this.paused()) return;
    this.waits = false;
    this.pay();
  }
}
