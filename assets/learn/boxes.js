// Which question is next: Leitner's boxes, counted in answers instead of days, so that what was missed comes back
// within the same hour.

import { BOXES, KNOWN, boxAfter, waitOf } from "../stage/core/leitner.js";

/** @import { Card, Progress } from "./types" */

const EACH = 4; // answers for every centimetre of his compartments
// Answers after which each box comes again.
export const SPACES = Array.from({ length: BOXES }, (_, i) => waitOf(i + 1, EACH));
export const PAST = KNOWN;

/** @returns {Progress} */
export function nothingYet() {
  return { count: 0, right: 0, cards: {} };
}

// After an answer. A question that was never met counts as lying in box 1, as his new cards do.
/** @param {Progress} progress @param {string} name @param {boolean} right @returns {Progress} */
export function answered(progress, name, right) {
  const before = progress.cards[name] ?? { box: 1, at: 0, missed: 0 };
  const count = progress.count + 1;
  const box = boxAfter(before.box, right);
  const card = { box, at: count, missed: before.missed + (right ? 0 : 1) };
  return { count, right: progress.right + (right ? 1 : 0), cards: { ...progress.cards, [name]: card } };
}

// The next of these questions, in their order: one that was missed and is due, a new one, any that is due, or the
// one that is due soonest; null when all are past the last box.
/** @param {Progress} progress @param {string[]} names */
export function next(progress, names) {
  const met = names.filter((name) => progress.cards[name]);
  const open = met.filter((name) => progress.cards[name].box < PAST);
  open.sort((a, b) => dueAt(progress.cards[a]) - dueAt(progress.cards[b]));
  const due = open.filter((name) => dueAt(progress.cards[name]) <= progress.count);
  const missed = due.find((name) => progress.cards[name].missed > 0);
  return missed ?? names.find((name) => !progress.cards[name]) ?? due[0] ?? open[0] ?? null;
}

// How many of these questions were missed and have not been right since.
/** @param {Progress} progress @param {string[]} names */
export function waiting(progress, names) {
  return names.filter((name) => progress.cards[name]?.box === 1).length;
}

/** @param {Card} card */
function dueAt({ box, at }) {
  return at + waitOf(box, EACH);
}
