// The words beside a scene: what is seen, what to try, and whether that is still what is on show.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * @import { Scene, Way } from "../types"
 * @typedef {object} Made
 * @property {HTMLElement} handle the one thing to drag first
 * @property {() => void} again
 * @property {(name: string) => void} toScene
 */

let pressed = false; // the way to the next scene, by a key: its link there has the focus then

// What is seen; and beside it what to try, the number to drag, and what that number does at the cursor.
/** @param {Scene} scene @param {Made} made */
export function story(scene, { handle, again, toScene }) {
  const mark = say("story.mark");
  const next = say("story.next", { title: scene.next.title });
  return make(
    "div", { className: "gs-story", role: "group", "aria-labelledby": "gs-title" },
    make("h1", { className: "gs-hidden", id: "gs-title", textContent: say("story.heading", { title: scene.title }) }),
    make("p", { className: "gs-seen", "data-room": `${scene.story} ${mark} ${next}` },
      make("span", {}, scene.story,
        make("span", { className: "gs-as-first", textContent: ` ${mark}` }), " ",
        nextScene(scene.next, toScene))),
    make("div", { className: "gs-doing" },
      make("p", {}, make("em", { textContent: scene.try })),
      handle,
      scene.again && secondTry(scene.again, again),
      make("p", { className: "gs-now", "data-sentence": "gru" })),
  );
}

// A second thing to try, which the server does: the scene as it was at first, with that changed.
/** @param {string} text @param {() => void} again */
function secondTry(text, again) {
  return make(
    "p", { className: "gs-again" }, text, " ",
    make("button", { type: "button", className: "gs-plain", textContent: say("story.hold"), onclick: again }));
}

// The way on: a link to the scene after this one.
/** @param {Way} next @param {(name: string) => void} go */
function nextScene({ name, title }, go) {
  const url = new URL(location.href);
  url.search = String(new URLSearchParams({ scene: name }));
  const link = make("a", {
    className: "gs-next", href: url.href, textContent: say("story.next", { title }), title: say("story.next_title"),
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in a tab of its own
      event.preventDefault();
      pressed = event.detail === 0;
      go(name);
    },
  });
  if (pressed) requestAnimationFrame(() => link.focus());
  pressed = false;
  return link;
}

// A story is of the scene before any change. The mark's room is kept (data-room), so that nothing moves
// when it comes.
/** @param {Element} element @param {boolean} atFirst */
export function markStory(element, atFirst) {
  element.querySelector(".gs-story")?.classList.toggle("gs-past", !atFirst);
}
