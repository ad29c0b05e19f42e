// Elements from a tag, properties and children; text always goes in as text.

/** @import { Child, Plotly, Properties } from "../types" */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Properties} [properties] @param {Child[]} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name in element && name !== "list") Object.assign(element, { [name]: value });
    else element.setAttribute(name, String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined)));
  return element;
}

export const STYLED = "gs-styled"; // what the document hears once a style sheet is there

/** @param {string} url */
export function addStylesheet(url) {
  if (document.querySelector(`link[href="${url}"]`)) return;
  const onload = () => document.dispatchEvent(new Event(STYLED));
  document.head.append(make("link", { rel: "stylesheet", href: url, onload }));
}

/** @type {Promise<Plotly> | undefined} */
let plotly;
/** @param {string} url @returns {Promise<Plotly>} */
export function loadPlotly(url) {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = make("script", { src: url });
    script.onload = () => resolve(/** @type {Plotly} */ (window.Plotly));
    script.onerror = () => {
      plotly = undefined;
      reject(new Error("plotly.js did not load"));
    };
    document.head.append(script);
  });
  return plotly;
}
