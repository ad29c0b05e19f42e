// Elements from a tag, properties and children; text always goes in as text.

import { asset } from "./served.js";

/** @import { Child, Properties } from "../types" */

/** @type {WeakSet<Node>} */
const hearing = new WeakSet();

// Whether something was made to happen when an element hears of an event.
/** @param {Element} element */
export function hears(element) {
  return hearing.has(element);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Properties} [properties] @param {Child[]} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
      hearing.add(element);
    }
    else if (name === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name in element && name !== "list") Object.assign(element, { [name]: value });
    else element.setAttribute(name, String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined)));
  return element;
}

// Set where it is another: what stays costs the page nothing.
/** @param {CSSStyleDeclaration} style @param {string} name @param {string} value */
export function putStyle(style, name, value) {
  if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
}

// The same of words, of which the node stays: a new one is laid out anew with all around it.
/** @param {Element} element @param {string} text */
export function putText(element, text) {
  if (element.textContent === text) return;
  const only = element.childNodes.length === 1 ? element.firstChild : null;
  if (only instanceof Text && text) only.data = text;
  else element.textContent = text;
}

// A property of an element where it is another: to set it to what it is has its style worked out again.
/** @template {HTMLElement} Kind @param {Kind} element @param {keyof Kind} name @param {boolean} value */
export function put(element, name, value) {
  if (element[name] !== value) Object.assign(element, { [name]: value });
}

// Other children. One among them that had the focus hands it on to the one in its place, or the last one, or `other`.
/** @param {Element} element @param {(Node | string)[]} children @param {string} selector of what may have it @param {HTMLElement} [other] */
export function refill(element, children, selector, other) {
  const all = () => [.../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(selector))];
  const at = all().findIndex((one) => one === document.activeElement);
  element.replaceChildren(...children);
  if (at >= 0) (all()[at] ?? all().at(-1) ?? other)?.focus();
}

// Act once what has been changed is painted and on show, in the frame after; a page that nobody sees is not.
/** @param {() => void} act */
export function afterPaint(act) {
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act)));
}

export const STYLED = "gs-styled"; // what the document hears once a style sheet is there

/** @type {Map<string, Promise<unknown>>} */
const sheets = new Map();
let included = false;

// A bundle has all style sheets in it: none is fetched any more.
/** @param {string} text */
export function includeStylesheets(text) {
  included = true;
  const styles = text.replace(/\.\.\/\.\.\/(vendor\/[\w./-]+)/g, (_, path) => asset(path));
  document.head.append(make("style", { textContent: styles }));
}

// Resolves once it is there, or is known not to come.
/** @param {string} path among the assets */
export function addStylesheet(path) {
  if (included) return Promise.resolve();
  const url = asset(path);
  if (!sheets.has(url)) sheets.set(url, new Promise((done) => {
    const onload = () => done(document.dispatchEvent(new Event(STYLED)));
    document.head.append(make("link", { rel: "stylesheet", href: url, onload, onerror: done }));
  }));
  return sheets.get(url);
}

const SHEETS = ["style", "diagram", "dialogs", "look", "type", "lists", "forced"];

// Those of the stage itself.
export function addStylesheets() {
  return Promise.all(SHEETS.map((name) => addStylesheet(`stage/css/${name}.css`)));
}
