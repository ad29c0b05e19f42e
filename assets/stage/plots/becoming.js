// A screen made over the one before. What is the same stays on the page as it is, with its styles and its place
// worked out, its drawings most of all: to put one in anew costs as much as to draw the page for the first time.

import { hears } from "../core/dom.js";

/** @type {WeakMap<Node, HTMLElement>} */
const stood = new WeakMap(); // stand-in -> what stands there
/** @type {WeakSet<Node>} */
const lasting = new WeakSet(); // what is itself on every screen, and never becomes anything else

// What holds a place for an element that lasts while a screen is made: it may be on the page meanwhile.
/** @param {HTMLElement} lasts */
export function standIn(lasts) {
  const place = document.createElement("div");
  place.toggleAttribute("data-stands", true);
  stood.set(place, lasts);
  lasting.add(lasts);
  return place;
}

// Give an element on the page the children of another one, which is used up.
/** @param {Element} old @param {Element} next */
export function become(old, next) {
  const before = [...old.childNodes];
  const made = [...next.childNodes];
  /** @type {Set<ChildNode>} */
  const placed = new Set();
  /** @param {ChildNode | undefined} node @returns {node is ChildNode} */
  const left = (node) => node?.parentNode === old && !placed.has(node); // else it stands elsewhere by now
  /** @type {ChildNode | null} */
  let last = null;
  made.forEach((one, i) => {
    const found = before[i];
    const stays = left(found) && alike(found, one);
    const now = stays ? found : settled(one);
    if (stays) adapt(found, one);
    else if (left(found)) found.replaceWith(now);
    else if (last) last.after(now);
    else old.prepend(now);
    placed.add(now);
    last = now;
  });
  for (const node of before) if (left(node)) node.remove();
}

// Whether a node on the page can become another one. What hears events does something that is of its screen.
/** @param {ChildNode} found @param {ChildNode} made */
function alike(found, made) {
  if (stood.has(made)) return stood.get(made) === found;
  if (lasting.has(found) || found.nodeType !== made.nodeType) return false;
  if (!(found instanceof Element && made instanceof Element)) return true;
  return found.localName === made.localName && found.namespaceURI === made.namespaceURI && !hears(found) && !hears(made);
}

/** @param {ChildNode} found @param {ChildNode} made */
function adapt(found, made) {
  if (stood.has(made)) return;
  if (!(found instanceof Element && made instanceof Element)) {
    if (found.nodeValue !== made.nodeValue) found.nodeValue = made.nodeValue;
    return;
  }
  for (const { name } of [...found.attributes]) if (!made.hasAttribute(name)) found.removeAttribute(name);
  for (const { name, value } of made.attributes) if (found.getAttribute(name) !== value) found.setAttribute(name, value);
  become(found, made);
}

// With what stands in the places that are held in it.
/** @param {ChildNode} made @returns {ChildNode} */
function settled(made) {
  const whole = stood.get(made);
  if (whole) return whole;
  if (made instanceof Element) for (const place of made.querySelectorAll("[data-stands]")) place.replaceWith(/** @type {Node} */ (stood.get(place)));
  return made;
}
