// Words for the hand that is there: some sentences have a wording for a mouse, and one for a finger where
// the page is touched.

/** @import { ByHand } from "../contract" */

const COARSE = matchMedia("(pointer: coarse)");

/** @param {ByHand} said */
export function byHand({ mouse, finger }) {
  return COARSE.matches ? finger : mouse;
}
