// What the stage computes of the batches that tests hand it (tests/app/computing.py), in Node as in a browser.

import { Core } from "../../assets/stage/compute/core.js";
import { unpack } from "../../assets/stage/core/wire.js";

const list = (value) => (ArrayBuffer.isView(value) ? [...value] : value);
const listed = (entries) => Object.fromEntries(entries.map(([name, value]) => [name, list(value)]));

// Of every case of every batch each cell, null for one whose state grows without end; as text.
export async function computed(bytes) {
  const { batches } = await unpack(bytes);
  return JSON.stringify(batches.map(({ core: sent, cases }) => {
    const core = new Core(sent);
    return cases.map((one) => made(core, one));
  }));
}

function made(core, { edits, held, places, names }) {
  core.set(edits, held);
  return [...core.cells.keys()].map((cell) => {
    if (!core.run(cell)) return null;
    return {
      tracks: tracksOf(core, cell),
      values: edits.map(({ target }) => core.value(target)),
      inside: places.map(([step, unit]) => {
        const lookup = core.numbers(cell, step, unit);
        return listed(names[cell].map((name) => [name, lookup(name)]));
      }),
      vectors: places.map(([step]) => listed([...core.vectors(cell, step)])),
    };
  });
}

export function tracksOf(core, cell) {
  return listed(Object.entries(core.tracksOf(cell)));
}
