// Words for the hand that is there: sentences are written for a mouse, and said for a finger where the
// page is touched.

const COARSE = matchMedia("(pointer: coarse)");
/** @type {[RegExp, (...matched: string[]) => string][]} */
const FOR_A_FINGER = [
  [/\b([Cc])lick(s|ed|ing)?\b/g, (_, first, end = "") => `${first === "C" ? "T" : "t"}ap${/** @type {Record<string, string>} */ ({ ed: "ped", ing: "ping" })[end] ?? end}`],
  [/\b(Point at|Hover over)\b/g, () => "Tap"], // not “a point at the left”
];

/** @param {string} text */
export function byHand(text) {
  if (!COARSE.matches) return text;
  return FOR_A_FINGER.reduce((said, [words, other]) => said.replace(words, other), text);
}
