// A screen computed by the page itself: the programs of the core (app/messages/core.py) over the numbers of
// the scene, with what was changed and what is held.

import { single } from "../core/single.js";
import { Layer } from "./layer.js";
import { Program, ProgramError } from "./program.js";

/**
 * @import { Core as Sent, CoreCell, Edit, HeldAt } from "../contract"
 * @import { Numbers } from "../types"
 * @import { Tracks } from "./layer.js"
 * @import { Hold, Slot } from "./program.js"
 * @typedef {{ cell: string | null, values: Slot, at: number, sign: number }} Place of a number among those of the core
 * @typedef {object} Kept
 * @property {CoreCell} told
 * @property {Layer} layer
 * @property {Program} numbers of one unit at one step
 * @property {Program} vectors of all units at one step
 * @property {Slot[]} initials
 * @property {Tracks} tracks of the last run
 */

const HELD = ".held";
const PROJECTION = "w_p"; // of all that the units let out, a row for each number of the hidden state

export class Core {
  /** @param {Sent} sent */
  constructor(sent) {
    this.sent = sent;
    this.x = Float64Array.from(sent.x);
    check(this.x.length > 0 && Number.isInteger(this.steps), "x");
    this.cells = new Map(Object.entries(sent.cells).map(([cell, told]) => [cell, kept(told, sent.inputs)]));
    /** @type {{ values: Slot, at: number, was: number }[]} what is not as it was sent */
    this.changed = [];
    /** @type {HeldAt[]} */
    this.held = [];
    /** @type {unknown} */
    this.user = null; // whose numbers are in it; null once there are others
  }

  get steps() {
    return this.x.length / this.sent.inputs;
  }

  // How many products of two numbers one run of every cell takes.
  get products() {
    const matrices = /** @type {string[]} */ (["w_x", "w_h", PROJECTION]);
    const sizes = [...this.cells.values()].flatMap(({ layer }) => matrices.map((part) => layer.weights(part)?.length ?? 0));
    return this.steps * sizes.reduce((sum, size) => sum + size, 0);
  }

  // As a message says: these numbers changed, these tracks held.
  /** @param {Pick<Edit, "target" | "value">[]} edits @param {HeldAt[]} held */
  set(edits, held) {
    this.user = null;
    for (const { values, at, was } of this.changed.reverse()) values[at] = was;
    this.changed = [];
    this.held = held;
    for (const { target, value } of edits) this.put(target, value);
  }

  // One number more, as the notation has it; false where there is no such number.
  /** @param {string} target @param {number} value */
  put(target, value) {
    const place = this.place(target);
    if (!place) return false;
    const { values, at, sign } = place;
    this.changed.push({ values, at, was: values[at] });
    values[at] = this.rounded(sign * value);
    return true;
  }

  // As the notation has it; undefined where there is no such number.
  /** @param {string} target */
  value(target) {
    const place = this.place(target);
    return place && place.sign * place.values[place.at] + 0;
  }

  // What it was before any edit, as the notation has it; undefined where there is no such number.
  /** @param {string} target */
  before(target) {
    const place = this.place(target);
    if (!place) return undefined;
    const first = this.changed.find(({ values, at }) => values === place.values && at === place.at);
    return place.sign * (first ? first.was : place.values[place.at]) + 0;
  }

  // How far a number is dragged to either side; further where it is further out already.
  /** @param {string} target @param {number} value */
  bound(target, value) {
    const [owner, part] = target.split(".");
    const own = () => /** @type {Kept} */ (this.cells.get(owner)).told[part.startsWith("b") ? "bias" : "bound"];
    const usual = this.sent.bounds[owner === "x" ? owner : part] ?? own();
    return usual * Math.max(1, Math.ceil(Math.abs(value) / usual));
  }

  /** @param {number} value */
  rounded(value) {
    return this.sent.single ? Math.fround(value) : value;
  }

  /** @param {string} target @returns {Place | undefined} */
  place(target) {
    const [owner, part, ...rest] = target.split(".");
    if (owner === "x") return placeIn(this.x, [this.steps, this.sent.inputs], [part, ...rest]);
    const cell = this.cells.get(owner);
    if (!cell) return undefined;
    const { told: { units, gates, signs, states }, layer, initials } = cell;
    const state = ["h0", "c0"].indexOf(part);
    if (state >= 0) return states[state] && placeIn(initials[state], [initials[state].length], rest, owner);
    const projection = part === PROJECTION && layer.weights(part);
    if (projection) return placeIn(projection, [projection.length / units, units], rest, owner);
    const gate = gates.indexOf(rest[0]);
    const columns = { w_x: [this.sent.inputs], w_h: [initials[0].length], b_x: [], b_h: [] }[part];
    if (gate < 0 || !columns) return undefined;
    return placeIn(layer.weights(part), [gates.length, units, ...columns], [String(gate), ...rest.slice(1)], owner, signs[gate]);
  }

  // Whether a cell is made of a number.
  /** @param {string} cell @param {string} target */
  isOf(cell, target) {
    const [owner] = target.split(".");
    return owner === "x" || owner === cell;
  }

  // Every track of a cell; false where a state grows without end.
  /** @param {string} cell */
  run(cell) {
    const kept = /** @type {Kept} */ (this.cells.get(cell));
    const tracks = kept.layer.run(this.x, kept.initials, this.holdsOf(cell));
    for (const track of Object.values(tracks)) {
      if (!within(track, this.sent.most)) return false;
    }
    kept.tracks = this.inItsBits(tracks);
    return true;
  }

  // One step alone, from the states before it, or from the initial ones.
  /** @param {string} cell @param {number} step @param {((state: string) => Slot) | null} before */
  stepOf(cell, step, before) {
    const { initials, layer, told } = /** @type {Kept} */ (this.cells.get(cell));
    const { inputs } = this.sent;
    const holds = this.holdsOf(cell);
    const states = before ? told.states.map(([after]) => before(after)) : initials;
    return this.inItsBits(layer.run(this.x.subarray(step * inputs, (step + 1) * inputs), states, holds && (() => holds(step))));
  }

  /** @param {Tracks} tracks */
  inItsBits(tracks) {
    if (this.sent.single) for (const track of Object.values(tracks)) track.forEach((value, i) => (track[i] = Math.fround(value)));
    return tracks;
  }

  /** @param {string} cell @returns {Tracks} of the last run */
  tracksOf(cell) {
    return /** @type {Kept} */ (this.cells.get(cell)).tracks;
  }

  // What a worker has made of the same numbers.
  /** @param {string} cell @param {Tracks} tracks */
  take(cell, tracks) {
    /** @type {Kept} */ (this.cells.get(cell)).tracks = tracks;
  }

  // What is put in place of tracks at a step; null where nothing of a cell is held.
  /** @param {string} cell @returns {((step: number) => Hold) | null} */
  holdsOf(cell) {
    const held = this.held.filter((one) => one.cell === cell);
    if (!held.length) return null;
    return (step) => {
      const now = held.filter(({ first, last }) => first <= step && step <= last);
      return (track, values) => {
        for (const one of now) {
          if (one.track !== track) continue;
          if (one.unit === null) values.fill(this.rounded(one.value));
          else values[one.unit] = this.rounded(one.value);
        }
      };
    };
  }

  // One unit of a track over time, as the notation shows it, NaN where the track has fewer; undefined for a track
  // that is not there.
  /** @param {string} name @param {number} unit @returns {Float32Array | undefined} */
  line(name, unit) {
    const found = this.track(name);
    if (!found) return undefined;
    const { units, values } = found;
    const line = new Float32Array(values.length / units);
    if (unit >= units) return line.fill(NaN);
    for (let step = 0, at = unit; step < line.length; step++, at += units) line[step] = single(values[at]);
    return line;
  }

  // One channel of the input over time.
  /** @param {number} channel @returns {Float64Array} */
  input(channel) {
    return Float64Array.from({ length: this.steps }, (_, step) => this.x[step * this.sent.inputs + channel]);
  }

  // The track that a name in the wiring is of: a state before the step is that of the step before.
  /** @param {string} cell @param {string} name */
  trackOf(cell, name) {
    const { told } = /** @type {Kept} */ (this.cells.get(cell));
    return told.states.find(([, before]) => before === name)?.[0] ?? name;
  }

  // All that a name in the wiring stands for at a step, as the notation shows it: a track, a state before the
  // step, or the input.
  /** @param {string} cell @param {string} name @param {number} step @returns {Slot | undefined} */
  column(cell, name, step) {
    if (name === "x") return this.x.subarray(step * this.sent.inputs, (step + 1) * this.sent.inputs);
    const { initials, told } = /** @type {Kept} */ (this.cells.get(cell));
    const state = told.states.findIndex(([, before]) => before === name);
    if (state >= 0 && step === 0) return initials[state];
    const at = state >= 0 ? step - 1 : step;
    const found = this.track(`${cell}.${this.trackOf(cell, name)}`);
    return found?.values.subarray(at * found.units, (at + 1) * found.units);
  }

  /** @param {string} name @param {number} step @param {number} unit @returns {number | undefined} */
  number(name, step, unit) {
    const found = this.track(name);
    return found && unit < found.units ? found.values[step * found.units + unit] : undefined;
  }

  /** @param {string} name */
  track(name) {
    const [cell, track] = name.split(".");
    const kept = this.cells.get(cell);
    const values = kept?.tracks[`shown.${track}`] ?? kept?.tracks[track];
    return kept && values && { units: kept.layer.size(track), values };
  }

  // Every number in the equations of one unit at one step, by name; undefined for what they do not write out.
  /** @param {string} cell @param {number} step @param {number} unit @returns {(name: string) => any} */
  numbers(cell, step, unit) {
    const kept = /** @type {Kept} */ (this.cells.get(cell));
    const { numbers, layer, initials, told: { units, gates } } = kept;
    for (const [part, wide] of /** @type {[string, number][]} */ ([["w_x", this.sent.inputs], ["w_h", initials[0].length], ["b_x", 1], ["b_h", 1]])) {
      const [rows, all] = [numbers.take(part), layer.weights(part)];
      gates.forEach((_, gate) => rows?.set(all.subarray((gate * units + unit) * wide, (gate * units + unit + 1) * wide), gate * wide));
    }
    const row = layer.weights(PROJECTION)?.subarray(unit * units, (unit + 1) * units);
    if (row) numbers.take(PROJECTION)?.fill(NaN).set(row); // none of a unit that the state has no number for
    numbers.take("x")?.set(this.x.subarray(step * this.sent.inputs, (step + 1) * this.sent.inputs));
    this.giveStep(kept, numbers, step);
    const holds = this.holdsOf(cell)?.(step);
    for (const name of Object.keys(kept.tracks)) {
      const flags = numbers.take(name + HELD);
      if (!flags) continue;
      flags.fill(NaN); // where nothing is put in its place
      holds?.(name, flags.subarray(0, layer.size(name)));
      flags.forEach((value, i) => (flags[i] = Number.isNaN(value) ? 0 : 1));
    }
    numbers.execute(unit);
    return (name) => {
      const values = numbers.made.get(name);
      if (!values || values.length > this.sent.factors) return undefined;
      return numbers.isRow(name) ? values : values[0];
    };
  }

  // What the wiring shows of all units at one step, each by name.
  /** @param {string} cell @param {number} step */
  vectors(cell, step) {
    const kept = /** @type {Kept} */ (this.cells.get(cell));
    this.giveStep(kept, kept.vectors, step);
    kept.vectors.execute();
    return kept.vectors.made;
  }

  // Where a vector lies on the scale of its colours: from, to.
  /** @param {string} cell @param {string} name */
  rangeOf(cell, name) {
    return /** @type {Kept} */ (this.cells.get(cell)).told.ranges[name];
  }

  // The states before a step and the tracks after it.
  /** @param {Kept} kept @param {Program} program @param {number} step */
  giveStep({ layer, told: { states }, tracks, initials }, program, step) {
    /** @param {string} name @param {number} at */
    const rowOf = (name, at) => tracks[name].subarray(at * layer.size(name), (at + 1) * layer.size(name));
    states.forEach(([after, before], i) => program.take(before)?.set(step > 0 ? rowOf(after, step - 1) : initials[i]));
    for (const name of Object.keys(tracks)) program.take(name)?.set(rowOf(name, step));
  }
}

// Errors: ProgramError for what does not fit together: where less came than is needed the rest would be 0.
/** @param {CoreCell} told @param {number} inputs @returns {Kept} */
function kept(told, inputs) {
  const { units, states } = told;
  const layer = new Layer(told.step, states);
  const { given, made } = layer.program;
  for (const [part, values] of Object.entries(told.weights)) fill(given.get(part), values, part);
  const known = new Set([...Object.keys(told.weights), "x", ...states.map(([, before]) => before)]);
  for (const part of given.keys()) check(known.has(part), part);
  const initials = told.initials.map((/** @type {Numbers} */ state) => Float64Array.from(state));
  check(initials.length === states.length && given.get("x")?.length === inputs, "x");
  states.forEach(([after, before], i) => {
    for (const one of [made.get(after), given.get(before)]) check(one?.length === initials[i].length, after);
  });
  // A hidden state may have numbers of its own, where a projection makes it.
  for (const [track, values] of made) check(values.length === (track === "hidden" && given.has(PROJECTION) ? initials[0].length : units), track);
  return {
    told,
    layer,
    numbers: new Program(told.numbers),
    vectors: new Program(told.vectors, given),
    initials,
    tracks: {},
  };
}

// Whether no number is larger, and none is NaN. (`every` calls a function for each.)
/** @param {Slot} values @param {number} most */
function within(values, most) {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) <= most)) return false;
  return true;
}

/** @param {Slot | undefined} slot @param {Numbers} values @param {string} part */
function fill(slot, values, part) {
  check(slot?.length === values.length, part);
  slot?.set(values);
}

/** @param {boolean} fine @param {string} what */
function check(fine, what) {
  if (!fine) throw new ProgramError(what);
}

/** @param {Slot} values @param {number[]} shape @param {string[]} index @param {string | null} [cell] @param {number} [sign] @returns {Place | undefined} */
function placeIn(values, shape, index, cell = null, sign = 1) {
  let at = 0;
  for (const [axis, size] of shape.entries()) {
    const one = Number(index[axis]);
    if (!(one >= 0 && one < size)) return undefined;
    at = at * size + one;
  }
  return { cell, values, at, sign };
}
