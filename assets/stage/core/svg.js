// Elements of pictures that are drawn here, from a tag, attributes and children; text always goes in as text.

/** @typedef {Record<string, unknown>} Attributes */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Attributes} attributes @param {(Node | string | null | undefined)[]} children @returns {SVGElement} */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
