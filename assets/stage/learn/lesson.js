// Where a lesson stands on the stage. What it is made of is fetched when the first step comes.

import { addStylesheet, make } from "../core/dom.js";
import { number, whole } from "../core/format.js";
import { asset, served } from "../core/served.js";

/**
 * @import { Panel } from "./panel.js"
 * @import { Screen } from "../plots/screen.js"
 * @import { Here as All, Message } from "../types"
 * @typedef {Pick<All, "cursor" | "now">} Here
 * @typedef {object} Host
 * @property {HTMLElement} element all of it
 * @property {() => Screen} screen
 * @property {(key: string) => void} go
 * @property {(text: string) => void} tell
 */

export class Lessons {
  /** @param {Here} here @param {Host} host */
  constructor(here, host) {
    this.here = here;
    this.host = host;
    this.element = make("div", {});
    /** @type {Panel | null} */
    this.panel = null;
    this.loading = false;
  }

  // A message has come, and nothing of it is on show yet.
  /** @param {Message} message */
  meet({ lesson }) {
    if (lesson) this.panel?.meet(lesson);
  }

  // A message has come.
  /** @param {Message} message */
  show({ lesson }) {
    this.host.element.classList.toggle("gs-taught", lesson !== null);
    if (!lesson) this.panel?.leave();
    else if (this.panel) this.panel.show(lesson);
    else this.load();
  }

  async load() {
    if (this.loading) return;
    this.loading = true;
    /** @type {typeof import("./panel.js")} */
    const { Panel } = await import(asset("stage/learn/panel.js"));
    await addStylesheet("stage/learn/panel.css");
    const { element, go, tell } = this.host;
    this.panel = new Panel({
      sight: this.sight(), go, tell, written,
      move: ({ step, unit }) => this.here.cursor.move(step, unit),
      cover: (covered) => element.classList.toggle("gs-covered", covered),
      home: () => served("learn"), root: element,
      plot: (target) => this.host.screen().place(target)?.entry.plot.host,
      paint: () => this.host.screen().paintLate(),
    });
    this.element.replaceChildren(this.panel.element);
    this.show(this.here.now.message);
  }

  // In a lesson, what is to be set back goes to what its step begins with. Returns whether there is one.
  restart() {
    const { lesson } = this.here.now.message;
    if (lesson) this.host.go(lesson.key);
    return lesson !== null;
  }

  // The stage has moved, or a number of it.
  follow() {
    this.panel?.follow();
  }

  // What of the stage a step can ask for.
  sight() {
    const { cursor, now } = this.here;
    const { screen } = this.host;
    return {
      cursor,
      get scene() {
        return now.message.scene.name;
      },
      get notation() {
        return String(now.message.link.notation ?? now.message.lesson?.own ?? "");
      },
      get view() {
        return String(now.message.link.view ?? "cell");
      },
      /** @param {string} target */
      isEdited: (target) => now.message.edits.some((edit) => edit.target === target),
      /** @param {string} place */
      isHeld: (place) => now.message.held.some((held) => held.place === place),
      /** @param {import("../contract").NumberAt} at */
      symbol: ({ cell, track }) =>
        now.message.panels.find((one) => one.cell === cell)?.tracks.find((one) => one.track === track)?.symbol ?? "",
      /** @param {import("../contract").NumberAt} at */
      number: ({ cell, track, step, unit }) => {
        const panel = now.message.panels.find((one) => one.cell === cell);
        const row = panel ? panel.order.indexOf(unit) : -1;
        return row < 0 ? undefined : screen().number(`${cell}.${track}`, row, step);
      },
    };
  }
}

// A number for people; what is counted in thousands has no figure rounded away.
/** @param {number} value */
function written(value) {
  return Number.isInteger(value) && value >= 1000 ? whole(value) : number(value);
}
