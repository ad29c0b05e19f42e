import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { Arriving } from "../../assets/stage/core/arriving.js";

// As app/messages/wire.py packs what has no arrays.
function packed(body) {
  const head = Buffer.from(JSON.stringify({ arrays: [], body }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return deflateSync(Buffer.concat([length, head]));
}

function placeOf(receive = async () => {}) {
  const log = [];
  const channel = { connect: () => log.push("connected"), isOld: ({ order = Infinity }) => order < 5, arrive: null };
  const place = new Arriving(() => {
    log.push("built");
    return {
      channel, leave: () => log.push("left"), voice: { complain: (problem) => log.push(problem) },
      receive: async (message) => { log.push(message.name); await receive(); },
      address: { linked: () => log.push("linked") },
    };
  });
  return { channel, log, place };
}

const words = { "stage.not_drawn": "It could not be drawn." };

test("without words nothing is built: everything is asked for again, once", async () => {
  const sent = [];
  const trigger = (_, { events }) => sent.push(...events.map(({ kind }) => kind));
  const { log, place } = placeOf();
  place.receive(packed({ name: "second" }), trigger);
  place.receive(packed({ name: "third" }), trigger);
  await place.queue;
  assert.deepEqual([sent, log], [["need"], []]);
  place.receive(packed({ name: "fourth", words }), trigger);
  await place.queue;
  assert.deepEqual(log, ["built", "connected", "fourth"]);
  place.leave();
});

test("messages are taken in their order by one stage, and none after it is gone", async () => {
  const { log, place } = placeOf();
  for (const name of ["first", "second"]) place.receive(packed({ name, words }), () => {});
  await place.queue;
  assert.deepEqual(log, ["built", "connected", "first", "second"]);
  place.receive(packed({ name: "third" }), () => {});
  place.leave();
  await place.queue;
  assert.deepEqual(log.slice(4), ["connected", "left"]);
});

test("what cannot be drawn is said", async (t) => {
  t.mock.method(console, "error", () => {});
  const { log, place } = placeOf(() => Promise.reject(new Error("no plotly")));
  place.receive(packed({ name: "first", words }), () => {});
  await place.queue;
  assert.deepEqual(log.at(-1), "It could not be drawn.");
});

test("what has come past Streamlit is taken in its turn, and the link is written then", async () => {
  const { channel, log, place } = placeOf();
  place.receive(packed({ name: "first", words }), () => {});
  await place.queue;
  channel.arrive({ name: "posted" });
  place.receive(packed({ name: "third" }), () => {});
  await place.queue;
  assert.deepEqual(log.slice(2), ["first", "connected", "posted", "linked", "third"]);
});

test("a message that was made before another that is here is passed over", async () => {
  const { channel, log, place } = placeOf();
  place.receive(packed({ name: "first", words }), () => {});
  await place.queue;
  place.receive(packed({ name: "old", order: 4 }), () => {});
  channel.arrive({ name: "older", order: 3 });
  await place.queue;
  assert.deepEqual(log.slice(2), ["first", "connected"]);
});
