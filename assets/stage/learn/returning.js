// What leads back to a prediction: a link, and for the page that it opens what is to be asked there.

/** @import { Card, What } from "./boxes.js" */

const COMING_BACK = "gatescope.prediction"; // for this page alone

// Where the browser keeps things; null where it does not.
export function stored() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

// A lesson asks questions of its own.
/** @param {string} address */
export function withoutLesson(address) {
  const url = new URL(address);
  url.searchParams.delete("lesson");
  return url.href;
}

/** @param {Card} card */
export function remember({ part, unit, first, last }) {
  try {
    sessionStorage.setItem(COMING_BACK, JSON.stringify({ part, unit, first, last }));
  } catch {
    // the link leads there all the same
  }
}

/** @returns {What | null} */
export function comingBack() {
  try {
    const text = sessionStorage.getItem(COMING_BACK);
    sessionStorage.removeItem(COMING_BACK);
    const what = JSON.parse(text ?? "null");
    return what && typeof what.part === "string" && [what.unit, what.first, what.last].every(Number.isInteger) && what.first > 0 ? what : null;
  } catch {
    return null;
  }
}
