// Plotly catches up with what is already painted: one plot at a time, when nothing else is going on.

const SOON = 40; // milliseconds

export class Idle {
  // behind(): plots that wait; busy(): true while a hand is on something.
  constructor(behind, busy) {
    this.behind = behind;
    this.busy = busy;
  }

  wake() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.busy()) return this.wake();
      const next = this.behind()[0];
      if (!next) return;
      next.draw(next.figure);
      this.wake();
    }, SOON);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
