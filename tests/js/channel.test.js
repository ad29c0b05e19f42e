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
