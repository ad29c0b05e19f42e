// Types stand in all modules, each takes the few things it uses, and arrows between rooms point one way.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const STAGE = new URL("../../assets/stage/", import.meta.url);
const MODULES = readdirSync(STAGE, { recursive: true }).filter((name) => name.endsWith(".js"));
const WHOLE = /\bStage\b|\bstage\.js"|\bthis\.stage\b|@param \{[^}]*\} stage\b/;

function withText(found, modules = MODULES) {
  return modules.filter((name) => found.test(readFileSync(new URL(name, STAGE), "utf8")));
}

test("no module is unchecked", () => {
  assert.ok(MODULES.length > 60);
  assert.deepEqual(withText(/@ts-(nocheck|ignore|expect-error)/), []);
});

test("nothing but the entry knows the whole stage: every other module takes the few things it uses", () => {
  assert.deepEqual(withText(WHOLE), ["stage.js"]);
});

// What the modules of a room may import; the entry imports from all.
const ROOMS = {
  core: [],
  compute: ["core"],
  cell: ["core"],
  controls: ["core"],
  tools: ["core"],
  plots: ["core", "controls"],
  lens: ["core", "cell", "controls", "plots"],
  learn: ["core", "plots"],
};

test("a room imports from those below it", () => {
  const wrong = MODULES.filter((name) => name !== "stage.js").flatMap((name) => {
    const [room] = name.split("/");
    const text = readFileSync(new URL(name, STAGE), "utf8");
    const others = [...text.matchAll(/^import .* from "\.\.\/(\w+)\//gm)].map(([, other]) => other);
    return others.filter((other) => !ROOMS[room].includes(other)).map((other) => `${name} from ${other}`);
  });
  assert.deepEqual(wrong, []);
});

test("what modules look at together is four things", () => {
  const [, here] = readFileSync(new URL("types.d.ts", STAGE), "utf8").match(/interface Here \{([^}]*)\}/);
  assert.deepEqual(here.match(/\w+(?=:)/g), ["channel", "cursor", "drag", "now"]);
});
