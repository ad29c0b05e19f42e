// Numbers of 64 bits as floats of 32, as app/figures/condensing.py makes them (as_float32).

const BELOW = 1 - 2 ** -24;
const ABOVE = 1 + 2 ** -23;
const LEAST = 2 ** -149;

// The nearest float, but never 0, 1 or −1 for what is not: a gate of 1 − 2e-8 must not look as if it kept all.
/** @param {number} value */
export function single(value) {
  const found = Math.fround(value);
  const size = Math.abs(found);
  if (found === value || (size !== 0 && size !== 1)) return found;
  return Math.sign(value) * (size === 0 ? LEAST : Math.abs(value) < 1 ? BELOW : ABOVE);
}
