// @ts-nocheck
// The wiring of one cell at one timestep: vectors as columns of coloured cells, operations between
// them, wires along which the data moves. Built once; painted, marked and lit in place.

import { make } from "./dom.js";
import { BLOCK, SUBSTEPS, VECTOR, direction, distance, halfSize, moved, strands, whole, wiring } from "./wiring.js";
import { zoomOf } from "./zoom.js";

export { SUBSTEPS };

const SVG = "http://www.w3.org/2000/svg";
const TALLEST_CELL = 13;
const RAIL = 14;
const MORE = 12; // height of the dots below a vector that has more rows

const OPERATIONS = {
  "⊙": "times, entry by entry",
  "+": "sum",
  "1−": "one minus the gate",
};

export class Diagram {
  // act: { point(quantity | null), choose(quantity) }
  constructor(act) {
    this.act = act;
    this.pointed = null;
    this.lit = null;
    this.shapes = []; // it may be lit before it is built
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

  point(quantity) {
    if (quantity === this.pointed) return;
    this.pointed = quantity;
    this.act.point(quantity);
  }

  choose(quantity) {
    if (quantity !== null) this.act.choose(quantity);
  }

  // Afterwards nothing is painted, marked or staged; what was lit stays lit.
  build(setting) {
    const focused = this.element.querySelector(":focus")?.dataset.piece;
    this.setting = setting;
    this.steps = SUBSTEPS[setting.cell];
    this.cells = new Map(); // name of a vector -> its cells, { element, fill }
    this.marks = []; // { element, tops }: the bar of a vector and where each row is
    this.shapes = []; // { element, uses }: what stage and light act on
    const { size: [width], says, parts, wires, rail } = wiring(setting);
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
      ...parts.map((part) => this.drawPart(part, words)),
    );
    this.element.dataset.cell = setting.cell;
    this.element.replaceChildren(svg);
    svg.querySelector(`[data-piece="${focused}"]`)?.focus();
    this.light(this.lit);
    this.fit();
  }

  // Where the lowest item ends; the table of the wiring has room for more rows than there may be.
  bottom(parts) {
    const ends = parts.flatMap(({ items }) => items).map((item) => {
      if (item.kind !== "vector") return item.at[1] + halfSize(item)[1];
      const count = this.countOf(item.id);
      return item.at[1] + (cellHeight(count) * count) / 2 + (this.lengthOf(item.id) > count ? MORE : 0);
    });
    return Math.max(...ends) + 4;
  }

  // How many numbers a vector has, and how many of them are drawn.
  lengthOf(id) {
    return id === "x" ? this.setting.inputs : this.setting.units;
  }

  countOf(id) {
    return id === "x" ? Math.min(this.setting.inputs, 8) : this.setting.rows.length;
  }

  // Letters take a smaller share of a larger picture, and a larger one of a small one. Large type is type
  // for a picture that is small where it is seen.
  fit() {
    const svg = this.element.querySelector("svg");
    if (!svg?.clientWidth) return;
    const [width, height] = this.size;
    const scale = Math.min(svg.clientWidth, (svg.clientHeight * width) / height) / 420 / zoomOf(svg);
    this.element.style.setProperty("--letter", `${15 * scale ** (scale < 1 ? -0.35 : -0.4)}px`);
    this.element.style.setProperty("--small", `${11 * scale ** (scale < 1 ? -0.7 : -0.4)}px`);
    this.element.style.setProperty("--wire", `${Math.min(Math.max(1.5, scale), 2.4)}px`);
  }

  // colours: a Map or an object from vector name to colours, one per cell drawn.
  paint(colours) {
    const of = colours instanceof Map ? (name) => colours.get(name) : (name) => colours[name];
    for (const [name, cells] of this.cells) {
      const now = of(name);
      cells.forEach((cell, i) => {
        const fill = now?.[i] ?? null;
        if (cell.fill === fill) return;
        cell.fill = fill;
        if (fill === null) cell.element.removeAttribute("fill");
        else cell.element.setAttribute("fill", fill);
      });
    }
  }

  // The chosen unit, as an index of `rows`; null or −1 where it is not drawn.
  mark(row) {
    for (const { element, tops } of this.marks) {
      const at = tops[row];
      element.toggleAttribute("hidden", at === undefined);
      if (at !== undefined) element.setAttribute("transform", `translate(0 ${at})`);
    }
  }

  stage(index) {
    const [now, ahead] = index === null ? [undefined, []] : [this.steps[index], this.steps.slice(index + 1)];
    for (const { element, uses } of this.shapes) {
      element.classList.toggle("gs-ahead", uses.every(({ step }) => ahead.includes(step)));
      element.classList.toggle("gs-present", uses.some(({ step }) => step === now));
    }
  }

  light(quantity) {
    this.lit = quantity;
    this.element.classList.toggle("gs-focused", quantity !== null);
    for (const { element, uses } of this.shapes) {
      element.classList.toggle("gs-on", uses.some(({ quantities }) => quantities.includes(quantity)));
    }
  }

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

  drawVector({ id, at: [x, y], label }, says) {
    const count = this.countOf(id);
    const cell = cellHeight(count);
    const [left, top] = [x - VECTOR.width / 2, y - (cell * count) / 2];
    const cells = Array.from({ length: count }, (_, i) => draw("rect", {
      class: "gs-cell", x: left, y: top + i * cell, width: VECTOR.width, height: cell,
    }));
    this.cells.set(id, cells.map((element) => ({ element, fill: null })));
    const mark = id === "x" ? null : drawMark(x + VECTOR.width / 2, cell);
    if (mark) this.marks.push({ element: mark, tops: cells.map((_, i) => top + (i + 0.5) * cell) });
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

  drawLabel({ of, sub, text }, x, y) {
    if (text) return draw("text", { class: "gs-word", x, y }, text);
    if (!of) return null;
    return draw("text", { class: "gs-letter", x, y }, this.setting.quantities[of].symbol, sub ? subscript(sub) : null);
  }

  drawBlock({ letters, takes, at: [x, y] }, { quantity }) {
    const { symbol } = this.setting.quantities[quantity];
    const [left, height] = [x - BLOCK.width / 2, BLOCK.height * letters.length];
    const names = [...letters].map((letter) => `${letter} times ${letter === "U" ? takes : "the input"}`);
    // The plain network has one set of weights, which needs no letter.
    const gate = this.setting.cell === "rnn" ? null : symbol;
    return draw(
      "g", { class: "gs-block" },
      title(`learned weights: ${names.join(" plus ")}, and biases`),
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
  drawFlow(wire) {
    const element = draw(
      "g", { class: "gs-wire", style: this.colorOf(wire) },
      draw("path", { class: "gs-flow", d: whole(wire) }),
      isShort(wire) ? null : drawArrow(wire),
    );
    this.shapes.push({ element, uses: [wire] });
    return element;
  }

  colorOf({ color }) {
    return color && `--quantity: ${this.setting.quantities[color].color}`;
  }
}

function drawArrow({ points }) {
  const [from, tip] = points.slice(-2);
  const [dx, dy] = direction(from, tip);
  const back = moved(tip, [dx, dy], -4.5);
  const corners = [tip, moved(back, [-dy, dx], 2.4), moved(back, [dy, -dx], 2.4)];
  return draw("path", { class: "gs-arrow", d: `M${corners.join("L")}Z` });
}

// Links between neighbours read without an arrowhead.
function isShort({ points }) {
  return points.length === 2 && distance(...points) < 11;
}

function cellHeight(count) {
  return Math.min(TALLEST_CELL, VECTOR.height / count);
}

function wordsOf(quantities) {
  return Object.fromEntries(Object.entries(quantities).map(([id, { name, symbol }]) => [id, `${name} ${symbol}`]));
}

function quantityOf(target) {
  return target.closest("[data-quantity]")?.dataset.quantity ?? null;
}

// Times and plus are drawn, so that they look the same in every typeface; so is a hard sigmoid, since
// between a block and a vector there is no room for its name.
function drawOperation({ text, says, at: [x, y] }) {
  const [w, h] = halfSize({ kind: "operation", text });
  const drawn = text === "⊙" || text === "+";
  const inside = {
    "⊙": () => draw("circle", { class: "gs-dot", cx: x, cy: y, r: 1.7 }),
    "+": () => draw("path", { class: "gs-plus", d: `M${x - 3.6} ${y}h7.2M${x} ${y - 3.6}v7.2` }),
    "hard σ": () => draw("path", { class: "gs-plus", d: `M${x - 5} ${y + 3.2}h2.6l4.8 -6.4h2.6` }),
  }[text] ?? (() => draw("text", { x, y, dy: "0.34em" }, text));
  return draw(
    "g", { class: drawn ? "gs-operation" : "gs-operation gs-function" },
    title(says ?? OPERATIONS[text]),
    hit(x - w - 5, y - h - 5, 2 * w + 10, 2 * h + 10),
    draw("rect", { x: x - w, y: y - h, width: 2 * w, height: 2 * h, rx: h }),
    inside(),
  );
}

// A bar, as the stage's wedge would read as an arrowhead on a wire.
function drawMark(x, height) {
  return draw("rect", { class: "gs-unit", x: x + 2.2, y: -height / 2, width: 2.6, height, hidden: "" });
}

function drawMore(x, bottom) {
  const dots = [5, 8, 11].map((down) => draw("circle", { cx: x, cy: bottom + down, r: 0.9 }));
  return draw("g", { class: "gs-more" }, ...dots);
}

// Stacked products are added.
function drawSeam(left, x, y) {
  return draw(
    "g", { class: "gs-seam" },
    draw("path", { d: `M${left} ${y}h${BLOCK.width}` }),
    draw("circle", { cx: x, cy: y, r: 3.6 }),
    draw("path", { class: "gs-plus", d: `M${x - 2.2} ${y}h4.4M${x} ${y - 2.2}v4.4` }),
  );
}

function subscript(text) {
  return draw("tspan", { class: "gs-sub", dy: "0.3em" }, text);
}

function title(text) {
  return draw("title", {}, text);
}

function hit(x, y, width, height) {
  return draw("rect", { class: "gs-hit", x, y, width, height });
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
