// Programs and numbers that do not fit together are never executed. A cell of two units that adds its input
// to its state stands for any.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Core } from "../../assets/stage/compute/core.js";
import { ProgramError } from "../../assets/stage/compute/program.js";

const step = () => ({
  given: [["w_x", [2, 1]], ["x", [1]], ["previous", [2]]],
  operations: [
    { kind: "product", of: [0, 1], shape: [2] },
    { kind: "add", of: [3, 2], shape: [2] },
    { kind: "hold", of: [4], shape: [2], track: "hidden" },
  ],
  made: { hidden: 5 },
});
const none = () => ({ given: [], operations: [], made: {} });
const cell = () => ({
  step: step(), numbers: none(), vectors: none(), units: 2, states: [["hidden", "previous"]], gates: ["hidden"], signs: [1],
  weights: { w_x: [1, 2] }, initials: [[0, 10]], ranges: {}, bound: 2, bias: 6,
});
const sent = () => ({ x: [1, 2, 3], inputs: 1, cells: { rnn: cell() }, single: false, most: 1e6, factors: 16, bounds: { x: 2 } });

// What comes of the numbers above, with something of them another.
function coreWith(change) {
  const told = sent();
  change(told, told.cells.rnn, told.cells.rnn.step);
  return new Core(told);
}

test("a program and numbers that fit are executed", () => {
  const core = coreWith(() => {});
  assert.ok(core.run("rnn"));
  assert.deepEqual([...core.tracksOf("rnn").hidden], [1, 12, 3, 16, 6, 22]);
});

const WRONG = {
  "an operation that nobody knows": (_, __, { operations }) => (operations[1].kind = "guess"),
  "an operation on what is not there": (_, __, { operations }) => (operations[1].of = [3, 9]),
  "an operation on what comes later": (_, __, { operations }) => (operations[0].of = [0, 5]),
  "a product of sizes that do not match": (_, __, { given }) => (given[0][1] = [2, 2]),
  "a sum of sizes that do not match": (_, __, { given }) => (given[2][1] = [3]),
  "too few weights": (_, { weights }) => (weights.w_x = [1]),
  "too many weights": (_, { weights }) => (weights.w_x = [1, 2, 3]),
  "weights that have not come": (_, { weights }) => delete weights.w_x,
  "weights that the program has not": (_, { weights }) => (weights.w_y = [1]),
  "too few states before the first step": (_, { initials }) => (initials[0] = [0]),
  "no states before the first step": (_, { initials }) => initials.pop(),
  "a state that the program does not make": (_, told) => (told.states = [["cell", "previous"]]),
  "another number of units": (_, told) => (told.units = 3),
  "half a step of input": (told) => (told.inputs = 2),
  "no input": (told) => (told.x = []),
};

for (const [what, change] of Object.entries(WRONG)) {
  test(`${what} is not executed`, () => assert.throws(() => coreWith(change), ProgramError));
}

test("a number that is not one is no number to show", () => {
  assert.equal(coreWith((told) => (told.x[1] = NaN)).run("rnn"), false);
  assert.equal(coreWith((_, { weights }) => (weights.w_x[0] = 1e9)).run("rnn"), false);
});
