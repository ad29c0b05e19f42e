// What lines, marks and colours of a plot look like, small, beside their names.

import { make } from "../core/dom.js";
import { tinted } from "../core/tint.js";

/** @import { Colorscale } from "../types" */

const NS = "http://www.w3.org/2000/svg";
const HEIGHT = 10; // and the width of a mark
const LENGTH = 15; // of a line: two dashes, or a dash, a dot and a dash
/** @type {Record<string, string>} */
const DASHES = { solid: "", dash: "6 3", dot: "2.5 2.5", dashdot: "7 2 2 2", longdash: "10 4", longdashdot: "9 2.5 2 2.5" };
/** @type {Record<string, string>} */
const MARKS = {
  circle: "M1 5a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  square: "M1.4 1.4h7.2v7.2h-7.2z",
  diamond: "M5 .2 9.8 5 5 9.8 .2 5z",
  "triangle-up": "M5 .8 9.8 9.2h-9.6z",
};
const OPEN = /-open$/; // a mark that is only a line, as Plotly names it

// A line or a mark. look: one of DASHES, or of MARKS, with "-open" behind it where it is empty.
/** @param {string} color @param {string} look */
export function sample(color, look) {
  const mark = MARKS[look.replace(OPEN, "")];
  const width = mark ? HEIGHT : LENGTH;
  const svg = element("svg", { class: "gs-sample", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "xMinYMid slice", "aria-hidden": "true", color });
  const filled = mark && !OPEN.test(look) ? { fill: "currentColor", stroke: "none" } : {};
  svg.append(element("path", mark ? { d: mark, ...filled } : { d: `M0 5h${LENGTH}`, "stroke-dasharray": DASHES[look] }));
  return svg;
}

// A bar of the colours of a scale.
/** @param {Colorscale} colorscale */
export function ramp(colorscale) {
  return make("i", { style: { background: `linear-gradient(90deg, ${tinted(colorscale).map(([at, c]) => `${c} ${at * 100}%`).join(", ")})` } });
}

/** @param {string} tag @param {Record<string, unknown>} attributes */
function element(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
