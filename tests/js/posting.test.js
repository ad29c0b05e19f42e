// Events on their way past Streamlit, without a server: what it answers is said by each test.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Posting } from "../../assets/stage/core/posting.js";

let log, asked, posting;

// As app/messages/wire.py packs what has no arrays, once the browser has inflated it.
function packed(body) {
  const head = new TextEncoder().encode(JSON.stringify({ arrays: [], body }));
  const bytes = new Uint8Array(4 + head.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  return bytes.buffer;
}

const settled = () => new Promise((done) => setTimeout(done));
const answered = (status, body) => ({ ok: status === 200, status, arrayBuffer: async () => packed(body) });

beforeEach(() => {
  [log, asked] = [[], []];
  globalThis.fetch = (address, { body }) => new Promise((done, fail) => asked.push({ address, body, done, fail }));
  posting = new Posting({
    arrive: ({ order }) => log.push(order),
    elsewhere: () => log.push("elsewhere"),
    refused: (last) => log.push(`refused ${last}`),
    busy: () => log.push("busy"),
    over: () => log.push("over"),
    has: () => ({ computes: 3, own: null }),
  });
});

test("a page that has no name yet posts nothing", () => {
  assert.equal(posting.send("me", [{ seq: 1 }]), false);
  assert.equal(asked.length, 0);
});

test("one post at a time, and its answer is the next message", async () => {
  posting.page = "secret";
  assert.equal(posting.send("me", [{ seq: 1 }]), true);
  assert.equal(posting.send("me", [{ seq: 1 }, { seq: 2 }]), true);
  assert.equal(asked.length, 1);
  assert.equal(posting.last, 1);
  assert.match(String(asked[0].address), /events\/secret$/);
  assert.deepEqual(JSON.parse(asked[0].body), { client: "me", events: [{ seq: 1 }], computes: 3, own: null });
  asked[0].done(answered(200, { order: 7 }));
  await settled();
  assert.deepEqual(log, [7, "over"]);
  posting.send("me", [{ seq: 2 }]);
  assert.deepEqual([asked.length, posting.last], [2, 2]);
});

test("a server that does not know the page is asked for a run of it, and no more by its name", async () => {
  posting.page = "secret";
  posting.send("me", [{ seq: 1 }]);
  asked[0].done(answered(404, {}));
  await settled();
  assert.deepEqual(log, ["elsewhere", "over"]);
  assert.equal(posting.send("me", [{ seq: 1 }]), false);
});

test("what is lost on its way is over, and can be sent again", async () => {
  posting.page = "secret";
  posting.send("me", [{ seq: 1 }]);
  asked[0].fail(new Error("lost"));
  await settled();
  assert.deepEqual(log, ["over"]);
  assert.equal(posting.send("me", [{ seq: 1 }]), true);
  assert.equal(asked.length, 2);
});

test("what the server can never take in is refused, and the page is known still", async () => {
  posting.page = "secret";
  posting.send("me", [{ seq: 1 }, { seq: 2 }]);
  asked[0].done(answered(413, {}));
  await settled();
  assert.deepEqual(log, ["refused 2", "over"]);
  assert.equal(posting.page, "secret");
});

test("a server that fails is asked again after a while, not at once", async () => {
  posting.page = "secret";
  posting.send("me", [{ seq: 1 }]);
  asked[0].done(answered(500, {}));
  await settled();
  assert.deepEqual([log, asked.length, posting.page], [["over"], 1, "secret"]);
});

test("a server that is busy says so, and what was done is kept", async () => {
  posting.page = "secret";
  posting.send("me", [{ seq: 1 }]);
  asked[0].done(answered(503, {}));
  await settled();
  assert.deepEqual([log, posting.page], [["busy", "over"], "secret"]);
});
