// The words of the page, filled in as the stage fills its own, from a catalogue apart: one visitor may have both.

import { pieces } from "../stage/core/words.js";

/**
 * @import { Template } from "../stage/core/words.js"
 * @import { Fields } from "./words"
 */

/**
 * @template {keyof Fields} K
 * @typedef {{} extends Fields[K] ? [] : [fields: Fields[K]]} Given
 */

/** @type {Record<string, Template> | null} */
let words = null;

/** @param {Record<string, Template>} told */
export function learnWords(told) {
  words = told;
}

/** @template {keyof Fields} K @param {K} key @param {Given<K>} given @returns {string} */
export function say(key, ...given) {
  return pieces(words, key, given[0] ?? {}).join("");
}
