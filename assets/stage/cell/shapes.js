// The shapes of a wiring: arrows, operations, marks and blocks, as elements of SVG.

import { draw } from "../core/svg.js";
import { say } from "../core/words.js";
import { BLOCK, direction, distance, halfSize, moved } from "./wires.js";

/**
 * @import { Wire } from "./wires.js"
 * @import { Operation } from "./wiring.js"
 */

/** @type {Record<string, () => string>} */
const OPERATIONS = {
  "⊙": () => say("diagram.times"),
  "+": () => say("diagram.sum"),
  "1−": () => say("diagram.one_minus"),
};

/** @param {Wire} wire */
export function drawArrow({ points }) {
  const [from, tip] = [points[points.length - 2], points[points.length - 1]];
  const [dx, dy] = direction(from, tip);
  const back = moved(tip, [dx, dy], -4.5);
  const corners = [tip, moved(back, [-dy, dx], 2.4), moved(back, [dy, -dx], 2.4)];
  return draw("path", { class: "gs-arrow", d: `M${corners.join("L")}Z` });
}

// Links between neighbours read without an arrowhead.
/** @param {Wire} wire */
export function isShort({ points }) {
  return points.length === 2 && distance(points[0], points[1]) < 11;
}

// Times and plus are drawn, so that they look the same in every typeface; so is a hard sigmoid, since
// between a block and a vector there is no room for its name.
/** @param {Operation} operation */
export function drawOperation(operation) {
  const { text, says, at: [x, y] } = operation;
  const [w, h] = halfSize(operation);
  const drawn = text === "⊙" || text === "+";
  /** @type {Record<string, () => SVGElement>} */
  const inside = {
    "⊙": () => draw("circle", { class: "gs-dot", cx: x, cy: y, r: 1.7 }),
    "+": () => draw("path", { class: "gs-plus", d: `M${x - 3.6} ${y}h7.2M${x} ${y - 3.6}v7.2` }),
    "hard σ": () => draw("path", { class: "gs-plus", d: `M${x - 5} ${y + 3.2}h2.6l4.8 -6.4h2.6` }),
  };
  const named = () => draw("text", { x, y, dy: "0.34em" }, text);
  return draw(
    "g", { class: drawn ? "gs-operation" : "gs-operation gs-function" },
    title(says ?? OPERATIONS[text]()),
    hit(x - w - 5, y - h - 5, 2 * w + 10, 2 * h + 10),
    draw("rect", { x: x - w, y: y - h, width: 2 * w, height: 2 * h, rx: h }),
    (inside[text] ?? named)(),
  );
}

// A bar, as the stage's wedge would read as an arrowhead on a wire.
/** @param {number} x @param {number} height */
export function drawMark(x, height) {
  return draw("rect", { class: "gs-unit", x: x + 2.2, y: -height / 2, width: 2.6, height, hidden: "" });
}

/** @param {number} x @param {number} bottom */
export function drawMore(x, bottom) {
  const dots = [5, 8, 11].map((down) => draw("circle", { cx: x, cy: bottom + down, r: 0.9 }));
  return draw("g", { class: "gs-more" }, ...dots);
}

// Stacked products are added.
/** @param {number} left @param {number} x @param {number} y */
export function drawSeam(left, x, y) {
  return draw(
    "g", { class: "gs-seam" },
    draw("path", { d: `M${left} ${y}h${BLOCK.width}` }),
    draw("circle", { cx: x, cy: y, r: 3.6 }),
    draw("path", { class: "gs-plus", d: `M${x - 2.2} ${y}h4.4M${x} ${y - 2.2}v4.4` }),
  );
}

/** @param {string} text */
export function subscript(text) {
  return draw("tspan", { class: "gs-sub", dy: "0.3em" }, text);
}

/** @param {string} text */
export function title(text) {
  return draw("title", {}, text);
}

/** @param {number} x @param {number} y @param {number} width @param {number} height */
export function hit(x, y, width, height) {
  return draw("rect", { class: "gs-hit", x, y, width, height });
}
