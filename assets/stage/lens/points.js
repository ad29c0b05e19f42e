// Where the points of a scatter are, and which of them is nearest to a place.

/** @import { Plot } from "../plots/plot.js" */

// Every point of a scatter, trace after trace, as shares of the plot area from its left and top.
/** @param {Plot} plot @returns {{ u: number, v: number }[]} */
export function pointsOf({ figure: { data, layout } }) {
  const [[left, right], [bottom, top]] = [layout.xaxis.range, layout.yaxis.range];
  return data.filter(({ meta }) => meta !== "behind").flatMap(({ x, y }) => Array.from(x, (/** @type {number} */ value, i) => ({
    u: (value - left) / (right - left), v: (top - y[i]) / (top - bottom),
  })));
}

/** @param {{ u: number, v: number }[]} points @param {number} u @param {number} v @param {Element} area */
export function nearest(points, u, v, { clientWidth, clientHeight }) {
  const away = points.map((point) => Math.hypot((point.u - u) * clientWidth, (point.v - v) * clientHeight));
  return away.indexOf(Math.min(...away));
}
