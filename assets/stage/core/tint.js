// The paper that everything is drawn on, light or dark. Figures come with colours for white paper; the
// diverging scales, whose middle is the paper, have others on a dark one, as the server says.

/** @import { Colorscale, Trace } from "../types" */

const SOFT = 0.7; // of the ink, in what is written softly
let dark = false;
/** @type {Record<string, string>} */
let others = {}; // colour on white paper -> colour on dark

// told: the colours of the message.
/** @param {Record<string, string>} told */
export function learnPaper(told) {
  others = told;
}

// A colour scale as it is on this paper.
/** @param {Colorscale} scale @returns {Colorscale} */
export function tinted(scale) {
  return dark && scale.every(([, color]) => color in others) ? scale.map(([at, color]) => [at, others[color]]) : scale;
}

// A trace in the colours of this paper; one without a scale is the same on both.
/** @param {Trace} trace @returns {Trace} */
export function painted(trace) {
  return trace.colorscale ? { ...trace, colorscale: tinted(trace.colorscale) } : trace;
}

// The paper behind an element with what is written on it, in full and softly, as every program reads them.
/** @param {Element} element */
export function paperOf(element) {
  const style = getComputedStyle(element);
  const [paper, ink] = ["--paper", "--ink"].map((name) => rgbOf(style.getPropertyValue(name), element));
  const soft = ink.map((channel, i) => Math.round(SOFT * channel + (1 - SOFT) * paper[i]));
  return Object.fromEntries(Object.entries({ paper, ink, soft }).map(([name, rgb]) => [name, `rgb(${rgb.join(", ")})`]));
}

// Whether the paper behind an element is dark; says if that has changed.
/** @param {Element} element */
export function lookAtPaper(element) {
  const before = dark;
  const [red, green, blue] = rgbOf(getComputedStyle(element).getPropertyValue("--paper"), element);
  dark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  return dark !== before;
}

// Calls act() after Streamlit has changed its theme. Returns how to stop.
/** @param {() => void} act */
export function watchPaper(act) {
  const watcher = new MutationObserver(() => requestAnimationFrame(act));
  const app = document.querySelector(".stApp") ?? document.body;
  watcher.observe(app, { attributeFilter: ["class", "style"] });
  return () => watcher.disconnect();
}

/** @type {Map<string, number[]>} */
const known = new Map(); // the few colours of papers and inks

// Any colour that CSS knows as three numbers.
/** @param {string} color @param {Element} element @returns {number[]} */
function rgbOf(color, element) {
  const rgb = known.get(color) ?? readRgb(color, element);
  known.set(color, rgb);
  return rgb;
}

/** @param {string} color @param {Element} element @returns {number[]} */
function readRgb(color, element) {
  const pen = /** @type {CanvasRenderingContext2D} */ (element.ownerDocument.createElement("canvas").getContext("2d"));
  pen.fillStyle = color.trim() || "#fff";
  const text = pen.fillStyle;
  if (text.startsWith("#")) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
