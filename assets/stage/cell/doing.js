// The step at the cursor in two sentences, from the numbers of the equations: they follow the cursor, every
// change and the hand, as the equations do.

import { number, percent } from "../core/format.js";
import { say } from "../core/words.js";

/**
 * @import { Inner } from "../types"
 * @import { Lookup } from "./equations.js"
 */

// What one unit does; "" where a number is not there yet. unit: counted from 0.
/** @param {Pick<Inner, "cell" | "polarity" | "projected" | "quantities" | "ends">} inner @param {number} unit @param {Lookup} lookup */
export function doing({ cell, ends, polarity, projected, quantities }, unit, lookup) {
  const state = cell === "lstm" ? "cell" : "hidden";
  const needed = { gru: ["update", "previous", "candidate", "kept", "written", "hidden"], lstm: ["forget", "input", "previous_cell", "candidate", "cell", "output", projected ? "let_out" : "hidden"], rnn: ["hidden.sum", "hidden"] }[cell];
  const values = needed.map((name) => lookup(name));
  if (values.includes(undefined)) return "";
  const said = values.map((value) => number(Number(value)));
  const at = { unit: unit + 1 };
  // A number of a projected h is not what one unit does.
  for (const held of new Set(projected ? [state] : ["hidden", state])) {
    if (lookup(`${held}.held`)) {
      return say("doing.held", { ...at, letter: quantities[held].symbol, value: number(Number(lookup(held))), free: number(Number(lookup(`${held}.free`))) });
    }
  }
  if (cell === "rnn") return say("doing.rnn", { ...at, sum: said[0], hidden: said[1], function: ends.state.symbol });
  if (cell === "lstm") {
    const [forget, input, old, added, memory, output, last] = said;
    const told = { ...at, forget, input, old, new: added, memory, output, kept_share: percent(Number(values[0])), added_share: percent(Number(values[1])) };
    return projected ? say("doing.lstm_projected", { ...told, let_out: last }) : say("doing.lstm", { ...told, hidden: last });
  }
  const [z, old, candidate, kept, written, hidden] = said;
  return say(polarity === "write" ? "doing.gru_write" : "doing.gru_keep", {
    ...at, z, share: percent(Number(values[0])), old, kept, symbol: quantities.candidate.symbol, new: candidate, written, hidden,
  });
}
