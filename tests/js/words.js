// The stage's words for tests without a server: of its catalogue, whose lines have one form each.

import { readFileSync } from "node:fs";

import { learnWords } from "../../assets/stage/core/words.js";

const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
const ONE = new RegExp(`^(\\w+) = (${TEXT})$`);
const TWO = new RegExp(`^(\\w+) = \\{ one = (${TEXT}), more = (${TEXT}) \\}$`);

const ROOMS = ["stage", "predict"]; // the second comes with a module of its own

export const WORDS = Object.assign({}, ...ROOMS.map((room) => read(readFileSync(new URL(`../../app/words/english/${room}.toml`, import.meta.url), "utf8"))));
learnWords(WORDS);

export function read(toml) {
  const found = {};
  let table = "";
  for (const line of toml.split("\n")) {
    if (!line || line.startsWith("#")) continue;
    const [, name] = line.match(/^\[(\w+)\]$/) ?? [];
    const [, one, text] = line.match(ONE) ?? [];
    const [, two, ...forms] = line.match(TWO) ?? [];
    if (name) table = name;
    else if (one) found[`${table}.${one}`] = tied(text);
    else if (two) found[`${table}.${two}`] = { one: tied(forms[0]), more: tied(forms[1]) };
    else throw new Error(`Not read: ${line}`);
  }
  return found;
}

// As the server hands it out: app/words/ties.py.
function tied(text) {
  return JSON.parse(text).replace(/(?<=[\d}]) (?=[%°])/g, "\u00a0");
}
