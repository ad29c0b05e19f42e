// A small chart painted at once, as plotly.js will draw it when there is time: bars, lines, points and
// texts on plain axes. What it does not know it leaves to plotly.js.

import { TYPE } from "./ticks.js";
import { fineness } from "./zoom.js";

const DASHES = { solid: [], dash: [3, 3], dot: [1, 1], dashdot: [3, 1, 1, 1] }; // Plotly's, in line widths of at least 3
const MIDDLE = 0.35; // of the size of letters: from the middle of a line of text to its foot
const TEXT_MIDDLE = 0.25; // the same of a trace's texts
const KNOWN = {
  bar: ({ orientation }) => orientation === "h",
  scatter: ({ mode, fill }) => !fill && mode.split("+").every((part) => part in MODES),
};
const MODES = { lines: strokeLine, markers: fillMarkers, text: writeTexts };

// Whether all of a figure can be painted.
export function known({ data, layout }) {
  const plain = [layout.xaxis, layout.yaxis].every(({ type }) => !type || type === "linear");
  return plain && !layout.annotations?.length && data.every((trace) => KNOWN[trace.type]?.(trace));
}

// Paint a figure with its axes thinned out. size: of the canvas, in pixels; color: of what is written.
export function sketch(canvas, { data, layout }, [width, height], color) {
  const scale = fineness(canvas);
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.font = `${layout.font.size}px ${TYPE}`;
  const { l, r, t, b } = layout.margin;
  const place = {
    x: placing(layout.xaxis, l, width - l - r), y: placing(layout.yaxis, height - b, t + b - height),
    left: l, top: t, right: width - r, bottom: height - b,
  };
  const drawing = { context, place, size: layout.font.size, color };
  for (const shape of layout.shapes ?? []) rule(drawing, shape);
  context.save();
  context.beginPath();
  context.rect(l, t, width - l - r, height - t - b);
  context.clip();
  for (const trace of data) {
    if (trace.type === "bar") fillBars(drawing, trace);
    else for (const part of trace.mode.split("+")) if (part !== "text") MODES[part](drawing, trace);
  }
  context.restore();
  for (const trace of data) if (trace.mode?.includes("text")) writeTexts(drawing, trace);
  writeTicks(drawing, layout);
}

function placing({ range: [from, to] }, start, length) {
  return (value) => start + ((value - from) / (to - from)) * length;
}

function stroke(context, { color, width, dash = "solid" }, draw) {
  Object.assign(context, { strokeStyle: color, lineWidth: width });
  context.setLineDash(DASHES[dash].map((part) => part * Math.max(width, 3)));
  context.beginPath();
  draw();
  context.stroke();
}

// A line across the plot, in the numbers of one axis and the whole length of the other.
function rule({ context, place }, { x0, x1, y0, y1, xref = "x", yref = "y", line }) {
  const x = xref === "x" ? place.x : (share) => place.left + share * (place.right - place.left);
  const y = yref === "y" ? place.y : (share) => place.bottom + share * (place.top - place.bottom);
  stroke(context, line, () => {
    context.moveTo(x(x0), y(y0));
    context.lineTo(x(x1), y(y1));
  });
}

function strokeLine({ context, place }, { x, y, line }) {
  stroke(context, line, () => {
    let pen = "moveTo";
    for (let i = 0; i < x.length; i++) {
      if (x[i] === null || y[i] === null) pen = "moveTo";
      else {
        context[pen](place.x(x[i]), place.y(y[i]));
        pen = "lineTo";
      }
    }
  });
}

function fillMarkers({ context, place }, { x, y, marker }) {
  context.fillStyle = marker.color;
  for (let i = 0; i < x.length; i++) {
    context.beginPath();
    context.arc(place.x(x[i]), place.y(y[i]), marker.size / 2, 0, 2 * Math.PI);
    context.fill();
  }
}

function fillBars({ context, place }, { x, y, base, width, marker: { color } }) {
  for (let i = 0; i < x.length; i++) {
    context.fillStyle = Array.isArray(color) ? color[i] : color;
    const [from, to] = [place.x(base[i]), place.x(base[i] + x[i])];
    const [top, foot] = [place.y(y[i] - width / 2), place.y(y[i] + width / 2)];
    context.fillRect(from, top, to - from, foot - top);
  }
}

function writeTexts({ context, place, size, color }, { x, y, text }) {
  Object.assign(context, { fillStyle: color, textAlign: "left" });
  text.forEach((one, i) => context.fillText(one, place.x(x[i]), place.y(y[i]) + TEXT_MIDDLE * size));
}

function writeTicks({ context, place, size, color }, { xaxis, yaxis }) {
  Object.assign(context, { fillStyle: color, textAlign: "center" });
  xaxis.tickvals.forEach((at, i) => context.fillText(xaxis.ticktext[i], place.x(at), place.bottom + size + 1));
  context.textAlign = "right";
  yaxis.tickvals.forEach((at, i) => context.fillText(yaxis.ticktext[i], place.left - 1, place.y(at) + MIDDLE * size));
}
