// What stands at the end of the bar: in a row where there is room, else behind one button.

import { make } from "./dom.js";

export class Extras {
  // elements: what stands there, from left to right
  /** @param {HTMLElement[]} elements */
  constructor(...elements) {
    this.list = make("div", { className: "gs-extras-list" }, ...elements);
    this.button = make("button", {
      type: "button", className: "gs-icon gs-extras-more", title: "Link, picture, large type, keys", "aria-label": "Link, picture, large type, keys",
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
