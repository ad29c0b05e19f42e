// The equations of the opened cell with the numbers in: trees from app/figures/equations.py as MathML. No
// number is computed here: `lookup` gives what the core has sent, by the names of gru_core.analysis.inside.

import { make, putText } from "../core/dom.js";
import { full, short } from "../core/format.js";
import { ALL, drawsEquation } from "../core/pace.js";
import { Rest } from "../core/rest.js";
import { say } from "../core/words.js";
import { enclose, math, multiply, piece, products, tokens, whole } from "./mathml.js";

/**
 * @import { Product, Quantities, Token } from "./mathml.js"
 * @import { Child, EquationNode, Pairs } from "../types"
 * @import { Turn } from "../core/pace.js"
 * @typedef {(name: string) => any} Lookup a number, or a row or vector of them
 * @typedef {{ left: EquationNode[], symbols: EquationNode[], numbers: EquationNode[][] }} Line
 * @typedef {{ quantity: string, name: string, lines: Line[] }} Substep
 * @typedef {{ heard: HTMLElement, nodes: EquationNode[], quantity: string, said?: Element }} Row
 * @typedef {object} Block one equation
 * @property {string} key what it is made of
 * @property {HTMLElement} element
 * @property {Token[]} slots
 * @property {Row[]} rows each of its lines, to be read as a whole
 */

const REST = 300; // milliseconds without another number

export class Equations {
  constructor() {
    this.element = make("div", { className: "gs-equations" });
    /** @type {Token[]} */
    this.slots = []; // of the equation that is made
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Substep[]} */
    this.substeps = [];
    /** @type {Block[]} */
    this.blocks = [];
    /** @type {Quantities} */
    this.quantities = {};
    this.quantity = "";
    /** @type {Record<string, Lookup>} */
    this.lookups = {};
    /** @type {Lookup} */
    this.lookup = () => undefined;
    this.naming = new Rest(REST, () => this.name());
  }

  // substeps: from the message; quantities: letter, name and colour by name. What is written as before stays where it
  // is: to lay out its letters takes longer than all else here.
  /** @param {Substep[]} substeps @param {Quantities} quantities */
  build(substeps, quantities) {
    const before = this.blocks;
    const colours = Object.values(quantities).map(({ color }) => color);
    this.substeps = substeps;
    this.quantities = quantities;
    this.naming.drop(); // those it was for are gone; these are named once they have numbers
    this.blocks = substeps.map((substep) => {
      const key = JSON.stringify([substep, colours]);
      return before.find((one) => one.key === key) ?? this.block(substep, key);
    });
    for (const row of this.blocks.flatMap(({ rows }) => rows)) { // heard anew, once its numbers are at rest
      row.heard.replaceChildren();
      row.said = undefined;
    }
    for (const one of before) if (!this.blocks.includes(one)) one.element.remove();
    this.blocks.forEach(({ element }, i) => {
      const there = this.element.children[i];
      if (there !== element) this.element.insertBefore(element, there ?? null);
    });
  }

  /** @param {Substep} substep @param {string} key @returns {Block} */
  block(substep, key) {
    this.slots = [];
    this.rows = [];
    const element = this.section(substep);
    return { key, element, slots: this.slots, rows: this.rows };
  }

  /** @param {Substep} substep */
  section({ quantity, name, lines }) {
    const { color } = this.quantities[quantity];
    this.quantity = quantity;
    return make(
      "section", { className: "gs-equation", "data-quantity": quantity, style: { "--q": color } },
      make("h3", {}, name, make("span", { className: "gs-held" })),
      make("div", { className: "gs-lines-of-math" }, ...lines.flatMap((line) => this.line(line))),
    );
  }

  // One row with letters, then one for each step of working out, aligned at the equals signs.
  /** @param {Line} line */
  line({ left, symbols, numbers }) {
    const rows = [[left, symbols], ...numbers.map((nodes) => [[], nodes])];
    return rows.flatMap(([before, nodes], row) => {
      const equals = before.length || row ? math([this.operator("=")]) : null;
      const heard = make("span", { className: "gs-hidden" });
      const all = [...before, ...(equals ? [{ o: "=" }] : []), ...nodes];
      this.rows.push({ heard, nodes: all, quantity: this.quantity });
      /** @param {string} className @param {Child[]} pieces */
      const seen = (className, ...pieces) => make("span", { className, "aria-hidden": "true" }, ...pieces);
      return [
        seen("gs-left", before.length ? math(this.tokens(before)) : null, equals),
        make("span", { className: row ? "gs-right gs-numbers" : "gs-right" }, seen("gs-pieces", ...this.chunks(nodes)), heard),
      ];
    });
  }

  // Pieces that may begin a new line where there is no room: one before each + and =, and one for
  // each product of a sum that is written out.
  /** @param {EquationNode[]} nodes */
  chunks(nodes) {
    /** @type {Token[][]} */
    const found = [[]];
    for (const token of this.tokens(nodes)) {
      if ((token.breaks || token.node?.d) && found[found.length - 1].length) found.push([]);
      found[found.length - 1].push(token);
      if (token.node?.d) found.push([]);
    }
    return found.filter(({ length }) => length).map((some) => (some[0].node?.d ? some[0].element : piece(some)));
  }

  /** @param {string} text */
  operator(text) {
    return tokens([{ o: text }], this.quantities)[0];
  }

  /** @param {EquationNode[]} nodes */
  tokens(nodes) {
    const list = tokens(nodes, this.quantities);
    const { quantity } = this;
    this.slots.push(...list.filter(({ slot }) => slot).map((token) => Object.assign(token, { quantity })));
    return list;
  }

  // Fill in the numbers; called for every frame of a drag. turn: those of it.
  /** @param {Lookup} lookup @param {Turn} [turn] */
  show(lookup, turn = ALL) {
    this.lookup = lookup;
    this.lookups = Object.fromEntries(this.substeps.map(({ quantity }) => [quantity, worked(quantity, lookup)]));
    this.blocks.forEach(({ slots }, i) => {
      if (drawsEquation(turn, i)) for (const token of slots) fill(token, this.lookups[token.quantity]);
    });
    this.substeps.forEach(({ quantity }, i) => {
      const value = heldAt(quantity, lookup);
      const text = value === null ? "" : say("equations.held", { value: short(value, true) });
      const { element } = this.blocks[i];
      putText(/** @type {Element} */ (element.querySelector(".gs-held")), text);
      element.classList.toggle("gs-fixed", value !== null);
    });
    this.naming.begin();
  }

  // Every line as one: its pieces are for the eye only. At rest, not in each frame.
  name() {
    for (const row of this.blocks.flatMap(({ rows }) => rows)) {
      const lookup = this.lookups[row.quantity];
      const said = whole(row.nodes, lookup, (node) => factors(node, lookup));
      if (row.said?.isEqualNode(said)) continue;
      row.heard.replaceChildren(said);
      row.said = said;
    }
  }

  // Show the equation of one quantity alone; null for all.
  /** @param {string | null} quantity */
  only(quantity) {
    this.substeps.forEach((substep, i) => (this.blocks[i].element.hidden = quantity !== null && substep.quantity !== quantity));
  }

  /** @param {number | null} index */
  stage(index) {
    this.blocks.forEach(({ element }, i) => {
      element.classList.toggle("gs-later", index !== null && i > index);
      element.classList.toggle("gs-present", i === index);
    });
  }

  latex() {
    const rows = this.substeps.flatMap(({ lines, quantity }) => {
      const value = heldAt(quantity, this.lookup);
      const written = lines.map((line) => latexLine(line, this.lookups[quantity]));
      if (value !== null) written.push(`${written.pop()} \\quad \\text{held at } ${latexNumber(value)}`);
      return written;
    });
    return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}`;
  }
}

// The value that a quantity is held at; null where it is free.
/** @param {string} quantity @param {Lookup} lookup */
function heldAt(quantity, lookup) {
  return lookup(`${quantity}.held`) ? lookup(quantity) : null;
}

// Where a quantity is held, its equation comes to what it would have been; all others use what it is.
/** @param {string} quantity @param {Lookup} lookup @returns {Lookup} */
function worked(quantity, lookup) {
  if (heldAt(quantity, lookup) === null) return lookup;
  return (name) => lookup(name === quantity ? `${quantity}.free` : name);
}

// A number, or the products of a row and a vector, in the elements that stand for it.
/** @param {Token} token @param {Lookup} lookup */
function fill(token, lookup) {
  const { node, sign, number, slot } = token; // slot: what holds a sum of products
  if (node.d) {
    const pairs = factors(node, lookup);
    if (pairs) return fillPairs(token, pairs);
    if (token.products) slot.replaceChildren(token.plain);
    token.products = null;
  }
  const value = lookup(String(node.d ?? node.n));
  if (token.value === value && token.filled) return;
  token.filled = true;
  token.value = value;
  const negative = value < 0 && sign;
  if (sign) putText(sign, negative ? "−" : "+");
  const text = value === undefined ? "…" : short(negative ? -value : value, true);
  const part = sign || token.bracketed || token.factor;
  putText(number, part ? enclose(text, value < 0 && !negative && token.bracketed) : text);
  if (value === undefined) number.removeAttribute("title");
  else number.setAttribute("title", full(value));
}

/** @param {Token} token @param {Pairs} pairs */
function fillPairs(token, pairs) {
  const key = pairs.flat().join();
  if (token.products?.length !== pairs.length) {
    token.products = products(pairs.length, Boolean(token.sign));
    token.slot.replaceChildren(...token.products.map((/** @type {Product} */ one) => one.element));
  } else if (token.shown === key) return;
  token.shown = key;
  pairs.forEach(([weight, value], i) => multiply(token.products[i], weight, value));
}

// Pairs of factors, where a row and a vector are short enough to have been sent.
/** @param {EquationNode} node @param {Lookup} lookup @returns {Pairs | null} */
export function factors({ w, x }, lookup) {
  const [row, vector] = [lookup(String(w)), lookup(String(x))];
  return row && vector ? Array.from(row, (/** @type {number} */ weight, i) => [weight, vector[i]]) : null;
}

/** @param {Line} line @param {Lookup} lookup */
function latexLine({ left, symbols, numbers }, lookup) {
  const steps = [symbols, ...numbers].map((nodes) => `= ${latex(nodes, lookup)}`);
  const first = left.length ? `${latex(left, lookup)} &${steps[0]}` : `&${steps[0].slice(2)}`;
  return [first, ...steps.slice(1).map((step) => `&${step}`)].join(" \\\\\n");
}

/** @type {Record<string, string>} */
const COMMANDS = { "⊙": "\\odot", "·": "\\cdot", "−": "-" };
/** @type {Record<string, string>} */
const FUNCTIONS = {
  σ: "\\sigma", "hard σ": "\\operatorname{hard}\\sigma", tanh: "\\tanh", relu: "\\operatorname{relu}",
};

/** @param {string} name */
const named = (name) => `\\operatorname{${name.replaceAll(" ", "\\,")}}`;

/** @param {EquationNode[]} nodes @param {Lookup} lookup @returns {string} */
function latex(nodes, lookup) {
  return nodes.map((node, i) => latexNode(node, lookup, nodes[i - 1], nodes[i + 1])).join(" ");
}

/** @param {EquationNode} node @param {Lookup} lookup @param {EquationNode} [before] @param {EquationNode} [after] @returns {string} */
function latexNode(node, lookup, before, after) {
  if (node.o) return COMMANDS[node.o] ?? node.o;
  if (node.c) return node.c;
  if (node.v) return `${latexLetter(node.v)}${node.s ? `_{${latexLetter(node.s)}}` : ""}`;
  if (node.f) return `${FUNCTIONS[node.f] ?? named(node.f)}\\left(${latex(node.a ?? [], lookup)}\\right)`;
  if (node.p) return node.k === "[" ? `[${latex(node.p, lookup)}]` : `(${latex(node.p, lookup)})`;
  const pairs = node.d && factors(node, lookup);
  if (pairs) return latexProducts(pairs, before?.o === "+");
  const value = lookup(String(node.d ?? node.n));
  const part = [before?.o, after?.o].some((operator) => operator === "·") || before?.o === "+";
  return part ? bracketed(value, before?.o === "+" || before?.o === "·") : latexNumber(value);
}

// 0.6 \\cdot 0.2 + (-0.5) \\cdot 0.4: a negative factor stands in brackets, but at the very front.
/** @param {Pairs} pairs @param {boolean} joined */
function latexProducts(pairs, joined) {
  return pairs.map(([a, b], i) => `${bracketed(a, i > 0 || joined)} \\cdot ${bracketed(b)}`).join(" + ");
}

/** @param {string} letter */
function latexLetter(letter) {
  if (letter.endsWith("\u0303")) return `\\tilde{${letter[0]}}`;
  return letter.replace("−", "-");
}

// signs: whether a number below zero needs brackets here; a sum such as 1 − 1.5e−8 always does.
/** @param {number | undefined} value @param {boolean} [signs] */
function bracketed(value, signs = true) {
  const text = latexNumber(value);
  return (signs && value !== undefined && value < 0) || text.includes(" - ") || text.includes(" + ") ? `(${text})` : text;
}

/** @param {number | undefined} value */
function latexNumber(value) {
  if (value === undefined) return "\\dots";
  return short(value, true).replaceAll("−", "-").replace(/e(-?\d+)$/, " \\cdot 10^{$1}");
}
