// The whole stage, or the opened cell alone, as one picture: a small menu behind a button.

import { make } from "../core/dom.js";
import { NoPlotly } from "../core/library.js";
import { alongMenu } from "../core/menu.js";
import { say } from "../core/words.js";
import { onPaper } from "./paper.js";
import { save } from "./saving.js";
import { beside } from "./tools.js";

/**
 * @import { Here } from "../types"
 * @typedef {object} Host
 * @property {HTMLElement} element the stage
 * @property {(() => Element | null) | null} whole what is on show; null for a menu of the cell alone
 * @property {() => Element | null} cell the opened one
 * @property {() => Promise<void>} finish draws what is painted only, which would not be sharp
 * @property {(text: string) => void} tell
 */

const FINE = 2; // pixels of a PNG for one of the screen
const LONGEST = 16_000; // pixels of a side that browsers draw
const LARGEST = 200_000_000; // pixels in all

export class Pictures {
  /** @param {Pick<Here, "cursor" | "now">} here @param {Host} host */
  constructor(here, host) {
    this.here = here;
    this.host = host;
    /** @type {[name: string, root: () => Element | null, file: string][]} */
    const of = [[say("pictures.cell"), () => this.cell, "cell"]];
    if (host.whole) of.unshift([say("pictures.stage"), host.whole, "stage"]);
    /** @type {HTMLElement[]} */
    this.items = of.flatMap(([name, root, file]) => ["PNG", "SVG"].map((kind) => make("button", {
      type: "button", role: "menuitem", tabIndex: -1, onclick: () => this.choose(root, file, kind),
    }, name, make("small", { textContent: kind }))));
    this.status = make("p", {});
    /** @type {HTMLElement} */
    this.menu = make(
      "div", {
        className: "gs-menu gs-pictures", popover: "auto", onkeydown: (event) => alongMenu(event, this.items, this.menu),
        ontoggle: ({ newState }) => this.button.setAttribute("aria-expanded", String(newState === "open")),
      },
      make("div", { role: "menu", "aria-label": say("pictures.menu") }, ...this.items), this.status,
    );
    /** @type {HTMLButtonElement} */
    this.button = make("button", {
      type: "button", className: "gs-plain", textContent: say("pictures.button"), title: host.whole ? say("pictures.title") : say("pictures.title_cell"),
      "aria-haspopup": "menu", "aria-expanded": "false", onclick: (event) => this.toggle(event),
    });
    this.button.popoverTargetElement = this.menu;
    this.element = make("span", {}, this.button, this.menu);
  }

  get cell() {
    const cell = this.host.cell();
    return cell?.isConnected && this.here.now.message.lens.inside ? cell : null;
  }

  /** @param {Event} event */
  toggle(event) {
    event.preventDefault(); // the browser would open it too, but tell us only a frame later
    this.menu.togglePopover();
    if (!this.menu.matches(":popover-open")) return;
    this.status.textContent = "";
    beside(this.menu, this.button);
    this.items[0].focus();
  }

  /** @param {() => Element | null} find @param {string} file @param {string} kind */
  async choose(find, file, kind) {
    const root = find();
    if (!root) return this.say(say("pictures.no_cell"));
    this.say(say("pictures.drawing"));
    try {
      await this.host.finish();
      const drawn = await onPaper(root, getComputedStyle(/** @type {Element} */ (this.host.element.querySelector(".gs-bar"))).backgroundColor, this.head);
      const { cursor, now } = this.here;
      const name = `gatescope-${now.message.scene.name}-${file}-step-${cursor.step + 1}`;
      if (kind === "SVG") save(`${name}.svg`, drawn.text, "image/svg+xml");
      else save(`${name}.png`, await raster(drawn), "image/png");
      this.menu.hidePopover();
    } catch (error) {
      if (error instanceof NoRaster) return this.say(say("pictures.no_png"));
      if (error instanceof NoPlotly) return this.say(say("stage.no_plotly"));
      console.error(error);
      this.say(say("tools.failed"));
    }
  }

  // Below the items, and aloud.
  /** @param {string} text */
  say(text) {
    this.status.textContent = text;
    this.host.tell(text);
  }

  // What stands above the picture: the scene, and where one looks.
  get head() {
    const { cursor, now: { message } } = this.here;
    const { title, reading } = message.scene;
    const changed = message.edits.length;
    return [
      reading ? say("picture.reading", { title, word: reading.word ?? "" }) : title,
      [
        say("pictures.step", { step: cursor.step + 1, steps: cursor.steps }), say("names.unit", { unit: cursor.unit + 1 }),
        changed && say("picture.changed", { n: changed }), "Gatescope",
      ].filter(Boolean).join(" · "),
    ];
  }
}

class NoRaster extends Error {}

// The bytes of a PNG, as fine as the browser can draw it.
/** @param {{ text: string, width: number, height: number }} drawn */
async function raster({ text, width, height }) {
  const scale = Math.min(FINE, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = make("img", { src: url, width, height });
    await image.decode();
    const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (blob) return blob;
  } catch (error) {
    throw new NoRaster(error instanceof Error ? error.message : String(error));
  } finally {
    URL.revokeObjectURL(url);
  }
  throw new NoRaster("no picture");
}
