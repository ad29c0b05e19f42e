// Numbers for people, by the rules of app/words/numbers.py: a gate that is not 1 is never written 1, a
// share that is not 0 or 1 never 0 % or 100 %. Both are held to tests/words/numbers.json.

import { say } from "./words.js";

const NEAR_ONE = 5e-4; // this far below 1, three figures would say 1: decimals tell it,
const NEARER = 1e-4; // and from here on the distance itself,
const NEAREST = 1e-5; // as far as a 32-bit float can tell it.
const LEAST = 1.2e-38; // below this a 32-bit float has fewer figures
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const TIE = "\u00a0"; // a no-break space: no line ends within a number (app/words/ties.py)

// In captions, equations and tables: three figures always, 0.500 and 1.92e−22. exact: the number came as a
// 64-bit float, which tells it from 1 and from 0 however near it is.
/** @param {number} value @param {boolean} [exact] @returns {string} */
export function short(value, exact = false) {
  if (value === 0) return "0";
  const near = nearOne(value, exact, ([mantissa, power]) => `${mantissa}e${power}`);
  if (near) return near;
  const size = Math.abs(value);
  if (size < LEAST && !exact) return value > 0 ? say("format.over_zero") : say("format.under_zero");
  return minus(size >= 1e5 || size < 1e-4 ? scientific(value, 3).join("e") : rounded(value, 3));
}

// In sentences: the same without trailing zeros, and powers of ten as on paper.
/** @param {number} value @param {boolean} [exact] @returns {string} */
export function number(value, exact = false) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? say("format.no_number") : minus(value).replace("Infinity", "∞");
  const near = nearOne(value, exact, power);
  if (near) return near;
  const size = Math.abs(value);
  if (size && size < LEAST && !exact) return value > 0 ? say("format.over_zero") : say("format.under_zero");
  if (size !== 0 && (size >= 1e5 || size < 1e-4)) return power(scientific(value, 3));
  return grouped(minus(Number(value.toPrecision(3)) + 0));
}

// The same for the small cells of a matrix.
/** @param {number} value */
export function brief(value) {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e5)) return minus(Number(value.toPrecision(3)) + 0);
  const [mantissa, exponent] = scientific(value, 3);
  return minus(`${Number(mantissa)}e${exponent}`);
}

// Everything a 32-bit float can tell: seven significant figures.
/** @param {number} value */
export function full(value) {
  return minus(Number(value.toPrecision(7)));
}

// A round number, such as the end of a scale.
/** @param {number | string} value */
export function minus(value) {
  return String(value).replaceAll("-", "−");
}

// A number as committed: shortest text that reads back as the same 64-bit float.
export const exact = minus;

// Whole percents; two decimals where these would say 0 or 100.
/** @param {number} share */
export function percent(share) {
  const whole = (100 * share).toFixed(0);
  if ((whole !== "0" && whole !== "-0" && whole !== "100") || share === 0 || share === 1) return `${minus(whole)}${TIE}%`;
  const decimals = (100 * share).toFixed(2);
  if (decimals === "0.00") return say("format.least_share");
  if (decimals === "100.00" && share < 1) return say("format.most_share");
  return `${minus(Number(decimals))}${TIE}%`;
}

// A number of steps that need not be whole, such as a half-life.
/** @param {number} value */
export function steps(value) {
  if (value === Infinity) return say("format.infinite_steps");
  if (value > 1e6) return say("format.most_steps");
  if (value > 0 && value < 0.01) return say("format.least_steps");
  const said = value < 1e5 ? number(value) : grouped(String(Number(value.toPrecision(3))));
  return said === "1" ? say("format.step") : say("format.steps", { number: said });
}

// What three figures would write as 1 or −1 and is not; undefined for every other number.
/** @param {number} value @param {boolean} exact @param {(parts: string[]) => string} write */
function nearOne(value, exact, write) {
  const rest = 1 - Math.abs(value);
  if (!(rest > 0 && rest < NEAR_ONE)) return undefined;
  if (rest >= NEARER) return minus(value.toFixed(4));
  if (!exact && rest < NEAREST) return value > 0 ? say("format.under_one") : say("format.over_minus_one");
  const far = write(scientific(rest, 2));
  return minus((value > 0 ? ["1", "−", far] : ["−1", "+", far]).join(TIE));
}

// ["1.92", "-22"]
/** @param {number} value @param {number} figures */
function scientific(value, figures) {
  return value.toExponential(figures - 1).replace("e+", "e").split("e");
}

/** @param {string[]} parts */
function power([mantissa, exponent]) {
  const raised = exponent.replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
  return minus([Number(mantissa), "·", `10${raised}`].join(TIE));
}

// A text with a capital letter first; a name at its beginning, such as z, r_t or x₂, stays as it is written.
/** @param {string} text */
export function sentence(text) {
  return /^[a-z]{2,}(?![\w₀-₉])/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

// A whole number, with commas between its thousands.
/** @param {number} value */
export function whole(value) {
  return grouped(String(value));
}

/** @param {string} text */
function grouped(text) {
  const [whole, ...decimals] = text.split(".");
  return [whole.replace(/\d(?=(\d{3})+$)/g, "$&,"), ...decimals].join(".");
}

/** @param {number} value @param {number} figures */
function rounded(value, figures) {
  const text = value.toPrecision(figures);
  return text.includes("e") ? String(Number(text)) : text;
}
