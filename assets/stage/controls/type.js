// Letters for the back of a lecture room. The page is drawn larger as a whole, by CSS `zoom` (type.css), and
// laid out as on a window that is as much smaller: what a style sheet of ours says of windows of some width
// holds at that many times the width. On a narrow window it is less, so that nothing is cut.

import { STYLED, make } from "../core/dom.js";
import { asset } from "../core/served.js";
import { say } from "../core/words.js";

export const LARGE = 1.75; // axes of 11 pixels become 19
const NARROWEST = 320; // pixels of the narrowest window that there is room on
const SIZE = /(\((?:min|max)-(?:width|height):\s*)([\d.]+)(px\))/g;
/** @type {WeakMap<CSSRule, string>} */
const said = new WeakMap(); // rule -> its condition as it was written

export class Type {
  // send: told of a change that the visitor made.
  /** @param {(type: "large" | "normal") => void} send */
  constructor(send) {
    this.send = send;
    this.said = "normal"; // what this stage was told last: a first picture may have been told before it
    this.button = make("button", {
      type: "button", className: "gs-plain gs-type", "aria-pressed": "false", title: say("type.title"),
      "aria-label": say("type.name"), onclick: () => this.turn(),
    }, make("span", { "aria-hidden": "true" }, "A", make("small", { textContent: "a" })));
    this.again = () => this.large && this.apply();
    window.addEventListener("resize", this.again);
    document.addEventListener(STYLED, this.again);
  }

  leave() {
    window.removeEventListener("resize", this.again);
    document.removeEventListener(STYLED, this.again);
  }

  get large() {
    return document.documentElement.dataset.type === "large";
  }

  turn() {
    this.show(this.large ? "normal" : "large");
    this.send(this.large ? "large" : "normal");
  }

  // What the link says.
  /** @param {string} type */
  show(type) {
    if (type === this.said && type === (this.large ? "large" : "normal")) return;
    this.said = type;
    document.documentElement.dataset.type = type;
    this.apply();
  }

  apply() {
    const zoom = this.large ? Math.max(1, Math.min(LARGE, window.innerWidth / NARROWEST)) : 1;
    document.documentElement.style.setProperty("--type", String(zoom));
    this.button.setAttribute("aria-pressed", String(this.large));
    for (const sheet of document.styleSheets) if (ours(sheet)) rewrite(sheet, zoom);
  }
}

// Of the stage, or of the page around it, whose rules stand in the page.
/** @param {CSSStyleSheet} sheet */
function ours({ href, ownerNode }) {
  return href ? href.startsWith(asset("stage/")) : Boolean(ownerNode?.textContent?.includes(".gs-"));
}

/** @param {{ cssRules: CSSRuleList }} sheet @param {number} zoom */
function rewrite({ cssRules }, zoom) {
  for (const rule of cssRules) {
    if (rule instanceof CSSMediaRule) {
      if (!said.has(rule)) said.set(rule, rule.media.mediaText);
      rule.media.mediaText = /** @type {string} */ (said.get(rule)).replace(SIZE, (_, before, size, after) => `${before}${size * zoom}${after}`);
    }
    if ("cssRules" in rule) rewrite(/** @type {CSSGroupingRule} */ (rule), zoom);
  }
}
