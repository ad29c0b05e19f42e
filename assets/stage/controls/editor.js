// The row that shows the chosen cell: which number it is, a slider, an exact field, undo and redo.

import { arrays, nameOf, split } from "../core/cells.js";
import { make, put, putText } from "../core/dom.js";
import { nearest } from "../core/sweep.js";
import { brief, exact, short } from "../core/format.js";
import { say } from "../core/words.js";

/**
 * @import { Choice, Edit, Message, Numbers } from "../types"
 * @typedef {object} Act
 * @property {(target: string | null) => void} choose
 * @property {() => void} hold
 * @property {(index: number) => void} preview
 * @property {() => void} release
 * @property {(text: string) => void} type
 * @property {() => void} revert
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} reset
 */

// Keys that move a slider.
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);
const PROBLEM = "gs-problem"; // the sentence that the field is described by
const TOLD = 6000; // milliseconds
const MOST = 3; // changes that are listed

export class Editor {
  // changes: the element that stands here while no cell is chosen. more: a button for more numbers than one. act: { choose(target), hold(), preview(index), release(), type(text), revert(), undo(), redo(), reset() }
  /** @param {HTMLElement} changes @param {HTMLElement} more @param {Act} act */
  constructor(changes, more, act) {
    this.act = act;
    /** @type {Choice[]} */
    this.choices = [];
    this.shownValue = "";
    this.typing = false;
    /** @type {string | undefined} */
    this.asked = undefined; // what was typed last
    /** @type {Numbers | null} */
    this.values = null; // of the slider
    this.array = make("select", { "aria-label": say("editor.array"), title: say("editor.array"), onchange: () => this.pick() });
    this.first = this.indexField();
    this.second = this.indexField();
    /** @type {HTMLInputElement} */
    this.slider = make("input", {
      type: "range", className: "gs-value-slider", "aria-label": say("editor.slider"), title: say("editor.slider_title"),
      onpointerdown: () => act.hold(),
      onkeydown: (event) => MOVES.has(event.key) && act.hold(),
      onkeyup: () => act.release(),
      onblur: () => act.release(),
      oninput: () => act.preview(this.slider.valueAsNumber),
      onchange: () => act.release(),
    });
    this.entered = false; // whether the field is being pressed for the first time
    /** @type {HTMLInputElement} */ // no "decimal": an iPhone has no minus on that keyboard, and no Enter
    this.field = make("input", {
      type: "text", inputMode: "text", enterKeyHint: "done", className: "gs-number", "aria-label": say("editor.field"), autocomplete: "off",
      title: say("editor.field_title"),
      oninput: () => (this.typing = true),
      onkeydown: (event) => this.typed(event),
      onpointerdown: () => (this.entered = document.activeElement !== this.field),
      onclick: () => this.entered && this.field.select(), // a first click is for all of it, a second for a place in it
      onblur: () => this.left(),
    });
    this.old = make("span", { className: "gs-old" });
    this.revert = make("button", { type: "button", textContent: say("editor.revert"), title: say("editor.revert_title"), onclick: () => act.revert() });
    this.told = make("p", { className: "gs-told" });
    this.problem = make("p", { className: "gs-problem", role: "alert", id: PROBLEM });
    this.field.setAttribute("aria-describedby", PROBLEM);
    this.undo = make("button", { type: "button", textContent: say("editor.undo"), title: say("editor.undo_title"), onclick: () => act.undo() });
    this.redo = make("button", { type: "button", textContent: say("editor.redo"), title: say("editor.redo_title"), onclick: () => act.redo() });
    this.reset = make("button", { type: "button", textContent: say("editor.reset"), title: say("editor.reset_title"), onclick: () => act.reset() });
    this.element = make(
      "div", { className: "gs-editor", role: "group", tabIndex: -1, "aria-label": say("editor.group") },
      make("span", { className: "gs-where" }, this.array, this.first.label, this.second.label),
      make("span", { className: "gs-what" }, this.slider, this.field, this.old, this.revert, more),
      changes, this.problem, this.told,
      make("span", { className: "gs-history" }, this.undo, this.redo, this.reset),
    );
  }

  indexField() {
    const input = make("input", { type: "number", min: 1, title: say("editor.index"), onchange: () => this.pick() });
    const text = document.createTextNode("");
    return { input, text, label: make("label", {}, text, input) };
  }

  // The choices of arrays for this screen.
  /** @param {Message} message */
  offer(message) {
    const choices = arrays(message);
    if (JSON.stringify(choices) === JSON.stringify(this.choices)) return;
    this.choices = choices;
    const options = this.choices.map(({ id, label }) => make("option", { value: id, textContent: label }));
    this.array.replaceChildren(make("option", { value: "", textContent: say("editor.hint") }), ...options);
  }

  pick() {
    const choice = this.choices.find(({ id }) => id === this.array.value);
    if (!choice) return this.act.choose(null);
    const index = [this.first, this.second].slice(0, choice.axes.length).map(({ input }, i) => {
      const at = Math.min(Math.max(Math.round(input.valueAsNumber) || 1, 1), choice.axes[i][1]);
      input.value = String(at); // the nearest that is there
      return at - 1;
    });
    this.act.choose([choice.id, ...index].join("."));
  }

  // target and value of the chosen cell, or null for none.
  /** @param {string | null} target @param {number | null | undefined} value @param {Edit | undefined} edit @param {{ undo: boolean, redo: boolean, reset: boolean }} can */
  show(target, value, edit, can) {
    const known = target ? split(target, this.choices) : undefined;
    this.element.classList.toggle("gs-chosen", Boolean(known));
    const id = known ? known.choice.id : "";
    if (this.array.value !== id) this.array.value = id; // to set it has the whole page laid out
    [this.first, this.second].forEach(({ input, text, label }, i) => {
      const axis = known?.choice.axes[i];
      label.hidden = !axis;
      if (!axis || !known) return;
      if (text.data !== `${axis[0]} `) text.data = `${axis[0]} `;
      if (input.max !== String(axis[1])) input.max = String(axis[1]);
      if (document.activeElement !== input) input.value = String(known.index[i] + 1);
    });
    this.showValue(value);
    putText(this.old, edit ? say("editor.was", { value: short(edit.was) }) : "");
    put(this.revert, "hidden", !edit);
    put(this.undo, "disabled", !can.undo);
    put(this.redo, "disabled", !can.redo);
    put(this.reset, "disabled", !can.reset);
  }

  /** @param {number | null | undefined} value */
  showValue(value) {
    this.shownValue = value === null || value === undefined ? "" : exact(value);
    if (!this.typing && this.field.value !== this.shownValue) this.write(this.shownValue);
    if (this.values && this.shownValue) this.slider.value = String(nearest(this.values, Number(value)));
    this.slider.setAttribute("aria-valuetext", this.shownValue && short(Number(value))); // else the place in a row of values
    this.field.disabled = this.slider.disabled = value === null || value === undefined;
  }

  // What was selected stays selected: another number is typed over it.
  /** @param {string} text */
  write(text) {
    const selected = document.activeElement === this.field && Number(this.field.selectionEnd) > Number(this.field.selectionStart);
    this.field.value = text;
    if (selected) this.field.select();
  }

  // The field with its content selected; text: what takes its place, from a key pressed elsewhere.
  /** @param {string} [text] */
  begin(text) {
    if (this.field.disabled) return; // its number is on the way
    this.element.classList.add("gs-opened"); // where the story's own slider stands for it, too
    this.field.focus();
    this.field.select();
    if (text === undefined) return;
    this.field.value = text;
    this.typing = true;
  }

  left() {
    this.element.classList.remove("gs-opened");
    if (this.problem.textContent) this.restore();
    else this.submit();
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    if (event.key === "Enter") this.submit();
    if (event.key === "Enter" || event.key === "F2") this.field.select();
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.restore();
    this.element.focus();
  }

  submit() {
    if (!this.typing) return;
    this.typing = false;
    this.act.type(this.asked = this.field.value);
  }

  restore() {
    this.typing = false;
    this.field.value = this.shownValue;
    this.say("");
  }

  // The values that the slider can take; kept until there are others.
  /** @param {Numbers} values */
  scale(values) {
    this.values = values;
    const max = String(values.length - 1);
    if (this.slider.max !== max) Object.assign(this.slider, { min: "0", max }); // to set it has its thumb laid out
  }

  // A sentence about what was typed, which stays in the field to be mended; "" for none.
  /** @param {string} problem */
  say(problem) {
    if (problem && this.asked !== undefined) {
      this.field.value = this.asked;
      this.typing = true;
    }
    this.problem.textContent = problem;
    this.field.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  // A sentence on what was done, for a while.
  /** @param {string} done */
  tell(done) {
    this.told.textContent = done;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => (this.told.textContent = ""), TOLD);
  }
}

// What has been changed so far, latest first: each with its old and new value, a click goes to it.
export class Changes {
  /** @param {(target: string) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = make("div", { className: "gs-changes", role: "group", "aria-label": say("editor.changes"), hidden: true });
  }

  /** @param {Edit[]} edits @param {Choice[]} choices */
  show(edits, choices) {
    this.element.hidden = !edits.length;
    const latest = edits.slice(-MOST).reverse();
    const chips = latest.map(({ target, value, was }) =>
      make("button", { type: "button", title: say("editor.go_to"), onclick: () => this.onChoose(target) },
        say("editor.change", { number: nameOf(target, choices), was: brief(was), value: brief(value) })));
    const more = edits.length > MOST ? make("span", { textContent: say("editor.others", { count: edits.length - MOST }) }) : null;
    this.element.replaceChildren(say("editor.changed"), ...chips, ...(more ? [more] : []));
  }
}
