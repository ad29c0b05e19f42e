// @ts-nocheck
// Rows of MathML tokens from the trees of app/nodes.py. A token is an element with what is needed to
// fill it in later; rows are flat, so that a long one can be broken before any + or =.

import { make } from "./dom.js";
import { short } from "./format.js";

const NS = "http://www.w3.org/1998/Math/MathML";
const BREAKING = new Set(["+", "=", "−"]);

export function element(tag, text, attributes = {}) {
  const found = document.createElementNS(NS, tag);
  if (text !== undefined) found.textContent = text;
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}

// Tokens as one piece of mathematics.
export function math(list) {
  const found = element("math");
  found.append(...list.map(({ element: one }) => one));
  return found;
}

// The same as a part of a row that may be broken before it: as high as a line, whatever is in it.
export function piece(list) {
  return make("span", { className: "gs-piece" }, math(list));
}

// quantities: letter, name and colour by name.
export function tokens(nodes, quantities) {
  const found = [];
  nodes.forEach((node, i) => {
    const next = nodes[i + 1];
    // A plus before a number becomes a minus where the number is negative: the number owns it.
    if (node.o === "+" && next && (next.n || next.d)) return;
    found.push(...tokensOf(node, [nodes[i - 1], next], quantities));
  });
  return found;
}

function tokensOf(node, beside, quantities) {
  if (node.o) return [operator(node.o)];
  if (node.c) return [{ element: element("mn", node.c) }];
  if (node.v) return [{ element: lettered(coloured(letter(node), node.q, quantities), node.v) }];
  if (node.f) return enclosed([{ element: lettered(element("mi", node.f), node.f) }], "(", node.a, ")", quantities);
  if (node.p) return enclosed([], node.k, node.p, node.k === "[" ? "]" : ")", quantities);
  return [slot(node, beside, quantities)];
}

// What letters.js explains.
function lettered(found, letter) {
  found.setAttribute("data-letter", letter);
  return found;
}

function operator(text) {
  const attributes = BREAKING.has(text) ? { form: "infix" } : { stretchy: "false" };
  return { element: lettered(element("mo", text, attributes), text), breaks: BREAKING.has(text) };
}

function enclosed(first, open, nodes, close, quantities) {
  const inner = tokens(nodes, quantities);
  if (inner.length) inner[0] = { ...inner[0], breaks: false };
  return [...first, { ...operator(open), breaks: false }, ...inner, operator(close)];
}

export function letter({ v, s }) {
  const base = v.endsWith("\u0303") ? tilde(v[0]) : element("mi", v);
  if (!s) return base;
  const found = element("msub");
  found.append(base, subscript(s));
  return found;
}

function subscript(text) {
  if (text.endsWith("\u0303")) return tilde(text[0]);
  return text.length === 1 ? element("mi", text) : earlier(text);
}

// t−1
function earlier(text) {
  const found = element("mrow");
  found.append(element("mi", text[0]), element("mo", text[1]), element("mn", text.slice(2)));
  return found;
}

function tilde(text) {
  const found = element("mover", undefined, { accent: "true" });
  found.append(element("mi", text), element("mo", "~", { stretchy: "false" }));
  return found;
}

function coloured(found, quantity, quantities) {
  if (!quantity) return found;
  found.setAttribute("data-quantity", quantity);
  found.style.setProperty("--q", quantities[quantity].color);
  return found;
}

// A place for a number, with the plus before it if there is one. A sum of products is an HTML element
// that holds a piece for each, so that it can be broken too.
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
export function enclose(text, negative = false) {
  return negative || text.includes(" ") ? `(${text})` : text;
}

// Products of pairs, each a piece of its own: 0.6·0.2 + 0.5·0.4 − …
export function products(pairs, signed) {
  return pairs.map(([weight, value], i) => {
    const joint = i > 0 || signed;
    const negative = weight < 0 && joint;
    const first = [element("mn", enclose(short(negative ? -weight : weight, true))), element("mo", "·", { form: "infix" })];
    const second = element("mn", enclose(short(value, true), value < 0));
    const sign = joint ? [element("mo", negative ? "−" : "+", { form: "infix" })] : [];
    return piece([...sign, ...first, second].map((one) => ({ element: one })));
  });
}
