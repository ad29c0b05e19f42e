// Where a page cannot draw everything sixty times a second, the numbers in words take turns: heatmaps and lines follow
// the hand in every frame, what is read (equations, wiring, the opened view) in every second or third, and whenever
// the hand pauses.

const LONG = 18; // milliseconds of a frame, from which on they do
const MOST = 2; // frames that they may wait
const SHARE = 0.2; // of the last frame in the mean

export class Pace {
  // pay: draw what waits, if it is still of use.
  /** @param {() => void} pay */
  constructor(pay) {
    this.pay = pay;
    this.mean = 0; // milliseconds of the last frames
    this.owed = 0; // frames that what is read has waited
    this.begun = 0; // the frame that is being drawn
    /** @type {number | null} */
    this.frame = null;
  }

  // Whether what is read is drawn in this frame.
  tells() {
    const told = this.mean < LONG || this.owed >= MOST;
    this.owed = told ? 0 : this.owed + 1;
    this.begun = Number(document.timeline.currentTime);
    this.frame ??= requestAnimationFrame((at) => this.next(at));
    return told;
  }

  /** @param {number} at */
  next(at) {
    this.frame = null;
    this.mean += SHARE * (at - this.begun - this.mean);
    if (this.owed) this.pay();
  }
}
