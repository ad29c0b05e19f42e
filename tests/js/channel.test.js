// Events in waiting: how many go at once, and that none is left behind.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Channel } from "../../assets/stage/core/channel.js";

/** @param {number} count */
function waiting(count) {
  const channel = new Channel();
  /** @type {number[][]} */
  const posts = [];
  channel.posting.send = (_, events) => {
    posts.push(events.map(({ seq }) => seq));
    channel.posting.last = Number(posts.at(-1)?.at(-1));
    return true;
  };
  channel.flush = () => {};
  for (let i = 0; i < count; i += 1) channel.send("ask", {});
  // @ts-expect-error the one of the class again
  delete channel.flush;
  return { channel, posts };
}

/** @param {Channel} channel @param {number} seq */
const answered = (channel, seq) => channel.keep((event) => event.seq > seq);

test("a hundred events go at once, and the others after the answer", () => {
  const { channel, posts } = waiting(250);
  channel.flush();
  while (channel.pending.length) {
    answered(channel, Number(posts.at(-1)?.at(-1)));
    channel.goOn();
  }
  channel.close();
  assert.deepEqual(posts.map((post) => post.length), [100, 100, 50]);
  assert.deepEqual(posts.flat(), [...new Set(posts.flat())].sort((a, b) => a - b));
});

test("few go together", () => {
  const { channel, posts } = waiting(3);
  channel.flush();
  channel.close();
  assert.equal(posts.length, 1);
});

test("a server that does not know the page is asked again soon, until a message comes: its line may be cut too", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const channel = new Channel();
  let asked = 0;
  channel.run = () => (asked += 1);
  channel.posting.send = () => true;
  channel.send("ask", {});
  channel.posting.leave();
  /** @type {number[]} */
  const found = [asked];
  for (const wait of [240, 10, 500, 1000]) {
    mock.timers.tick(wait);
    found.push(asked);
  }
  assert.deepEqual(found, [1, 1, 2, 3, 4]);
  channel.posting.leave();
  channel.posting.know("another name");
  mock.timers.tick(300);
  assert.equal(asked, 5);
  channel.close();
  mock.timers.reset();
});

/** @param {string} digest @param {any} part @param {number} order */
const message = (digest, part, order) => /** @type {any} */ ({
  ack: { client: "", seq: 0 }, page: "page", order, own: [], labels: 1, panels: [], parts: { weights: digest }, included: { weights: part },
});
const figure = (/** @type {any} */ z) => ({ data: [{ zmin: -1, zmax: 1, ...(z && { z }) }], layout: {} });

for (const kind of [Float32Array, Uint8Array]) {
  test(`numbers in another order are those that are here: ${kind.name}`, () => {
    const channel = new Channel();
    channel.run = () => {};
    const z = [[1, 2, 3], [4, 5, 6]].map((row) => kind.from(row));
    assert.ok(channel.take(message("a.1", figure(z), 1)));
    const before = channel.part("weights").data[0].z.map((/** @type {any} */ row) => [...row]);
    const moved = { over: "a.1", rows: [1, 0], columns: [2, 0, 1] };
    assert.ok(channel.take(message("b.2", { ...figure(), moved }, 2)));
    const now = channel.part("weights");
    assert.deepEqual(now.data[0].z.map((/** @type {any} */ row) => [...row]), [1, 0].map((row) => [2, 0, 1].map((column) => before[row][column])));
    assert.ok(!("moved" in now));
    const back = { over: "b.2", rows: [1, 0], columns: [1, 2, 0] };
    assert.ok(channel.take(message("a.1", { ...figure(), moved: back }, 3)));
    assert.deepEqual(channel.part("weights").data[0].z.map((/** @type {any} */ row) => [...row]), before);
    channel.close();
  });
}

test("numbers in another order than those that are here are asked for", () => {
  const channel = new Channel();
  channel.run = () => {};
  channel.take(message("a.1", figure([Float32Array.of(1, 2)]), 1));
  const moved = { over: "c.9", rows: [0], columns: [1, 0] };
  assert.ok(!channel.take(message("b.2", { ...figure(), moved }, 2)));
  assert.deepEqual(channel.pending.map(({ kind }) => kind), ["need"]);
  channel.close();
});
