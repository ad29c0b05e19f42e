// On the page with all lessons: how far one is with each, as this browser has kept it.

import { make } from "../core/dom.js";
import { Progress } from "./progress.js";

/**
 * @typedef {object} Words
 * @property {string} all where every step is done
 * @property {string} some how many are, with {n} and {steps}
 * @property {string} aside where what was kept could not be read
 */

/** @param {{ data: { steps: Record<string, number>, words: Words } }} component */
export default function ticks({ data: { steps, words } }) {
  const progress = new Progress();
  /** @type {HTMLElement[]} */
  const made = [];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".gs-lessons [data-lesson]"))) {
    const name = String(item.dataset.lesson);
    const done = progress.done[name]?.filter((step) => step <= steps[name]).length ?? 0;
    if (!done) continue;
    const some = words.some.replace("{n}", String(done)).replace("{steps}", String(steps[name]));
    made.push(make("small", { className: "gs-tick", textContent: done === steps[name] ? words.all : some }));
    item.querySelector("a")?.after(/** @type {HTMLElement} */ (made.at(-1)));
  }
  if (progress.aside) {
    made.push(make("p", { className: "gs-aside", textContent: words.aside }));
    document.querySelector(".gs-lessons")?.before(/** @type {HTMLElement} */ (made.at(-1)));
  }
  return () => {
    for (const one of made) one.remove();
  };
}
