// Progress in the browser's own storage. What stands there and is not ours, or of another version, is put under
// another key and never written over.

import { PAST, nothingYet } from "./boxes.js";

/** @import { Card, Progress, Stored } from "./types" */

export const KEY = "gatescope.quiz";
export const VERSION = 1;
const MOST = 1e9; // answers

export class Keeping {
  /** @param {() => Storage} storage asked for each time: a browser may refuse it */
  constructor(storage) {
    this.storage = storage;
    this.stays = true; // whether what is written stays
    this.aside = ""; // the key of what was put aside when it was read first
    /** @type {Stored} */
    this.last = { version: VERSION, draws: {} };
    this.read();
  }

  // What is stored, as it is now: another tab may have written.
  read() {
    if (!this.stays) return this.last;
    try {
      const text = this.storage().getItem(KEY);
      const found = text === null ? { version: VERSION, draws: {} } : understood(text);
      if (!found) this.aside = this.putAside();
      this.last = found ?? { version: VERSION, draws: {} };
    } catch {
      this.stays = false;
    }
    return this.last;
  }

  /** @param {number} seed @returns {Progress} */
  of(seed) {
    return this.read().draws[seed] ?? nothingYet();
  }

  /** @param {number} seed @param {Progress} progress */
  write(seed, progress) {
    const { draws } = this.read();
    this.store({ version: VERSION, draws: { ...draws, [seed]: progress } });
  }

  // Everything as a file has it.
  text() {
    return `${JSON.stringify(this.read(), null, 1)}\n`;
  }

  // Takes in what a file has; what was here before is put aside. Returns its key, empty if there was nothing, or
  // null for a file that is not ours: then nothing is changed.
  /** @param {string} text */
  open(text) {
    const found = understood(text);
    if (!found) return null;
    const before = this.replaceable();
    this.store(found);
    return before;
  }

  // Forgets one draw, which is put aside with all others. Returns the key.
  /** @param {number} seed */
  begin(seed) {
    const { [String(seed)]: _, ...draws } = this.read().draws;
    const before = this.replaceable();
    this.store({ version: VERSION, draws });
    return before;
  }

  replaceable() {
    if (!Object.keys(this.read().draws).length || !this.stays) return "";
    try {
      return this.putAside();
    } catch {
      this.stays = false;
      return "";
    }
  }

  putAside() {
    const storage = this.storage();
    let key = `${KEY}.aside`;
    for (let i = 2; storage.getItem(key) !== null; i++) key = `${KEY}.aside-${i}`;
    storage.setItem(key, storage.getItem(KEY) ?? "");
    storage.removeItem(KEY);
    return key;
  }

  /** @param {Stored} stored */
  store(stored) {
    this.last = stored;
    if (!this.stays) return;
    try {
      this.storage().setItem(KEY, JSON.stringify(stored));
    } catch {
      this.stays = false;
    }
  }
}

// What a text holds if it is progress of this version, else null.
/** @param {string} text @returns {Stored | null} */
export function understood(text) {
  try {
    const found = JSON.parse(text);
    const whole = isRecord(found) && found.version === VERSION && isRecord(found.draws);
    return whole && Object.values(found.draws).every(isProgress) ? { version: VERSION, draws: found.draws } : null;
  } catch {
    return null;
  }
}

/** @param {any} value */
function isProgress(value) {
  return isRecord(value) && isCount(value.count) && isCount(value.right) && value.right <= value.count
    && isRecord(value.cards) && Object.values(value.cards).every((card) => isCard(card, value.count));
}

/** @param {any} value @param {number} count */
function isCard(value, count) {
  return isRecord(value) && [value.box, value.at, value.missed].every(isCount)
    && value.box >= 1 && value.box <= PAST && value.at <= count;
}

/** @param {any} value */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value */
function isCount(value) {
  return Number.isInteger(value) && value >= 0 && value <= MOST;
}
