// @ts-nocheck
// Many numbers at once: a dialog to fill a gate or to paste into an array, and what Ctrl+V does on a chosen
// cell. What is meant by a text, and whether it fits, the server says (app/session/many.py).

import { split } from "./cells.js";
import { make } from "./dom.js";

const EVERY = "all"; // numbers of a gate
const HINT = "fill or paste …";
const FIRST = "Choose a cell first: the numbers are written from it on.";
const NUMBERS = /^[\s\d.,;eE+−-]+$/;
const SEVERAL = /\S[\t\n\r; ]+\S|,[^,]*,|\..*,|,.*\./s; // more than one number, and not one with a decimal comma

export class Many {
  // stage: of which { channel, editor, element, message, target, change, send } are used
  constructor(stage) {
    this.stage = stage;
    this.button = this.opener(() => this.open(this.arrayOf(stage.target)));
    this.onPaste = (event) => this.paste(event);
    document.addEventListener("paste", this.onPaste);
  }

  leave() {
    document.removeEventListener("paste", this.onPaste);
    this.dialog?.remove();
  }

  opener(onclick) {
    return make("button", {
      type: "button", className: "gs-plain", textContent: HINT, title: "Fill a gate with a value, or paste numbers",
      "aria-haspopup": "dialog", onclick,
    });
  }

  // Ctrl+V: from the chosen cell on. One number in a field is the field's own.
  paste(event) {
    const { target, editor, message } = this.stage;
    const at = event.composedPath()[0];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!message || !text.trim() || at.closest?.("dialog")) return;
    const typing = at.matches?.("input:not([type=range]), textarea, [contenteditable]");
    if (typing && !(at === editor.field && SEVERAL.test(text.trim()))) return;
    if (!target) return void (NUMBERS.test(text) && editor.tell(FIRST));
    event.preventDefault();
    editor.restore();
    this.send("paste", { target, text });
  }

  send(kind, details) {
    this.stage.editor.asked = undefined; // what is refused now was not typed
    this.stage.drag.clear();
    return this.stage.send(kind, details);
  }

  arrayOf(target) {
    return split(target ?? "", this.stage.editor.choices)?.choice.id;
  }

  // The array of the chosen number if it is of this cell's weights, else the first that is on show.
  near({ cell, shown }) {
    const id = this.arrayOf(this.stage.target);
    return id?.startsWith(`${cell}.`) ? id : `${cell}.w_x.${shown[0]}`;
  }

  // What can be filled or pasted into: the arrays of the editor, and every number of each gate.
  get arrays() {
    const every = this.stage.message.panels.flatMap((panel) => panel.gates.map(({ gate, name }) => (
      { id: `${panel.cell}.${EVERY}.${gate}`, label: `${panel.name}: ${name}, every number`, axes: [] })));
    return [...this.stage.editor.choices, ...every];
  }

  open(id) {
    this.dialog?.remove();
    this.dialog = this.build();
    this.list.value = id;
    this.pick();
    this.stage.element.append(this.dialog);
    this.dialog.showModal();
  }

  build() {
    const button = (textContent, title, onclick) => make("button", { type: "button", className: "gs-button", textContent, title, onclick });
    this.list = make("select", { "aria-label": "Which numbers", onchange: () => this.pick() },
      ...this.arrays.map(({ id, label }) => make("option", { value: id, textContent: label })));
    this.value = make("input", {
      type: "text", inputMode: "decimal", value: "0", "aria-label": "Value", autocomplete: "off",
      onkeydown: ({ key }) => key === "Enter" && this.fill("value"),
    });
    this.seed = make("input", { type: "number", min: 0, max: 999999, value: 1, "aria-label": "Seed" });
    this.unit = button("identity", "1 on the diagonal, 0 beside it", () => this.fill("identity"));
    this.drawn = make("span", {}, button("random", "Drawn by Xavier’s rule, two decimals", () => this.fill("random")), " seed ", this.seed);
    this.filling = make("div", { className: "gs-several-row" },
      make("span", {}, "fill with ", this.value, " ", button("fill", "Each of these numbers becomes this one", () => this.fill("value"))),
      this.unit, this.drawn);
    this.text = make("textarea", { rows: 5, "aria-label": "Numbers to paste", spellcheck: false });
    this.pasting = make("div", { className: "gs-several-paste" }, this.text,
      this.use = button("use these numbers", "Write them into the cells", () => this.write()));
    this.problem = make("p", { className: "gs-problem", role: "alert" });
    const dialog = make(
      "dialog", {
        className: "gs-dialog gs-several-dialog", "aria-label": "Fill or paste",
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: ({ target }) => target === dialog && dialog.close(), // beside it
        onclose: () => (this.waiting = null),
      },
      make("header", {}, make("h2", { textContent: "Fill or paste" }),
        make("button", { type: "button", textContent: "Close", title: "Close (Esc)", onclick: () => dialog.close() })),
      make("div", { className: "gs-several" }, this.list, this.filling, this.pasting, this.problem),
    );
    return dialog;
  }

  // The array in the list: what can be done with it.
  pick() {
    const { axes } = this.arrays.find(({ id }) => id === this.list.value);
    const [cell, part, gate] = this.list.value.split(".");
    this.filling.hidden = !gate;
    this.unit.hidden = part !== "w_h";
    this.drawn.hidden = part.startsWith("b_");
    this.pasting.hidden = part === EVERY;
    const sizes = (cell === "x" ? [...axes].reverse() : axes).map(([, size]) => size);
    const here = this.start === this.stage.target ? "from the chosen cell on" : "from the first cell on";
    this.text.placeholder = `Paste ${sizes.join(" × ")} numbers, or fewer: spreadsheet, CSV, JSON, NumPy. ` +
      `They are written ${here}, rows downwards.`;
    this.problem.textContent = "";
  }

  // Where pasted numbers begin: at the chosen cell, or at the first one of the array.
  get start() {
    const id = this.list.value;
    if (this.arrayOf(this.stage.target) === id) return this.stage.target;
    if (id === "x") return "x.0.0";
    const [cell, part] = id.split(".");
    const [first] = this.stage.message.panels.find((panel) => panel.cell === cell).order;
    return [id, first, ...{ w_x: [0], w_h: [first] }[part] ?? []].join(".");
  }

  fill(way) {
    const [cell, part, gate] = this.list.value.split(".");
    this.waiting = this.send("fill", {
      place: `${cell}.${gate}.${part}`, way, text: this.value.value, seed: this.seed.valueAsNumber || 0,
    });
  }

  write() {
    this.waiting = this.send("paste", { target: this.start, text: this.text.value });
  }

  // A message has come: it is done, or it says why not.
  answered({ ack, answer }) {
    if (!this.waiting || ack.seq < this.waiting) return;
    this.waiting = null;
    if (answer) this.problem.textContent = answer;
    else this.dialog.close();
  }
}
