// The wiring of one cell at one timestep: vectors as columns of coloured cells, operations between
// them, wires along which the data moves. Built once; painted, marked and lit in place.

import { make, putStyle } from "../core/dom.js";
import { draw } from "../core/svg.js";
import { say } from "../core/words.js";
import { zoomOf } from "../core/zoom.js";
import { drawArrow, drawMark, drawMore, drawOperation, drawSeam, hit, isShort, subscript, title } from "./shapes.js";
import { BLOCK, VECTOR, halfSize, strands, whole } from "./wires.js";
import { SUBSTEPS, wiring } from "./wiring.js";

export { SUBSTEPS };

/**
 * @import { Wiring as Notation } from "../types"
 * @import { Wire } from "./wires.js"
 * @import { ArrowName, Block, Item, Label, Part, Vector } from "./wiring.js"
 * @typedef {{ units: number, numbers: number, inputs: number, rows: number[], shown: number[] }} Sizes numbers: of the
 *   hidden state, the units unless it is projected; rows, shown: those that are drawn of a unit's vectors, and of that
 * @typedef {Notation & Sizes} Setting
 * @typedef {{ point(quantity: string | null): void, choose(quantity: string): void }} Act
 * @typedef {{ step: string | null, quantities: string[] }} Use
 * @typedef {{ element: SVGElement, fill: string | null }} Shade
 * @typedef {(string | null)[] | null | undefined} Column of colours, one per cell drawn
 */

const TALLEST_CELL = 13;
const RAIL = 14;
const HIDDEN = new Set(["previous", "hidden"]); // vectors that are the hidden state
const MORE = 12; // height of the dots below a vector that has more rows

/** @type {Setting} */
const NOTHING = {
  cell: "gru", polarity: "", placement: "", ends: { gate: { symbol: "", says: "" }, state: { symbol: "", says: "" } },
  quantities: {}, projected: false, units: 0, numbers: 0, inputs: 0, rows: [], shown: [],
};

export class Diagram {
  // act: { point(quantity | null), choose(quantity) }
  /** @param {Act} act */
  constructor(act) {
    this.act = act;
    /** @type {string | null} */
    this.pointed = null;
    /** @type {string | null} */
    this.lit = null;
    this.setting = NOTHING;
    this.structure = ""; // of what is built
    /** @type {string[]} */
    this.steps = [];
    /** @type {Map<string, Shade[]>} */
    this.cells = new Map(); // of each vector, by its name
    /** @type {{ element: SVGElement, of: string, tops: number[] }[]} */
    this.marks = []; // the bar of a vector, and where it is at each of its rows
    /** @type {{ element: SVGElement, uses: Use[] }[]} */
    this.shapes = []; // what stage and light act on; it may be lit before it is built
    this.size = [0, 0];
    this.element = make("div", { className: "gs-diagram" });
    new ResizeObserver(() => this.fit()).observe(this.element);
    // Not pointerover, which also comes when the page moves under a pointer that is at rest.
    this.element.addEventListener("pointermove", ({ target }) => this.point(quantityOf(target)));
    this.element.addEventListener("pointerleave", () => this.point(null));
    this.element.addEventListener("focusin", ({ target }) => this.point(quantityOf(target)));
    this.element.addEventListener("focusout", () => this.point(null));
    this.element.addEventListener("click", ({ target }) => this.choose(quantityOf(target)));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(quantityOf(event.target));
    });
  }

  /** @param {string | null} quantity */
  point(quantity) {
    if (quantity === this.pointed) return;
    this.pointed = quantity;
    this.act.point(quantity);
  }

  /** @param {string | null} quantity */
  choose(quantity) {
    if (quantity !== null) this.act.choose(quantity);
  }

  // Afterwards it is to be painted, marked and staged; what was lit stays lit. Whoever has it built fits its letters once
  // all that is new on the page has its place. Other rows of as many are other colours in what is there: to make it anew
  // takes the browser as long as all else of a screen.
  /** @param {Setting} setting */
  build(setting) {
    const structure = JSON.stringify({ ...setting, rows: setting.rows.length, shown: setting.shown.length });
    this.setting = setting;
    if (structure === this.structure) return;
    this.structure = structure;
    const focused = this.element.querySelector(":focus")?.getAttribute("data-piece");
    this.steps = SUBSTEPS[setting.cell];
    this.cells = new Map();
    this.marks = [];
    this.shapes = [];
    const { size: [width], says, parts, wires, rail, names = [] } = wiring(setting);
    const height = this.bottom(parts);
    this.size = [width, height];
    const words = wordsOf(setting.quantities);
    const svg = draw(
      "svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": says(words) },
      rail && draw("rect", {
        class: "gs-rail", y: rail.y - RAIL / 2, width, height: RAIL, style: this.colorOf({ color: rail.of }),
      }),
      ...strands(wires).map((strand) => this.drawStrand(strand)),
      ...wires.map((wire) => this.drawFlow(wire)),
      ...names.map((name) => this.drawName(name, parts)),
      ...parts.map((part) => this.drawPart(part, words)),
    );
    this.element.dataset.cell = setting.cell;
    this.element.replaceChildren(svg);
    /** @type {SVGElement | null} */ (svg.querySelector(`[data-piece="${focused}"]`))?.focus();
    this.light(this.lit);
  }

  // Where the lowest item ends; the table of the wiring has room for more rows than there may be.
  /** @param {Part[]} parts */
  bottom(parts) {
    return Math.max(...parts.flatMap(({ items }) => items).map((item) => this.endOf(item))) + 4;
  }

  /** @param {Item} item */
  endOf(item) {
    if (item.kind !== "vector") return item.at[1] + halfSize(item)[1];
    const count = this.countOf(item.id);
    return item.at[1] + (cellHeight(count) * count) / 2 + (this.lengthOf(item.id) > count ? MORE : 0);
  }

  // How many numbers a vector has, and how many of them are drawn.
  /** @param {string} id */
  lengthOf(id) {
    if (id === "x") return this.setting.inputs;
    return HIDDEN.has(id) ? this.setting.numbers : this.setting.units;
  }

  // The rows of a vector that are drawn.
  /** @param {string} id */
  rowsOf(id) {
    return HIDDEN.has(id) ? this.setting.shown : this.setting.rows;
  }

  /** @param {string} id */
  countOf(id) {
    return id === "x" ? Math.min(this.setting.inputs, 8) : this.rowsOf(id).length;
  }

  // Letters take a smaller share of a larger picture, and a larger one of a small one. Large type is type
  // for a picture that is small where it is seen.
  fit() {
    const svg = this.element.querySelector("svg");
    if (!svg?.clientWidth) return;
    const [width, height] = this.size;
    const { style } = this.element;
    const scale = Math.min(svg.clientWidth, (svg.clientHeight * width) / height) / 420 / zoomOf(svg);
    putStyle(style, "--letter", `${15 * scale ** (scale < 1 ? -0.35 : -0.4)}px`);
    putStyle(style, "--small", `${11 * scale ** (scale < 1 ? -0.7 : -0.4)}px`);
    putStyle(style, "--wire", `${Math.min(Math.max(1.5, scale), 2.4)}px`);
  }

  // colours: by name of a vector.
  /** @param {Record<string, Column>} colours */
  paint(colours) {
    for (const [name, cells] of this.cells) {
      const now = colours[name];
      cells.forEach((cell, i) => {
        const fill = now?.[i] ?? null;
        if (cell.fill === fill) return;
        cell.fill = fill;
        if (fill === null) cell.element.removeAttribute("fill");
        else cell.element.setAttribute("fill", fill);
      });
    }
  }

  // The row of the chosen unit, marked where it is drawn; null for none.
  /** @param {number | null} row */
  mark(row) {
    for (const { element, of, tops } of this.marks) {
      const at = row === null ? undefined : tops[this.rowsOf(of).indexOf(row)];
      element.toggleAttribute("hidden", at === undefined);
      const place = `translate(0 ${at})`;
      if (at !== undefined && element.getAttribute("transform") !== place) element.setAttribute("transform", place);
    }
  }

  /** @param {number | null} index */
  stage(index) {
    /** @type {(string | null)[]} */
    const ahead = index === null ? [] : this.steps.slice(index + 1);
    const now = index === null ? undefined : this.steps[index];
    for (const { element, uses } of this.shapes) {
      element.classList.toggle("gs-ahead", uses.every(({ step }) => ahead.includes(step)));
      element.classList.toggle("gs-present", uses.some(({ step }) => step === now));
    }
  }

  /** @param {string | null} quantity */
  light(quantity) {
    this.lit = quantity;
    this.element.classList.toggle("gs-focused", quantity !== null);
    for (const { element, uses } of this.shapes) {
      element.classList.toggle("gs-on", uses.some(({ quantities }) => quantity !== null && quantities.includes(quantity)));
    }
  }

  /** @param {Part} part @param {Record<string, string>} words */
  drawPart(part, words) {
    const { quantity } = part;
    const says = part.says(words);
    const element = draw(
      "g",
      {
        class: "gs-part", tabindex: 0, role: "button", "aria-label": says, "data-quantity": quantity,
        "data-piece": part.id, style: `--quantity: ${this.setting.quantities[quantity].color}`,
      },
      ...part.items.map((item) => {
        if (item.kind === "vector") return this.drawVector(item, says);
        return item.kind === "block" ? this.drawBlock(item, part) : drawOperation(item);
      }),
    );
    this.shapes.push({ element, uses: [{ step: part.step, quantities: [quantity] }] });
    return element;
  }

  // The gate that an arrow brings, beside it or under the gate's vector.
  /** @param {ArrowName} name @param {Part[]} parts */
  drawName(name, parts) {
    const { of, anchor } = name;
    const more = { class: "gs-word gs-arrow-name", "aria-hidden": "true", style: `text-anchor: ${anchor}` };
    if ("at" in name) return draw("text", { ...more, x: name.at[0], y: name.at[1] }, say(`arrows.${of}`));
    const vector = /** @type {Item} */ (parts.flatMap(({ items }) => items).find(({ id }) => id === of));
    return draw("text", { ...more, x: name.under, y: this.endOf(vector) + 3, dy: "0.8em" }, say(`arrows.${of}`));
  }

  /** @param {Vector} vector @param {string} says */
  drawVector({ id, at: [x, y], label }, says) {
    const count = this.countOf(id);
    const cell = cellHeight(count);
    const [left, top] = [x - VECTOR.width / 2, y - (cell * count) / 2];
    const cells = Array.from({ length: count }, (_, i) => draw("rect", {
      class: "gs-cell", x: left, y: top + i * cell, width: VECTOR.width, height: cell,
    }));
    this.cells.set(id, cells.map((element) => ({ element, fill: null })));
    const mark = id === "x" ? null : drawMark(x + VECTOR.width / 2, cell);
    if (mark) this.marks.push({ element: mark, of: id, tops: cells.map((_, i) => top + (i + 0.5) * cell) });
    const bottom = top + cell * count;
    return draw(
      "g", { class: label.of ? "gs-vector" : "gs-vector gs-passing" },
      title(says),
      hit(left - 7, top - 20, VECTOR.width + 14, cell * count + 26),
      draw("rect", {
        class: "gs-frame", x: left - 1.5, y: top - 1.5, width: VECTOR.width + 3, height: cell * count + 3, rx: 2.5,
      }),
      ...cells,
      this.lengthOf(id) > count ? drawMore(x, bottom) : null,
      this.drawLabel(label, x, top - 6.5),
      mark,
    );
  }

  /** @param {Label} label @param {number} x @param {number} y */
  drawLabel({ of, sub, text, end }, x, y) {
    if (text) return draw("text", { class: "gs-word", x: end ?? x, y, style: end && "text-anchor: end" }, text);
    if (!of) return null;
    return draw("text", { class: "gs-letter", x, y }, this.setting.quantities[of].symbol, sub ? subscript(sub) : null);
  }

  /** @param {Block} block @param {Part} part */
  drawBlock({ letters, takes, at: [x, y] }, { quantity }) {
    const { symbol } = this.setting.quantities[quantity];
    const [left, height] = [x - BLOCK.width / 2, BLOCK.height * letters.length];
    // The plain network has one set of weights, which needs no letter.
    const gate = this.setting.cell === "rnn" || takes === "let_out" ? null : symbol;
    return draw(
      "g", { class: "gs-block" },
      title(say(`diagram.weights_${letters === "UW" ? "both" : letters === "W" ? "input" : takes}`)),
      hit(left - 5, y - height / 2 - 5, BLOCK.width + 10, height + 10),
      draw("rect", { x: left, y: y - height / 2, width: BLOCK.width, height, rx: 4 }),
      letters.length > 1 ? drawSeam(left, x, y) : null,
      ...[...letters].map((letter, i) => draw(
        "text", { x, y: y + (i - (letters.length - 1) / 2) * (BLOCK.height + 1.5), dy: "0.34em" },
        letter, gate && subscript(gate),
      )),
    );
  }

  // A stretch of wire, shared by all wires that run along it.
  /** @param {{ path: string, wires: Wire[] }} strand */
  drawStrand({ path, wires }) {
    const element = draw(
      "g", { class: "gs-wire", "data-quantity": wires[0].quantities[0], style: this.colorOf(wires[0]) },
      draw("path", { class: "gs-hit", d: path }),
      draw("path", { class: "gs-line", d: path }),
    );
    this.shapes.push({ element, uses: wires });
    return element;
  }

  // Where a wire leads, and what moves along it.
  /** @param {Wire} wire */
  drawFlow(wire) {
    const element = draw(
      "g", { class: "gs-wire", style: this.colorOf(wire) },
      draw("path", { class: "gs-flow", d: whole(wire) }),
      isShort(wire) ? null : drawArrow(wire),
    );
    this.shapes.push({ element, uses: [wire] });
    return element;
  }

  /** @param {{ color: string | null }} of */
  colorOf({ color }) {
    return color && `--quantity: ${this.setting.quantities[color].color}`;
  }
}

/** @param {number} count */
function cellHeight(count) {
  return Math.min(TALLEST_CELL, VECTOR.height / count);
}

/** @param {Setting["quantities"]} quantities */
function wordsOf(quantities) {
  return Object.fromEntries(Object.entries(quantities).map(([id, { name, symbol }]) => [id, say("diagram.quantity", { name, symbol })]));
}

/** @param {EventTarget | null} target */
function quantityOf(target) {
  return target instanceof Element ? target.closest("[data-quantity]")?.getAttribute("data-quantity") ?? null : null;
}
