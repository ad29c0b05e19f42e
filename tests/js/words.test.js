// Every text of the browser side stands in its catalogue: each is used, and no module has a sentence of its own.
// That keys exist and have their fields is what tsc says, by words.d.ts.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { parse } from "espree";

import { say, saying } from "../../assets/stage/core/words.js";
import { QUIZ_WORDS } from "./quiz_words.js";
import { WORDS } from "./words.js";

const STAGE = new URL("../../assets/stage/", import.meta.url);
const MODULES = modulesOf(STAGE);
const LEARN = new URL("../../assets/learn/", import.meta.url);
const SAYS = new Set(["say", "saying"]);
// Texts of several words that are not for people, by the module that has them.
const NO_SENTENCES = {
  "core/refused.js": ["status code #"], // Streamlit's words, to be found
  "controls/keys.js": ["Ctrl Shift Z", "button, summary, a"],
  "plots/key.js": ["xMinYMid slice"],
  "plots/sketch.js": ["middle right"],
  "plots/ticks.js": ['"Open Sans", verdana, arial, sans-serif'],
  "tools/picture.js": ["Helvetica, Arial, sans-serif"],
  "tools/pictures.js": ["no picture"], // an error's
  "tools/table.js": ["tbody td"],
};

function modulesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
}

function treeOf(name, text = readFileSync(new URL(name, STAGE), "utf8")) {
  return parse(text, { ecmaVersion: "latest", sourceType: "module", loc: true });
}

// Every node with those around it, outermost first.
function* nodes(node, around = []) {
  if (Array.isArray(node)) for (const one of node) yield* nodes(one, around);
  else if (node?.type) {
    yield [node, around];
    for (const [name, inner] of Object.entries(node)) {
      if (inner && typeof inner === "object" && name !== "loc") yield* nodes(inner, [...around, node]);
    }
  }
}

// Calls of say: the keys that each may have, as a pattern, and whether it runs when the module is read.
function calls(tree) {
  return [...nodes(tree)].filter(([node]) => node.type === "CallExpression" && SAYS.has(node.callee.name)).map(([node, around]) => ({
    line: node.loc.start.line,
    patterns: patternsOf(node.arguments[0]),
    early: !around.some(({ type }) => /Function|MethodDefinition/.test(type)),
  }));
}

function patternsOf(key) {
  if (key.type === "ConditionalExpression") return [key.consequent, key.alternate].flatMap(patternsOf);
  if (key.type === "Literal") return [new RegExp(`^${RegExp.escape(key.value)}$`)];
  if (key.type === "TemplateLiteral") return [new RegExp(`^${key.quasis.map(({ value }) => RegExp.escape(value.cooked)).join("\\w+")}$`)];
  return [];
}

// Texts of a module with a sentence, or several words, in them.
function sentences(tree) {
  return [...nodes(tree)].flatMap(([node, around]) => {
    const parent = around.at(-1);
    if (/^(Import|Export)\w*Declaration$/.test(parent?.type) && parent.source === node) return [];
    if (parent?.type === "NewExpression" && parent.callee.name === "Error") return []; // for whoever mends it
    const text = node.type === "TemplateLiteral" ? node.quasis.map(({ value }) => value.cooked).join("#") : node.type === "Literal" && node.value;
    return typeof text === "string" && readsLikeWords(text) ? [text] : [];
  });
}

function readsLikeWords(text) {
  const code = /\bgs-|[[\]{}<>=;\\()]|px\b|^#*(\.[\w-]|M#)|, [.*#[]|[\w)]: #|data-/.test(text.replaceAll("(Esc)", ""));
  const words = text.split(/\s+/).filter((word) => /^#?[(“]?\p{L}[\p{L}’']+[,.;:!?)”]*$/u.test(word));
  return !code && words.length > 1 || /^[A-Z][\p{L}\s,]+\.$/u.test(text);
}

function assertSaid(trees, words) {
  const said = trees.flatMap(([name, tree]) => calls(tree).flatMap(({ line, patterns }) => {
    assert.ok(patterns.length, `${name}:${line}: no key to be read`);
    return patterns.map((pattern) => ({ pattern, where: `${name}:${line}` }));
  }));
  assert.deepEqual(said.filter(({ pattern }) => !Object.keys(words).some((key) => pattern.test(key))), []);
  assert.deepEqual(Object.keys(words).filter((key) => !said.some(({ pattern }) => pattern.test(key))), []);
}

test("every text is said somewhere, and every key that is said is there", () => {
  assertSaid(MODULES.map((name) => [name, treeOf(name)]), WORDS);
});

test("so it is for the quiz, whose modules have no sentence of their own either", () => {
  const trees = modulesOf(LEARN).map((name) => [name, treeOf(name, readFileSync(new URL(name, LEARN), "utf8"))]);
  assertSaid(trees, QUIZ_WORDS);
  assert.deepEqual(trees.flatMap(([, tree]) => calls(tree).filter(({ early }) => early)), []);
  const known = ["input, [tabindex]"];
  assert.deepEqual(trees.flatMap(([, tree]) => sentences(tree)).filter((text) => !known.includes(text)), []);
});

test("nothing is said before there are words", () => {
  const early = MODULES.flatMap((name) => calls(treeOf(name)).filter((call) => call.early).map(({ line }) => `${name}:${line}`));
  assert.deepEqual(early, []);
});

test("no module has a sentence of its own", () => {
  const found = MODULES.flatMap((name) =>
    sentences(treeOf(name)).filter((text) => !NO_SENTENCES[name]?.includes(text)).map((text) => `${name}: ${text}`));
  assert.deepEqual(found, []);
});

test("what is no sentence for people is still there", () => {
  for (const [name, known] of Object.entries(NO_SENTENCES)) {
    const found = sentences(treeOf(name));
    assert.deepEqual(known.filter((text) => !found.includes(text)), [], name);
  }
});

test("a sentence in a module is noticed", () => {
  const found = (text) => sentences(treeOf("", text));
  assert.deepEqual(found("const a = 'Click a number.';"), ["Click a number."]);
  assert.deepEqual(found("const a = `step ${b} of ${c}`;"), ["step # of #"]);
  assert.deepEqual(found("say('table.hint'); make('div', { className: 'gs-a gs-b' }); new Error('for us, in words')"), []);
});

test("fields take their places, and how many there are decides between two texts", () => {
  assert.equal(say("describe.line_same", { name: "z", value: "0.5" }), "z always 0.5");
  assert.equal(say("counts.units", { n: 1 }), "1 unit");
  assert.equal(say("counts.units", { n: 3 }), "3 units");
  const element = { of: "a page" };
  assert.deepEqual(saying("describe.line_same", { name: element, value: "0.5" }), [element, " always ", "0.5"]);
});

test("a key that is not there and a field that is missing are named", () => {
  assert.throws(() => say("describe.nothing"), /describe\.nothing/);
  assert.throws(() => say("describe.line_same", { name: "z" }), /describe\.line_same needs the field value/);
});
