// What the page foresees of the events on standard input, null for what only the server knows; that is answered
// as the server does it then. tests/app/session/test_foreseen.py asks.

import { buffer } from "node:stream/consumers";

import { Folding } from "../../assets/stage/compute/folding.js";

const cases = JSON.parse(String(await buffer(process.stdin)));

process.stdout.write(JSON.stringify(cases.map(({ events, answers, before, ...screen }) => {
  const folding = new Folding();
  const facts = { before: (target) => before[target], ...screen };
  let now = { edits: [], held: [] };
  return events.map((event, at) => {
    const foreseen = folding.fold(now, event, facts);
    const then = foreseen ?? answers[at];
    if (!foreseen && JSON.stringify(then) !== JSON.stringify(now)) folding.forget();
    now = then;
    return foreseen;
  });
})));
