// A step stands at the top of the window from its beginning on, and does not move while another one comes. What it is
// about is in sight below it, and above the bar, where the window is large enough for both.

/**
 * @import { Where } from "./where.js"
 * @typedef {{ top: number, bottom: number }} Reach what is to be in sight: its end, and its beginning if it is too high
 */

const LARGE = "(min-width: 901px) and (min-height: 700px)"; // as in panel.css
const ROOM = 6; // pixels around it
const ABOVE = "notation"; // the one place that is above the stage
const POPOVER = "[data-testid=stPopoverBody]"; // of Streamlit
const COMES = 3000; // milliseconds in which a scene of its own may still be laid out
const OWN = ["wheel", "touchstart", "pointerdown", "keydown"]; // who does one of these looks where they want

export class Sighting {
  // paint: what is outside of the window, and may be in it next.
  /** @param {HTMLElement} root of all @param {HTMLElement} step @param {Where} where @param {() => void} paint */
  constructor(root, step, where, paint) {
    this.root = root;
    this.paint = paint;
    this.step = step;
    this.where = where;
    this.waits = 0;
    this.sizes = new ResizeObserver(() => this.pad());
    this.sizes.observe(step);
    this.laidOut = new ResizeObserver(() => this.next());
    this.place = "";
    this.comes = 0;
    this.rests = () => this.rest();
  }

  // A step has come. place: as a lesson names it (where.js). It is in its place at once; its screen has its room with
  // the next frame.
  /** @param {string} place */
  begin(place) {
    const { main } = this;
    if (!main || !matchMedia(LARGE).matches) return this.step.scrollIntoView({ block: "start", behavior: "instant" });
    this.rest();
    this.place = place;
    if (place === ABOVE) this.scroll(main, 0);
    else if (this.home > main.scrollTop) this.scroll(main, this.home);
    for (const one of [this.root, this.main?.firstElementChild]) if (one) this.laidOut.observe(one);
    for (const one of OWN) window.addEventListener(one, this.rests, { capture: true, passive: true });
    this.comes = window.setTimeout(this.rests, COMES);
    this.next();
  }

  next() {
    cancelAnimationFrame(this.waits);
    this.waits = requestAnimationFrame(() => (this.waits = requestAnimationFrame(() => this.settle(this.place))));
  }

  // What is laid out from now on moves nothing.
  rest() {
    cancelAnimationFrame(this.waits);
    clearTimeout(this.comes);
    this.laidOut.disconnect();
    for (const one of OWN) window.removeEventListener(one, this.rests, { capture: true });
  }

  // No further than is needed, and never so far back that the step leaves the top of the window.
  /** @param {string} place */
  settle(place) {
    const { main, home } = this;
    if (!main) return;
    const now = main.scrollTop;
    if (place === ABOVE) return this.scroll(main, 0);
    const reach = this.reach(place);
    const end = /** @type {HTMLElement} */ (this.root.querySelector(".gs-bar")).getBoundingClientRect().top - ROOM;
    const needed = reach ? Math.min(reach.bottom - end, reach.top - this.high) + now : 0;
    this.scroll(main, Math.max(needed, home));
  }

  // How far the page is scrolled with the stage at the top of the window.
  get home() {
    return this.root.getBoundingClientRect().top + (this.main?.scrollTop ?? 0);
  }

  /** @param {HTMLElement} main @param {number} top */
  scroll(main, top) {
    if (Math.round(top) !== Math.round(main.scrollTop)) this.paint();
    main.scrollTo({ top, behavior: "instant" });
  }

  /** @param {string} place @returns {Reach | null} */
  reach(place) {
    const seen = (/** @type {string} */ selector) => [...this.root.querySelectorAll(selector)].find((one) => one.checkVisibility())?.getBoundingClientRect();
    const inside = seen(".gs-inside");
    const there = place && !["lens", "views", "cell"].includes(place) ? this.where.element?.getBoundingClientRect() : null;
    if (there) return there;
    const equations = seen(".gs-equations");
    const input = seen(".gs-input .gs-plot");
    if (place === "lens" && inside) return { top: (seen(".gs-words p") ?? inside).top, bottom: inside.bottom };
    if (!equations || !inside || !input) return null;
    const own = this.root.querySelector(".gs-inside")?.getAttribute("data-cell") === "gru"; // else it is what the step is about
    return { top: own ? input.top : inside.top, bottom: equations.bottom };
  }

  // It is done: what was opened above the stage to do it is closed, or it would lie over what is said now.
  /** @param {string} place */
  done(place) {
    if (place !== ABOVE) return;
    document.querySelector(POPOVER)?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  }

  // What takes the focus is not led under the step.
  pad() {
    const { main } = this;
    const large = this.step.childElementCount && matchMedia(LARGE).matches;
    if (main) main.style.scrollPaddingTop = large ? `${this.high}px` : "";
  }

  // What the step takes of the window while it stays at its top.
  get high() {
    return this.step.getBoundingClientRect().height + ROOM;
  }

  /** @returns {HTMLElement | null} */
  get main() {
    return this.root.closest("[data-testid=stMain]");
  }

  // What is over the stage can be seen again.
  leave() {
    const { main } = this;
    this.rest();
    if (!main) return;
    main.style.scrollPaddingTop = "";
    main.scrollTo({ top: 0, behavior: "instant" });
  }
}
