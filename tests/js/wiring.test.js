import assert from "node:assert/strict";
import { test } from "node:test";

import "./words.js";
import { wiring } from "../../assets/stage/cell/wiring.js";

const gate = { symbol: "σ", says: "sigmoid" };
const quantities = { cell: "cell state", hidden: "hidden state", output: "output gate", x: "input" };

/** @param {"lstm" | "rnn"} cell @param {string} symbol */
const made = (cell, symbol) => wiring({ cell, ends: { gate, state: { symbol, says: symbol } }, placement: "after", polarity: "keep", projected: false });

/** @param {ReturnType<typeof made>} table @param {string} id */
const says = (table, id) => table.parts.find((part) => part.id === id)?.says(quantities);

test("what is said of the end of a state is what it does to numbers", () => {
  assert.equal(says(made("lstm", "tanh"), "squashed"), "the cell state, squeezed between −1 and 1");
  assert.equal(says(made("lstm", "relu"), "squashed"), "the cell state, with 0 for whatever is below 0");
  assert.equal(says(made("lstm", "softsign"), "squashed"), "softsign of the cell state");
  assert.equal(says(made("lstm", "elu"), "hidden"), "new hidden state: elu of the cell state, times the output gate");
  assert.equal(says(made("rnn", "linear"), "hidden"), "new hidden state: linear of the sum");
  assert.match(made("rnn", "leaky relu").says(quantities), /are added, and leaky relu of the sum is the new state/);
});

test("a name that has no room in the picture is a letter there, and is said in full", () => {
  const ends = (/** @type {string} */ symbol) => made("rnn", symbol).parts.flatMap(({ items }) => items).find(({ id }) => id === "squash");
  for (const symbol of ["tanh", "relu", "elu", "selu"]) assert.equal(ends(symbol)?.text, symbol);
  for (const symbol of ["softsign", "leaky relu", "linear"]) {
    assert.equal(ends(symbol)?.text, "φ");
    assert.equal(ends(symbol)?.says, symbol);
  }
  assert.equal(ends("hard σ")?.text, "hard σ");
});

test("with a projection P stands between what all units let out and the new hidden state", () => {
  const ends = { gate, state: { symbol: "tanh", says: "tanh" } };
  const table = wiring({ cell: "lstm", ends, placement: "after", polarity: "keep", projected: true });
  const leads = table.wires.map(({ from, quantities }) => [from, quantities[1]]).filter(([from]) => ["show_times", "let_out", "projection"].includes(from));
  assert.deepEqual(leads, [["show_times", "output"], ["let_out", "hidden"], ["projection", "hidden"]]);
  const block = table.parts.flatMap(({ items }) => items).find(({ id }) => id === "projection");
  assert.deepEqual([block?.letters, block?.takes], ["P", "let_out"]);
  assert.equal(says(table, "let_out"), "let out: tanh of the cell state, times the output gate");
  assert.equal(says(table, "hidden"), "new hidden state: P times what is let out");
  const named = { ...quantities, forget: "forget gate", input: "input gate", candidate: "candidate" };
  assert.match(table.says(named), /P makes the hidden state of the part that the output gate shows/);
  const plain = made("lstm", "tanh");
  assert.ok(plain.parts.every(({ id }) => id !== "let_out") && plain.size[0] < table.size[0]);
});
