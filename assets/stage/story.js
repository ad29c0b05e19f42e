// The words beside a scene: what is seen, what to try, and whether that is still what is on show.

import { make } from "./dom.js";
import { byHand } from "./hands.js";
import { nextScene } from "./next.js";

/** @import { Message, Stage } from "./types" */

const MARK = "(as it was at first)";

// What is seen; and beside it what to try, the number to drag, and what that number does at the cursor.
/** @param {Message} message @param {Stage} [stage] */
export function story({ scene }, stage) {
  const told = byHand(scene.story);
  return make(
    "div", { className: "gs-story", role: "group", "aria-labelledby": "gs-title" },
    make("h1", { className: "gs-hidden", id: "gs-title", textContent: `Gatescope: ${scene.title}` }),
    make("p", { className: "gs-seen", "data-room": `${told} ${MARK} next: ${scene.next.title}` },
      make("span", {}, told,
        make("span", { className: "gs-as-first", textContent: ` ${MARK}` }), " ",
        stage && nextScene(scene.next, stage))),
    make("div", { className: "gs-doing" },
      make("p", {}, make("em", { textContent: byHand(scene.try) })),
      stage?.handle.element,
      scene.again && again(scene.again, stage),
      make("p", { className: "gs-now", "data-sentence": "gru" })),
  );
}

// A second thing to try, which the server does: the scene as it was at first, with that changed.
/** @param {string} text @param {Stage} [stage] */
function again(text, stage) {
  return make(
    "p", { className: "gs-again" }, byHand(text), " ",
    make("button", { type: "button", className: "gs-plain", textContent: "hold it", onclick: () => stage?.send("again") }));
}

// A story is of the scene before any change. The mark's room is kept (data-room), so that nothing moves
// when it comes.
/** @param {Element} element @param {boolean} atFirst */
export function markStory(element, atFirst) {
  element.querySelector(".gs-story")?.classList.toggle("gs-past", !atFirst);
}
