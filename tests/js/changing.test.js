// A change on show before its answer: the page computes late or soon, as each test says, and the server's
// messages come in any order.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Changing } from "../../assets/stage/compute/changing.js";

const BIAS = "gru.b_x.update.0";
const MADE = { cells: ["gru"], rows: () => [[1]], ofAny: () => null };
let log, jobs, channel, now, changing, seq;

const message = (edits = [], more = {}) => ({
  core: "scene", order: 1, parts: {}, own: [], numbers: "ticket", link: {}, labels: ["1"], panels: [], held: [],
  can: { undo: false, redo: false, reset: false }, inner: { polarity: "keep", biases: 2, cell: "gru" }, lens: { inside: true, controls: {} }, edits, ...more,
});
const brief = (edits, more = {}) => ({ order: 2, link: {}, numbers: "next", held: [], can: { undo: true, redo: false, reset: true }, answer: "", said: "", edits, rests: false, ...more });
const edit = (value) => ({ target: BIAS, value, was: 0 });
const shown = () => log.filter(([what]) => what === "show").map(([, edits]) => edits.map(({ value }) => value));

function commit(value) {
  channel.pending.push({ seq: ++seq });
  changing.sent({ seq, kind: "commit", target: BIAS, value });
}

beforeEach(() => {
  [log, jobs, seq] = [[], [], 0];
  globalThis.document = { hidden: true };
  const foreseen = new Set();
  channel = {
    pending: [],
    foresee: (one) => foreseen.add(one),
    get foreseen() { return foreseen.size; },
    arrived: () => { channel.pending.shift(); foreseen.clear(); },
    take: () => true,
    lay: () => {},
    send: (kind) => log.push(["send", kind]),
  };
  now = { told: message(), get message() { return this.told; }, computed: null, stale: false };
  const local = { core: { before: () => 0 }, key: "scene", compute: (_, then) => jobs.push(then), receive: () => {}, leave: () => {} };
  changing = new Changing({ channel, now }, local, {
    show: (told) => { now.told = told; log.push(["show", told.edits]); },
    ask: () => log.push(["ask"]),
    held: () => false, checked: () => {}, complain: () => {},
  });
  changing.receive(message());
  log.length = 0;
});

test("a change is shown when it has been computed, and its answer changes nothing", () => {
  commit(2);
  assert.deepEqual(shown(), []);
  jobs[0](MADE);
  assert.deepEqual(shown(), [[2]]);
  changing.hear(brief([edit(2)]));
  assert.deepEqual([jobs.length, shown().at(-1)], [1, [2]]);
  changing.leave();
});

test("an answer that comes before it is computed waits for it", () => {
  commit(2);
  changing.hear(brief([edit(2)], { answer: "told" }));
  assert.deepEqual([jobs.length, shown()], [1, []]);
  jobs[0](MADE);
  assert.deepEqual([shown(), now.told.answer], [[[2]], "told"]);
  changing.leave();
});

test("where a state grows without end the server is asked, though it had answered before that was known", () => {
  commit(2);
  changing.hear(brief([edit(2)]));
  jobs[0](null);
  assert.deepEqual(log, [["ask"]]);
  changing.leave();
});

test("of two changes the first is not shown when the second has been made", () => {
  commit(2);
  commit(3);
  jobs[0](MADE);
  assert.deepEqual(shown(), []);
  jobs[1](MADE);
  assert.deepEqual(shown(), [[3]]);
  changing.leave();
});

test("what the server has refused goes back", () => {
  commit(2);
  jobs[0](MADE);
  changing.hear(brief([], { answer: "no" }));
  jobs[1](MADE);
  assert.deepEqual(shown(), [[2], []]);
  changing.leave();
});

test("numbers that the page no longer has are asked for", () => {
  changing.receive(message([edit(2)], { own: ["gru.update"] }));
  assert.deepEqual(log[0], ["send", "need"]);
  changing.leave();
});

function back(kind) {
  const { to } = changing.told(kind, {});
  channel.pending.push({ seq: ++seq, kind, to });
  changing.sent({ seq, kind });
  return to;
}

test("what the server cannot take back any more the page takes back, and says what that leads to", () => {
  commit(2);
  jobs[0](MADE);
  changing.hear(brief([edit(2)]));
  changing.receive(message([edit(2)], { page: "new", arrived: 1, can: { undo: false, redo: false, reset: true } }));
  assert.equal(now.told.can.undo, true);
  assert.deepEqual(back("undo"), { edits: [], held: [] });
  jobs[1](MADE);
  assert.deepEqual([shown().at(-1), now.told.can.redo], [[], true]);
  assert.deepEqual(back("redo"), { edits: [edit(2)], held: [] });
  changing.leave();
});

test("of several steps back the last says where they lead", () => {
  commit(2);
  commit(3);
  channel.pending = [];
  back("undo");
  back("undo");
  assert.deepEqual(channel.pending.map(({ to }) => to), [undefined, { edits: [], held: [] }]);
  changing.leave();
});

for (const [what, more] of [
  ["another scene", { core: "other" }], ["a choice", { link: { sort: "number" } }], ["a link", { arrived: 2 }],
]) {
  test(`after ${what} the steps before it are the server's alone`, () => {
    changing.receive(message([], { page: "one", arrived: 1 }));
    commit(2);
    commit(0);
    changing.receive(message([], { page: "one", arrived: 1, ...more }));
    assert.equal(back("undo"), undefined);
    changing.leave();
  });
}

test("what only the server knows is a step to undo, too", () => {
  commit(2);
  changing.sent({ seq: ++seq, kind: "pin" });
  assert.equal(back("undo"), undefined);
  changing.leave();
});
