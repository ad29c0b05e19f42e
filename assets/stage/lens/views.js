// Every way to look at the screen, under the question it answers: one button that says which is open,
// and behind it the list of them all.

import { make } from "../core/dom.js";
import { alongMenu } from "../core/menu.js";
import { say } from "../core/words.js";
import { boxOf, windowOf } from "../core/zoom.js";

/** @typedef {{ question: string, views: { view: string, label: string, help: string }[] }} Question */

export class Views {
  // go(view): to another one.
  /** @param {(view: string) => void} go */
  constructor(go) {
    this.go = go;
    this.shown = "";
    /** @type {HTMLElement[]} */
    this.items = [];
    this.all = make("span", { className: "gs-views-all" });
    this.name = make("b", {});
    this.about = make("span", { className: "gs-view-help" });
    /** @type {HTMLButtonElement} */
    this.button = make("button", {
      type: "button", className: "gs-views-button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: (event) => this.toggle(event),
    }, this.name, this.about, this.all);
    /** @type {HTMLElement} */
    this.menu = make("div", {
      className: "gs-views", popover: "auto", role: "menu", "aria-label": say("views.menu"),
      onkeydown: (event) => alongMenu(event, this.items, this.menu),
      ontoggle: ({ newState }) => this.button.setAttribute("aria-expanded", String(newState === "open")),
    });
    this.button.popoverTargetElement = this.menu; // pressing it is not pressing outside of the list
    this.element = make("div", { className: "gs-lenses" }, this.button, this.menu);
  }

  // questions: as the server sends them; view: the one that is open.
  /** @param {Question[]} questions @param {string} view */
  show(questions, view) {
    const key = JSON.stringify([questions, view]);
    if (key === this.shown) return;
    this.shown = key;
    const views = questions.flatMap((group) => group.views);
    const { label, help } = views.find((one) => one.view === view) ?? views[0];
    this.name.textContent = label;
    this.about.textContent = help;
    this.all.textContent = say("views.all", { count: views.length });
    this.items = [];
    this.menu.replaceChildren(...questions.map((group) => this.group(group, view)));
  }

  /** @param {Question} question @param {string} open */
  group({ question, views }, open) {
    const items = views.map(({ view, label, help }) => make("button", {
      type: "button", role: "menuitemradio", tabIndex: -1, "data-view": view, "aria-checked": String(view === open),
      onclick: () => this.choose(view, view === open),
    }, make("b", { textContent: label }), make("span", { textContent: help })));
    this.items.push(...items);
    return make("div", { role: "group", "aria-label": question }, make("p", { textContent: question, "aria-hidden": "true" }), ...items);
  }

  get open() {
    return this.menu.matches(":popover-open");
  }

  /** @param {Event} event */
  toggle(event) {
    event.preventDefault(); // the browser would open it too, but tell us only a frame later
    this.menu.togglePopover();
    if (!this.open) return;
    this.place();
    (this.items.find((item) => item.getAttribute("aria-checked") === "true") ?? this.items[0]).focus();
  }

  // Below the button and as wide as there is room for; over it where there is none below.
  place() {
    const [box, room] = [boxOf(this.button), windowOf(this.button)];
    const width = Math.min(760, room.width - 16);
    this.menu.style.width = `${width}px`;
    const height = this.menu.offsetHeight;
    const left = Math.max(8, Math.min(box.left, room.width - width - 8));
    const top = Math.max(8, Math.min(box.bottom + 4, room.height - height - 8));
    Object.assign(this.menu.style, { left: `${left}px`, top: `${top}px` });
  }

  /** @param {string} view @param {boolean} already */
  choose(view, already) {
    this.menu.hidePopover();
    this.button.focus();
    if (!already) this.go(view);
  }
}
