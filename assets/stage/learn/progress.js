// Which steps of which lessons were done, kept by the browser and by nobody else. What cannot be read is set
// aside under another name and not lost.

const KEY = "gatescope.lessons";
const ASIDE = "gatescope.lessons.aside";
const VERSION = 1;

/** @typedef {Record<string, number[]>} Done steps by lesson, from 1 */

export class Progress {
  /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [storage] */
  constructor(storage = kept()) {
    this.storage = storage;
    this.aside = false; // something was there that could not be read
    /** @type {Done} */
    this.done = this.read();
  }

  /** @returns {Done} */
  read() {
    const text = this.storage?.getItem(KEY);
    if (!text) return {};
    try {
      const { version, done } = JSON.parse(text);
      if (version === VERSION && isDone(done)) return done;
    } catch {
      // said below
    }
    this.aside = true;
    this.write(ASIDE, text);
    return {};
  }

  /** @param {string} lesson @param {number} step @param {number} steps how many there are */
  note(lesson, step, steps) {
    this.done = this.read(); // another tab may have gone on
    const before = (this.done[lesson] ?? []).filter((one) => one <= steps);
    this.done = { ...this.done, [lesson]: [...new Set([...before, step])].sort((a, b) => a - b) };
    this.write(KEY, JSON.stringify({ version: VERSION, done: this.done }));
  }

  /** @param {string} key @param {string} text */
  write(key, text) {
    try {
      this.storage?.setItem(key, text);
    } catch {
      // no room, or not allowed: the lesson goes on
    }
  }
}

/** @param {any} done @returns {done is Done} */
function isDone(done) {
  return done !== null && typeof done === "object" && !Array.isArray(done)
    && Object.values(done).every((steps) => Array.isArray(steps) && steps.every(Number.isInteger));
}

function kept() {
  try {
    return window.localStorage;
  } catch {
    return null; // a browser that keeps nothing
  }
}
