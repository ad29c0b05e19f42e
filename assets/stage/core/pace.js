// Where a page cannot draw everything sixty times a second, what is read (equations, wiring, the opened view) takes
// turns: heatmaps and lines follow the hand in every frame, it in every second or third and when the hand pauses. The
// first frame of a hand is without it: what has not been drawn for a while takes longer.

const LONG = 18; // milliseconds of a frame, from which on they do
const MOST = 2; // frames that they may wait
const SHARE = 0.2; // of the last frame in the mean
const LATEST = 100; // milliseconds: what takes longer is a page that nobody sees
const PAUSE = 200; // milliseconds without a frame, after which a hand begins

export class Pace {
  // paused(): whether no frame is to come; pay(): draw what waits.
  /** @param {() => boolean} paused @param {() => void} pay */
  constructor(paused, pay) {
    this.paused = paused;
    this.pay = pay;
    this.mean = 0; // milliseconds of the last frames
    this.owed = 0; // frames that what is read has waited
    this.begun = -PAUSE; // the last frame
    /** @type {number | null} */
    this.frame = null;
  }

  // Whether what is read is drawn in this frame.
  tells() {
    const at = Number(document.timeline.currentTime ?? performance.now());
    const first = at - this.begun >= PAUSE;
    const told = (this.mean < LONG && !first) || this.owed >= MOST;
    this.owed = told ? 0 : this.owed + 1;
    this.begun = at;
    this.frame ??= requestAnimationFrame((next) => this.next(next));
    return told;
  }

  /** @param {number} at */
  next(at) {
    this.frame = null;
    this.mean += SHARE * (Math.min(at - this.begun, LATEST) - this.mean);
    if (!this.owed || !this.paused()) return;
    this.owed = 0;
    this.pay();
  }
}
