// What the page computes of the cases on standard input, as text; tests/app/messages/test_core.py asks.

import { buffer } from "node:stream/consumers";

import { Core } from "../../assets/stage/compute/core.js";
import { unpack } from "../../assets/stage/core/wire.js";

const list = (value) => (ArrayBuffer.isView(value) ? [...value] : value);
const listed = (entries) => Object.fromEntries(entries.map(([name, value]) => [name, list(value)]));

function computed({ core: sent, edits, held, places, names }) {
  const core = new Core(sent);
  core.set(edits, held);
  return [...core.cells.keys()].map((cell) => {
    if (!core.run(cell)) return null;
    const { tracks } = core.cells.get(cell);
    return {
      tracks: listed(Object.entries(tracks)),
      values: edits.map(({ target }) => core.value(target)),
      inside: places.map(([step, unit]) => {
        const lookup = core.numbers(cell, step, unit);
        return listed(names[cell].map((name) => [name, lookup(name)]));
      }),
      vectors: places.map(([step]) => listed([...core.vectors(cell, step)])),
    };
  });
}

const { cases } = await unpack(await buffer(process.stdin));
process.stdout.write(JSON.stringify(cases.map(computed)));
