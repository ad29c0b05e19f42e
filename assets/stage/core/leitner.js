// Leitner's boxes (S. Leitner, So lernt man lernen, 1972): what is missed goes into the first box, what is right one
// box on, and past the last it is known. His compartments are 1, 2, 5, 8 and 14 centimetres deep: a box waits in that
// proportion, in days or in answers.

export const COMPARTMENTS = [1, 2, 5, 8, 14]; // centimetres
export const BOXES = COMPARTMENTS.length;
export const KNOWN = BOXES + 1; // where a card goes that is right in the last box

/** @param {number} box from 1 on, at most KNOWN @param {boolean} right */
export function boxAfter(box, right) {
  return right ? Math.min(box + 1, KNOWN) : 1;
}

// How long a box waits. each: what a centimetre stands for.
/** @param {number} box from 1 to BOXES @param {number} each */
export function waitOf(box, each) {
  return each * COMPARTMENTS[box - 1];
}
