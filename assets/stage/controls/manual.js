// The page of keys and of what hands do: a dialog, opened by "?" or by its button in the bar.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";
import { HANDS, KEYS } from "./keys.js";

/** @typedef {[what: string | HTMLElement[], says: string]} Line */

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

export class Manual {
  // host: the element that the dialog belongs to
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    /** @type {HTMLDialogElement | undefined} */
    this.dialog = undefined;
    this.button = make("button", {
      type: "button", className: "gs-manual-button", textContent: "?", title: say("manual.title"),
      "aria-label": say("manual.name"), "aria-haspopup": "dialog", onclick: () => this.open(),
    });
  }

  open() {
    this.dialog ??= this.build();
    if (!this.dialog.isConnected) this.host.append(this.dialog);
    if (!this.dialog.open) this.dialog.showModal(); // the browser gives the focus back where it was
  }

  build() {
    const groups = [...new Set(KEYS.map(({ group }) => group))];
    /** @param {typeof groups[number]} group @returns {Line[]} */
    const keys = (group) => KEYS.filter((entry) => entry.group === group).map(({ shown, says }) => [caps(shown), say(`keys.${says}`)]);
    const [mouse, finger] = HANDS();
    /** @type {[string, Line[]][]} */
    const byKey = groups.map((group) => [say(`keys.${group}`), keys(group)]);
    const lists = matchMedia("(pointer: coarse)").matches ? [finger, ...byKey, mouse] : [...byKey, mouse, finger];
    const close = make("button", {
      type: "button", textContent: say("dialogs.close"), title: say("dialogs.close_title"), onclick: () => dialog.close(),
    });
    /** @type {HTMLDialogElement} */
    const dialog = make(
      "dialog", {
        className: "gs-dialog gs-manual", "aria-label": say("manual.name"),
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: ({ target }) => target === dialog && dialog.close(), // beside it
      },
      make("header", {}, make("h2", { textContent: say("manual.name") }), close),
      make("div", { className: "gs-manual-lists", tabIndex: 0, role: "region", "aria-label": say("manual.list") },
        ...lists.map(([name, lines]) => list(name, lines))),
    );
    return dialog;
  }
}

/** @param {string} name @param {readonly Line[] | readonly (readonly [string, string])[]} lines */
function list(name, lines) {
  return make("section", {}, make("h3", { textContent: name }),
    make("dl", {}, ...lines.map(([what, says]) =>
      make("div", {}, make("dt", {}, ...[what].flat()), make("dd", { textContent: says })))));
}

// Keys as caps, with "or" between them for who listens.
/** @param {string[]} shown */
function caps(shown) {
  return shown.flatMap((text, i) => {
    const name = text === "Space" ? say("keys.space") : APPLE ? text.replace("Ctrl", "⌘") : text;
    const cap = make("kbd", { textContent: name });
    return i ? [make("span", { className: "gs-hidden", textContent: ` ${say("manual.or")} ` }), cap] : [cap];
  });
}
