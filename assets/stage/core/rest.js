// What is done once nothing has happened for a while. A timer that is set anew in every frame of a drag takes a part of
// the frame; this one is set once, and looks when it rings.

export class Rest {
  // milliseconds: of rest before act.
  /** @param {number} milliseconds @param {() => void} act */
  constructor(milliseconds, act) {
    this.milliseconds = milliseconds;
    this.act = act;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {number | null} */
    this.last = null; // when something happened; null where nothing is to be done
  }

  // Something has happened.
  begin() {
    this.last = performance.now();
    this.timer ??= setTimeout(() => this.ring(), this.milliseconds);
  }

  // Nothing is to be done.
  drop() {
    this.last = null;
  }

  ring() {
    this.timer = null;
    if (this.last === null) return;
    const left = this.last + this.milliseconds - performance.now();
    if (left > 0) this.timer = setTimeout(() => this.ring(), left);
    else {
      this.last = null;
      this.act();
    }
  }
}
