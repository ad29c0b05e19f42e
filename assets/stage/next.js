// The way on: a link to the scene after this one.

import { make } from "./dom.js";

/** @import { Stage, Way } from "./types" */

let pressed = false; // by a key, which the link of the next scene has the focus of then

// next: { name, title } from the message. stage: of which { change } is used.
/** @param {Way} next @param {Pick<Stage, "change">} stage */
export function nextScene({ name, title }, stage) {
  const url = new URL(location.href);
  url.search = String(new URLSearchParams({ scene: name }));
  const link = make("a", {
    className: "gs-next", href: url.href, textContent: `next: ${title}`, title: "The next scene",
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in a tab of its own
      event.preventDefault();
      pressed = event.detail === 0;
      stage.change("scene", { name });
    },
  });
  if (pressed) requestAnimationFrame(() => link.focus());
  pressed = false;
  return link;
}
