// What one press does of what a view is about: another scene or question, a pair to compare, a gate held.

import { make } from "../core/dom.js";

/**
 * @import { Offered, Send } from "../types"
 * @typedef {{ send: Send, change: Send }} Act
 */

/** @param {Offered} offer @param {Act} act */
export function offered({ does, label, name, hold }, act) {
  const acts = {
    scene: () => act.change("scene", { name }),
    of: () => act.send("view", { of: name }),
    pair: () => act.change("pair"),
    hold: () => {
      if (!hold) return;
      const { value, ...at } = hold;
      act.change("hold", { at, value, live: false });
    },
  };
  return make("button", { type: "button", className: "gs-plain", textContent: label, onclick: acts[does] });
}
