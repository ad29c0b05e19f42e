// What has been changed so far, latest first: each with its old and new value, a click goes to it.

import { nameOf } from "./cells.js";
import { make } from "./dom.js";
import { brief } from "./format.js";

/** @import { Choice, Edit } from "./types" */

const MOST = 3;

export class Changes {
  /** @param {(target: string) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = make("div", { className: "gs-changes", role: "group", "aria-label": "Changes", hidden: true });
  }

  /** @param {Edit[]} edits @param {Choice[]} choices */
  show(edits, choices) {
    this.element.hidden = !edits.length;
    const latest = edits.slice(-MOST).reverse();
    const chips = latest.map(({ target, value, was }) =>
      make("button", { type: "button", title: "Go to this number", onclick: () => this.onChoose(target) },
        `${nameOf(target, choices)}: ${brief(was)} → ${brief(value)}`));
    const more = edits.length > MOST ? make("span", { textContent: `and ${edits.length - MOST} more` }) : null;
    this.element.replaceChildren("changed", ...chips, ...(more ? [more] : []));
  }
}
