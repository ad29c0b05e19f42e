// A list to choose one thing from, and a row of a few: what stands above the stage and behind “settings”. The focus
// stays on the button of a list; arrows go through its options, letters to one that has them.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";
import { boxOf, windowOf } from "../core/zoom.js";

/**
 * @import { Choice, Listed } from "../contract"
 * @typedef {(name: string, value: string) => void} Choose
 */

const TYPING = 700; // milliseconds between two letters of one beginning
/** @type {Record<string, number>} */
const BY = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };

let made = 0;

// A list under its label, with its help, which is shown on demand and always read aloud. id: of the help.
/** @param {Listed} listed @param {string} id @param {HTMLElement[]} control */
function labelled({ label, help }, id, ...control) {
  if (!help) return make("div", { className: "gs-list" }, ...control);
  const text = make("p", { id, className: "gs-list-help", textContent: help, hidden: true });
  /** @type {HTMLButtonElement} */
  const button = make("button", {
    type: "button", className: "gs-list-why", textContent: "?", title: help, "aria-label": say("lists.help", { label }), "aria-expanded": "false",
    onclick: () => button.setAttribute("aria-expanded", String(!(text.hidden = !text.hidden))),
  });
  return make("div", { className: "gs-list" }, make("span", { className: "gs-list-label", textContent: label }), ...control, button, text);
}

export class List {
  /** @param {Listed} offered @param {Choose} choose */
  constructor(offered, choose) {
    const { label, help, options } = offered;
    this.offered = offered;
    this.choose = choose;
    this.value = "";
    this.at = -1; // the option that a key would choose
    this.typed = { text: "", when: 0 };
    this.id = `gs-list-${++made}`;
    /** @type {HTMLElement[]} */
    this.items = [];
    this.listbox = make("div", {
      id: this.id, className: "gs-list-options", popover: "auto", role: "listbox", "aria-label": label,
      ontoggle: ({ newState }) => this.toggled(newState === "open"),
    });
    this.name = make("span", {});
    /** @type {HTMLButtonElement} */
    this.button = make("button", {
      type: "button", className: "gs-list-button", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": this.id,
      "aria-label": label, "aria-describedby": help && `${this.id}-help`,
      onclick: (event) => this.pressed(event), onkeydown: (event) => this.key(event),
    }, this.name);
    this.button.popoverTargetElement = this.listbox; // pressing it is not pressing outside of the list
    this.labels = options.map((one) => one.label);
    this.element = labelled(offered, `${this.id}-help`, this.button, this.listbox);
    /** @param {Event} event */
    this.onScroll = ({ target }) => target instanceof Node && !this.listbox.contains(target) && this.close();
  }

  /** @param {string} value */
  show(value) {
    if (value === this.value) return;
    this.value = value;
    this.name.textContent = this.offered.options.find((one) => one.value === value)?.label ?? "";
    for (const item of this.items) item.setAttribute("aria-selected", String(item.dataset.option === value));
  }

  get open() {
    return this.listbox.matches(":popover-open");
  }

  /** @param {Event} event */
  pressed(event) {
    event.preventDefault(); // the browser would open it too, but tell us only a frame later
    if (this.open) this.close();
    else this.unfold();
  }

  unfold() {
    if (!this.items.length) {
      this.items = this.offered.options.map((one, at) => this.item(one, at));
      this.listbox.append(...this.items);
    }
    this.listbox.showPopover();
    this.button.setAttribute("aria-expanded", "true");
    this.place();
    this.goTo(this.offered.options.findIndex(({ value }) => value === this.value));
  }

  close() {
    if (this.open) this.listbox.hidePopover();
  }

  /** @param {boolean} open */
  toggled(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (open) return document.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
    document.removeEventListener("scroll", this.onScroll, { capture: true });
    this.button.removeAttribute("aria-activedescendant");
  }

  /** @param {Choice} choice @param {number} at */
  item({ value, label }, at) {
    return make("div", {
      id: `${this.id}-${at}`, role: "option", "data-option": value, textContent: label, "aria-selected": String(value === this.value),
      onclick: () => this.take(at), onpointermove: () => this.at === at || this.goTo(at, false),
    });
  }

  // Below the button; above it where there is more room.
  place() {
    const [box, room] = [boxOf(this.button), windowOf(this.button)];
    const { style } = this.listbox;
    Object.assign(style, { minWidth: `${box.width}px`, maxWidth: `${room.width - 16}px` });
    const [below, above] = [room.height - box.bottom - 12, box.top - 12];
    const up = below < Math.min(this.listbox.scrollHeight, 240) && above > below;
    style.maxHeight = `${Math.min(up ? above : below, 480)}px`;
    const { offsetWidth, offsetHeight } = this.listbox;
    style.left = `${Math.max(8, Math.min(box.left, room.width - offsetWidth - 8))}px`;
    style.top = `${up ? box.top - offsetHeight - 4 : box.bottom + 4}px`;
  }

  /** @param {number} at @param {boolean} [seen] whether it is brought into sight */
  goTo(at, seen = true) {
    this.items[this.at]?.classList.remove("gs-at");
    this.at = Math.max(0, Math.min(at, this.items.length - 1));
    const item = this.items[this.at];
    item.classList.add("gs-at");
    this.button.setAttribute("aria-activedescendant", item.id);
    if (seen) item.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at */
  take(at) {
    const { value } = this.offered.options[at];
    const another = value !== this.value;
    this.show(value);
    if (another) this.choose(this.offered.name, value);
    this.close();
    this.button.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab") return this.close();
    if (!this.act(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // not meant for the stage, nor for what the list lies in
  }

  // Returns whether the key was meant for the list.
  /** @param {string} key */
  act(key) {
    const { open } = this;
    if (key === "Escape") this.close();
    else if (open && (key === "Enter" || (key === " " && !this.typing))) this.take(this.at);
    else if (key === "Enter" || key === " " || key in BY) {
      if (!open) this.unfold();
      else this.goTo(this.at + BY[key]);
    } else if (key.length === 1) this.type(key);
    else return false;
    return open || key !== "Escape";
  }

  get typing() {
    return this.typed.text !== "" && performance.now() - this.typed.when < TYPING;
  }

  // To the next option that begins with what has been typed, or else has it somewhere.
  /** @param {string} letter */
  type(letter) {
    if (!this.open) this.unfold();
    const text = (this.typing ? this.typed.text : "") + letter.toLowerCase();
    this.typed = { text, when: performance.now() };
    const from = text.length > 1 ? this.at : this.at + 1;
    const order = this.labels.map((_, i) => (from + i) % this.labels.length);
    const labels = this.labels.map((label) => label.toLowerCase());
    const found = order.find((at) => labels[at].startsWith(text)) ?? order.find((at) => labels[at].includes(text));
    if (found !== undefined) this.goTo(found);
  }
}

export class Row {
  /** @param {Listed} offered @param {Choose} choose */
  constructor(offered, choose) {
    this.offered = offered;
    const id = `gs-radios-${++made}`;
    /** @type {HTMLInputElement[]} */
    this.inputs = offered.options.map(({ value }) => make("input", { type: "radio", name: id, value, onchange: () => choose(offered.name, value) }));
    const labels = offered.options.map(({ label }, at) => make("label", {}, this.inputs[at], make("span", { textContent: label })));
    const row = make("div", { className: "gs-radios", role: "radiogroup", "aria-label": offered.label, "aria-describedby": `${id}-help` }, ...labels);
    this.element = labelled(offered, `${id}-help`, row);
  }

  /** @param {string} value */
  show(value) {
    for (const input of this.inputs) input.checked = input.value === value;
  }

  close() {}
}
