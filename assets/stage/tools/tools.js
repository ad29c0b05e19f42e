// A small menu at every plot: its numbers as a table or a file, its picture as PNG or SVG. Nothing is
// asked of the server, unless only the colours of a number are here.

import { addStylesheet, afterPaint, make } from "../core/dom.js";
import { NoPlotly } from "../core/library.js";
import { alongMenu } from "../core/menu.js";
import { say } from "../core/words.js";
import { boxOf, windowOf } from "../core/zoom.js";
import { describe, initialOf, sheetOf, titled, weightsOf, withInitial } from "./describe.js";
import { png, svg } from "./picture.js";
import { save, savings } from "./saving.js";
import { openTable } from "./table.js";
import { delimited } from "./text.js";

/**
 * @import { Library } from "../core/library.js"
 * @import { Here as All, Panel, Place, Sheet, Shown } from "../types"
 * @typedef {Pick<All, "channel" | "cursor" | "now">} Here
 * @typedef {object} Host
 * @property {HTMLElement} element the stage
 * @property {Pick<Library, "load">} library
 * @property {() => Map<string, Shown>} plots of the screen
 * @property {(text: string) => void} tell
 * @property {(part: string) => Promise<unknown>} whole resolves once every number of a part is here
 * @property {(part: string) => unknown} predict
 * @typedef {object} Action
 * @property {() => string} label
 * @property {"table_hint" | "csv_hint" | "png_hint" | "svg_hint" | "predict_hint"} hint
 * @property {Shown["kind"][]} [of] the plots that have it, where not all have
 * @property {(entry: Shown, sheet: Sheet, here: Here, host: Host, refocus: () => void) => unknown} act
 */

const PATIENCE = 5000; // milliseconds to wait for numbers

// The button and its menu for one plot. entry: what view.js keeps of the plot.
/** @param {Shown} entry @param {Here} here @param {Host} host */
export function tools(entry, here, host) {
  addStylesheet("stage/css/tools.css");
  keepDescribed(entry, here, host);
  const { button, element } = new Menu(entry, here, host);
  return make("div", { className: "gs-tools" }, button, element);
}

class Menu {
  /** @param {Shown} entry @param {Here} here @param {Host} host */
  constructor(entry, here, host) {
    this.entry = entry;
    this.here = here;
    this.host = host;
    const name = nameOf(entry);
    /** @param {Action} action */
    const item = ({ label, hint, act }) =>
      make("button", { type: "button", role: "menuitem", tabIndex: -1, onclick: ({ detail }) => this.choose(act, detail === 0) },
        label(), make("small", { textContent: say(`tools.${hint}`) }));
    /** @type {HTMLElement[]} */
    this.items = []; // made when they are wanted first: there is a menu for every plot
    this.list = make("div", { role: "menu", "aria-label": name });
    this.fill = () => this.list.append(...(this.items = ACTIONS.filter(({ of }) => !of || of.includes(entry.kind)).map(item)));
    this.status = make("p", {});
    /** @type {HTMLElement} */
    this.element = make(
      "div", {
        className: "gs-menu", popover: "auto",
        onkeydown: (event) => alongMenu(event, this.items, this.element),
        ontoggle: ({ newState }) => this.button.setAttribute("aria-expanded", String(newState === "open")),
      },
      this.list, this.status,
    );
    /** @type {HTMLButtonElement} */
    this.button = make("button", {
      type: "button", className: "gs-more", title: say("tools.title"),
      "aria-label": say("tools.name", { name }), "aria-haspopup": "menu", "aria-expanded": "false",
      onclick: (event) => this.toggle(event),
      onfocus: () => voiced(entry, here, host),
    }, make("span", { textContent: "⋯", "aria-hidden": "true" }));
    this.button.popoverTargetElement = this.element; // pressing it is not pressing outside of the menu
  }

  get open() {
    return this.element.matches(":popover-open");
  }

  /** @param {Event} event */
  toggle(event) {
    event.preventDefault(); // the browser would open it too, but tell us only a frame later
    if (!this.items.length) this.fill();
    this.element.togglePopover();
    if (!this.open) return;
    this.status.textContent = "";
    beside(this.element, this.button);
    this.items[0].focus();
  }

  // byKey: pressed without a pointer.
  /** @param {Action["act"]} act @param {boolean} byKey */
  async choose(act, byKey) {
    const { entry, here, host } = this;
    try {
      const sheet = await wholeSheet(entry, here, host, () => this.say(say("tools.waiting")));
      if (sheet.source && !sheet.columns.length) return this.say(say("describe.no_unit"));
      if (!this.open) return; // closed while waiting: not wanted any more
      const stop = /** @type {HTMLElement | undefined} */ (await act(entry, sheet, here, host, () => this.button.isConnected && this.button.focus()));
      if (this.open) this.element.hidePopover();
      if (stop && byKey) stop.focus(); // it may be far from here, for a key
    } catch (error) {
      if (error instanceof Later) return this.say(say("tools.later"));
      if (error instanceof NoPlotly) return this.say(say("stage.no_plotly"));
      console.error(error);
      this.say(say("tools.failed"));
    }
  }

  // Below the items, and aloud.
  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
    this.host.tell(text);
  }
}

/** @param {Shown} entry @returns {string} */
function nameOf({ kind, panel, track, gate, chart }) {
  if (kind === "lens") return titled(chart.title, chart.symbol);
  if (kind === "x") return say("names.input_plot");
  if (kind === "lines") return say("names.over_time", { cell: panel.name });
  if (kind === "series") return say("names.predictions");
  if (kind === "track") return say("names.track", { cell: panel.name, track: track.name });
  return weightsOf(/** @type {Panel} */ (panel), String(gate));
}

// Below the button, or above it where there is no room.
/** @param {HTMLElement} menu @param {Element} button */
export function beside(menu, button) {
  const [box, room] = [boxOf(button), windowOf(button)];
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4 + height <= room.height;
  const left = Math.max(8, Math.min(box.left, room.width - width - 8));
  const top = below ? box.bottom + 4 : Math.max(8, box.top - height - 4);
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}

// The text alternative follows the numbers once Plotly has drawn them and the live colours are off:
// not at every frame of a drag, and with a new screen after its first picture.
/** @param {Shown} entry @param {Here} here @param {Host} host */
function keepDescribed(entry, here, host) {
  const { plot } = entry;
  const known = entries.has(plot);
  entries.set(plot, entry);
  if (known) return;
  const voice = () => voiced(/** @type {Shown} */ (entries.get(plot)), here, host);
  const rests = () => plot.canvas.hidden && plot.host.isConnected && voice();
  new MutationObserver(() => plot.canvas.hidden && afterPaint(rests)).observe(plot.canvas, { attributeFilter: ["hidden"] });
  plot.host.addEventListener("pointerenter", voice);
}

/** @type {WeakMap<object, Shown>} */
const entries = new WeakMap(); // plot -> what is known of it, on the screen of now

/** @param {Shown} entry @param {Here} here @param {Host} host */
function voiced(entry, here, host) {
  for (const one of [entry, initialOf(entry, host.plots())]) {
    if (!one?.plot.there || one.plot.described === one.plot.figure) continue;
    one.plot.described = one.plot.figure;
    one.plot.host.setAttribute("aria-label", describe(sheetOf(one, here)));
  }
}

class Later extends Error {}

// Every number of a plot, and of the state before its first step; `onWait` is called if some have to
// be asked for first.
/** @param {Shown} entry @param {Here} here @param {Host} host @param {() => void} onWait */
async function wholeSheet(entry, here, host, onWait) {
  const read = () => withInitial(sheetOf(entry, here), initialOf(entry, host.plots()), here);
  const sheet = read();
  if (sheet.exact || sheet.source) return sheet;
  onWait();
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  await Promise.race([late, Promise.all(sheet.parts.map(({ part }) => host.whole(part)))]);
  const again = read();
  if (!again.exact) throw new Later();
  return again;
}

// The row and column of the cursor in a sheet, -1 for none.
/** @param {Shown} entry @param {Sheet} sheet @param {Here} here @returns {Place} */
function around({ kind, sheet: own }, sheet, { cursor, now }) {
  if (kind === "lens") {
    const { rows, columns } = own();
    return { row: rows.at(cursor) ?? -1, column: columns.at(cursor) ?? -1 };
  }
  if (sheet.flipped) return { row: cursor.step, column: -1 };
  /** @type {Record<string, number>} */
  const across = { track: cursor.step + sheet.columns.length - now.message.labels.length, x: cursor.step };
  const down = kind === "x" ? -1 : sheet.rows.findIndex(({ key }) => key === cursor.unit + 1);
  return { row: down, column: across[kind] ?? -1 };
}

// What each item does with the plot and its sheet. refocus() gives the focus back to the menu's button.
// Returns the button that stops what takes a while, if there is one.
/** @type {Action[]} */
const ACTIONS = [
  {
    label: () => say("tools.table"), hint: "table_hint",
    act: (entry, sheet, here, { element }, refocus) => {
      openTable(sheet, around(entry, sheet, here), element, refocus);
    },
  },
  {
    label: () => "CSV", hint: "csv_hint",
    act: (entry, sheet, here, _, refocus) => {
      const file = `${fileName(sheet, here)}.csv`;
      if (sheet.source) return savings.add(sheet, file, nameOf(entry), refocus);
      save(file, delimited({ ...sheet, values: sheet.values ?? [] }, ","), "text/csv;charset=utf-8");
    },
  },
  {
    label: () => "PNG", hint: "png_hint",
    act: async (entry, sheet, here, host) =>
      save(`${fileName(sheet, here)}.png`, await png(entry, sheet, await about(entry, here, host)), "image/png"),
  },
  {
    label: () => "SVG", hint: "svg_hint",
    act: async (entry, sheet, here, host) =>
      save(`${fileName(sheet, here)}.svg`, await svg(entry, sheet, await about(entry, here, host)), "image/svg+xml"),
  },
  {
    label: () => say("tools.predict"), hint: "predict_hint", of: ["track", "lines"],
    act: ({ part }, _sheet, _here, { predict }) => void setTimeout(() => predict(part)), // when the menu is gone
  },
];

// What a picture needs beside its plot.
/** @param {Shown} entry @param {Here} here @param {Host} host */
async function about(entry, { now }, { element, library, plots }) {
  return { element, plotly: await library.load(), message: now.message, initial: initialOf(entry, plots()) };
}

/** @param {Pick<Sheet, "file">} sheet @param {Pick<Here, "now">} here */
export function fileName({ file }, { now }) {
  const { name, reading } = now.message.scene;
  const words = ["gatescope", name, ...(reading ? [reading.word] : []), file];
  return words.join("-").toLowerCase().replace(/[^a-z0-9-]+/g, "_");
}
