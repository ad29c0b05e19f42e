// The bar that is always in reach: first, back, play, forward, last, speed, and the scrubber.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * @import { Cursor } from "../core/cursor.js"
 * @import { Terms } from "./terms.js"
 */

const ICONS = {
  first: "M5 4v12M15 4l-8 6 8 6z",
  back: "M13 4l-8 6 8 6z",
  play: "M6 4l10 6-10 6z",
  pause: "M6 4v12M14 4v12",
  forward: "M7 4l8 6-8 6z",
  last: "M15 4v12M5 4l8 6-8 6z",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export class Timeline {
  /** @param {Cursor} cursor */
  constructor(cursor) {
    this.cursor = cursor;
    /** @type {boolean | undefined} */
    this.shownPlaying = undefined;
    /** @param {keyof typeof ICONS} name @param {string} title @param {() => void} act */
    const button = (name, title, act) =>
      make("button", { type: "button", className: "gs-icon", title, "aria-label": title, onclick: act }, icon(name));
    this.playButton = button("play", say("timeline.play"), () => cursor.toggle());
    this.slider = make("input", {
      type: "range", min: 1, max: 1, value: 1, className: "gs-scrub", "aria-label": say("timeline.slider"), title: say("timeline.slider_title"),
      oninput: () => {
        cursor.pause();
        cursor.to(this.slider.valueAsNumber - 1);
      },
    });
    this.label = make("span", { className: "gs-step-label" });
    /** @type {HTMLSelectElement} */
    this.speed = make("select", {
      title: say("timeline.speed"), "aria-label": say("timeline.speed"),
      onchange: () => (cursor.speed = Number(this.speed.value)),
    }, ...[0.5, 1, 2, 4, 8].map((speed) =>
      make("option", { value: speed, textContent: `${speed}×`.replace("0.5", "½"), selected: speed === 1 })));
    this.element = make(
      "div", { className: "gs-timeline", role: "group", "aria-label": say("timeline.group") },
      button("first", say("timeline.first"), () => cursor.stepBy(-Infinity)),
      button("back", say("timeline.back"), () => cursor.stepBy(-1)),
      this.playButton,
      button("forward", say("timeline.forward"), () => cursor.stepBy(1)),
      button("last", say("timeline.last"), () => cursor.stepBy(Infinity)),
      this.speed, this.slider, this.label,
    );
  }

  // Whether a hand is on the scrubber.
  get held() {
    return this.slider.matches(":active");
  }

  // Where the cursor is.
  /** @param {string[]} labels */
  said(labels) {
    const { step, steps, column, columns, masked } = this.cursor;
    if (masked) return say("timeline.masked", { name: String(columns.masked.get(column)) });
    const name = labels[step];
    return name && name !== String(step + 1) ? say("timeline.step_named", { step: step + 1, steps, name })
      : say("timeline.step", { step: step + 1, steps });
  }

  // terms: who marks the terms in what is written.
  /** @param {string[]} labels @param {Pick<Terms, "write">} terms */
  show(labels, terms) {
    const { column, columns, playing } = this.cursor;
    const max = String(columns.count);
    if (this.slider.max !== max) this.slider.max = max; // to set it has its thumb laid out
    this.slider.value = String(column + 1);
    const said = this.said(labels);
    terms.write(this.label, said);
    this.slider.setAttribute("aria-valuetext", said);
    if (this.shownPlaying !== playing) this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.shownPlaying = playing;
  }
}

// What stands at the end of the bar: in a row where there is room, else behind one button.
export class Extras {
  // elements: what stands there, from left to right
  /** @param {HTMLElement[]} elements */
  constructor(...elements) {
    this.list = make("div", { className: "gs-extras-list" }, ...elements);
    this.button = make("button", {
      type: "button", className: "gs-icon gs-extras-more", title: say("timeline.extras"), "aria-label": say("timeline.extras"),
      "aria-expanded": "false", onclick: () => this.turn(!this.open),
    }, make("span", { textContent: "⋯", "aria-hidden": "true" }));
    /** @type {HTMLElement} */
    this.element = make("div", {
      className: "gs-extras",
      onkeydown: (event) => this.key(event),
      onfocusout: ({ relatedTarget }) => relatedTarget && !this.element.contains(/** @type {Node} */ (relatedTarget)) && this.turn(false),
    }, this.button, this.list);
    document.addEventListener("pointerdown", ({ target }) => this.open && !this.element.contains(/** @type {Node} */ (target)) && this.turn(false));
  }

  get open() {
    return this.element.classList.contains("gs-open");
  }

  /** @param {boolean} open */
  turn(open) {
    this.element.classList.toggle("gs-open", open);
    this.button.setAttribute("aria-expanded", String(open));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape" || !this.open) return;
    event.stopPropagation();
    this.turn(false);
    this.button.focus();
  }
}
