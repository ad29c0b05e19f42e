// The shared cursor in time and unit: stepping, scrubbing, playing. Nothing here talks to the server.

const STEPS_PER_SECOND = 1; // at a speed of 1

export class Cursor {
  /** @param {() => void} onMove */
  constructor(onMove) {
    this.step = 0;
    this.unit = 0;
    this.steps = 1;
    this.units = 1;
    this.speed = 1;
    this.playing = false;
    this.frame = 0;
    /** @type {{ step: number, unit: number } | null} */
    this.held = null; // the last step that it may go to, of this unit alone
    this.onMove = onMove;
  }

  /** @param {number} steps @param {number} units */
  bound(steps, units) {
    this.steps = steps;
    this.units = units;
    this.move(this.step, this.unit);
  }

  /** @param {number} step @param {number} [unit] */
  move(step, unit = this.unit) {
    const to = [Math.min(clamp(step, this.steps), this.last), clamp(this.held?.unit ?? unit, this.units)];
    if (to[0] === this.step && to[1] === this.unit) return;
    [this.step, this.unit] = to;
    if (!this.quiet) this.onMove();
  }

  // The last step that it can be at.
  get last() {
    return Math.min(this.held?.step ?? Infinity, this.steps - 1);
  }

  // There is a screen of this size; at: where to be on it, if that is another place. Tells nobody, but returns
  // whether it has moved.
  /** @param {number} steps @param {number} units @param {{ step: number, unit: number }} [at] */
  enter(steps, units, at) {
    const { step, unit } = this;
    this.quietly(() => {
      this.bound(steps, units);
      if (at) this.move(at.step, at.unit);
    });
    return this.step !== step || this.unit !== unit;
  }

  // What moves the cursor within tells nobody; who calls this does.
  /** @param {() => void} move */
  quietly(move) {
    this.quiet = true;
    move();
    this.quiet = false;
  }

  /** @param {number} count */
  stepBy(count) {
    this.pause();
    this.move(this.step + count);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.step === this.last) this.move(0);
    this.playing = true;
    this.onMove();
    let last = performance.now();
    let owed = 0;
    /** @param {number} now */
    const frame = (now) => {
      if (!this.playing) return;
      owed += ((now - last) / 1000) * STEPS_PER_SECOND * this.speed;
      last = now;
      if (owed >= 1) {
        this.move(this.step + Math.floor(owed));
        owed %= 1;
      }
      if (this.step === this.last) this.pause();
      else this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.playing = false;
    this.onMove();
  }
}

/** @param {number} index @param {number} count */
function clamp(index, count) {
  return Math.min(Math.max(Math.round(index), 0), count - 1);
}
