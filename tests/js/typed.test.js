// Types stand in all modules but these. The list only gets shorter: a new module comes with its types.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const STAGE = new URL("../../assets/stage/", import.meta.url);
const NOT_YET = [
  "asking", "axis", "cells", "changes", "channel", "clipboard", "condensed", "cursor", "describe", "diagram",
  "dom", "drag", "editor", "equations", "extras", "focus", "format", "handle", "hands", "holding", "idle",
  "inside", "key", "keys", "lens", "letters", "link", "look", "manual", "many", "mathml", "menu", "next",
  "numbers", "pad", "pages", "palette", "paper", "patience", "picture", "pictures", "plot", "pointer",
  "popovers", "saving", "screen", "seeking", "sketch", "stage", "story", "table", "tabs", "tabular", "text",
  "ticks", "timeline", "tint", "tools", "type", "typefaces", "view", "views", "voice", "whole", "wire",
  "wiring", "wirings", "writer", "zoom",
];

test("modules without types are those of the list", () => {
  const modules = readdirSync(STAGE).filter((name) => name.endsWith(".js"));
  const unchecked = modules.filter((name) => /@ts-(nocheck|ignore)/.test(readFileSync(new URL(name, STAGE), "utf8")));
  assert.deepEqual(unchecked.sort(), NOT_YET.map((name) => `${name}.js`));
});
