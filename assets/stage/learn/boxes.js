// What was predicted is kept, and what was missed comes back by Leitner's boxes, a day for a centimetre of his
// compartments. Days are counted as people count them: tomorrow begins at midnight.

import { BOXES, KNOWN, boxAfter, waitOf } from "../core/leitner.js";

/**
 * @typedef {object} What a line over the steps, or one number: `first` and `last` step, counted from 0
 * @property {string} part gru.hidden
 * @property {number} unit
 * @property {number} first
 * @property {number} last
 * @typedef {What & { link: string, symbol: string, share: number, mean: number, at: number, box: number, due: number }} Card
 *   at: when, in milliseconds; box: 0 for what does not come back; due: the day, as dayOf counts it
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

export const KEY = "gatescope.predictions";
const VERSION = 1;
const MOST = 200; // predictions that are kept
const DAY = 86_400_000; // milliseconds

/** @param {number} box from 1 on */
export function daysOf(box) {
  return waitOf(box, 1);
}

// A day as a number, by the clock of whoever looks at it.
/** @param {Date} date */
export function dayOf(date) {
  return Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / DAY);
}

// Where a prediction goes: into the first box if it was missed; if it was near and is due, one box further, and
// after the last it is known. What was near at once does not come back.
/** @param {Pick<Card, "box" | "due"> | undefined} before @param {boolean} missed @param {number} day */
export function boxOf(before, missed, day) {
  if (!missed && !before?.box) return { box: 0, due: 0 };
  if (before && !missed && day < before.due) return { box: before.box, due: before.due }; // tried again at once
  const box = boxAfter(before?.box ?? 1, !missed);
  return box === KNOWN ? { box: 0, due: 0 } : { box, due: day + daysOf(box) };
}

// What is to come back on a day: what has waited longest.
/** @param {Card[]} cards @param {number} day */
export function dueOf(cards, day) {
  const due = cards.filter((card) => card.box > 0 && card.due <= day);
  return due.sort((one, other) => one.due - other.due)[0] ?? null;
}

// The same prediction again.
/** @param {Card} card @param {Pick<Card, "link" | keyof What>} other */
export function isSame(card, other) {
  return ["link", "part", "unit", "first", "last"].every((name) => card[/** @type {"link"} */ (name)] === other[/** @type {"link"} */ (name)]);
}

export class Boxes {
  // store: of the browser; null where it keeps nothing. said(): what is to be told of that, once.
  /** @param {Store | null} store */
  constructor(store) {
    this.store = store;
    /** @type {string | null} */
    this.aside = null; // the name under which what could not be read is kept now
    this.keeps = true;
  }

  // Read anew each time: another page may have written.
  /** @returns {Card[]} */
  get cards() {
    const text = this.read();
    if (text === null) return [];
    const cards = cardsOf(text);
    if (cards) return cards;
    this.setAside(text);
    return [];
  }

  read() {
    try {
      return this.store?.getItem(KEY) ?? null;
    } catch {
      return null;
    }
  }

  // What is not ours stays, under a name that nothing else has.
  /** @param {string} text */
  setAside(text) {
    let name = `${KEY}.aside`;
    try {
      for (let i = 2; ![null, text].includes(this.store?.getItem(name) ?? null); i++) name = `${KEY}.aside.${i}`;
      this.store?.setItem(name, text);
      this.store?.removeItem(KEY);
      this.aside = name;
    } catch {
      this.keeps = false; // there is no room: what is there is not written over
    }
  }

  /** @param {Card[]} cards */
  write(cards) {
    if (!this.keeps) return;
    try {
      if (!this.store) throw new Error("nothing is kept");
      this.store.setItem(KEY, JSON.stringify({ version: VERSION, cards }));
    } catch {
      this.keeps = false;
    }
  }

  // A prediction has been made. Returns its card.
  /** @param {Omit<Card, "box" | "due" | "at">} made @param {boolean} missed @param {Date} now @returns {Card} */
  add(made, missed, now) {
    const { cards } = this;
    const before = cards.find((card) => isSame(card, made));
    const card = { ...made, at: now.getTime(), ...boxOf(before, missed, dayOf(now)) };
    this.write(trimmed([...cards.filter((one) => one !== before), card]));
    return card;
  }

  // Not now: tomorrow.
  /** @param {Card} card @param {Date} now */
  postpone(card, now) {
    this.write(this.cards.map((one) => (isSame(one, card) ? { ...one, due: dayOf(now) + 1 } : one)));
  }
}

// The latest ones; what comes back stays longest.
/** @param {Card[]} cards */
function trimmed(cards) {
  const kept = [...cards];
  while (kept.length > MOST) kept.splice(Math.max(kept.findIndex(({ box }) => !box), 0), 1);
  return kept;
}

// null for what this version has not written.
/** @param {string} text @returns {Card[] | null} */
function cardsOf(text) {
  try {
    const { version, cards } = JSON.parse(text);
    return version === VERSION && Array.isArray(cards) && cards.every(isCard) ? cards : null;
  } catch {
    return null;
  }
}

/** @param {any} one */
function isCard(one) {
  return ["link", "part", "symbol"].every((name) => typeof one?.[name] === "string")
    && ["unit", "first", "last", "box", "due"].every((name) => Number.isInteger(one[name]))
    && ["share", "mean", "at"].every((name) => Number.isFinite(one[name]))
    && one.box >= 0 && one.box <= BOXES && one.first >= 0 && one.last >= one.first && one.unit >= 0;
}
