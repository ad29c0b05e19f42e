// Modules that wait for a while, on a clock of the test.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

globalThis.window = globalThis;
globalThis.document = { createElement: () => ({ textContent: "", append() {}, setAttribute() {}, replaceChildren(...children) { this.children = children; } }) };
mock.timers.enable({ apis: ["setTimeout"] });

const { Asking } = await import("../../assets/stage/core/asking.js");
const { Idle } = await import("../../assets/stage/plots/idle.js");
const { Voice } = await import("../../assets/stage/controls/voice.js");

// In small steps: what is waited for anew meanwhile is waited for from then on.
function rest(milliseconds = 5000) {
  for (let passed = 0; passed < milliseconds; passed += 10) mock.timers.tick(10);
}

let playing, says;
const host = { playing: () => playing, says: () => says };

beforeEach(() => {
  [playing, says] = [false, "step 1"];
});

function spoken(voice) {
  const text = voice.element.textContent;
  voice.element.textContent = "";
  return text;
}

test("where the cursor is when the page opens is not said", () => {
  const voice = new Voice(host);
  voice.follow();
  rest();
  assert.equal(spoken(voice), "");
});

test("where the cursor is is said once it rests, and only if it is somewhere else", () => {
  const voice = new Voice(host);
  voice.rest();
  for (says of ["step 2", "step 3"]) {
    voice.follow();
    rest(100);
    assert.equal(spoken(voice), "");
  }
  rest();
  assert.equal(spoken(voice), "step 3");
  voice.follow();
  rest();
  assert.equal(spoken(voice), "");
});

test("nothing is said while the cursor plays, and what has happened is said at once", () => {
  const voice = new Voice(host);
  voice.rest();
  [playing, says] = [true, "step 9"];
  voice.follow();
  rest();
  assert.equal(spoken(voice), "");
  voice.tell("Undone.", "Step 3.");
  assert.equal(spoken(voice), "Undone. Step 3.");
});

test("a verdict is not said away by where the cursor has gone with it, and what comes later is heard", () => {
  playing = false;
  const voice = new Voice(host);
  voice.rest();
  says = "step 20";
  voice.follow();
  voice.conclude("Not far.");
  voice.follow();
  rest();
  assert.equal(spoken(voice), "Not far.");
  says = "step 19";
  voice.follow();
  rest();
  assert.equal(spoken(voice), "step 19");
});

function noticed(voice) {
  return [...voice.notices.children].map(({ textContent }) => textContent);
}

test("what the page has met itself is there until a change is made, where it is true still after an answer", () => {
  const voice = new Voice(host);
  voice.complain("left out", true);
  voice.notice(["a bad link"]);
  assert.deepEqual(noticed(voice), ["left out", "a bad link"]);
  voice.goOn();
  assert.deepEqual(noticed(voice), ["a bad link"]);
  voice.complain("left out", true);
  voice.notice([], true); // another scene
  assert.deepEqual(noticed(voice), []);
});

test("that no answer comes is said until one comes, and not until something is changed", () => {
  const voice = new Voice(host);
  voice.complain("no answer");
  voice.goOn();
  assert.deepEqual(noticed(voice), ["no answer"]);
  voice.notice([]);
  assert.deepEqual(noticed(voice), []);
});

function library(plotly) {
  const one = { there: plotly, asked: 0, load: () => (one.asked++, Promise.resolve((one.there ??= "plotly"))) };
  return one;
}

test("plots catch up one at a time, and not while a hand is on something", () => {
  const drawn = [];
  let busy = true;
  const waiting = ["a", "b", "c"].map((figure) => ({ figure, draw: (it) => drawn.push(it) }));
  const idle = new Idle(() => waiting.filter(({ figure }) => !drawn.includes(figure)), () => busy, library("plotly"));
  idle.wake();
  rest();
  assert.deepEqual(drawn, []);
  busy = false;
  idle.wake();
  rest();
  assert.deepEqual(drawn, ["a", "b", "c"]);
});

test("the library is asked for once there is something to draw and no hand on anything", async () => {
  const [drawn, coming] = [[], library(null)];
  let [busy, waiting] = [true, []];
  const idle = new Idle(() => waiting.filter(({ figure }) => !drawn.includes(figure)), () => busy, coming);
  idle.wake();
  rest();
  waiting = [{ figure: "a", draw: (it) => drawn.push(it) }];
  idle.wake();
  rest();
  assert.equal(coming.asked, 0);
  busy = false;
  idle.wake();
  rest();
  assert.deepEqual([coming.asked, drawn], [1, []]);
  await coming.load();
  rest();
  assert.deepEqual(drawn, ["a"]);
});

test("what is painted stays where the library does not come, and is tried again with the next change", async () => {
  const lost = { there: null, asked: 0, load: () => (lost.asked++, Promise.reject(new Error())) };
  const idle = new Idle(() => [{ figure: "a", draw: assert.fail }], () => false, lost);
  for (const times of [1, 2]) {
    idle.wake();
    rest();
    await Promise.resolve();
    rest();
    assert.equal(lost.asked, times);
  }
});

test("all plots are drawn at once where that is needed", async () => {
  const drawn = [];
  await new Idle(() => ["a", "b"].map((figure) => ({ figure, draw: (it) => drawn.push(it) })), () => true, library(null)).finish();
  assert.deepEqual(drawn, ["a", "b"]);
});

function asked() {
  const sent = [];
  const here = { channel: { pending: [] }, cursor: { step: 0, unit: 0, playing: false }, now: { message: { parts: {} } } };
  const act = { sent, pressed: false, held: () => act.pressed, send: (kind, wanted) => sent.push([kind, wanted]) };
  return [here, act, new Asking(here, act)];
}

test("numbers are asked for once the hand rests on one place, those of places on the way are not", () => {
  const [, { sent }, asking] = asked();
  for (const of of [1, 2, 3]) {
    asking.want({ of });
    rest(30);
  }
  assert.deepEqual(sent, []);
  rest();
  assert.deepEqual(sent, [["look", { of: 3 }]]);
});

test("numbers that are no longer missing are not asked for", () => {
  const [, { sent }, asking] = asked();
  asking.want({ of: 1 });
  asking.want(null);
  rest();
  assert.deepEqual(sent, []);
});

test("nothing is asked for while an answer is on its way, or while a pointer scrubs", () => {
  const [here, act, asking] = asked();
  here.channel.pending.push("an event");
  asking.want({ of: 1 });
  rest();
  here.channel.pending.pop();
  act.pressed = true;
  asking.want({ of: 1 });
  rest();
  assert.deepEqual(act.sent, []);
});
