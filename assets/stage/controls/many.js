// Many numbers at once: a dialog to fill a gate or to paste into an array, and what Ctrl+V does on a chosen
// cell. What is meant by a text, and whether it fits, the server says (app/session/many.py).

import { PROJECTION, split } from "../core/cells.js";
import { make } from "../core/dom.js";
import { say, saying } from "../core/words.js";

/**
 * @import { Editor } from "./editor.js"
 * @import { Choice, Details, Here as All, Message, Panel } from "../types"
 * @typedef {Pick<All, "now"> & { channel: Pick<All["channel"], "foresees"> }} Here
 * @typedef {<Kind extends "fill" | "paste">(kind: Kind, details: Details<Kind>) => number} Change
 * @typedef {object} Ground what a dialog fills
 * @property {Choice[]} arrays
 * @property {string | null} target the chosen number
 * @property {string | undefined} chosen the array that it is in
 * @property {Panel[]} panels
 * @property {(...of: Parameters<Change>) => void} send
 */

const EVERY = "all"; // numbers of a gate
const NUMBERS = /^[\s\d.,;eE+−-]+$/;
const SEVERAL = /\S[\t\n\r; ]+\S|,[^,]*,|\..*,|,.*\./s; // more than one number, and not one with a decimal comma

export class Many {
  // element: what the dialog belongs to. change: tells the server.
  /** @param {Here} here @param {Editor} editor @param {HTMLElement} element @param {Change} change */
  constructor({ channel, now }, editor, element, change) {
    this.channel = channel;
    this.now = now;
    this.editor = editor;
    this.element = element;
    this.change = change;
    /** @type {Filling | null} */
    this.filling = null; // the dialog that is open, or was last
    /** @type {number | null} */
    this.waiting = null; // what the dialog has sent, until it is answered
    /** @param {ClipboardEvent} event */
    this.onPaste = (event) => this.paste(event);
    document.addEventListener("paste", this.onPaste);
  }

  leave() {
    document.removeEventListener("paste", this.onPaste);
    this.filling?.dialog.remove();
  }

  // Ctrl+V: from the chosen cell on. One number in a field is the field's own.
  /** @param {ClipboardEvent} event */
  paste(event) {
    const { editor, now } = this;
    const { target } = now;
    const at = event.composedPath()[0];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const element = at instanceof Element ? at : null;
    if (!now.begun || !text.trim() || element?.closest("dialog")) return;
    const typing = element?.matches("input:not([type=range]), textarea, [contenteditable]");
    if (typing && !(at === editor.field && SEVERAL.test(text.trim()))) return;
    if (!target) return void (NUMBERS.test(text) && editor.tell(say("many.choose_first")));
    event.preventDefault();
    editor.restore();
    this.send("paste", { target, text });
  }

  /** @type {Change} */
  send(kind, details) {
    this.editor.asked = undefined; // what is refused now was not typed
    return this.change(kind, details);
  }

  /** @param {string | null} target */
  arrayOf(target) {
    return split(target ?? "", this.editor.choices)?.choice.id;
  }

  // The array of the chosen number if it is of this cell's weights, else the first that is on show.
  /** @param {Panel} panel */
  near({ cell, shown }) {
    const id = this.arrayOf(this.now.target);
    return id?.startsWith(`${cell}.`) ? id : shown[0] === PROJECTION ? `${cell}.w_p` : `${cell}.w_x.${shown[0]}`;
  }

  // What can be filled or pasted into: the arrays of the editor, and every number of each gate.
  get arrays() {
    const every = this.now.message.panels.flatMap((panel) => panel.gates.map(({ gate, name }) => (
      { id: `${panel.cell}.${EVERY}.${gate}`, label: say("many.every", { cell: panel.name, gate: name }), axes: [] })));
    return [...this.editor.choices, ...every];
  }

  // id: of the array to begin with.
  /** @param {string | undefined} [id] */
  open(id = this.arrayOf(this.now.target)) {
    const { message, target } = this.now;
    this.filling?.dialog.remove();
    this.waiting = null;
    const filling = new Filling({
      arrays: this.arrays, target, chosen: this.arrayOf(target), panels: message.panels,
      send: (kind, details) => this.await(this.send(kind, details)),
    }, id);
    this.filling = filling;
    filling.dialog.addEventListener("close", () => (this.waiting = null));
    this.element.append(filling.dialog);
    filling.dialog.showModal();
  }

  // What is on show already needs no dialog any more.
  /** @param {number} sent */
  await(sent) {
    if (this.channel.foresees(sent)) return this.filling?.dialog.close();
    this.waiting = sent;
    this.filling?.wait();
  }

  // A message has come: it is done, or it says why not.
  /** @param {Pick<Message, "ack" | "answer">} message */
  answered({ ack, answer }) {
    if (!this.waiting || ack.seq < this.waiting) return;
    this.waiting = null;
    if (answer) this.filling?.say(answer);
    else this.filling?.dialog.close();
  }
}

// A button that leads to the dialog.
/** @param {() => void} onclick */
export function opener(onclick) {
  return make("button", {
    type: "button", className: "gs-plain", textContent: say("many.open"), title: say("many.open_title"),
    "aria-haspopup": "dialog", onclick,
  });
}

// The dialog, which lies over the page as long as it is open.
class Filling {
  /** @param {Ground} ground @param {string | undefined} id */
  constructor(ground, id) {
    this.ground = ground;
    /** @param {string} textContent @param {string} title @param {() => void} onclick */
    const button = (textContent, title, onclick) => make("button", { type: "button", className: "gs-button", textContent, title, onclick });
    this.list = make("select", { "aria-label": say("many.which"), onchange: () => this.pick() },
      ...ground.arrays.map(({ id, label }) => make("option", { value: id, textContent: label })));
    this.value = make("input", {
      type: "text", inputMode: "text", value: "0", "aria-label": say("many.value"), autocomplete: "off",
      onkeydown: ({ key }) => key === "Enter" && this.fill("value"),
    });
    this.seed = make("input", { type: "number", min: 0, max: 999999, value: 1, "aria-label": say("many.seed") });
    this.unit = button(say("many.identity"), say("many.identity_title"), () => this.fill("identity"));
    this.drawn = make("span", {}, ...saying("many.drawn", {
      random: button(say("many.random"), say("many.random_title"), () => this.fill("random")), seed: this.seed,
    }));
    this.filling = make("div", { className: "gs-several-row" },
      make("span", {}, ...saying("many.fill_with", {
        value: this.value, fill: button(say("many.fill"), say("many.fill_title"), () => this.fill("value")),
      })),
      this.unit, this.drawn);
    this.text = make("textarea", { rows: 5, "aria-label": say("many.numbers"), spellcheck: false });
    this.pasting = make("div", { className: "gs-several-paste" }, this.text,
      button(say("many.use"), say("many.use_title"), () => this.write()));
    this.waits = make("p", { className: "gs-waits", role: "status" });
    this.problem = make("p", { className: "gs-problem", role: "alert" });
    /** @type {HTMLDialogElement} */
    const dialog = make(
      "dialog", {
        className: "gs-dialog gs-several-dialog", "aria-label": say("many.dialog"),
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: ({ target }) => target === dialog && dialog.close(), // beside it
      },
      make("header", {}, make("h2", { textContent: say("many.dialog") }),
        make("button", { type: "button", textContent: say("dialogs.close"), title: say("dialogs.close_title"), onclick: () => dialog.close() })),
      make("div", { className: "gs-several" }, this.list, this.filling, this.pasting, this.waits, this.problem),
    );
    this.dialog = dialog;
    this.list.value = id ?? "";
    this.pick();
  }

  // The array in the list: what can be done with it.
  pick() {
    const axes = this.ground.arrays.find(({ id }) => id === this.list.value)?.axes ?? [];
    const [cell, part, gate] = this.list.value.split(".");
    const projects = part === "w_p"; // P is of no gate
    this.filling.hidden = !gate && !projects;
    this.unit.hidden = part !== "w_h" && !projects;
    this.drawn.hidden = part.startsWith("b_") || projects;
    this.pasting.hidden = part === EVERY;
    const sizes = (cell === "x" ? [...axes].reverse() : axes).map(([, size]) => size).join(" × ");
    this.text.placeholder = this.start === this.ground.target ? say("many.from_chosen", { sizes }) : say("many.from_first", { sizes });
    this.say("");
  }

  // Where pasted numbers begin: at the chosen cell, or at the first one of the array.
  get start() {
    const { chosen, panels, target } = this.ground;
    const id = this.list.value;
    if (chosen === id) return target;
    if (id === "x") return "x.0.0";
    const [cell, part] = id.split(".");
    const first = panels.find((panel) => panel.cell === cell)?.order[0];
    /** @type {Record<string, (number | undefined)[]>} */
    const more = { w_x: [0], w_h: [first], w_p: [0] };
    return [id, first, ...more[part] ?? []].join(".");
  }

  /** @param {"value" | "identity" | "random"} way */
  fill(way) {
    const [cell, part, gate = PROJECTION] = this.list.value.split(".");
    this.ground.send("fill", {
      place: `${cell}.${gate}.${part}`, way, text: this.value.value, seed: this.seed.valueAsNumber || 0,
    });
  }

  write() {
    if (this.start) this.ground.send("paste", { target: this.start, text: this.text.value });
  }

  // What comes of it only the server knows.
  wait() {
    this.problem.textContent = "";
    this.waits.textContent = say("many.waiting");
  }

  /** @param {string} problem */
  say(problem) {
    this.waits.textContent = "";
    this.problem.textContent = problem;
  }
}
