// A message as the stage takes it.

/**
 * @import { Anew, Brief, Message as Sent } from "../contract"
 * @import { Message } from "../types"
 */

// Steps that are only counted have no names of their own.
/** @param {Sent} told @returns {Message} */
export function named({ labels, ...told }) {
  return { ...told, labels: typeof labels === "number" ? Array.from({ length: labels }, (_, i) => String(i + 1)) : labels };
}

// The numbers that the visitor has changed: what the step of a lesson has set itself is none of theirs.
/** @param {Pick<Message, "edits" | "lesson">} message */
export function ownEdits({ edits, lesson }) {
  return edits.filter(({ target, value }) => lesson?.given[target] !== value);
}

// Whether all of a screen is in it, not only what a change leads to.
/** @param {Sent | Brief | Anew} message @returns {message is Sent} */
export function isWhole(message) {
  return "panels" in message;
}

// Whether the lens is in it: with what was told before it is a whole one.
/** @param {Brief | Anew} message @returns {message is Anew} */
export function isAnew(message) {
  return "lens" in message;
}
