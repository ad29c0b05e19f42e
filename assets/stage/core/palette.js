// The colours of a scale, and the ink that is read best on them.

import { tinted } from "./tint.js";

/** @import { Colorscale, Trace } from "../types" */

/** @type {Map<string, Uint32Array>} */
const palettes = new Map();

// 256 pixels (little-endian RGBA) along a colour scale on this paper, interpolated as plotly.js does.
/** @param {Colorscale} told @returns {Uint32Array} */
export function paletteOf(told) {
  const scale = tinted(told);
  const key = JSON.stringify(scale);
  if (!palettes.has(key)) {
    /** @type {[at: number, rgb: number[]][]} */
    const stops = scale.map(([at, color]) => [at, [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16))]);
    palettes.set(key, Uint32Array.from({ length: 256 }, (_, i) => pixel(stops, i / 255)));
  }
  return /** @type {Uint32Array} */ (palettes.get(key));
}

/** @param {[at: number, rgb: number[]][]} stops @param {number} share */
function pixel(stops, share) {
  const next = Math.max(1, stops.findIndex(([at]) => at >= share));
  const [[from, a], [to, b]] = [stops[next - 1], stops[next]];
  const part = (share - from) / (to - from);
  const [red, green, blue] = a.map((value, i) => Math.round(value + (b[i] - value) * part));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {number} pixel */
export function rgbOf(pixel) {
  return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
}

// Black or white: whichever has the greater contrast, which is never less than 4.58 to 1 (WCAG 1.4.3).
/** @param {number[]} rgb */
export function inkOn(rgb) {
  const [red, green, blue] = rgb.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000" : "#fff";
}

// A colour of a palette; null where there is none, of a row that has not come yet.
/** @param {number | undefined} pixel */
export function css(pixel) {
  return pixel === undefined ? null : `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

// The number in each cell of a matrix as texts of their own beside the heatmap, each in the ink for its
// cell: plotly.js writes them in grey, and knows only one colour for all.
/** @param {Trace} trace @returns {Trace[]} */
export function digits(trace) {
  if (trace.type !== "heatmap" || !trace.text) return [trace];
  const { text, texttemplate, textfont, ...plain } = trace;
  const { x0, dx = 1, y0, dy = 1, z, zmin, zmax, colorscale } = plain;
  const palette = paletteOf(/** @type {Colorscale} */ (colorscale));
  /** @param {number} value */
  const byte = (value) => Math.round(Math.min(Math.max((value - zmin) / (zmax - zmin), 0), 1) * 255);
  /** @type {{ one: string, i: number, j: number }[]} */
  const cells = text.flatMap((/** @type {string[]} */ row, /** @type {number} */ i) => row.map((one, j) => ({ one, i, j })));
  return [plain, {
    type: "scatter", mode: "text", hoverinfo: "skip", showlegend: false,
    x: cells.map(({ j }) => x0 + j * dx), y: cells.map(({ i }) => y0 + i * dy), text: cells.map(({ one }) => one),
    textfont: { ...textfont, color: cells.map(({ i, j }) => inkOn(rgbOf(palette[byte(z[i][j])]))) },
  }];
}
