// A line of an equation as one piece of mathematics, for who hears it: what is seen is broken into
// pieces, each of which would be read by itself. It says the same letters and numbers, one by one.

import { short } from "./format.js";
import { element, enclose, letter } from "./mathml.js";

/**
 * @import { EquationNode, Pairs } from "./types"
 * @typedef {(name: string) => number | undefined} Lookup
 * @typedef {(node: EquationNode) => Pairs | null} Factors
 */

// nodes: trees from app/figures/nodes.py; lookup: the number of a name, pairs(node): the factors of a sum of
// products where they are known.
/** @param {EquationNode[]} nodes @param {Lookup} lookup @param {Factors} pairs */
export function whole(nodes, lookup, pairs) {
  const found = element("math");
  found.append(...row(nodes, lookup, pairs));
  return found;
}

/** @param {EquationNode[]} nodes @param {Lookup} lookup @param {Factors} pairs @returns {MathMLElement[]} */
function row(nodes, lookup, pairs) {
  return nodes.flatMap((node, i) => {
    const [before, after] = [nodes[i - 1], nodes[i + 1]];
    if (node.o) return node.o === "+" && (after?.n || after?.d) ? [] : [element("mo", node.o)];
    if (node.c) return [element("mn", node.c)];
    if (node.v) return [letter(node)];
    const inside = node.a ?? node.p;
    if (inside) {
      const [open, close] = node.k === "[" ? ["[", "]"] : ["(", ")"];
      const name = node.f ? [element("mi", node.f)] : [];
      return [...name, element("mo", open), ...row(inside, lookup, pairs), element("mo", close)];
    }
    const joined = before?.o === "+";
    const products = node.d && pairs(node);
    return products ? sum(products, joined) : number(lookup(String(node.d ?? node.n)), joined, before?.o === "·", after?.o === "·");
  });
}

// Products added up: 0.6 · 0.2 − 0.5 · 0.4. A factor behind a dot stands in brackets where it is negative.
/** @param {Pairs} products @param {boolean} joined */
function sum(products, joined) {
  return products.flatMap(([weight, value], i) => [
    ...number(weight, joined || i > 0, false, true), element("mo", "·"), ...number(value, false, true),
  ]);
}

// One number, with the sign that joins it to what is before.
/** @param {number | undefined} value @param {boolean} joined @param {boolean} bracketed @param {boolean} [factor] */
function number(value, joined, bracketed, factor = false) {
  const negative = value !== undefined && value < 0 && joined;
  const sign = joined ? [element("mo", negative ? "−" : "+")] : [];
  const text = value === undefined ? "…" : short(negative ? -value : value, true);
  const part = joined || bracketed || factor;
  return [...sign, element("mn", part ? enclose(text, value !== undefined && value < 0 && bracketed) : text)];
}
