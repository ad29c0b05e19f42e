// A small menu at every plot: its numbers as a table or a file, its picture as PNG or SVG. Nothing is
// sent to the server, unless only the colours of a number are here.

import { counts, delimited, describe, initialOf, sheetOf, withInitial } from "./describe.js";
import { addStylesheet, make } from "./dom.js";
import { minus } from "./format.js";
import { openTable } from "./table.js";

const PATIENCE = 5000; // milliseconds to wait for numbers
const TOO_MANY = "These are too many numbers for the browser; with fewer steps or units they can be read here.";
const LATER = "The exact numbers are on their way; try again in a moment.";
const WIDTH = 1200; // pixels of a picture
const INK = "#1b1f24";
const SOFT = "#5a6068";
const FONT = "Helvetica, Arial, sans-serif"; // a picture takes no font of the page along
const TWO_LETTERS = 16; // pixels
const MOST_SHAPES = 20_000; // cells of a heatmap that are drawn as shapes

// The button and its menu for one plot. entry: what view.js keeps of the plot. stage: the stage, of
// which { message, cursor, plotly, channel.knows, screen.plots, element, whole } are used; whole(part)
// gives a promise that every number of a part is here.
export function tools(entry, stage) {
  addStylesheet(new URL("./tools.css", import.meta.url).href);
  keepDescribed(entry, stage);
  const { button, element } = new Menu(entry, stage);
  return make("div", { className: "gs-tools" }, button, element);
}

class Menu {
  constructor(entry, stage) {
    Object.assign(this, { entry, stage });
    const name = nameOf(entry);
    const item = ([label, { hint, act }]) =>
      make("button", { type: "button", role: "menuitem", tabIndex: -1, onclick: () => this.choose(act) },
        label, make("small", { textContent: hint }));
    this.items = Object.entries(ACTIONS).map(item);
    this.status = make("p", { role: "status" });
    this.element = make(
      "div", {
        className: "gs-menu", popover: "auto",
        onkeydown: (event) => this.key(event),
        ontoggle: ({ newState }) => this.button.setAttribute("aria-expanded", String(newState === "open")),
      },
      make("div", { role: "menu", "aria-label": name }, ...this.items), this.status,
    );
    this.button = make("button", {
      type: "button", className: "gs-more", title: "Save or read the numbers",
      "aria-label": `Save or read: ${name}`, "aria-haspopup": "menu", "aria-expanded": "false",
      onclick: (event) => this.toggle(event),
      onfocus: () => say(entry, stage),
    }, make("span", { textContent: "⋯", "aria-hidden": "true" }));
    this.button.popoverTargetElement = this.element; // pressing it is not pressing outside of the menu
  }

  get open() {
    return this.element.matches(":popover-open");
  }

  toggle(event) {
    event.preventDefault(); // the browser would open it too, but tell us only a frame later
    this.element.togglePopover();
    if (!this.open) return;
    this.status.textContent = "";
    beside(this.element, this.button);
    this.items[0].focus();
  }

  async choose(act) {
    const { entry, stage, status } = this;
    try {
      const sheet = await wholeSheet(entry, stage, () => (status.textContent = "Getting the exact numbers …"));
      if (sheet.picture && !PICTURES.has(act)) return void (status.textContent = TOO_MANY);
      if (!this.open) return; // closed while waiting: not wanted any more
      await act(entry, sheet, stage, this.button);
      if (this.open) this.element.hidePopover();
    } catch (error) {
      if (!(error instanceof Later)) console.error(error);
      status.textContent = error instanceof Later ? LATER : "This did not work. Another format may.";
    }
  }

  // What is pressed in the menu is not meant for the stage behind.
  key(event) {
    event.stopPropagation();
    if (event.key === "Tab") return this.element.hidePopover(); // and on from the button
    const at = this.items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.items.at(to % this.items.length).focus();
  }
}

function nameOf({ kind, panel, track, gate }) {
  if (kind === "x") return "input x";
  if (kind === "lines") return `${panel.name} unit over time`;
  if (kind === "series") return "the predictions";
  if (kind === "track") return `${panel.name} ${track.name}`;
  return `${panel.name} weights of the ${panel.gates.find((one) => one.gate === gate).name}`;
}

// Below the button, or above it where there is no room.
function beside(menu, button) {
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4 + height <= window.innerHeight;
  const left = Math.max(8, Math.min(box.left, window.innerWidth - width - 8));
  const top = below ? box.bottom + 4 : Math.max(8, box.top - height - 4);
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}

// The text alternative follows the numbers once Plotly has drawn them and the live colours are off:
// not at every frame of a drag.
function keepDescribed(entry, stage) {
  const { canvas, host } = entry.plot;
  new MutationObserver(() => canvas.hidden && say(entry, stage)).observe(canvas, { attributeFilter: ["hidden"] });
  host.addEventListener("pointerenter", () => say(entry, stage));
}

const said = new WeakMap(); // plot -> figure

function say(entry, stage) {
  for (const one of [entry, initialOf(entry, stage.screen.plots)]) {
    if (!one?.plot.figure || said.get(one.plot) === one.plot.figure) continue;
    said.set(one.plot, one.plot.figure);
    one.plot.host.setAttribute("aria-label", describe(sheetOf(one, stage)));
  }
}

class Later extends Error {}

// Every number of a plot, and of the state before its first step; `onWait` is called if some have to
// be asked for first.
async function wholeSheet(entry, stage, onWait) {
  const read = () => withInitial(sheetOf(entry, stage), initialOf(entry, stage.screen.plots), stage);
  const sheet = read();
  if (sheet.exact || sheet.picture) return sheet;
  onWait();
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  await Promise.race([late, Promise.all(sheet.parts.map(({ part }) => stage.whole(part)))]);
  const again = read();
  if (!again.exact) throw new Later();
  return again;
}

const ACTIONS = {
  Table: {
    hint: "to read and copy",
    act: (entry, sheet, stage, button) => {
      const { step, unit } = stage.cursor;
      const across = { track: step + sheet.columns.length - stage.message.labels.length, x: step }[entry.kind] ?? -1;
      const down = entry.kind === "x" ? -1 : sheet.rows.findIndex(({ key }) => key === unit + 1);
      const around = sheet.flipped ? { row: step, column: -1 } : { row: down, column: across };
      openTable(sheet, around, stage.element, () => button.isConnected && button.focus());
    },
  },
  CSV: {
    hint: "numbers",
    act: (entry, sheet, stage) =>
      save(`${fileName(sheet, stage)}.csv`, delimited(sheet, ","), "text/csv;charset=utf-8"),
  },
  PNG: {
    hint: "picture",
    act: async (entry, sheet, stage) => {
      const url = await imageOf(entry, sheet, stage, { format: "png", scale: 2 });
      const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
      save(`${fileName(sheet, stage)}.png`, bytes, "image/png");
    },
  },
  SVG: {
    hint: "picture, sharp at any size",
    act: async (entry, sheet, stage) => {
      const text = await imageOf(entry, sheet, stage, { format: "svg", imageDataOnly: true });
      save(`${fileName(sheet, stage)}.svg`, await withShapes(text), "image/svg+xml");
    },
  },
};

const PICTURES = new Set([ACTIONS.PNG.act, ACTIONS.SVG.act]);

function imageOf(entry, sheet, stage, options) {
  const figure = pictureOf(entry, sheet, stage);
  const { width, height } = figure.layout;
  return stage.plotly.toImage(figure, { width, height, ...options });
}

function fileName({ file }, { message }) {
  const { name, reading } = message.scene;
  const words = ["gatescope", name, ...(reading ? [reading.word] : []), file];
  return words.join("-").toLowerCase().replace(/[^a-z0-9-]+/g, "_");
}

function save(download, content, type) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href, download }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // some browsers read it late
}

// The plot's own figure, dressed to stand alone: title, axes, scale or legend, on white paper.
function pictureOf(entry, sheet, stage) {
  const { figure } = entry.plot;
  const lines = sheet.flipped;
  const rows = lines ? 10 : sheet.rows.length;
  const names = Math.max(...figure.layout.yaxis.ticktext.map((text) => text.length));
  const margin = { l: Math.max(84, 24 + 8 * names), r: lines ? 170 : 100, t: 84, b: 62 };
  const height = margin.t + margin.b + Math.min(Math.max(rows * 40, 70), 900);
  const [across, down] = axisTitles(entry);
  const axis = (own, text) => ({
    ...own, title: { text, font: { size: 15 }, standoff: 12 }, tickfont: { size: 13 }, ticklabelstandoff: 4,
  });
  const layout = {
    ...figure.layout, width: WIDTH, height, margin,
    paper_bgcolor: "#fff", plot_bgcolor: "#fff", font: { family: FONT, color: INK, size: 13 },
    title: {
      text: `${plain(sheet.title)} <i>${plain(sheet.symbol)}</i>`, font: { size: 21 },
      subtitle: { text: plain(subtitle(entry, sheet, stage)), font: { size: 14, color: SOFT } },
      x: margin.l / WIDTH, xanchor: "left", y: 1 - 34 / height, yanchor: "bottom",
    },
    xaxis: axis(figure.layout.xaxis, across), yaxis: axis(figure.layout.yaxis, down),
    showlegend: Boolean(lines), legend: { font: { size: 14 }, x: 1.02, y: 1, yanchor: "top" },
  };
  return { data: lines ? namedLines(figure, sheet) : heatmaps(entry, layout, stage), layout };
}

function axisTitles({ kind, panel }) {
  if (kind === "lines" || kind === "series") return ["step", ""];
  if (kind === "x") return ["step", ""];
  const sorted = panel.order.some((unit, row) => unit !== row);
  return [kind === "track" ? "step" : "from input x, from state h, biases b and d", sorted ? "units, sorted" : "unit"];
}

function subtitle({ kind, panel }, sheet, { message: { scene, edits, inner } }) {
  const of = scene.reading ? `${scene.title}: ${scene.reading.word}` : scene.title;
  const [rows, columns] = counts(sheet);
  const before = panel?.cell === "gru" && kind !== "weights" && inner?.placement === "before";
  return [
    of, sheet.flipped ? rows : `${rows}, ${columns}`,
    edits.length && `${edits.length} ${edits.length === 1 ? "number" : "numbers"} changed`,
    before && "reset before the product", sheet.note,
  ].filter(Boolean).join(" · ");
}

function namedLines({ data }, { columns }) {
  const drawn = data.filter(({ y }) => y?.length);
  const names = columns.map(({ label, name }) => [label, name].filter(Boolean).join(" "));
  return drawn.map((line, i) => ({ ...line, name: plain(names[i]) }));
}

// The heatmap with its scale, the state before the first step to its left, gaps between matrices.
function heatmaps(entry, layout, stage) {
  const { figure, gaps } = entry.plot;
  const [trace] = figure.data;
  const ends = [trace.zmin, 0, trace.zmax].filter((value, i, all) => all.indexOf(value) === i);
  const data = [{
    ...trace, showscale: true, textfont: { size: 13 },
    colorbar: {
      thickness: 12, outlinewidth: 0, x: 1.015, xpad: 0, ypad: 0, len: 1, tickfont: { size: 13 },
      tickvals: trace.zmin < 0 ? ends : [0, 0.5, 1].map((share) => share * trace.zmax),
      ticktext: (trace.zmin < 0 ? ends : [0, 0.5, 1].map((share) => share * trace.zmax)).map(minus),
    },
  }];
  const cell = (WIDTH - layout.margin.l - layout.margin.r) / trace.z[0].length;
  layout.shapes = gaps.map(({ column }) => ({
    type: "line", x0: column + 0.5, x1: column + 0.5, y0: 0, y1: 1, yref: "paper",
    line: { color: "#fff", width: Math.min(4, cell) },
  }));
  if (gaps.length && cell < TWO_LETTERS) layout.xaxis = { ...layout.xaxis, ...together(layout.xaxis) };
  const initial = initialOf(entry, stage.screen.plots);
  if (!initial) return data;
  const { xaxis } = layout;
  const apart = xaxis.range[1] / 100;
  const label = initial.plot.figure.layout.xaxis.ticktext[0];
  data.push({ ...initial.plot.figure.data[0], x0: -apart, dx: 1 });
  layout.yaxis.ticklabelstandoff = 4;
  const clear = (_, i) => (xaxis.tickvals[i] + apart) * cell > xaxis.ticktext[i].length * 4 + 12;
  layout.xaxis = {
    ...xaxis, range: [-0.5 - apart, xaxis.range[1]],
    tickvals: [-apart, ...xaxis.tickvals.filter(clear)], ticktext: [label, ...xaxis.ticktext.filter(clear)],
  };
  return data;
}

// The last two columns, b and d, under one label.
function together({ tickvals, ticktext }) {
  const at = tickvals.map((value, i) => [value, ticktext[i]]).sort(([a], [b]) => a - b);
  const [[b, first], [d, second]] = at.splice(-2);
  at.push([(b + d) / 2, `${first}, ${second}`]);
  return { tickvals: at.map(([value]) => value), ticktext: at.map(([, text]) => text) };
}

// Plotly reads tags in text; names are names.
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// Plotly draws a heatmap as an image with one pixel a cell, which many programs blur. Shapes stay sharp.
async function withShapes(text) {
  const picture = new DOMParser().parseFromString(text, "image/svg+xml");
  for (const image of picture.querySelectorAll(".heatmaplayer image")) {
    const bitmap = make("img", { src: image.getAttribute("xlink:href") });
    await bitmap.decode();
    const { naturalWidth: columns, naturalHeight: rows } = bitmap;
    if (columns * rows > MOST_SHAPES) continue;
    const context = make("canvas", { width: columns, height: rows }).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    image.replaceWith(shapes(context.getImageData(0, 0, columns, rows), image));
  }
  return new XMLSerializer().serializeToString(picture);
}

function shapes({ data, width, height }, image) {
  const [x, y, across, down] = ["x", "y", "width", "height"].map((name) => Number(image.getAttribute(name)));
  const document = image.ownerDocument;
  const group = document.createElementNS(image.namespaceURI, "g");
  group.setAttribute("shape-rendering", "crispEdges");
  const add = (row, column) => {
    const [red, green, blue] = data.slice((row * width + column) * 4, -1);
    const shape = document.createElementNS(image.namespaceURI, "rect");
    const places = {
      x: x + (column * across) / width, y: y + (row * down) / height, width: across / width, height: down / height,
    };
    for (const [name, value] of Object.entries(places)) shape.setAttribute(name, Number(value.toFixed(3)));
    shape.setAttribute("fill", `rgb(${red},${green},${blue})`);
    group.append(shape);
  };
  for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) add(row, column);
  return group;
}
