// What a step of a lesson asks for and what comes of it, at the top of the window while the step itself is out of sight.

import { make } from "../core/dom.js";

export class Strip {
  /** @param {HTMLElement} root of all @param {() => void} up back to the step */
  constructor(root, up) {
    this.said = make("p", {});
    this.seen = make("span", { className: "gs-lesson-seen" });
    this.up = make("button", { type: "button", className: "gs-plain", onclick: up });
    this.way = make("span", {});
    this.element = make("div", { className: "gs-lesson-strip", hidden: true }, make("div", {}, this.said, this.seen, this.up, this.way));
    this.watch = new IntersectionObserver((entries) => {
      this.element.hidden = Number(entries.at(-1)?.intersectionRatio) >= 0.5;
    }, { threshold: [0, 0.5] });
    root.prepend(this.element);
  }

  /** @param {Element} part of the step, which says the same @param {string} asked @param {string} up */
  show(part, asked, up) {
    this.leave();
    this.said.textContent = asked;
    this.follow("");
    this.up.textContent = up;
    this.watch.observe(part);
  }

  // The number that is asked for, as it is now.
  /** @param {string} said */
  follow(said) {
    if (this.seen.textContent !== said) this.seen.textContent = said;
    this.seen.hidden = !said;
  }

  // It is done.
  /** @param {string} said @param {HTMLElement} way on */
  tell(said, way) {
    this.follow("");
    if (said) this.said.textContent = said;
    way.classList.add("gs-ready");
    this.way.replaceChildren(way);
  }

  leave() {
    this.watch.disconnect();
    this.way.replaceChildren();
    this.element.hidden = true;
  }
}
