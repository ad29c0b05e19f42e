// The address of what is on the screen, with the cursor's place, for the clipboard; where that is kept
// from the page, in a field to copy from.

import { toClipboard } from "./clipboard.js";
import { make } from "./dom.js";

/** @import { Stage } from "./types" */

const NAME = "copy link";
const SAID = 2500; // milliseconds
const PATIENCE = 3000; // milliseconds to wait for an answer that changes the address
const HINT = "The browser does not let this page copy. Here is the link, selected: copy it yourself.";

export class Link {
  // stage: of which { channel, element, link, message, voice } are used
  /** @param {Pick<Stage, "channel" | "element" | "link" | "message" | "voice">} stage */
  constructor(stage) {
    this.stage = stage;
    this.button = make("button", {
      type: "button", textContent: NAME, title: "Copy the address of what is on the screen, with the cursor’s place",
      onclick: () => this.copy(),
    });
    this.element = make("span", { className: "gs-link" }, this.button);
  }

  async copy() {
    await this.rest();
    const text = this.stage.link;
    if (await toClipboard(text, this.stage.element)) return this.say("copied");
    this.say("not copied");
    this.show(text);
  }

  // A change that is on its way to the server is in the address once it is answered.
  async rest() {
    const until = performance.now() + PATIENCE;
    while (this.stage.channel.busy && performance.now() < until) await new Promise((done) => setTimeout(done, 40));
  }

  /** @param {string} text */
  say(text) {
    this.button.textContent = text;
    this.stage.voice.tell(text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.button.textContent = NAME), SAID);
  }

  /** @param {string} text */
  show(text) {
    /** @type {HTMLInputElement} */
    const field = make("input", { type: "text", readOnly: true, value: text, "aria-label": "The link", onclick: () => field.select() });
    /** @type {HTMLDialogElement} */
    const dialog = make(
      "dialog", {
        className: "gs-dialog gs-link-dialog", "aria-label": "The link",
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: ({ target }) => target === dialog && dialog.close(), // beside it
        onclose: () => dialog.remove(),
      },
      make("header", {}, make("h2", { textContent: "The link" }),
        make("button", { type: "button", textContent: "Close", title: "Close (Esc)", onclick: () => dialog.close() })),
      make("p", { textContent: HINT }), field,
    );
    this.stage.element.append(dialog);
    dialog.showModal();
    field.focus();
    field.select();
  }
}
