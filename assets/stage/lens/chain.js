// A cell drawn at several steps side by side, as textbooks draw it: x from below, gates inside, what is
// remembered to the right, h up. Built once for as many steps as there is room for; numbers, colours and
// marks are put in place. Sizes are pixels.

import { draw } from "../core/svg.js";

/**
 * @import { Quantity } from "../types"
 * @typedef {{ track: string } & Pick<Quantity, "symbol" | "color">} Drawn
 * @typedef {object} Plan
 * @property {number} width
 * @property {number} count of boxes
 * @property {Drawn[]} gates written inside a box
 * @property {Drawn[]} states that go on, from top to bottom; the last goes up too
 * @property {string} inside of a box without gates
 * @property {number} rows of a state that are drawn
 * @property {number} inputs that are drawn
 * @property {string} backward what stands in the boxes of a second row, which reads from the end; "" for none
 * @typedef {object} Slot one place for a number, with the colours beside it
 * @property {SVGElement[]} numbers each place where it is written
 * @property {SVGElement[]} cells
 * @property {(row: number) => void} [mark]
 * @typedef {object} Way one row of boxes
 * @property {SVGElement[]} boxes
 * @property {SVGElement[]} left ways between the first box and a step before it that is not drawn
 * @property {SVGElement[]} right those after the last box
 * @property {Record<string, Slot>[]} gates by step
 * @property {Record<string, Slot>[]} states by gap: the one before the first box comes first
 */

const BOX = 68; // wide
const PITCH = 107; // at least, from one box to the next
const MOST = 9;
const CELL = 12; // wide
const [TOP, LINE, PAD] = [36, 17, 9]; // above the boxes; of a gate; above and below the gates
const BELOW = 62; // of a box, for x and the step
const [LARGEST, SMALLEST, WIDE] = [12, 7.5, 0.53]; // letters of a number, and how wide one is

/** @param {number} width @param {number} steps how many there are */
export function boxesIn(width, steps) {
  const room = Math.floor((width + BOX) / PITCH) - 1;
  return Math.min(Math.max(room, 1), MOST, steps);
}

export class Chain {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    const { backward, count, gates, states, width } = plan;
    this.pitch = (width + BOX) / (count + 1);
    this.gap = this.pitch - BOX;
    this.high = Math.max(gates.length * LINE + 2 * PAD, states.length * 74 - 4);
    const below = TOP + this.high;
    /** @type {{ cells: SVGElement[], value: SVGElement, step: SVGElement }[]} */
    this.inputs = [];
    const inputs = Array.from({ length: count }, (_, i) => this.input(i, below));
    const forward = this.way(TOP, gates, states, true);
    /** @type {Way[]} */
    this.ways = [forward.way];
    let height = below + BELOW;
    const drawn = [...inputs, ...forward.drawn];
    if (backward) {
      const second = this.way(height + 14, [], states.slice(-1), false);
      this.ways.push(second.way);
      drawn.push(draw("g", { class: "gs-second" }, ...second.drawn));
      height += 14 + this.high + TOP;
    }
    this.element = draw("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img" }, ...drawn);
  }

  // The middle of a box, and of the gap after it; the gap before the first one is −1.
  /** @param {number} i */
  box(i) {
    return this.gap + i * this.pitch + BOX / 2;
  }

  /** @param {number} i */
  between(i) {
    return (i + 1) * this.pitch + this.gap / 2;
  }

  // One row of boxes. on: states go to the right, and h up; else to the left, and h down.
  /** @param {number} top @param {Drawn[]} gates @param {Drawn[]} states @param {boolean} on */
  way(top, gates, states, on) {
    const { backward, count, inside } = this.plan;
    /** @type {Way} */
    const way = { boxes: [], left: [], right: [], gates: [], states: Array.from({ length: count + 1 }, () => ({})) };
    const drawn = [];
    const seen = states[states.length - 1];
    for (let i = 0; i < count; i++) {
      const out = outOf(i, this.box(i), on ? top - 22 : top + this.high + 32, seen, backward ? (on ? "→" : "←") : "");
      way.gates.push({});
      const lines = gates.map((gate, line) => this.gate(way.gates[i], gate, i, top + PAD + (line + 0.5) * LINE));
      const word = gates.length ? null : draw("text", { class: "gs-word", x: this.box(i), y: top + this.high / 2, dy: "0.34em" }, on ? inside : backward);
      const box = draw("g", { class: "gs-step-box", "data-at": i },
        draw("rect", { class: "gs-box", x: this.box(i) - BOX / 2, y: top, width: BOX, height: this.high, rx: 6 }), ...lines, word);
      way.boxes.push(box);
      const [edge, far] = on ? [top, top - 16] : [top + this.high, top + this.high + 16];
      drawn.push(arrow([this.box(i), edge], [this.box(i), far], seen.color), out.element, box);
      const gap = on ? i + 1 : i;
      way.states[gap][seen.track] = { numbers: [out.number], cells: [] };
    }
    states.forEach((state, rail) => {
      const y = top + (this.high * (rail + 0.5)) / states.length;
      for (let gap = -1; gap < count; gap++) drawn.push(...this.state(way, state, gap, y, on));
    });
    return { way, drawn };
  }

  // A state in the gap between two boxes, and the way it takes.
  /** @param {Way} way @param {Drawn} state @param {number} gap @param {number} y @param {boolean} on */
  state(way, { track, symbol, color }, gap, y, on) {
    const { count, rows, states } = this.plan;
    const tall = Math.min((states.length > 1 ? 28 : 36) / rows, 10);
    const [x, top] = [this.between(gap), y - (tall * rows) / 2];
    const [from, to] = [x - this.gap / 2, x + this.gap / 2];
    const [left, right] = [x - CELL / 2 - 2, x + CELL / 2 + 2];
    const ends = on
      ? [gap < 0 ? line([0, y], [left, y], color) : line([from, y], [left, y], color), arrow([right, y], [to, y], color)]
      : [arrow([left, y], [gap < 0 ? 0 : from, y], color), line([right, y], [to, y], color)];
    if (gap < 0) way.left.push(ends[0]);
    if (gap === count - 1) way.right.push(ends[1]);
    const cells = Array.from({ length: rows }, (_, row) =>
      draw("rect", { class: "gs-cell", x: x - CELL / 2, y: top + row * tall, width: CELL, height: tall }));
    const mark = draw("rect", { class: "gs-unit", x: x + CELL / 2 + 1.2, y: -tall / 2, width: 2.6, height: tall, hidden: "" });
    const number = draw("text", { class: "gs-live", x, y: y + 31, "data-room": this.gap - 2, "data-number": `${track}.${gap}` });
    const slot = way.states[gap + 1][track] ?? { numbers: [], cells: [] };
    way.states[gap + 1][track] = {
      numbers: [...slot.numbers, number], cells,
      mark: (row) => {
        mark.toggleAttribute("hidden", row < 0);
        if (row >= 0) mark.setAttribute("transform", `translate(0 ${top + (row + 0.5) * tall})`);
      },
    };
    return [...ends, draw("g", { style: `--quantity: ${color}` },
      draw("rect", { class: "gs-frame", x: x - CELL / 2 - 1.5, y: top - 1.5, width: CELL + 3, height: tall * rows + 3, rx: 2.5 }),
      ...cells, mark, draw("text", { class: "gs-letter", x, y: y - 22 }, symbol), number)];
  }

  // A gate inside a box: its colour, its letter, its number.
  /** @param {Record<string, Slot>} slots @param {Drawn} gate @param {number} i @param {number} y */
  gate(slots, { track, symbol, color }, i, y) {
    const left = this.box(i) - BOX / 2;
    const cell = draw("rect", { class: "gs-cell", x: left + 6, y: y - 5, width: 8, height: 10 });
    const number = draw("text", { class: "gs-live gs-at-end", x: left + BOX - 4, y, dy: "0.34em", "data-room": BOX - 31, "data-number": `${track}.${i}` });
    slots[track] = { numbers: [number], cells: [cell] };
    return draw("g", { style: `--quantity: ${color}` }, cell,
      draw("text", { class: "gs-letter", x: left + 21, y, dy: "0.3em" }, symbol), number);
  }

  // x below a box, as colours and a number or a name, and which step it is.
  /** @param {number} i @param {number} below */
  input(i, below) {
    const { backward, inputs } = this.plan;
    const wide = Math.min(10, 60 / inputs);
    const [x, y] = [this.box(i), below + 18];
    const cells = Array.from({ length: inputs }, (_, input) =>
      draw("rect", { class: "gs-cell", x: x + (input - inputs / 2) * wide, y, width: wide, height: 10 }));
    const value = draw("text", { class: "gs-live", x, y: y + 24, "data-room": this.pitch - 4, "data-number": `x.${i}` });
    const step = draw("text", { class: "gs-word", x, y: y + 40 });
    this.inputs.push({ cells, value, step });
    return draw("g", {}, arrow([x, y - 2], [x, below], null), ...cells, value, step,
      backward ? arrow([x, y + 45], [x, below + BELOW + 14], null) : null);
  }
}

// A number into every place where it is written.
/** @param {SVGElement[]} places @param {string} text */
export function write(places, text) {
  for (const place of places) {
    if (place.textContent === text) continue;
    place.textContent = text;
    const room = Number(place.dataset.room) / (WIDE * text.length);
    place.style.fontSize = `${Math.max(Math.min(LARGEST, room), SMALLEST)}px`;
  }
}

/** @param {SVGElement} cell @param {string | null} fill */
export function fill(cell, fill) {
  if (fill === null) cell.removeAttribute("fill");
  else cell.setAttribute("fill", fill);
}

// What leaves a box for whatever reads the layer: a letter and beside it a number.
/** @param {number} i @param {number} x @param {number} y @param {Drawn} of @param {string} way */
function outOf(i, x, y, { symbol, color }, way) {
  const number = draw("text", { class: "gs-live gs-at-start", x: x - 6, y, "data-room": 60, "data-number": `out.${i}` });
  const letter = draw("text", { class: "gs-letter gs-at-end", x: x - 11, y }, symbol, way ? draw("tspan", { class: "gs-sub" }, way) : null);
  return { number, element: draw("g", { style: `--quantity: ${color}` }, letter, number) };
}

/** @param {number[]} from @param {number[]} to @param {string | null} color */
function line(from, to, color) {
  return draw("g", { class: "gs-way", style: color && `--quantity: ${color}` }, draw("path", { class: "gs-line", d: `M${from}L${to}` }));
}

/** @param {number[]} from @param {number[]} to @param {string | null} color */
function arrow(from, to, color) {
  const [dx, dy] = [Math.sign(to[0] - from[0]), Math.sign(to[1] - from[1])];
  const back = [to[0] - 6 * dx, to[1] - 6 * dy];
  const corners = [to, [back[0] - 3 * dy, back[1] + 3 * dx], [back[0] + 3 * dy, back[1] - 3 * dx]];
  const element = line(from, back, color);
  element.append(draw("path", { class: "gs-arrow", d: `M${corners.join("L")}Z` }));
  return element;
}
