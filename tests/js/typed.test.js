// Types stand in all modules, and each takes the few things it uses.

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

test("what modules look at together is four things", () => {
  const [, here] = readFileSync(new URL("types.d.ts", STAGE), "utf8").match(/interface Here \{([^}]*)\}/);
  assert.deepEqual(here.match(/\w+(?=:)/g), ["channel", "cursor", "drag", "now"]);
});
