// Executes the programs that the core has recorded of its own equations (gru_core/program.py): a list of
// operations on arrays. What a cell computes is not known here.

/**
 * @import { Operation, Program as Recorded } from "../contract"
 * @typedef {(unit: number) => void} Act
 * @typedef {Float64Array<ArrayBuffer>} Slot
 * @typedef {(out: Slot, of: Slot[], operation: Operation) => Act} Made
 * @typedef {(track: string, values: Slot) => void} Hold
 */

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((size, axis) => size * axis, 1);

// A loop for each kind: one function for all would be called once for every number.
/** @type {Record<string, Made>} */
const LOOPS = {
  add: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] + b[i];
  },
  subtract: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  },
  multiply: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  },
  divide: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] / b[i];
  },
  minimum: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(a[i], b[i]);
  },
  maximum: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i], b[i]);
  },
  less: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] < b[i] ? 1 : 0;
  },
  equal: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] === b[i] ? 1 : 0;
  },
  and: (out, [a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] && b[i] ? 1 : 0;
  },
  not: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = a[i] ? 0 : 1;
  },
  absolute: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(a[i]);
  },
  tanh: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.tanh(a[i]);
  },
  exp: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]);
  },
  expm1: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.expm1(a[i]);
  },
  log1p: (out, [a]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = Math.log1p(a[i]);
  },
  choose: (out, [where, a, b]) => () => {
    for (let i = 0; i < out.length; i++) out[i] = where[i] ? a[i] : b[i];
  },
  product: (out, [matrix, vector]) => () => product(out, matrix, vector),
  pick: (out, [a]) => (unit) => {
    out[0] = unit < a.length ? a[unit] : NaN;
  },
};
const NOTHING = () => {};

// Four rows at a time: a number of the vector is read once for them, and no sum waits for the one before it.
/** @param {Slot} out @param {Slot} matrix @param {Slot} vector */
function product(out, matrix, vector) {
  const { length } = vector;
  const whole = out.length - (out.length % 4);
  for (let row = 0; row < whole; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0, at = row * length; i < length; i++, at++) {
      const value = vector[i];
      a += matrix[at] * value;
      b += matrix[at + length] * value;
      c += matrix[at + 2 * length] * value;
      d += matrix[at + 3 * length] * value;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
  }
  for (let row = whole; row < out.length; row++) {
    let sum = 0;
    for (let i = 0, at = row * length; i < length; i++, at++) sum += matrix[at] * vector[i];
    out[row] = sum;
  }
}

// A program that does not fit, by what of it does not: it is never executed.
export class ProgramError extends Error {}

export class Program {
  // shared: given arrays that another program has, too, if there are any.
  /** @param {Recorded} recorded @param {Map<string, Slot>} [shared] */
  constructor({ given, operations, made }, shared) {
    const wide = new Set(["w_x", "w_h", "b_x", "b_h", "w_p"]); // what does not change from step to step
    this.slots = given.map(([name, shape]) => (wide.has(name) && shared?.get(name)) || new Float64Array(sizeOf(shape)));
    this.given = new Map(given.map(([name], at) => [name, this.slots[at]]));
    const shapes = [...given.map(([, shape]) => shape), ...operations.map(({ shape }) => shape)];
    this.rows = new Set(Object.entries(made).filter(([, at]) => shapes[at]?.length > 1).map(([name]) => name));
    /** @type {Hold | null} what is put in place of tracks, if anything is */
    this.hold = null;
    this.acts = operations.map((one) => this.prepare(one)).filter((act) => act !== NOTHING);
    this.made = new Map(Object.entries(made).map(([name, at]) => [name, this.slot(at)]));
  }

  // Make room for what comes of an operation.
  /** @param {Operation} operation @returns {Act} */
  prepare(operation) {
    const { kind, shape, at = 0, value = 0, track = "" } = operation;
    const size = sizeOf(shape);
    if (kind === "number") return this.constant(new Float64Array([value]));
    const of = operation.of.map((slot) => this.slot(slot));
    if (kind === "part") return this.constant(part(of[0], at, size));
    const out = new Float64Array(size);
    if (kind === "hold") {
      check(of[0].length === size, operation);
      this.slots.push(out);
      return () => {
        out.set(of[0]);
        this.hold?.(track, out);
      };
    }
    const loop = LOOPS[kind];
    check(loop !== undefined, operation);
    const all = kind === "product" || kind === "pick" ? of : of.map((one) => spread(one, size));
    check(fits(kind, all, size), operation);
    this.slots.push(out);
    return loop(out, all, operation);
  }

  /** @param {Slot} slot */
  constant(slot) {
    this.slots.push(slot);
    return NOTHING;
  }

  /** @param {number} at */
  slot(at) {
    const slot = this.slots[at];
    if (!slot) throw new ProgramError(`slot ${at}`);
    return slot;
  }

  // A given array, to be written to; undefined where the program needs none of this name.
  /** @param {string} name */
  take(name) {
    return this.given.get(name);
  }

  // Whether what is made is a row of numbers, be it of one.
  /** @param {string} name */
  isRow(name) {
    return this.rows.has(name);
  }

  // unit: whose numbers are wanted, where a program is of one unit.
  execute(unit = 0) {
    for (const act of this.acts) act(unit);
  }
}

/** @param {boolean} fine @param {Operation} operation */
function check(fine, { kind }) {
  if (!fine) throw new ProgramError(kind);
}

/** @param {string} kind @param {Slot[]} of @param {number} size */
function fits(kind, of, size) {
  if (kind === "product") return of.length === 2 && of[0].length === size * of[1].length;
  if (kind === "pick") return size === 1;
  return of.every(({ length }) => length === size);
}

/** @param {Slot} slot @param {number} at @param {number} size */
function part(slot, at, size) {
  if (at + size > slot.length) throw new ProgramError("part");
  return slot.subarray(at, at + size);
}

// A constant as often as it is needed.
/** @param {Slot} slot @param {number} size */
function spread(slot, size) {
  return slot.length === 1 && size > 1 ? new Float64Array(size).fill(slot[0]) : slot;
}
