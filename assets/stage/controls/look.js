// How much of a screen is on show. A first visit shows one idea: the input, what the units remember, the
// gates behind it, one thing to drag. Everything else is one press away, and stays for whoever has pressed.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";

const KEY = "gatescope.look";
const SEEN = 0.6; // of the window, from its beginning
const PLACE = new Set(["t", "u", "type"]); // where one looks, and from how far, is no wish to see more

/** @typedef {"first" | "all"} Look */
/** @type {Look | null} */
let present = null; // of this page, as long as it is open

// "first", or "all". A reload finds what was there; a link shows everything that it may be about.
export function lookOf() {
  if (!present) write(sessionStorage, (present = opened()));
  return present;
}

// The address as it was opened: what it says of the scene's own values is not in it any more.
/** @returns {Look} */
function opened() {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const { name, type } = entry ?? { name: location.href, type: "navigate" };
  const asked = [...new URL(name).searchParams.keys()].some((key) => !PLACE.has(key) && !key.startsWith("embed"));
  const again = type !== "navigate";
  const here = read(sessionStorage);
  if (asked && !(again && here === "first")) return "all";
  return here ?? read(localStorage) ?? "first";
}

// Chosen: for this page and its reloads, "all" for later visits too.
/** @param {Look} look */
export function keepLook(look) {
  present = look;
  write(sessionStorage, look);
  write(localStorage, look);
}

// A browser may refuse to store anything.
/** @param {Storage} store @returns {Look | null} */
function read(store) {
  try {
    const found = store.getItem(KEY);
    return found === "first" || found === "all" ? found : null;
  } catch {
    return null;
  }
}

/** @param {Storage} store @param {Look} look */
function write(store, look) {
  try {
    store.setItem(KEY, look);
  } catch {
    // nothing is kept then: the next visit is a first one again
  }
}

// The button that shows the rest, with a word on what that is; or that hides it again.
/** @param {Look} look @param {(look: Look) => void} act */
export function lookButton(look, act) {
  const first = look === "first";
  return make(
    "div", { className: "gs-look-row" },
    make("button", {
      type: "button", className: first ? "gs-look-button gs-primary" : "gs-look-button gs-plain", "data-look": first ? "all" : "first",
      onclick: ({ target }) => {
        const main = /** @type {Element} */ (target).closest("[data-testid=stMain]");
        act(first ? "all" : "first");
        if (first && main) requestAnimationFrame(() => requestAnimationFrame(() => lead(main)));
      },
    }, first ? say("look.all") : say("look.first")),
    first ? make("span", { className: "gs-note", textContent: say("look.note") }) : null,
  );
}

// To the inside of the cell, where that is not in sight: in one column what has come is above the button, far away from it.
/** @param {Element} main */
function lead(main) {
  const inside = main.querySelector(".gs-inside");
  const { top = 0 } = inside?.getBoundingClientRect() ?? {};
  if (top < 0 || top > innerHeight * SEEN) inside?.scrollIntoView({ block: "start", behavior: "instant" });
}
