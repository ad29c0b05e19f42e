// The same in a worker, as the stage runs what takes longer than a frame; for a browser.

import { Core } from "../../assets/stage/compute/core.js";
import { runnerOf } from "../../assets/stage/compute/runner.js";
import { unpack } from "../../assets/stage/core/wire.js";
import { tracksOf } from "./computing.js";

export async function worked(bytes) {
  const { batches } = await unpack(bytes);
  return JSON.stringify(await Promise.all(batches.map(async ({ core: sent, cases }) => {
    const core = Object.defineProperty(new Core(sent), "products", { value: Infinity }); // too many for the page
    const made = [];
    const { runner, lost } = workerOf(core);
    for (const { edits, held } of cases) made.push(await Promise.race([run(core, runner, edits, held), lost]));
    runner.end();
    return made;
  })));
}

function workerOf(core) {
  let runner;
  const lost = new Promise((_, fail) => {
    runner = runnerOf(core, () => fail(new Error("there is no worker")));
  });
  return { runner, lost };
}

function run(core, runner, edits, held) {
  const cells = [...core.cells.keys()];
  return new Promise((done) => {
    runner.run({ edits, held, target: null, value: 0, cells }, (fine) =>
      done(fine ? cells.map((cell) => ({ tracks: tracksOf(core, cell) })) : cells.map(() => null)));
  });
}
