// The three cells as tables: what stands where, which wire runs from which to which, and what each
// part is in words. Positions are centres in viewBox units; diagram.js draws them.
//
// A part is one quantity's share of a sub-step and is chosen as a whole; its items are vectors,
// operations and blocks of learned weights. A wire is [from, side, to, side, bends]: it leaves along
// its side, turns at each bend (an x or a y, in turn) and ends at the other side; `gaps` are where it
// passes under another wire. Where a block adds two products they are stacked: U h over W x.

import { say } from "../core/words.js";
import { wire } from "./wires.js";

/**
 * @import { End, Wiring } from "../types"
 * @import { Found } from "./wires.js"
 * @typedef {[x: number, y: number]} Point
 * @typedef {"left" | "right" | "top" | "bottom"} Side
 * @typedef {(words: Record<string, string>) => string} Says
 * @typedef {{ of?: string, sub?: string, text?: string, end?: number }} Label end: where it ends, else it is above the middle
 * @typedef {{ kind: "vector", id: string, at: Point, label: Label }} Vector
 * @typedef {{ kind: "operation", id: string, at: Point, text: string, says?: string }} Operation
 * @typedef {{ kind: "block", id: string, at: Point, letters: string, takes: "state" | "let_through" | "let_out" }} Block
 * @typedef {Vector | Operation | Block} Item
 * @typedef {{ id: string, quantity: string, step: string | null, says: Says, items: Item[] }} Part
 * @typedef {{ leave?: number, lane?: number, gaps?: Point[] }} Way
 * @typedef {[from: string, side: Side, to: string | Point, end?: Side, bends?: number[], way?: Way]} Row
 * @typedef {"reset" | "update" | "forget" | "input" | "output"} Gate
 * @typedef {{ of: Gate, at: Point, anchor: "start" | "end" }} Beside
 * @typedef {{ of: Gate, under: number, anchor: "middle" | "end" }} Under
 * @typedef {Beside | Under} ArrowName beside the gate's arrow, or at this x under its vector where the arrow is too short
 * @typedef {{ size: Point, rail?: { of: string, y: number }, says: Says, parts: Part[], wires: Row[], names?: ArrowName[] }} Table
 */

/** @type {Record<Wiring["cell"], string[]>} */
export const SUBSTEPS = {
  gru: ["reset", "update", "candidate", "hidden"],
  lstm: ["forget", "input", "candidate", "cell", "output", "hidden"],
  rnn: ["sum", "hidden"],
};

// Half the distance between the lanes of the old state and the input where they run side by side.
const LANE = 4;

// What is said of an end depends on what it does to numbers: tanh squeezes them, relu cuts them off.
/** @param {Wiring["ends"]} ends @returns {"tanh" | "relu" | "other"} */
const kindOf = ({ state: { symbol } }) => (symbol === "tanh" || symbol === "relu" ? symbol : "other");

// ends: what gates and states end in, { gate, state }, each { symbol, says }.
// { size, says, parts, wires }: says and each part's says make a sentence of the quantities' words;
// each wire has its corner points, the quantities at its ends, and the sub-step it leads into.
/** @param {Omit<Wiring, "quantities">} setting */
export function wiring({ cell, ends, placement, polarity, projected }) {
  const table = {
    gru: () => gru(ends, placement === "before", polarity !== "write"), lstm: () => lstm(ends, projected), rnn: () => rnn(ends),
  }[cell]();
  /** @type {Map<string, Found>} */
  const places = new Map();
  for (const { quantity, step, items } of table.parts) {
    for (const item of items) places.set(item.id, { item, quantity, step });
  }
  return { ...table, wires: table.wires.map((row) => wire(row, places)) };
}

/** @param {Wiring["ends"]} ends @param {boolean} before @param {boolean} keep @returns {Table} */
function gru(ends, before, keep) {
  const [top, middle, low, bottom] = [44, 126, 188, 234];
  const oneMinus = operation("one_minus", "1−", keep ? [304, middle] : [286, 85]);
  const [kept, written] = keep ? ["z", "1 − z"] : ["1 − z", "z"];
  const recurrence = before
    ? block("recurrence", "U", [195, low], "let_through")
    : block("recurrence", "U", [146, 85]);
  /** @type {Row[]} */
  const recall = before
    ? [["previous", "right", "reset_times", "top"], ["reset_hidden", "right", "recurrence", "left"]]
    : [["previous", "right", "recurrence", "top"], ["recurrence", "bottom", "reset_times", "top"]];
  return {
    size: [420, 264],
    names: [
      { of: "reset", under: 118, anchor: "middle" },
      keep ? { of: "update", at: [281, 70], anchor: "end" } : { of: "update", under: 284, anchor: "end" },
    ],
    rail: { of: "hidden", y: top },
    says: ({ reset, candidate, update, hidden }) => say("gru.says", { reset, candidate, update, hidden }),
    parts: [
      part("previous", "hidden", null, (q) => say("wiring.old", { quantity: q.hidden }),
        vector("previous", [20, top], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, ({ x }) => say("wiring.x", { x }), vector("x", [20, bottom], { of: "x", sub: "t" })),
      part("reset", "reset", "reset", (q) => say("gru.reset", { reset: q.reset }),
        block("reset_in", "UW", [66, middle]), activation("reset_squash", ends.gate, [95, middle]),
        vector("reset", [118, middle], { of: "reset" })),
      part("update", "update", "update", ({ update }) => say(keep ? "gru.update_keeps" : "gru.update_writes", { update }),
        block("update_in", "UW", [216, middle]), activation("update_squash", ends.gate, [245, middle]),
        vector("update", [268, middle], { of: "update" })),
      part("reset_hidden", "reset", "candidate", ({ reset }) => say(before ? "gru.reset_before" : "gru.reset_after", { reset }),
        operation("reset_times", "⊙", [146, middle]), vector("reset_hidden", [before ? 167 : 184, low])),
      part("candidate", "candidate", "candidate", (q) => say("gru.candidate", { candidate: q.candidate }),
        recurrence, block("input_in", "W", [238, 216]),
        operation("candidate_plus", "+", [238, low]), activation("candidate_squash", ends.state, [267, low]),
        vector("candidate", [297, low], { of: "candidate" })),
      part("kept", "update", "hidden", () => say("gru.kept", { gate: kept }),
        operation("keep_times", "⊙", [286, top]), vector("kept", [350, top], { text: say("wiring.kept") }),
        keep ? null : oneMinus),
      part("written", "update", "hidden", () => say("gru.written", { gate: written }),
        keep ? oneMinus : null, operation("write_times", "⊙", [327, middle]),
        vector("written", [350, middle], { text: say("wiring.written"), end: 370 })),
      part("hidden", "hidden", "hidden", (q) => say("gru.hidden", { hidden: q.hidden }),
        operation("hidden_plus", "+", [374, top]), vector("hidden", [396, top], { of: "hidden", sub: "t" })),
    ],
    wires: [
      ["previous", "right", "reset_in", "top"],
      ["previous", "right", "update_in", "top"],
      ["previous", "right", "keep_times", "left"],
      ...recall,
      ["x", "right", "reset_in", "bottom"],
      ["x", "right", "update_in", "bottom", [], { gaps: [[216, low]] }],
      ["x", "right", "input_in", "bottom"],
      ["reset_in", "right", "reset_squash", "left"],
      ["reset_squash", "right", "reset", "left"],
      ["reset", "right", "reset_times", "left"],
      ["reset_times", "bottom", "reset_hidden", "left"],
      [before ? "recurrence" : "reset_hidden", "right", "candidate_plus", "left"],
      ["input_in", "top", "candidate_plus", "bottom"],
      ["candidate_plus", "right", "candidate_squash", "left"],
      ["candidate_squash", "right", "candidate", "left"],
      ["candidate", "right", "write_times", "bottom"],
      ["update_in", "right", "update_squash", "left"],
      ["update_squash", "right", "update", "left"],
      .../** @type {Row[]} */ (keep
        ? [["update", "right", "keep_times", "bottom"], ["update", "right", "one_minus", "left"],
          ["one_minus", "right", "write_times", "left"]]
        : [["update", "right", "write_times", "left"], ["update", "right", "one_minus", "bottom"],
          ["one_minus", "top", "keep_times", "bottom"]]),
      ["keep_times", "right", "kept", "left"],
      ["kept", "right", "hidden_plus", "left"],
      ["write_times", "right", "written", "left"],
      ["written", "right", "hidden_plus", "bottom"],
      ["hidden_plus", "right", "hidden", "left"],
      ["hidden", "right", [420, top]],
    ],
  };
}

// projected: a projection makes the new hidden state of what all units let out.
/** @param {Wiring["ends"]} ends @param {boolean} projected @returns {Table} */
function lstm(ends, projected) {
  const end = ends.state.symbol;
  const width = projected ? 566 : 490;
  const [top, middle, low, bottom] = [44, 126, 200, 248];
  // The old state and the input run side by side to every gate: the state left of, or above, x.
  /** @param {string} id @param {number} column @param {Point[]} [gaps] @returns {Row[]} */
  const gate = (id, column, gaps) => [
    ["previous", "right", `${id}_in`, "left", id === "forget" ? [] : [40, bottom - 2 * LANE, column], {
      leave: -LANE, lane: -LANE,
    }],
    ["x", "right", `${id}_in`, "left", [column + 2 * LANE], { lane: LANE, gaps }],
    [`${id}_in`, "right", `${id}_squash`, "left"],
    [`${id}_squash`, "right", id, "left"],
  ];
  /** @param {number} column @returns {Point[]} */
  const under = (column) => [[column + 2 * LANE, bottom - 2 * LANE]];
  return {
    size: [width, 278],
    names: [
      { of: "forget", at: [165, 88], anchor: "start" },
      { of: "input", at: [266, 99], anchor: "end" },
      { of: "output", under: 420, anchor: "middle" },
    ],
    rail: { of: "cell", y: top },
    says: ({ cell, forget, input, candidate, output, hidden }) => say(projected ? "lstm.says_projected" : "lstm.says", { cell, forget, input, candidate, output, hidden }),
    parts: [
      part("previous_cell", "cell", null, (q) => say("wiring.old", { quantity: q.cell }),
        vector("previous_cell", [20, top], { of: "cell", sub: "t−1" })),
      part("previous", "hidden", null, ({ hidden }) => say("lstm.old_hidden", { hidden }),
        vector("previous", [20, middle], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, ({ x }) => say("wiring.x", { x }), vector("x", [20, bottom], { of: "x", sub: "t" })),
      part("forget", "forget", "forget", (q) => say("lstm.forget", { forget: q.forget }),
        block("forget_in", "UW", [86, middle]), activation("forget_squash", ends.gate, [115, middle]),
        vector("forget", [138, middle], { of: "forget" })),
      part("input", "input", "input", (q) => say("lstm.input", { input: q.input }),
        block("input_in", "UW", [208, middle]), activation("input_squash", ends.gate, [244, middle]),
        vector("input", [274, middle], { of: "input" })),
      part("candidate", "candidate", "candidate", (q) => say("lstm.candidate", { candidate: q.candidate }),
        block("candidate_in", "UW", [208, low]), activation("candidate_squash", ends.state, [244, low]),
        vector("candidate", [274, low], { of: "candidate" })),
      part("kept", "forget", "cell", ({ forget }) => say("lstm.kept", { forget }),
        operation("keep_times", "⊙", [160, top]), vector("kept", [250, top], { text: say("wiring.kept") })),
      part("written", "input", "cell", ({ input }) => say("lstm.written", { input }),
        operation("write_times", "⊙", [298, middle]), vector("written", [322, middle], { text: say("wiring.written"), end: 345 })),
      part("cell", "cell", "cell", (q) => say("lstm.cell", { cell: q.cell }),
        operation("cell_plus", "+", [350, top]), vector("cell", [375, top], { of: "cell", sub: "t" })),
      part("output", "output", "output", (q) => say("lstm.output", { output: q.output }),
        block("output_in", "UW", [368, low]), activation("output_squash", ends.gate, [397, low]),
        vector("output", [420, low], { of: "output" })),
      part("squashed", "cell", "hidden", ({ cell }) => ({
        tanh: () => say("lstm.squashed", { cell }),
        relu: () => say("lstm.squashed_relu", { cell }),
        other: () => say("lstm.squashed_other", { cell, end }),
      })[kindOf(ends)](),
        activation("cell_squash", ends.state, [397, 85]), vector("squashed", [420, middle])),
      ...(projected ? [
        part("let_out", "output", "hidden", ({ output }) => say("lstm.let_out", { output, end }),
          operation("show_times", "⊙", [444, middle]), vector("let_out", [467, middle])),
        part("hidden", "hidden", "hidden", ({ hidden }) => say("lstm.projected", { hidden }),
          block("projection", "P", [506, middle], "let_out"), vector("hidden", [543, middle], { of: "hidden", sub: "t" })),
      ] : [
        part("hidden", "hidden", "hidden", ({ hidden, output }) => ({
          tanh: () => say("lstm.hidden", { hidden, output }),
          relu: () => say("lstm.hidden_relu", { hidden, output }),
          other: () => say("lstm.hidden_other", { hidden, output, end }),
        })[kindOf(ends)](),
          operation("show_times", "⊙", [444, middle]), vector("hidden", [467, middle], { of: "hidden", sub: "t" })),
      ]),
    ],
    wires: [
      ...gate("forget", 52, under(52)),
      ...gate("input", 176, [...under(176), [184, low - LANE]]),
      ...gate("candidate", 176, under(176)),
      ...gate("output", 336),
      ["previous_cell", "right", "keep_times", "left"],
      ["forget", "right", "keep_times", "bottom"],
      ["keep_times", "right", "kept", "left"],
      ["kept", "right", "cell_plus", "left"],
      ["input", "right", "write_times", "left"],
      ["candidate", "right", "write_times", "bottom"],
      ["write_times", "right", "written", "left"],
      ["written", "right", "cell_plus", "bottom"],
      ["cell_plus", "right", "cell", "left"],
      ["cell", "right", "cell_squash", "top"],
      ["cell_squash", "bottom", "squashed", "left"],
      ["squashed", "right", "show_times", "left"],
      ["output", "right", "show_times", "bottom"],
      .../** @type {Row[]} */ (projected
        ? [["show_times", "right", "let_out", "left"], ["let_out", "right", "projection", "left"], ["projection", "right", "hidden", "left"]]
        : [["show_times", "right", "hidden", "left"]]),
      ["cell", "right", [width - 2, top]],
      ["hidden", "right", [width - 2, middle]],
    ],
  };
}

/** @param {Wiring["ends"]} ends @returns {Table} */
function rnn(ends) {
  const end = ends.state.symbol;
  const [top, bottom] = [52, 132];
  return {
    size: [420, 172],
    says: ({ hidden, x }) => ({
      tanh: () => say("rnn.says", { hidden, x }),
      relu: () => say("rnn.says_relu", { hidden, x }),
      other: () => say("rnn.says_other", { hidden, x, end }),
    })[kindOf(ends)](),
    parts: [
      part("previous", "hidden", null, (q) => say("wiring.old", { quantity: q.hidden }),
        vector("previous", [44, top], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, ({ x }) => say("wiring.x", { x }), vector("x", [44, bottom], { of: "x", sub: "t" })),
      part("sum", "hidden", "sum", () => say("rnn.sum"),
        block("recurrence", "U", [128, top]), block("input_in", "W", [128, bottom]),
        operation("sum_plus", "+", [210, top])),
      part("hidden", "hidden", "hidden", ({ hidden }) => ({
        tanh: () => say("rnn.hidden", { hidden }),
        relu: () => say("rnn.hidden_relu", { hidden }),
        other: () => say("rnn.hidden_other", { hidden, end }),
      })[kindOf(ends)](),
        activation("squash", ends.state, [276, top]), vector("hidden", [350, top], { of: "hidden", sub: "t" })),
    ],
    wires: [
      ["previous", "right", "recurrence", "left"],
      ["x", "right", "input_in", "left"],
      ["recurrence", "right", "sum_plus", "left"],
      ["input_in", "right", "sum_plus", "bottom"],
      ["sum_plus", "right", "squash", "left"],
      ["squash", "right", "hidden", "left"],
      ["hidden", "right", [384, top]],
    ],
  };
}

/** @param {string} id @param {string} quantity @param {string | null} step @param {Says} says @param {(Item | null)[]} items @returns {Part} */
function part(id, quantity, step, says, ...items) {
  return { id, quantity, step, says, items: items.filter((item) => item !== null) };
}

// Label: the letter of a quantity with a subscript, or a word; without one it is a passing result.
/** @param {string} id @param {Point} at @param {Label} [label] @returns {Vector} */
function vector(id, at, label = {}) {
  return { id, kind: "vector", at, label };
}

/** @param {string} id @param {string} text @param {Point} at @returns {Operation} */
function operation(id, text, at) {
  return { id, kind: "operation", text, at };
}

// What the numbers of a gate or a state come out of; end: { symbol, says } of the message. There is room for
// four letters: what has more is φ here, and told by its name in the equations and where one points.
/** @param {string} id @param {End} end @param {Point} at @returns {Operation} */
function activation(id, { symbol, says }, at) {
  const short = symbol.length <= 4 || symbol.startsWith("hard");
  return { ...operation(id, short ? symbol : "φ", at), says };
}

// Takes: what U multiplies.
/** @param {string} id @param {string} letters @param {Point} at @param {Block["takes"]} [takes] @returns {Block} */
function block(id, letters, at, takes = "state") {
  return { id, kind: "block", letters, at, takes };
}
