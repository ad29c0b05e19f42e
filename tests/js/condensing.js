// Blocks and points of the numbers on standard input, as text; tests/app/figures/test_condensing_page.py asks.

import { buffer } from "node:stream/consumers";

import { means, peaks } from "../../assets/stage/compute/condensing.js";

const { rows, grids, lines } = JSON.parse(String(await buffer(process.stdin)));

process.stdout.write(JSON.stringify({
  means: grids.map((grid) => means(grid, (row) => rows[row]).map((row) => [...row])),
  peaks: lines.map(([line, wide]) => [...peaks(line, wide)]),
}));
