// Lines drawn over Plotly's in a drag.

import { DASHES } from "./sketch.js";

/** @import { Figure } from "../types" */

// lines: one array of values a line of the figure, evenly over its width; NaN is a gap.
/** @param {CanvasRenderingContext2D} context @param {Figure} figure @param {ArrayLike<number>[]} lines @param {number[]} size */
export function drawLines(context, { data, layout, share }, lines, [width, height]) {
  const [low, high] = layout.yaxis.range;
  lines.forEach((values, i) => {
    const { line, marker, mode } = data[i];
    const points = Array.from(values, (value, step) => [
      (step + 0.5) * (share ?? 1 / values.length) * width,
      ((high - value) / (high - low)) * height,
    ]);
    Object.assign(context, { strokeStyle: line.color, fillStyle: line.color, lineWidth: line.width });
    context.setLineDash(DASHES[line.dash].map((part) => part * Math.max(line.width, 3)));
    context.beginPath();
    points.forEach(([x, y], at) => (at && Number.isFinite(points[at - 1][1]) ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    if (!mode.includes("markers")) return;
    context.beginPath();
    for (const [x, y] of points) {
      if (!Number.isFinite(y)) continue;
      context.moveTo(x, y);
      context.arc(x, y, marker.size / 2, 0, 2 * Math.PI);
    }
    context.fill();
  });
}
