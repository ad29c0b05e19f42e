// What a change makes of the numbers that are changed and held, before the server has said so: it alone
// decides (app/session/events.py), and what it says takes the place of this.

import { placed, rectangle } from "./pasted.js";

/**
 * @import { Ablation, Edit, HeldAt, Message, Panel } from "../types"
 * @typedef {Pick<Message, "edits" | "held">} Changes
 * @typedef {{ kind: string, [field: string]: any }} Event
 * @typedef {object} Facts of the screen
 * @property {(target: string) => number | undefined} before what a number was; undefined for none
 * @property {Pick<Panel, "cell" | "units" | "order" | "segments">[]} panels
 * @property {number} steps
 * @property {string} polarity of the update gate
 * @property {number} biases of a gate, in the notation
 * @property {string} cell the opened one
 * @property {Ablation[]} ablations of it
 */

const LARGEST = 10_000; // magnitude of a number
const MOST = 1000; // numbers changed: more are left to the server
const LONGEST = 200; // steps to undo, as many as the server keeps (app/setting/setting.py)
export const BACK = new Set(["undo", "redo"]);
const TOGETHER = new Set(["draw", "fill", "paste"]); // several numbers in one change
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export class Folding {
  constructor() {
    /** @type {Changes[]} */
    this.past = []; // to be undone
    /** @type {Changes[]} */
    this.future = []; // to be redone
  }

  forget() {
    this.past = [];
    this.future = [];
  }

  // What a step back or forward leads to; null where only the server knows.
  /** @param {string} kind @param {Changes} now @param {Facts} facts @returns {Changes | null} */
  peek(kind, now, facts) {
    const then = (kind === "undo" ? this.past : this.future).at(-1);
    return then && alike(now, then, facts) ? then : null;
  }

  // What can be done here or, since it has been there longer, on the server.
  /** @param {Message["can"]} can @returns {Message["can"]} */
  with({ undo, redo, reset }) {
    return { undo: undo || this.past.length > 0, redo: redo || this.future.length > 0, reset };
  }

  // After another change than one of these, from these.
  /** @param {Changes} changes */
  push(changes) {
    this.past = [...this.past, changes].slice(-LONGEST);
    this.future = [];
  }

  // null where only the server knows.
  /** @param {Changes} now @param {Event} event @param {Facts} facts @returns {Changes | null} */
  fold(now, event, facts) {
    if (BACK.has(event.kind)) {
      const there = this.peek(event.kind, now, facts);
      const [from, to] = event.kind === "undo" ? [this.past, this.future] : [this.future, this.past];
      if (there) to.push(now) && from.pop();
      return there;
    }
    const then = folded(now, event, facts);
    if (!then || !alike(now, then, facts)) return null;
    if (JSON.stringify(then) === JSON.stringify(now)) return then;
    if (event.live) this.future = []; // the hand is still moving: one step to undo is enough
    else this.push(now);
    return then;
  }
}

// Whether the same is on show but for numbers: where a notation has one bias, a second comes and goes with its use.
/** @param {Changes} now @param {Changes} then @param {Facts} facts */
function alike(now, then, { biases }) {
  const [before, after] = [now, then].map(({ edits }) => edits.filter(({ target }) => target.includes(".b_h.")).map(({ target, value }) => `${target} ${value}`).sort());
  return biases === 2 || before.join() === after.join();
}

/** @param {Changes} now @param {Event} event @param {Facts} facts @returns {Changes | null} */
export function folded({ edits, held }, event, facts) {
  switch (event.kind) {
    case "commit": return changed([[event.target, event.value]]);
    case "type": return changed([[event.target, numberOf(event.text)]]);
    case "draw": return changed(event.values.map((/** @type {number} */ value, /** @type {number} */ i) => [`x.${event.first + i}.${event.channel}`, value]));
    case "fill": {
      const numbers = filled(event, facts);
      return numbers && changed(numbers);
    }
    case "paste": {
      const rows = rectangle(event.text);
      const numbers = rows && placed(event.target, rows, facts.panels);
      return numbers && changed(numbers);
    }
    case "revert": return { edits: edits.filter(({ target }) => target !== event.target), held };
    case "reset": return { edits: [], held: [] };
    case "hold": return { edits, held: withHeld(held, event, facts) };
    case "free": return { edits, held: event.place ? held.filter(({ place }) => place !== event.place) : [] };
    case "ablate": return ablated(event, facts, edits);
    default: return null;
  }

  // The latest last; what is as it was at first is no change.
  /** @param {[target: string, value: number | null][]} numbers @returns {Changes | null} */
  function changed(numbers) {
    /** @type {Edit[]} */
    const made = [];
    for (const [target, value] of numbers) {
      const was = facts.before(target);
      if (was === undefined || value === null || !(Math.abs(value) <= LARGEST)) return null;
      made.push({ target, value, was });
    }
    if (!TOGETHER.has(event.kind) && edits.some(({ target, value }) => target === made[0].target && value === made[0].value)) return { edits, held };
    const targets = new Set(made.map(({ target }) => target));
    const all = [...edits.filter(({ target }) => !targets.has(target)), ...made];
    return all.length > MOST ? null : { edits: all.filter(({ value, was }) => value !== was), held };
  }
}

// A gate's numbers, as they stand on screen, with one value or as a unit matrix; null for those that are drawn.
/** @param {Event} event @param {Facts} facts @returns {[target: string, value: number][] | null} */
function filled({ place, way, text }, { panels }) {
  const [cell, gate, part] = place.split(".");
  const panel = panels.find((one) => one.cell === cell);
  const segments = panel?.segments.filter((one) => part === "all" || one.part === part);
  const value = way === "value" ? numberOf(text) : 1;
  if (!panel || !segments?.length || value === null) return null;
  if (way !== "value" && (way !== "identity" || part !== "w_h")) return null;
  return segments.flatMap((one) => Array.from({ length: panel.units }, (_, unit) => {
    const head = `${cell}.${one.part}.${gate}.${unit}`;
    if (one.part.startsWith("b_")) return [[head, value]];
    return Array.from({ length: one.size }, (_, source) => [`${head}.${source}`, way === "identity" && unit !== source ? 0 : value]);
  }).flat()).map(([target, number]) => [String(target), Number(number)]);
}

/** @param {HeldAt[]} held @param {Event} event @param {Facts} facts @returns {HeldAt[]} */
function withHeld(held, { at: { cell, track, unit, first, last }, value }, { polarity, steps }) {
  const turned = polarity === "write" && cell === "gru" && track === "update";
  /** @type {HeldAt} */
  const one = { cell, track, unit, first, last: last ?? steps - 1, value: turned ? 1 - value : value, place: "" };
  /** @param {HeldAt} other */
  const there = (other) => JSON.stringify([other.cell, other.track, other.unit, other.first, other.last]);
  return [...held.filter((other) => there(other) !== there(one)), one];
}

// A gate taken away in every unit and step, in place of whatever is held.
/** @param {Event} event @param {Facts} facts @param {Edit[]} edits @returns {Changes | null} */
function ablated({ name, value }, { ablations, cell, steps }, edits) {
  const holds = ablations.find((one) => one.name === name)?.holds;
  if (!holds || value !== undefined) return null;
  const every = { cell: /** @type {HeldAt["cell"]} */ (cell), unit: null, first: 0, last: steps - 1, place: "" };
  return { edits, held: Object.entries(holds).map(([track, at]) => ({ ...every, track, value: at })) };
}

// As it was typed; null for what is no plain number.
/** @param {string} text */
export function numberOf(text) {
  const plain = text.trim().replace("−", "-");
  return NUMBER.test(plain) ? Number(plain) : null;
}
