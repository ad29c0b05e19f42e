// The wirings of several cells below each other, at the cursor: how many gates, how many states.

import { make } from "../core/dom.js";
import { Diagram } from "./diagram.js";
import { drawnRows, sizesOf } from "./rows.js";

/**
 * @import { Colours } from "./inside.js"
 * @import { Here as All, Panel, Wiring } from "../types"
 * @typedef {Pick<All, "cursor" | "now">} Here
 * @typedef {object} Act
 * @property {(panel: Panel, rows: number[]) => Colours} colours of every vector at the cursor
 * @property {(cell: string) => void} open the cell
 */

export class Wirings {
  /** @param {Here} here @param {Act} act */
  constructor(here, act) {
    this.here = here;
    this.act = act;
    this.element = make("div", { className: "gs-wirings" });
    this.structure = "";
    /** @type {{ wiring: Wiring, diagram: Diagram, rows?: string }[]} */
    this.shown = [];
  }

  // wirings: cell, ends, placement, polarity and quantities of each, as the opened cell has them.
  /** @param {Wiring[]} wirings */
  show(wirings) {
    const structure = JSON.stringify(wirings);
    if (structure === this.structure) return;
    this.structure = structure;
    this.shown = wirings.map((wiring) => ({
      wiring,
      diagram: new Diagram({ point: () => {}, choose: () => this.act.open(wiring.cell) }),
    }));
    this.element.replaceChildren(...this.shown.map(({ wiring, diagram }) =>
      make("section", {}, make("h3", { textContent: this.panel(wiring).name }), diagram.element)));
  }

  /** @param {Wiring} wiring */
  panel({ cell }) {
    return /** @type {Panel} */ (this.here.now.message.panels.find((panel) => panel.cell === cell));
  }

  refresh() {
    const { cursor, now: { message } } = this.here;
    for (const one of this.shown) {
      const panel = this.panel(one.wiring);
      const at = panel.order.indexOf(cursor.unit);
      const rows = drawnRows(panel, Math.max(at, 0), this.here.now.message.limits);
      const structure = rows.join();
      if (structure !== one.rows) {
        one.diagram.build({ ...one.wiring, inputs: message.x.channels.length, ...sizesOf(panel, rows) });
        one.diagram.stage(null);
        requestAnimationFrame(() => one.diagram.fit());
      }
      one.rows = structure;
      one.diagram.paint(this.act.colours(panel, rows));
      one.diagram.mark(at < 0 ? null : at);
    }
  }
}
