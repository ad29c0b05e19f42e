// Lines drawn over Plotly's in a drag.

import { DASHES } from "./sketch.js";

/** @import { Figure } from "../types" */

// lines: one array of values a line of the figure, evenly over its width; NaN is a gap.
/** @param {CanvasRenderingContext2D} context @param {Figure} figure @param {ArrayLike<number>[]} lines @param {number[]} size */
export function drawLines(context, { data, layout, share }, lines, [width, height]) {
  const [low, high] = layout.yaxis.range;
  lines.forEach((values, i) => {
    const { line, marker, mode } = data[i];
    const [across, down] = [(share ?? 1 / values.length) * width, height / (high - low)];
    const x = (/** @type {number} */ step) => (step + 0.5) * across;
    const y = (/** @type {number} */ step) => (high - values[step]) * down;
    Object.assign(context, { strokeStyle: line.color, fillStyle: line.color, lineWidth: line.width });
    context.setLineDash(DASHES[line.dash].map((part) => part * Math.max(line.width, 3)));
    context.beginPath();
    for (let step = 0; step < values.length; step++) {
      if (step && Number.isFinite(y(step - 1))) context.lineTo(x(step), y(step));
      else context.moveTo(x(step), y(step));
    }
    context.stroke();
    if (!mode.includes("markers")) return;
    context.beginPath();
    for (let step = 0; step < values.length; step++) {
      if (!Number.isFinite(y(step))) continue;
      context.moveTo(x(step), y(step));
      context.arc(x(step), y(step), marker.size / 2, 0, 2 * Math.PI);
    }
    context.fill();
  });
}
