// plotly.js, which draws what was painted already: it is loaded when the page has time for it, or sooner
// where something needs it. All of a page share one.

import { make } from "./dom.js";

/**
 * @import { Plotly } from "../types"
 */

// It did not come: said in words, and tried again the next time it is needed.
export class NoPlotly extends Error {}

export class Library {
  // fetch(): what brings it. failed(): called when it did not come.
  /** @param {() => Promise<Plotly>} fetch @param {() => void} failed */
  constructor(fetch, failed) {
    this.fetch = fetch;
    this.failed = failed;
    /** @type {Plotly | null} */
    this.there = null; // once it is loaded
    /** @type {Promise<Plotly> | null} */
    this.coming = null;
  }

  /** @returns {Promise<Plotly>} */
  load() {
    this.coming ??= this.fetch().then(
      (plotly) => (this.there = plotly),
      () => {
        this.coming = null;
        this.failed();
        throw new NoPlotly();
      },
    );
    return this.coming;
  }
}

/** @type {Promise<Plotly> | undefined} */
let plotly;
/** @param {string} url @returns {Promise<Plotly>} */
export function fetchPlotly(url) {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = make("script", { src: url });
    const lost = () => {
      plotly = undefined;
      script.remove();
      reject(new Error(url));
    };
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : lost());
    script.onerror = lost;
    document.head.append(script);
  });
  return plotly;
}
