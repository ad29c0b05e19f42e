// A place may have another size than it had on the screen before: its plot knows before anything is painted.

/** @import { Plot } from "./plot.js" */

/** @type {WeakMap<Element, Plot>} */
const inPlaces = new WeakMap();
const places = new ResizeObserver((changed) => changed.forEach(({ target }) => inPlaces.get(target)?.resize()));

/** @param {Plot} plot */
export function watch(plot) {
  inPlaces.set(plot.host, plot);
  places.observe(plot.host);
}

/** @param {Plot} plot */
export function leave(plot) {
  places.unobserve(plot.host);
}
