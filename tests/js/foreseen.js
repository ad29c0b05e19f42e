// What the page foresees of the events on standard input, as text; tests/app/session/test_foreseen.py asks.

import { buffer } from "node:stream/consumers";

import { Folding } from "../../assets/stage/compute/folding.js";

const cases = JSON.parse(String(await buffer(process.stdin)));

process.stdout.write(JSON.stringify(cases.map(({ events, before, panels, steps, polarity }) => {
  const folding = new Folding();
  const facts = { before: (target) => before[target], panels, steps, polarity };
  let now = { edits: [], held: [] };
  return events.map((event) => (now = folding.fold(now, event, facts) ?? now));
})));
