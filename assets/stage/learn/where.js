// Where a step of a lesson is done, or what it shows is seen, while that is out of sight: a button leads there.

import { make } from "../core/dom.js";

const PLACES = { holding: ".gs-holding", views: ".gs-views-button", lens: ".gs-lens", cell: ".gs-equations" };
const SETTINGS = "[data-testid=stPopover] button"; // above the stage, of Streamlit
const LIGHT = 2000; // milliseconds
const HIGH = 0.6; // of the window, more of which is not free between what lies over its beginning and its end
const BAR = "0px 0px -110px 0px"; // what lies over the end of the window

export class Where {
  /** @param {HTMLElement} root of all @param {(target: string) => Element | undefined} plot where a target is drawn */
  constructor(root, plot) {
    this.root = root;
    this.plot = plot;
    this.place = "";
    /** @type {Element | null} */
    this.seen = null; // whose coming into sight is watched
    this.button = make("button", { type: "button", className: "gs-lesson-where gs-plain", hidden: true, onclick: () => this.lead() });
    // Out of sight: less than half of it, or of the window.
    this.watch = new IntersectionObserver((entries) => {
      const { intersectionRatio, intersectionRect, rootBounds } = /** @type {IntersectionObserverEntry} */ (entries.at(-1));
      this.button.hidden = intersectionRatio >= 0.5 || intersectionRect.height > (rootBounds?.height ?? innerHeight) / 2;
    }, { rootMargin: BAR, threshold: [0, 0.25, 0.5] });
  }

  /** @param {string} place a target, or a key of PLACES @param {string} text of the button */
  show(place, text) {
    this.leave();
    this.place = place;
    this.button.textContent = text;
    this.follow();
  }

  // What it leads to may have been made anew.
  follow() {
    const element = this.element;
    if (element === this.seen) return;
    this.leave();
    this.seen = element;
    if (element) this.watch.observe(element);
  }

  /** @returns {Element | null} */
  get element() {
    const { place } = this;
    if (place === "notation") return document.querySelector(SETTINGS);
    if (place in PLACES) return this.root.querySelector(PLACES[/** @type {keyof typeof PLACES} */ (place)]);
    return (place && this.plot(place)) || null;
  }

  // The focus goes there too: it would be lost with the button, and come back to the step.
  lead() {
    const { element } = this;
    if (!element) return;
    this.follow();
    if (!element.matches("button")) element.setAttribute("tabindex", "-1");
    /** @type {HTMLElement} */ (element).focus({ preventScroll: true });
    element.classList.add("gs-led");
    const high = element.getBoundingClientRect().height > HIGH * innerHeight; // it is read from its beginning
    element.scrollIntoView({ block: high ? "start" : "center", behavior: "instant" });
    setTimeout(() => element.classList.remove("gs-led"), LIGHT);
  }

  leave() {
    this.watch.disconnect();
    this.seen = null;
    this.button.hidden = true;
  }
}
