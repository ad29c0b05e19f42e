// What is drawn of a run too large to send, of numbers that the page has computed: blocks of a heatmap, points
// of a line, as app/figures/condensing.py makes them. Nothing here is shown as a number.

/**
 * @import { Grid } from "../contract"
 * @import { Numbers } from "../types"
 */

// The mean of every block. rowOf: the numbers of one row, along the steps, as they stand from top to bottom.
/** @param {Grid} grid @param {(row: number) => Numbers} rowOf @returns {Float32Array[]} */
export function means({ rows, columns, tall, wide }, rowOf) {
  const across = Math.ceil(columns / wide);
  return Array.from({ length: Math.ceil(rows / tall) }, (_, block) => {
    const sums = new Float64Array(across);
    const last = Math.min((block + 1) * tall, rows);
    for (let row = block * tall; row < last; row++) {
      const numbers = rowOf(row);
      for (let step = 0; step < columns; step++) sums[Math.floor(step / wide)] += numbers[step];
    }
    const high = last - block * tall;
    return Float32Array.from(sums, (sum, at) => sum / (high * Math.min(wide, columns - at * wide)));
  });
}

// The least and the greatest number of every so many steps, in the order in which they come.
/** @param {Numbers} values @param {number} wide @returns {Float32Array} */
export function peaks(values, wide) {
  if (wide <= 2) return Float32Array.from(values);
  const found = [];
  for (let first = 0; first < values.length; first += wide) {
    let [least, most] = [first, first];
    for (let at = first; at < Math.min(first + wide, values.length); at++) {
      if (values[at] < values[least]) least = at;
      if (values[at] > values[most]) most = at;
    }
    found.push(values[Math.min(least, most)], values[Math.max(least, most)]);
  }
  return Float32Array.from(found);
}
