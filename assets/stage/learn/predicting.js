// The way to predict, then see: what does it is fetched when it is first wanted, or when this browser has
// kept predictions, one of which may be due.

import { asset } from "../core/served.js";
import { say, told } from "../core/words.js";

/**
 * @import { Predict } from "./predict.js"
 * @import { Lens } from "../lens/lens.js"
 * @import { Screen } from "../plots/screen.js"
 * @import { Here } from "../types"
 * @typedef {object} Host what it uses of the stage
 * @property {Here} here
 * @property {Screen} screen
 * @property {Lens} lens
 * @property {HTMLElement} element
 * @property {HTMLElement} holder of the story and the plots
 * @property {HTMLElement} bar
 * @property {() => string} address of what is on show, in full
 * @property {(part: string) => Promise<unknown>} whole resolves once every number of a part is here
 * @property {(text: string) => void} tell
 * @property {(problem: string, lasts: boolean) => void} complain
 */

export class Predicting {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** @type {Promise<Predict> | null} */
    this.coming = null;
    /** @type {Predict | null} */
    this.there = null;
    this.timer = setTimeout(() => {
      const picture = host.element.closest(".gs-early"); // the stage is but a first picture: it asks nothing
      if (!picture && keptAny()) this.fetch().catch(() => {});
    });
  }

  fetch() {
    this.coming ??= import(asset("stage/learn/predict.js"))
      .then(({ predict }) => predict(this.host, told()))
      .then((there) => (this.there = there));
    return /** @type {Promise<Predict>} */ (this.coming);
  }

  // What is predicted: predict.js.
  /** @param {string} [part] */
  async open(part) {
    if (this.host.here.cursor.columns.masked.size) return this.host.complain(say("predicting.masked"), false);
    try {
      (await this.fetch()).open(part);
    } catch (error) {
      console.error(error);
      this.coming = null;
      this.host.complain(say("predicting.lost"), true);
    }
  }

  // Another screen comes.
  leave() {
    this.there?.leave();
  }

  // The stage goes.
  end() {
    clearTimeout(this.timer);
    this.coming?.then((there) => there.end()).catch(() => {});
  }
}

function keptAny() {
  try {
    return localStorage.getItem("gatescope.predictions") !== null;
  } catch {
    return false;
  }
}
