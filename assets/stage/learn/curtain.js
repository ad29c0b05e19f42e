// What stands in the place of whatever would give away what is covered: the row in its heatmap, the story,
// what views have found. All of it is taken out of the page, not only out of sight, and comes back as it was.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * @import { Cover } from "./cover.js"
 * @import { Host } from "./predicting.js"
 */

// What a story says of numbers; a slider in it and the sentence at the cursor stay.
const TELLING = ".gs-story :is(.gs-seen, .gs-doing > p:has(em), .gs-again):not(.gs-curtain)";

export class Curtain {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** @type {Cover | null} */
    this.cover = null;
    /** @type {[stands: HTMLElement, hidden: Element][]} */
    this.away = [];
    /** @type {Element | null | undefined} */
    this.idle = null;
    /** @type {HTMLElement | null} */
    this.lens = null; // in the place of its element
    this.equations = make("div", { hidden: true }); // in the place of those that no view shows: they may be of a later step
    /** @type {HTMLElement[]} */
    this.patches = [];
  }

  /** @param {Cover} cover */
  close(cover) {
    this.cover = cover;
    const whisper = /** @type {HTMLElement | null} */ (this.host.element.querySelector(".gs-whisper"));
    if (whisper) Object.assign(whisper, { hidden: true, textContent: "" }); // it is of where the pointer was
    this.follow();
  }

  // What is shown may have been made anew.
  follow() {
    if (!this.cover) return;
    this.story();
    this.views();
    this.lay();
  }

  story() {
    this.away = this.away.filter(([stands]) => stands.isConnected);
    for (const telling of /** @type {NodeListOf<HTMLElement>} */ (this.host.holder.querySelectorAll(TELLING))) {
      const seen = telling.matches(".gs-seen");
      const stands = make("p", { className: `gs-curtain${seen ? " gs-seen" : ""}`, style: { "min-height": `${telling.offsetHeight}px` } },
        seen ? make("span", {}, say("curtain.story")) : null);
      telling.replaceWith(stands);
      this.away.push([stands, telling]);
    }
  }

  // What holds a gate stays: it is a change that can be predicted.
  views() {
    const { lens } = this.host;
    if (!this.lens) {
      this.lens = make("div", { className: "gs-lens" }, make("p", { className: "gs-look", textContent: say("curtain.view") }));
      lens.element.replaceWith(this.lens);
      this.lens.append(lens.holding.element);
    }
    this.lens.hidden = lens.element.hidden;
    const { view } = this.host.here.now.message.lens;
    if (view === "cell" || view === "why") this.bringEquations();
    else if (!this.idle) {
      this.idle = this.lens.parentElement?.querySelector(".gs-equations");
      this.idle?.replaceWith(this.equations);
    }
  }

  bringEquations() {
    if (this.idle) this.equations.replaceWith(this.idle);
    this.idle = null;
  }

  // Over each row in its heatmap.
  lay() {
    const { parts = [] } = this.cover ?? {};
    for (const patch of this.patches.splice(parts.length)) patch.remove();
    parts.forEach((part, i) => this.over(part, (this.patches[i] ??= make("div", { className: "gs-patch", "aria-hidden": "true" }))));
  }

  /** @param {string} part @param {HTMLElement} patch */
  over(part, patch) {
    const { cover } = this;
    const entry = this.host.screen.plots.get(part);
    const row = cover?.rowOf(part) ?? -1;
    if (!cover || entry?.kind !== "track" || row < 0) return patch.remove();
    const { panel } = entry;
    const { plot } = entry;
    const { wide = 1, tall = 1 } = plot.figure.grid ?? {};
    const first = Math.floor((cover.from + 1) / wide) * wide;
    const top = Math.floor(row / tall) * tall;
    const { columns, rows } = plot;
    Object.assign(patch.style, {
      left: `${(plot.over.place(first) / columns) * 100}%`, right: "0",
      top: `${(top / rows) * 100}%`, height: `${(Math.min(tall, rows - top) / rows) * 100}%`,
    });
    if (patch.parentElement !== plot.area) plot.marks.before(patch);
    // What describes them has numbers; it comes again once they are drawn without what is covered.
    for (const one of [entry, this.host.screen.plots.get(`${panel.cell}.lines`)]) {
      one?.plot.host.setAttribute("aria-label", say("curtain.plot", { cell: panel.name, quantity: one === entry ? entry.track.name : say("curtain.lines") }));
    }
  }

  open() {
    this.cover = null;
    this.lay();
    for (const [stands, hidden] of this.away) if (stands.isConnected) stands.replaceWith(hidden);
    this.away = [];
    const { lens } = this.host;
    this.bringEquations();
    if (!this.lens) return;
    this.lens.replaceWith(lens.element);
    this.lens = null;
    lens.choices.after(lens.holding.element);
    this.host.screen.resize(); // its plots have a place again
  }
}
