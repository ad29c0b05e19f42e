// A part of the page as it stands, as one SVG of its own: words as real text, colours and typefaces as on
// screen. Everything is drawn with SVG's own shapes, so that other programs can read it and a browser can
// make a PNG of it; nothing of the page is changed.

import { boxOf } from "../core/zoom.js";
import { withShapes } from "./picture.js";
import { fontsOf } from "./typefaces.js";

/**
 * @typedef {{ left: number, top: number, width: number, height: number }} Rect in pixels of the page
 * @typedef {Rect & { right: number, bottom: number }} Box
 * @typedef {{ x: number, y: number, width: number, height: number }} Place on the sheet
 * @typedef {[color: string, at: string]} Stop
 */

const SVG = "http://www.w3.org/2000/svg";
const XLINK = "http://www.w3.org/1999/xlink";
const LEFT_OUT = "button:not([role=tab][aria-selected=true]), select, input, textarea, dialog, [popover], .gs-tools, .gs-hidden, " +
  ".gs-whisper, .gs-look-row, .gs-handle, .gs-next, .gs-veil, .gs-steps, .gs-inside-foot, .gs-inside [role=tab], .gs-pad";
// What an SVG of the page is told by its style sheets.
const PAINT = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "opacity",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "vector-effect", "shape-rendering", "visibility",
];
const MARGIN = 24;
const HEAD = 34; // pixels of the line above
const NARROW = 620; // pixels of a sheet whose head takes two lines

// root: what to draw. paper: its colour. head: [title, words at its right end] above it.
// Resolves to { text, width, height }, the size in pixels of the page.
/** @param {Element} root @param {string} paper @param {string[]} head */
export async function onPaper(root, paper, head) {
  const box = boxOf(root);
  const style = getComputedStyle(root);
  const width = Math.ceil(box.width) + 2 * MARGIN;
  const narrow = width < NARROW;
  const top = MARGIN + HEAD + (narrow ? 20 : 0);
  const height = Math.ceil(box.height) + top + MARGIN;
  const sheet = new Sheet(MARGIN - box.left, top - box.top, colour(paper));
  sheet.element(root);
  const family = style.fontFamily;
  /** @param {string} text @param {number} x @param {string} size @param {Record<string, unknown>} more */
  const words = (text, x, size, more) => node("text", {
    x, y: MARGIN + 14, "font-family": family, "font-size": size, fill: colour(style.color), ...more,
  }, text);
  const svg = node(
    "svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` },
    node("style", {}, await fontsOf(sheet.families)),
    node("rect", { width, height, fill: colour(paper) }),
    words(head[0], MARGIN, "20px", { "font-weight": 650 }),
    narrow ? words(head[1], MARGIN, "13px", { y: MARGIN + 36, opacity: 0.7 })
      : words(head[1], width - MARGIN, "14px", { "text-anchor": "end", opacity: 0.7 }),
    ...sheet.drawn,
  );
  await withShapes(svg, "image[data-cells]");
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

class Sheet {
  // dx, dy: from places in the window to places on the sheet. paper: its colour.
  /** @param {number} dx @param {number} dy @param {string} paper */
  constructor(dx, dy, paper) {
    this.dx = dx;
    this.dy = dy;
    this.paper = paper;
    /** @type {Node[]} */
    this.drawn = [];
    /** @type {Set<string>} */
    this.families = new Set(); // of what is written
    this.cuts = 0; // so far
    this.ramps = 0;
    this.ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  }

  /** @param {Element} element */
  element(element) {
    if (element.matches(LEFT_OUT)) return;
    const style = getComputedStyle(element);
    if (style.display === "none" || Number(style.opacity) === 0 || style.clipPath === "inset(50%)") return;
    const { drawn } = this;
    this.drawn = [];
    if (element instanceof SVGSVGElement) this.picture(element, style);
    else if (element instanceof HTMLCanvasElement) this.canvas(element, style);
    else {
      if (style.visibility !== "hidden") this.box(element, style);
      for (const child of element.childNodes) {
        if (child instanceof Element) this.element(child);
        else if (child instanceof Text && style.visibility !== "hidden") this.words(child, style);
      }
      if (style.visibility !== "hidden") this.outline(element, style);
    }
    const clip = cut(element, style) && this.clipped(element);
    const faint = Number(style.opacity) < 1 ? { opacity: style.opacity } : null;
    this.drawn = [...drawn, ...(clip || faint ? [node("g", { ...clip, ...faint }, ...this.drawn)] : this.drawn)];
  }

  /** @param {Rect} rect @returns {Place} */
  place({ left, top, width, height }) {
    return { x: round(left + this.dx), y: round(top + this.dy), width: round(width), height: round(height) };
  }

  /** @param {Element} element */
  clipped(element) {
    const id = `cut-${(this.cuts += 1)}`;
    this.drawn.push(node("clipPath", { id }, node("rect", this.place(boxOf(element)))));
    return { "clip-path": `url(#${id})` };
  }

  // Ground and edges.
  /** @param {Element} element @param {CSSStyleDeclaration} style */
  box(element, style) {
    const rect = boxOf(element);
    const place = this.place(rect);
    const radius = parseFloat(style.borderTopLeftRadius);
    const ramp = stops(style.backgroundImage);
    if (ramp) this.ramp(ramp, place);
    else if (seen(style.backgroundColor)) {
      this.drawn.push(node("rect", { ...place, rx: radius || null, fill: colour(style.backgroundColor) }));
    }
    if (element.matches(".gs-unit-mark")) return this.wedge(rect, style);
    for (const side of SIDES) {
      const [width, line, color] = [style[`border${side}Width`], style[`border${side}Style`], style[`border${side}Color`]];
      const wide = parseFloat(width);
      if (!wide || line === "none" || !seen(color)) continue;
      this.drawn.push(node("rect", { ...this.place(edge(rect, side, wide)), fill: colour(color) }));
    }
  }

  /** @param {Stop[]} colours @param {Place} place */
  ramp(colours, place) {
    const id = `ramp-${(this.ramps += 1)}`;
    this.drawn.push(
      node("linearGradient", { id }, ...colours.map(([color, offset]) => node("stop", { offset, "stop-color": color }))),
      node("rect", { ...place, fill: `url(#${id})` }),
    );
  }

  // The mark of the chosen unit, which a style sheet draws.
  /** @param {Rect} rect @param {CSSStyleDeclaration} style */
  wedge({ left, top, height }, style) {
    const [x, y] = [left + this.dx, top + height / 2 + this.dy];
    this.drawn.push(node("path", { d: `M${round(x)} ${round(y)}l6 -4v8z`, fill: colour(style.color) }));
  }

  // What lies around or over an element: the chosen number, the corner of a changed one.
  /** @param {Element} element @param {CSSStyleDeclaration} style */
  outline(element, style) {
    const rect = boxOf(element);
    const wide = parseFloat(style.outlineWidth);
    if (style.outlineStyle !== "none" && wide) {
      this.drawn.push(node("rect", { ...this.place(rect), fill: "none", stroke: colour(style.outlineColor), "stroke-width": wide }));
    }
    if (!element.matches(".gs-edited")) return;
    const [x, y] = [round(rect.right + this.dx), round(rect.top + this.dy)];
    this.drawn.push(node("path", { d: `M${x - 7} ${y}h7v7z`, fill: colour(style.color), stroke: this.paper, "stroke-width": 0.5 }));
  }

  /** @param {HTMLCanvasElement} canvas @param {CSSStyleDeclaration} style */
  canvas(canvas, style) {
    if (!canvas.width || !canvas.height || style.visibility === "hidden") return;
    const image = node("image", { ...this.place(boxOf(canvas)), preserveAspectRatio: "none" });
    image.setAttributeNS(XLINK, "xlink:href", canvas.toDataURL());
    image.setAttribute("style", `image-rendering: ${style.imageRendering}`);
    if (style.imageRendering === "pixelated") image.setAttribute("data-cells", "");
    this.drawn.push(image);
  }

  // An SVG of the page, with what style sheets tell it written into it.
  /** @param {SVGSVGElement} svg @param {CSSStyleDeclaration} style */
  picture(svg, style) {
    if (style.visibility === "hidden") return;
    const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
    const [from, to] = [svg, copy].map((one) => [one, ...one.querySelectorAll("*")]);
    from.forEach((one, i) => this.paint(one, to[i]));
    copy.querySelectorAll("[data-gone]").forEach((one) => one.remove());
    const { x, y, width, height } = this.place(boxOf(svg));
    for (const [name, value] of Object.entries({ x, y, width, height, overflow: style.overflow })) copy.setAttribute(name, String(value));
    if (!copy.hasAttribute("viewBox") && width && height) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawn.push(copy);
  }

  /** @param {Element} from @param {Element} to */
  paint(from, to) {
    const style = getComputedStyle(from);
    if (style.display === "none" && from.tagName !== "defs") return to.setAttribute("data-gone", "");
    const image = from.tagName === "image";
    to.removeAttribute("style");
    for (const name of ["class", "tabindex", "role", "aria-label", "aria-hidden"]) to.removeAttribute(name);
    if (["defs", "clipPath", "title"].includes(from.tagName)) return;
    for (const name of PAINT) {
      const value = style.getPropertyValue(name);
      if (value && value !== BASIC[name]) to.setAttribute(name, name === "fill" || name === "stroke" ? colour(value) : value);
    }
    if (image && from.closest(".heatmaplayer")) to.setAttribute("data-cells", "");
    if (image) to.setAttribute("style", `image-rendering: ${style.imageRendering}`);
    if (from.tagName === "text") this.families.add(style.fontFamily);
    const clip = from.getAttribute("clip-path")?.match(/#[^"')]+/);
    if (clip) to.setAttribute("clip-path", `url(${clip[0]})`);
  }

  // A text, line by line as it is broken on the page.
  /** @param {Text} text @param {CSSStyleDeclaration} style */
  words(text, style) {
    const range = document.createRange();
    /** @type {{ rect: Box, words: string[] }[]} */
    const lines = [];
    for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const [found] = range.getClientRects();
      if (!found?.width) continue;
      const rect = boxOf(/** @type {Element} */ (text.parentElement), found);
      const line = lines.at(-1);
      if (line && Math.abs(line.rect.top - rect.top) < rect.height / 2) line.words.push(word);
      else lines.push({ rect, words: [word] });
    }
    for (const { rect, words } of lines) this.line(rect, words.join(" "), style);
  }

  /** @param {Rect} rect @param {string} text @param {CSSStyleDeclaration} style */
  line({ left, top, height }, text, style) {
    const font = { "font-style": style.fontStyle, "font-weight": style.fontWeight, "font-size": style.fontSize, "font-family": style.fontFamily };
    const { ruler } = this;
    ruler.font = Object.values(font).join(" ");
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ruler.measureText(text);
    const y = top + (height - up - down) / 2 + up;
    this.families.add(style.fontFamily);
    this.drawn.push(node("text", {
      x: round(left + this.dx), y: round(y + this.dy), ...font, fill: colour(style.color),
      "letter-spacing": style.letterSpacing === "normal" ? null : style.letterSpacing,
      style: style.fontVariantNumeric === "normal" ? null : `font-variant-numeric: ${style.fontVariantNumeric}`,
    }, style.textTransform === "math-auto" ? slanted(text) : text));
  }
}

/** @type {("Top" | "Right" | "Bottom" | "Left")[]} */
const SIDES = ["Top", "Right", "Bottom", "Left"];

// One edge of a box, as wide as its line.
/** @param {Box} box @param {typeof SIDES[number]} side @param {number} wide @returns {Rect} */
function edge({ left, top, right, bottom, width, height }, side, wide) {
  return {
    Top: { left, top, width, height: wide }, Bottom: { left, top: bottom - wide, width, height: wide },
    Left: { left, top, width: wide, height }, Right: { left: right - wide, top, width: wide, height },
  }[side];
}

/** @type {Record<string, string>} */
const BASIC = {
  "fill-opacity": "1", "stroke-opacity": "1", "stroke-dasharray": "none", "stroke-linecap": "butt", opacity: "1", stroke: "none",
  "vector-effect": "none", "shape-rendering": "auto", visibility: "visible", "text-anchor": "start", "font-style": "normal",
};

// A letter by itself is slanted in mathematics: by its own sign, as browsers have it.
/** @param {string} text */
function slanted(text) {
  if ([...text].length !== 1) return text;
  if (text === "h") return "\u210e";
  /** @param {string} first @param {string} last @param {number} to */
  const from = (first, last, to) =>
    text >= first && text <= last && String.fromCodePoint(to + Number(text.codePointAt(0)) - Number(first.codePointAt(0)));
  return from("A", "Z", 0x1d434) || from("a", "z", 0x1d44e) || from("α", "ω", 0x1d6fc) || text;
}

/** @param {Element} element @param {CSSStyleDeclaration} style */
function cut(element, { overflowX }) {
  return overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
}

// Colour and share of each stop of a straight ramp; null for none.
/** @param {string} image @returns {Stop[] | null} */
function stops(image) {
  if (!image.startsWith("linear-gradient")) return null;
  return [...image.matchAll(/(rgba?\([^)]*\)|color\([^)]*\)) ([\d.]+%)/g)].map(([, color, at]) => [colour(color), at]);
}

/** @param {string} color */
function seen(color) {
  return !/^(transparent|rgba\(.*, 0\)|color\(.*\/ 0\))$/.test(color);
}

// Mixed colours as every program reads them.
/** @param {string} text */
function colour(text) {
  const mixed = text.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/);
  if (!mixed) return text;
  const parts = mixed.slice(1, 4).map((share) => Math.round(255 * Number(share)));
  return mixed[4] ? `rgba(${parts.join(", ")}, ${mixed[4]})` : `rgb(${parts.join(", ")})`;
}

/** @param {number} number */
function round(number) {
  return Number(number.toFixed(2));
}

/** @param {string} tag @param {Record<string, unknown>} attributes @param {(Node | string)[]} children */
function node(tag, attributes, ...children) {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== "xmlns" && value !== null && value !== undefined) found.setAttribute(name, String(value));
  }
  found.append(...children);
  return found;
}
