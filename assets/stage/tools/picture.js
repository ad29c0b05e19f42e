// A plot as a picture to stand alone: PNG, and SVG with sharp cells and real text.

import { make } from "../core/dom.js";
import { minus } from "../core/format.js";
import { digits } from "../core/palette.js";
import { painted, paperOf } from "../core/tint.js";
import { say } from "../core/words.js";
import { counts } from "./describe.js";
import { axisTitles } from "./titles.js";

/**
 * @import { Over } from "../plots/masked.js"
 * @import { Chart, Layout, Message, Plotly, Sheet, Shown, Ticks, Trace } from "../types"
 * @typedef {object} About what a picture needs beside its plot
 * @property {Pick<Plotly, "toImage">} plotly
 * @property {Element} element with the paper behind it
 * @property {Message} message
 * @property {Shown | undefined} initial the state before the first step
 */

const WIDTH = 1200; // pixels of a picture
const NARROWEST = 700; // pixels, that there is room for the title
const LINES = ["solid", "dash", "dot", "dashdot"]; // looks of a key; others are marks
const FONT = "Helvetica, Arial, sans-serif"; // a picture takes no font of the page along
const TWO_LETTERS = 16; // pixels
const STRIP = 8; // pixels, of the state before the first step, where a column has fewer
const XLINK = "http://www.w3.org/1999/xlink";
const MOST_SHAPES = 20_000; // cells of a heatmap that are drawn as shapes

// The bytes of a PNG, twice as fine as it is large.
/** @param {Shown} entry @param {Sheet} sheet @param {About} about */
export async function png(entry, sheet, about) {
  const url = await imageOf(entry, sheet, about, { format: "png", scale: 2 });
  return Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
}

// The text of an SVG.
/** @param {Shown} entry @param {Sheet} sheet @param {About} about */
export async function svg(entry, sheet, about) {
  const text = await imageOf(entry, sheet, about, { format: "svg", imageDataOnly: true });
  const picture = new DOMParser().parseFromString(text, "image/svg+xml");
  await withShapes(picture, ".heatmaplayer image");
  return new XMLSerializer().serializeToString(picture);
}

/** @param {Shown} entry @param {Sheet} sheet @param {About} about @param {object} options */
function imageOf(entry, sheet, about, options) {
  const figure = pictureOf(entry, sheet, about);
  const { width, height } = figure.layout;
  return about.plotly.toImage(figure, { width, height, ...options });
}

// The plot's own figure, dressed to stand alone: title, axes, scale or legend, on the paper of the page.
/** @param {Shown} entry @param {Sheet} sheet @param {About} about */
function pictureOf(entry, sheet, about) {
  const figure = entry.plot.over.dressed(entry.plot.figure);
  const { chart } = entry;
  const lines = figure.data[0].type !== "heatmap";
  const { paper, ink, soft } = paperOf(about.element);
  const rows = lines && !(chart?.reads === "down" && figure.data[0].type === "bar") ? 10 : sheet.rows.length;
  const names = longest(figure.layout.yaxis.ticktext);
  const right = chart && lines ? Math.max(100, 70 + 8 * longest(chart.key.map(({ name }) => name))) : lines ? 170 : 100;
  const margin = { l: Math.max(84, 24 + 8 * names), r: right, t: 84, b: 62 };
  const high = Math.min(Math.max(rows * 40, 70), 900);
  const height = margin.t + margin.b + high;
  const width = chart?.width ? Math.max(NARROWEST, margin.l + margin.r + high * shapeOf(chart, figure.layout)) : WIDTH;
  const [across, down] = axisTitles(entry, sheet);
  /** @param {Ticks} own @param {string} text */
  const axis = (own, text) => ({
    ...own, title: { text, font: { size: 15 }, standoff: 12 }, tickfont: { size: 13 }, ticklabelstandoff: 4,
  });
  const layout = {
    ...figure.layout, width, height, margin,
    paper_bgcolor: paper, plot_bgcolor: paper, font: { family: FONT, color: ink, size: 13 },
    title: {
      text: `${plain(sheet.title)} <i>${plain(sheet.symbol)}</i>`, font: { size: 21 },
      subtitle: { text: plain(subtitle(entry, sheet, about)), font: { size: 14, color: soft } },
      x: margin.l / width, xanchor: "left", y: 1 - 34 / height, yanchor: "bottom",
    },
    xaxis: axis(figure.layout.xaxis, across), yaxis: axis(figure.layout.yaxis, down),
    showlegend: Boolean(lines), legend: { font: { size: 14 }, x: 1.02, y: 1, yanchor: "top" },
  };
  const masked = greyed(entry.plot.over);
  if (masked.length) layout.shapes = [...(layout.shapes ?? []), ...masked];
  if (!lines) return { data: heatmaps(entry, layout, about), layout };
  return { data: chart ? withKey(figure, chart) : namedLines(figure, sheet), layout };
}

// What lies over masked steps: grey, on any paper and any scale.
/** @param {Over} over */
function greyed({ columns }) {
  return (columns?.runs ?? []).map(([first, end]) => ({
    type: "rect", x0: first + 0.5, x1: end + 0.5, y0: 0, y1: 1, yref: "paper", fillcolor: "rgba(128, 128, 128, 0.5)", line: { color: "gray", width: 0 },
  }));
}

/** @param {string[]} texts */
function longest(texts) {
  return Math.max(0, ...texts.map((text) => text.length));
}

// How wide the area of a chart is, beside its height, where both axes have one scale.
/** @param {Chart} chart @param {Layout} layout */
function shapeOf({ width, height }, { margin: { l, r, t, b } }) {
  return (width - l - r) / (height - t - b);
}

/** @param {Shown} entry @param {Sheet} sheet @param {About} about */
function subtitle({ kind, panel }, sheet, { message: { scene, edits, inner } }) {
  const of = scene.reading ? say("picture.reading", { title: scene.title, word: scene.reading.word ?? "" }) : scene.title;
  const [rows, columns] = counts(sheet);
  const before = panel?.cell === "gru" && kind !== "weights" && inner?.placement === "before";
  return [
    of, sheet.flipped ? rows : `${rows}, ${columns}`,
    edits.length && say("picture.changed", { n: edits.length }),
    before && say("picture.before"), sheet.note,
  ].filter(Boolean).join(" · ");
}

/** @param {{ data: Trace[] }} figure @param {Sheet} sheet */
function namedLines({ data }, { columns }) {
  const drawn = data.filter(({ y }) => y?.length);
  const names = columns.map(({ label, name }) => [label, name].filter(Boolean).join(" "));
  return drawn.map((line, i) => ({ ...line, name: plain(names[i]) }));
}

// A chart of a lens with its key, whose lines and marks are not one to one with what is drawn.
/** @param {{ data: Trace[] }} figure @param {Chart} chart @returns {Trace[]} */
function withKey({ data }, { key }) {
  return [
    ...data.map((trace) => ({ ...trace, showlegend: false })),
    ...key.map(({ color, dash, name }) => ({
      type: "scatter", x: [null], y: [null], name: plain(name), showlegend: true,
      ...(LINES.includes(dash) ? { mode: "lines", line: { color, dash, width: 2 } } : { mode: "markers", marker: { color, symbol: dash, size: 9 } }),
    })),
  ];
}

// The heatmap with its scale, the state before the first step to its left, gaps between matrices.
/** @param {Shown} entry @param {Layout & { paper_bgcolor: string }} layout @param {About} about */
function heatmaps(entry, layout, { initial }) {
  const { figure, gaps, over } = entry.plot;
  const [trace] = over.dressed(figure).data;
  const ends = [trace.zmin, 0, trace.zmax].filter((value, i, all) => all.indexOf(value) === i);
  const shares = trace.zmin < 0 ? ends : [0, 0.5, 1].map((share) => share * trace.zmax);
  const said = entry.chart?.ends ?? []; // of what is not the numbers that are drawn
  const data = digits({
    ...painted(trace), showscale: true, textfont: { size: 13 },
    colorbar: {
      thickness: 12, outlinewidth: 0, x: 1.015, xpad: 0, ypad: 0, len: 1, tickfont: { size: 13 },
      tickvals: said.length ? [trace.zmin, trace.zmax] : shares, ticktext: said.length ? said.map(plain) : shares.map(minus),
    },
  });
  const cell = (WIDTH - layout.margin.l - layout.margin.r) / entry.plot.columns;
  layout.shapes = (entry.chart || over.columns ? layout.shapes ?? [] : []).concat(gaps.map(({ column }) => ({
    type: "line", x0: column + 0.5, x1: column + 0.5, y0: 0, y1: 1, yref: "paper",
    line: { color: layout.paper_bgcolor, width: Math.min(4, cell) },
  })));
  if (gaps.length && cell < TWO_LETTERS) layout.xaxis = { ...layout.xaxis, ...together(layout.xaxis) };
  if (!initial) return data;
  const { xaxis } = layout;
  const [apart, wide] = [xaxis.range[1] / 100, Math.max(1, STRIP / cell)];
  const middle = 0.5 - apart - wide / 2;
  const label = initial.plot.figure.layout.xaxis.ticktext[0];
  data.push({ ...painted(initial.plot.figure.data[0]), x0: middle, dx: wide });
  layout.yaxis.ticklabelstandoff = 4;
  /** @param {unknown} _ @param {number} i */
  const clear = (_, i) => (xaxis.tickvals[i] - middle) * cell > xaxis.ticktext[i].length * 4 + 12;
  layout.xaxis = {
    ...xaxis, range: [middle - wide / 2, xaxis.range[1]],
    tickvals: [middle, ...xaxis.tickvals.filter(clear)], ticktext: [label, ...xaxis.ticktext.filter(clear)],
  };
  return data;
}

// The last two columns, b and d, under one label; a notation may have b alone.
/** @param {Ticks} axis */
function together({ tickvals, ticktext }) {
  const at = tickvals.map((value, i) => /** @type {[number, string]} */ ([value, ticktext[i]])).sort(([a], [b]) => a - b);
  const [[b, first], [d, second]] = at.slice(-2);
  if (d - b === 1) at.splice(-2, 2, [(b + d) / 2, `${first}, ${second}`]);
  return { tickvals: at.map(([value]) => value), ticktext: at.map(([, text]) => text) };
}

// Plotly reads tags in text; names are names.
/** @param {string} text */
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// A heatmap is an image with one pixel a cell, which many programs blur. Shapes stay sharp. picture: an
// SVG, or a document of one. which: a selector of the images that are heatmaps.
/** @param {ParentNode} picture @param {string} which */
export async function withShapes(picture, which) {
  for (const image of picture.querySelectorAll(which)) {
    const bitmap = make("img", { src: image.getAttributeNS(XLINK, "href") });
    await bitmap.decode();
    const { naturalWidth: columns, naturalHeight: rows } = bitmap;
    if (columns * rows > MOST_SHAPES) continue;
    const context = /** @type {CanvasRenderingContext2D} */ (make("canvas", { width: columns, height: rows }).getContext("2d"));
    context.drawImage(bitmap, 0, 0);
    image.replaceWith(shapes(context.getImageData(0, 0, columns, rows), image));
  }
}

/** @param {ImageData} pixels @param {Element} image */
function shapes({ data, width, height }, image) {
  const [x, y, across, down] = ["x", "y", "width", "height"].map((name) => Number(image.getAttribute(name)));
  const document = image.ownerDocument;
  const group = document.createElementNS(image.namespaceURI, "g");
  group.setAttribute("shape-rendering", "crispEdges");
  /** @param {number} row @param {number} column */
  const add = (row, column) => {
    const at = (row * width + column) * 4;
    const [red, green, blue, solid] = data.subarray(at, at + 4);
    if (!solid) return;
    const shape = document.createElementNS(image.namespaceURI, "rect");
    const places = {
      x: x + (column * across) / width, y: y + (row * down) / height, width: across / width, height: down / height,
    };
    for (const [name, value] of Object.entries(places)) shape.setAttribute(name, String(Number(value.toFixed(3))));
    shape.setAttribute("fill", `rgb(${red},${green},${blue})`);
    group.append(shape);
  };
  for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) add(row, column);
  return group;
}
