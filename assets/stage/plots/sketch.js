// A plot painted at once, as plotly.js will draw it when there is time: heatmaps, bars, lines, points and
// texts on plain axes. What it does not know it leaves to plotly.js.

import { paletteOf } from "../core/palette.js";
import { TYPE } from "./ticks.js";

/**
 * @import { Colorscale, Figure, Rule, Ticks, Trace } from "../types"
 * @typedef {(value: number) => number} Placing from a number of an axis to a pixel
 * @typedef {object} Drawing
 * @property {CanvasRenderingContext2D} context
 * @property {{ x: Placing, y: Placing, left: number, top: number, right: number, bottom: number }} place
 * @property {number} size
 * @property {string} color
 */

/** @type {Record<string, number[]>} */
export const DASHES = { solid: [], dash: [3, 3], dot: [1, 1], dashdot: [3, 1, 1, 1], longdash: [5, 5], longdashdot: [5, 2, 1, 2] }; // Plotly's, in line widths of at least 3
const MIDDLE = 0.35; // of the size of letters: from the middle of a line of text to its foot
const TEXT_MIDDLE = 0.25; // the same of a trace's texts
/** @type {Record<string, (drawing: Drawing, trace: Trace) => void>} */
const MODES = { lines: strokeLine, markers: fillMarkers, text: writeTexts };
// What each kind of trace may have, and what it must be. Whatever else it has would be left out.
const QUIET = ["type", "hoverinfo", "meta", "showlegend", "showscale", "cliponaxis"]; // change nothing of the picture
/** @type {Record<string, [names: string[], fits: (trace: Trace) => boolean]>} */
const KNOWN = {
  bar: [["orientation", "x", "y", "base", "width", "marker"], ({ orientation }) => orientation === "h"],
  heatmap: [["z", "x0", "dx", "y0", "dy", "zmin", "zmax", "colorscale", "text", "texttemplate", "textfont"], ({ z }) => z?.length > 0],
  scatter: [["mode", "x", "y", "line", "marker", "text", "textposition", "textfont"], isPlain],
};

// Whether all of a figure can be painted.
/** @param {Pick<Figure, "data" | "layout">} figure */
export function known({ data, layout: { xaxis, yaxis, annotations, shapes } }) {
  return [xaxis, yaxis].every(({ type }) => !type || type === "linear") && !annotations?.length
    && (shapes ?? []).every(({ type }) => type === "line")
    && data.every((trace) => {
      const [names, fits] = KNOWN[String(trace.type)] ?? [[], () => false];
      return fits(trace) && has(trace, [...QUIET, ...names]);
    });
}

// Lines of one colour, dots of one size and colour.
/** @param {Trace} trace */
function isPlain({ mode, line = {}, marker = {}, textposition }) {
  return mode.split("+").every((/** @type {string} */ part) => part in MODES) && has(line, ["color", "width", "dash"])
    && has(marker, ["color", "size"]) && !Object.values(marker).some((value) => typeof value === "object")
    && [undefined, "middle right"].includes(textposition);
}

/** @param {object} object @param {string[]} names */
function has(object, names) {
  return Object.keys(object).every((name) => names.includes(name));
}

// Paint a figure with its axes thinned out. size: of the canvas, in pixels; color: of what is written; scale: how fine.
/** @param {HTMLCanvasElement} canvas @param {Pick<Figure, "data" | "layout">} figure @param {number[]} size @param {string} color @param {number} scale */
export function sketch(canvas, { data, layout }, [width, height], color, scale) {
  Object.assign(canvas, { width: width * scale, height: height * scale });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` }); // its place may have a broken size
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  const { l, r, t, b } = layout.margin;
  const place = {
    x: placing(layout.xaxis, l, width - l - r), y: placing(layout.yaxis, height - b, t + b - height),
    left: l, top: t, right: width - r, bottom: height - b,
  };
  const drawing = { context, place, size: layout.font.size, color };
  for (const shape of layout.shapes ?? []) rule(drawing, shape);
  if (layout.yaxis.zeroline) rule(drawing, zeroOf(layout.yaxis));
  context.save();
  context.beginPath();
  context.rect(l, t, width - l - r, height - t - b);
  context.clip();
  for (const trace of data) {
    if (trace.type === "bar") fillBars(drawing, trace);
    else if (trace.type === "heatmap") fillCells(drawing, trace);
    else for (const part of trace.mode.split("+")) if (part !== "text") MODES[part](drawing, trace);
  }
  context.restore();
  for (const trace of data) if (trace.mode?.includes("text")) writeTexts(drawing, trace);
  writeTicks(drawing, layout);
}

/** @param {{ range: number[] }} axis @param {number} start @param {number} length @returns {Placing} */
function placing({ range: [from, to] }, start, length) {
  return (value) => start + ((value - from) / (to - from)) * length;
}

/** @param {CanvasRenderingContext2D} context @param {{ color: string, width: number, dash?: string }} line @param {() => void} draw */
function stroke(context, { color, width, dash = "solid" }, draw) {
  Object.assign(context, { strokeStyle: color, lineWidth: width });
  context.setLineDash(DASHES[dash].map((part) => part * Math.max(width, 3)));
  context.beginPath();
  draw();
  context.stroke();
}

// A line across the plot, in the numbers of one axis and the whole length of the other.
/** @param {Drawing} drawing @param {Rule} rule */
function rule({ context, place }, { x0, x1, y0, y1, xref = "x", yref = "y", line }) {
  /** @type {Placing} */
  const x = xref === "x" ? place.x : (share) => place.left + share * (place.right - place.left);
  /** @type {Placing} */
  const y = yref === "y" ? place.y : (share) => place.bottom + share * (place.top - place.bottom);
  stroke(context, line, () => {
    context.moveTo(x(x0), y(y0));
    context.lineTo(x(x1), y(y1));
  });
}

/** @param {Ticks} axis @returns {Rule} */
function zeroOf({ zerolinecolor = "", zerolinewidth = 1 }) {
  return { x0: 0, x1: 1, xref: "x domain", y0: 0, y1: 0, line: { color: zerolinecolor, width: zerolinewidth } };
}

// Cells of one colour each; none where there is no number.
/** @param {Drawing} drawing @param {Trace} trace */
function fillCells({ context, place }, { z, x0, dx, y0, dy, zmin, zmax, colorscale }) {
  const [rows, columns] = [z.length, z[0].length];
  const cells = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const palette = paletteOf(/** @type {Colorscale} */ (colorscale));
  let at = 0;
  for (const row of z) {
    for (let i = 0; i < columns; i++) {
      const value = row[i];
      const byte = Math.round(Math.min(Math.max((value - zmin) / (zmax - zmin), 0), 1) * 255);
      pixels[at++] = value === null ? 0 : palette[byte]; // that of NaN is none, too
    }
  }
  /** @type {OffscreenCanvasRenderingContext2D} */ (cells.getContext("2d")).putImageData(image, 0, 0);
  const [left, top] = [place.x(x0 - dx / 2), place.y(y0 - dy / 2)];
  const [right, foot] = [place.x(x0 + (columns - 0.5) * dx), place.y(y0 + (rows - 0.5) * dy)];
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, left, top, Math.round(right - left), Math.round(foot - top));
}

/** @param {Drawing} drawing @param {Trace} trace */
function strokeLine({ context, place }, { x, y, line }) {
  stroke(context, line, () => {
    /** @type {"moveTo" | "lineTo"} */
    let pen = "moveTo";
    for (let i = 0; i < x.length; i++) {
      if (isGap(x[i]) || isGap(y[i])) pen = "moveTo";
      else {
        context[pen](place.x(x[i]), place.y(y[i]));
        pen = "lineTo";
      }
    }
  });
}

/** @param {number | null} value */
function isGap(value) {
  return value === null || Number.isNaN(value);
}

/** @param {Drawing} drawing @param {Trace} trace */
function fillMarkers({ context, place }, { x, y, marker, line }) {
  context.fillStyle = marker.color ?? line.color;
  for (let i = 0; i < x.length; i++) {
    context.beginPath();
    context.arc(place.x(x[i]), place.y(y[i]), marker.size / 2, 0, 2 * Math.PI);
    context.fill();
  }
}

/** @param {Drawing} drawing @param {Trace} trace */
function fillBars({ context, place }, { x, y, base, width, marker: { color } }) {
  for (let i = 0; i < x.length; i++) {
    context.fillStyle = Array.isArray(color) ? color[i] : color;
    const [from, to] = [place.x(base[i]), place.x(base[i] + x[i])];
    const [top, foot] = [place.y(y[i] - width / 2), place.y(y[i] + width / 2)];
    context.fillRect(from, top, to - from, foot - top);
  }
}

/** @param {Drawing} drawing @param {Trace} trace */
function writeTexts({ context, place, size: plain, color }, { x, y, text, textposition, textfont }) {
  const { size = plain, family = TYPE, color: inks } = textfont ?? {};
  Object.assign(context, { fillStyle: color, textAlign: textposition ? "left" : "center", font: `${size}px ${family}` });
  text.forEach((/** @type {string} */ one, /** @type {number} */ i) => {
    if (inks) context.fillStyle = inks[i];
    context.fillText(one, place.x(x[i]), place.y(y[i]) + TEXT_MIDDLE * size);
  });
}

/** @param {Drawing} drawing @param {{ xaxis: Ticks, yaxis: Ticks }} layout */
function writeTicks({ context, place, size, color }, { xaxis, yaxis }) {
  const left = place.left - 1 - (yaxis.ticklabelstandoff ?? 0);
  Object.assign(context, { fillStyle: color, textAlign: "center", font: `${size}px ${TYPE}` });
  xaxis.tickvals.forEach((at, i) => context.fillText(xaxis.ticktext[i], place.x(at), place.bottom + size + 1));
  context.textAlign = "right";
  yaxis.tickvals.forEach((at, i) => context.fillText(yaxis.ticktext[i], left, place.y(at) + MIDDLE * size));
}
