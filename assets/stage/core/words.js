// Every sentence that the stage says comes from one catalogue (app/words/english/stage.toml), which the first
// message brings. An entry is a template with named fields, or two of them where the text depends on how
// many there are: `n` says how many.

/**
 * @import { Fields } from "../words"
 * @typedef {keyof Fields} Key
 * @typedef {string | Record<string, string>} Template
 */

/**
 * The fields of a text; nothing where it has none.
 * @template {Key} K
 * @typedef {{} extends Fields[K] ? [] : [fields: Fields[K]]} Given
 */

/** @type {Record<string, Template> | null} */
let words = null;

/** @param {Record<string, Template>} told */
export function learnWords(told) {
  words = told;
}

// All of them, for a module that is fetched later and brings some of its own.
export function told() {
  return words ?? {};
}

// Whether there is anything to say yet.
export function haveWords() {
  return words !== null;
}

// A text with its fields filled in.
/** @template {Key} K @param {K} key @param {Given<K>} given @returns {string} */
export function say(key, ...given) {
  return pieces(words, key, given[0] ?? {}).join("");
}

// The same with elements among its fields: texts and elements, in their order.
/**
 * @template {Key} K
 * @param {K} key @param {{ [Name in keyof Fields[K]]: string | number | Node }} fields
 */
export function saying(key, fields) {
  return pieces(words, key, fields).filter((one) => one !== "");
}

// What a text of a catalogue is made of: its own pieces and its fields, in their order.
/**
 * @template Field
 * @param {Record<string, Template> | null} catalogue @param {string} key @param {Record<string, Field>} fields
 * @returns {(string | Field)[]}
 */
export function pieces(catalogue, key, fields) {
  const found = catalogue?.[key];
  if (found === undefined) throw new Error(`There are no words for ${key}.`);
  const template = typeof found === "string" ? found : found[fields.n === 1 ? "one" : "more"];
  return template.split(/\{(\w+)\}/).map((piece, i) => {
    if (i % 2 === 0) return piece;
    if (fields[piece] === undefined) throw new Error(`${key} needs the field ${piece}.`);
    return fields[piece];
  });
}
