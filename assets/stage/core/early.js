// The first picture while Streamlit begins: the page has come with its first message in it
// (app/serving/index.py). It is a picture only, and goes once the stage itself is there.

import { make } from "./dom.js";

/**
 * @typedef {{ data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setTriggerValue: () => void }} Component
 */

const TOLD = "gs-first"; // the element that has the message, in base64, or the address of a long one
const THERE = ".stApp .gs-stage[data-ack]";
const PATIENCE = 15_000; // milliseconds: then the page itself has something to say

// mount: what Streamlit calls otherwise; returns how to end what it began.
/** @param {(component: Component) => () => void} mount */
export async function paintEarly(mount) {
  const told = document.getElementById(TOLD);
  told?.remove();
  if (!told || onChosenPaper() || document.querySelector(THERE)) return;
  const { from } = told.dataset;
  const data = from ? await fetched(from) : Uint8Array.from(atob(told.textContent ?? ""), (letter) => letter.charCodeAt(0));
  if (data && !document.querySelector(THERE)) paint(mount, data);
}

// The picture is not needed: where it does not come, the stage will.
/** @param {string} from */
async function fetched(from) {
  try {
    const answer = await fetch(from);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** @param {(component: Component) => () => void} mount @param {Uint8Array<ArrayBuffer>} data */
function paint(mount, data) {
  const place = make("div", { className: "gs-early", inert: true, "aria-hidden": "true" });
  document.body.append(place);
  const leave = mount({ data, parentElement: place, setTriggerValue() {} });
  let painted = false;
  const look = () => {
    const own = /** @type {HTMLElement | null} */ (place.querySelector("[data-ack]"));
    if (own && !painted) {
      painted = true;
      requestAnimationFrame(() => requestAnimationFrame(leave)); // it has its places, and does nothing more
      delete own.dataset.ack;
    }
    if (document.querySelector(THERE)) end();
  };
  const watch = new MutationObserver(look);
  const timer = setTimeout(() => end(), PATIENCE);
  const end = () => {
    clearTimeout(timer);
    watch.disconnect();
    if (!painted) leave();
    place.remove();
  };
  watch.observe(document.body, { subtree: true, attributeFilter: ["data-ack"] });
}

// Somebody has chosen light or dark in Streamlit's menu, whatever their system has: only Streamlit knows.
function onChosenPaper() {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith("stActiveTheme") && !/system/i.test(localStorage[key]));
  } catch {
    return false;
  }
}
