// A curve that somebody draws of what is to come: how strokes become one value a step, and how far they are
// from what the core says. Nothing here touches the page.

/**
 * @import { Numbers } from "../types"
 * @typedef {{ step: number, value: number }} Point
 * @typedef {object} Asked the steps that a value is wanted for, counted from 0
 * @property {number} first
 * @property {number} last
 * @typedef {object} Distance
 * @property {number} mean of the absolute distances
 * @property {number} share the same, as a part of the scale that was drawn on
 * @property {Point & { truth: number }} worst where it was farthest: the first such step
 */

export const NEAR = 0.05; // of the scale, on average: as good as a hand can
export const MISSED = 0.1; // from here on it is asked again
const FIGURES = 2; // decimals of what is drawn: a hand is no more exact

// A stroke from one point to another over the curve so far (one value a step; NaN where there is none yet).
// A gap between what is there and the stroke is bridged, from what is known before the first step on too.
/** @param {number[]} curve @param {Asked} asked @param {Point | null} from @param {Point} to @param {number | undefined} known */
export function stroke(curve, { first, last }, from, to, known) {
  const drawn = [...curve];
  const begin = from ?? to;
  const [low, high] = begin.step <= to.step ? [begin, to] : [to, begin];
  for (let step = Math.max(low.step, first); step <= Math.min(high.step, last); step++) drawn[step] = between(low, high, step);
  let before = Math.max(low.step, first) - 1;
  while (before >= first && Number.isNaN(drawn[before])) before--;
  const value = before >= first ? drawn[before] : known ?? low.value;
  const edge = { step: Math.max(low.step, first), value: drawn[Math.max(low.step, first)] };
  for (let step = Math.max(before + 1, first); step < edge.step; step++) drawn[step] = between({ step: before, value }, edge, step);
  return drawn;
}

/** @param {Point} one @param {Point} other @param {number} step */
function between(one, other, step) {
  const share = one.step === other.step ? 1 : (step - one.step) / (other.step - one.step);
  return rounded(one.value + (other.value - one.value) * share);
}

/** @param {number} value */
export function rounded(value) {
  return Number(value.toFixed(FIGURES)) + 0;
}

// Whether there is a value for every step that one is wanted for.
/** @param {number[]} curve @param {Asked} asked */
export function complete(curve, { first, last }) {
  for (let step = first; step <= last; step++) if (!Number.isFinite(curve[step])) return false;
  return true;
}

// How far a curve is from the truth. span: of the scale that it was drawn on.
/** @param {number[]} curve @param {Numbers} truth @param {Asked} asked @param {number} span @returns {Distance} */
export function distanceOf(curve, truth, { first, last }, span) {
  let [sum, most] = [0, -1];
  let worst = { step: first, value: NaN, truth: NaN };
  for (let step = first; step <= last; step++) {
    const away = Math.abs(curve[step] - truth[step]);
    sum += away;
    if (away > most) {
      most = away;
      worst = { step, value: curve[step], truth: truth[step] };
    }
  }
  const mean = sum / (last - first + 1);
  return { mean, share: mean / span, worst };
}

// How it went, in one word.
/** @param {number} share @returns {"near" | "fair" | "far"} */
export function verdict(share) {
  if (share <= NEAR) return "near";
  return share <= MISSED ? "fair" : "far";
}
