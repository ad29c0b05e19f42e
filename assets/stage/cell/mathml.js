// Rows of MathML tokens from the trees of app/figures/nodes.py. A token is an element with what is needed to
// fill it in later; rows are flat, so that a long one can be broken before any + or =.

import { make, putText } from "../core/dom.js";
import { short } from "../core/format.js";

/**
 * @import { EquationNode, Pairs } from "../types"
 * @typedef {Record<string, { color: string }>} Quantities
 * @typedef {[before: EquationNode | undefined, after: EquationNode | undefined]} Beside
 * @typedef {(name: string) => number | undefined} Lookup
 * @typedef {(node: EquationNode) => Pairs | null} Factors
 * @typedef {{ element: HTMLElement | MathMLElement, breaks?: boolean, [name: string]: any }} Token
 * @typedef {{ element: HTMLElement, sign: MathMLElement | null, weight: MathMLElement, value: MathMLElement }} Product
 */

const NS = "http://www.w3.org/1998/Math/MathML";
const BREAKING = new Set(["+", "=", "−"]);

/** @param {string} tag @param {string} [text] @param {Record<string, string | undefined>} [attributes] */
export function element(tag, text, attributes = {}) {
  const found = /** @type {MathMLElement} */ (document.createElementNS(NS, tag));
  if (text !== undefined) found.textContent = text;
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, String(value));
  return found;
}

// Tokens as one piece of mathematics.
/** @param {{ element: Element }[]} list */
export function math(list) {
  const found = element("math");
  found.append(...list.map(({ element: one }) => one));
  return found;
}

// The same as a part of a row that may be broken before it: as high as a line, whatever is in it.
/** @param {{ element: Element }[]} list */
export function piece(list) {
  return make("span", { className: "gs-piece" }, math(list));
}

// quantities: letter, name and colour by name.
/** @param {EquationNode[]} nodes @param {Quantities} quantities @returns {Token[]} */
export function tokens(nodes, quantities) {
  /** @type {Token[]} */
  const found = [];
  nodes.forEach((node, i) => {
    const next = nodes[i + 1];
    // A plus before a number becomes a minus where the number is negative: the number owns it.
    if (node.o === "+" && next && (next.n || next.d)) return;
    found.push(...tokensOf(node, [nodes[i - 1], next], quantities));
  });
  return found;
}

/** @param {EquationNode} node @param {Beside} beside @param {Quantities} quantities @returns {Token[]} */
function tokensOf(node, beside, quantities) {
  if (node.o) return [operator(node.o)];
  if (node.c) return [{ element: element("mn", node.c) }];
  if (node.v) return [{ element: lettered(coloured(letter(node), node.q, quantities), node.v) }];
  if (node.f) return enclosed([{ element: lettered(element("mi", node.f), node.f) }], "(", node.a ?? [], ")", quantities);
  if (node.p) return enclosed([], String(node.k), node.p, node.k === "[" ? "]" : ")", quantities);
  return [slot(node, beside, quantities)];
}

// What letters.js explains.
/** @param {MathMLElement} found @param {string} letter */
function lettered(found, letter) {
  found.setAttribute("data-letter", letter);
  return found;
}

/** @param {string} text */
function operator(text) {
  const attributes = BREAKING.has(text) ? { form: "infix" } : { stretchy: "false" };
  return { element: lettered(element("mo", text, attributes), text), breaks: BREAKING.has(text) };
}

/** @param {Token[]} first @param {string} open @param {EquationNode[]} nodes @param {string} close @param {Quantities} quantities @returns {Token[]} */
function enclosed(first, open, nodes, close, quantities) {
  const inner = tokens(nodes, quantities);
  if (inner.length) inner[0] = { ...inner[0], breaks: false };
  return [...first, { ...operator(open), breaks: false }, ...inner, operator(close)];
}

/** @param {EquationNode} node */
export function letter({ v = "", s }) {
  const base = v.endsWith("\u0303") ? tilde(v[0]) : element("mi", v);
  if (!s) return base;
  const found = element("msub");
  found.append(base, subscript(s));
  return found;
}

/** @param {string} text */
function subscript(text) {
  if (text.endsWith("\u0303")) return tilde(text[0]);
  return text.length === 1 ? element("mi", text) : earlier(text);
}

// t−1
/** @param {string} text */
function earlier(text) {
  const found = element("mrow");
  found.append(element("mi", text[0]), element("mo", text[1]), element("mn", text.slice(2)));
  return found;
}

/** @param {string} text */
function tilde(text) {
  const found = element("mover", undefined, { accent: "true" });
  found.append(element("mi", text), element("mo", "~", { stretchy: "false" }));
  return found;
}

/** @param {MathMLElement} found @param {string | undefined} quantity @param {Quantities} quantities */
function coloured(found, quantity, quantities) {
  if (!quantity) return found;
  found.setAttribute("data-quantity", quantity);
  found.style.setProperty("--q", quantities[quantity].color);
  return found;
}

// A place for a number, with the plus before it if there is one. A sum of products is an HTML element
// that holds a piece for each, so that it can be broken too.
/** @param {EquationNode} node @param {Beside} beside @param {Quantities} quantities @returns {Token} */
function slot(node, [before, after], quantities) {
  const row = element("mrow", undefined, { "data-number": node.d ?? node.n });
  const sign = before?.o === "+" ? element("mo", "+", { form: "infix" }) : null;
  const number = element("mn", "…", node.r ? { class: "gs-result" } : {});
  row.append(...(sign ? [sign] : []), number);
  const token = { node, sign, number, bracketed: before?.o === "·", factor: after?.o === "·", breaks: Boolean(sign) };
  if (!node.d) return { ...token, slot: row, element: coloured(row, node.q, quantities) };
  const plain = piece([{ element: row }]);
  const holder = make("span", { className: "gs-sum" }, plain);
  return { ...token, slot: holder, element: holder, plain };
}

// In brackets where it is negative, or a sum itself, as 1 − 1.5e−8 is.
/** @param {string} text @param {boolean} [negative] */
export function enclose(text, negative = false) {
  return negative || /\s/.test(text) ? `(${text})` : text;
}

// Places for the products of as many pairs, each a piece of its own: 0.6·0.2 + 0.5·0.4 − …
/** @param {number} count @param {boolean} signed @returns {Product[]} */
export function products(count, signed) {
  return Array.from({ length: count }, (_, i) => {
    const sign = i > 0 || signed ? element("mo", "+", { form: "infix" }) : null;
    const [weight, value] = [element("mn"), element("mn")];
    const all = [...(sign ? [sign] : []), weight, element("mo", "·", { form: "infix" }), value];
    return { element: piece(all.map((one) => ({ element: one }))), sign, weight, value };
  });
}

// The numbers of a product in its place: those that stay are not laid out anew.
/** @param {Product} place @param {number} weight @param {number} value */
export function multiply(place, weight, value) {
  const negative = weight < 0 && place.sign !== null;
  if (place.sign) putText(place.sign, negative ? "−" : "+");
  putText(place.weight, enclose(short(negative ? -weight : weight, true)));
  putText(place.value, enclose(short(value, true), value < 0));
}

// A line of an equation as one piece of mathematics, for who hears it: what is seen is broken into
// pieces, each of which would be read by itself. It says the same letters and numbers, one by one.
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
