// Which part of a large table is on show, and the controls that lead to the others.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";

/** @import { Place, Sheet, Span } from "../types" */
/** @typedef {"rows" | "columns"} Axis */

const AXES = /** @type {const} */ ({
  rows: { less: "above", more: "below" },
  columns: { less: "before", more: "after" },
});

const BOTH = /** @type {Axis[]} */ (Object.keys(AXES));

// sheet: from describe.js. around: { row, column } that the first part should hold, -1 for any. most: rows
// and columns shown at once. goTo: whether there are fields to go to any place. onTurn(place) is called
// when another part is wanted; place: { row } or { column } that somebody goes to.
export class Pages {
  /**
   * @param {Sheet} sheet @param {Place} around @param {Record<Axis, number>} most @param {boolean} goTo
   * @param {(place?: Partial<Place>) => void} onTurn
   */
  constructor(sheet, around, most, goTo, onTurn) {
    this.sheet = sheet;
    this.most = most;
    this.goTo = goTo;
    this.onTurn = onTurn;
    this.first = { rows: 0, columns: 0 };
    this.centre("rows", around.row);
    this.centre("columns", around.column);
    this.shown = make("span", { className: "gs-table-shown", "aria-live": "polite" });
    /** @type {{ axis: Axis, by: number, element: HTMLButtonElement }[]} */
    this.buttons = [];
    /** @type {HTMLElement[]} */
    this.fields = [];
    for (const axis of BOTH) {
      const names = AXES[axis];
      if (this.length(axis) <= most[axis]) continue;
      this.buttons.push(this.button(axis, -1, names.less), this.button(axis, 1, names.more));
      if (goTo) this.fields.push(this.field(axis));
    }
    this.element = make("span", { className: "gs-table-pages", role: "group", "aria-label": say("pages.label") },
      ...this.buttons.map(({ element }) => element), ...this.fields);
  }

  // { rows: [first, end], columns: [first, end] }
  /** @returns {Record<Axis, Span>} */
  get part() {
    /** @param {Axis} axis @returns {Span} */
    const range = (axis) => [this.first[axis], Math.min(this.first[axis] + this.most[axis], this.length(axis))];
    return { rows: range("rows"), columns: range("columns") };
  }

  /** @param {Axis} axis */
  length(axis) {
    return this.sheet[axis].length;
  }

  /** @param {Axis} axis */
  kind(axis) {
    return this.sheet.kinds[axis === "rows" ? 0 : 1];
  }

  /** @param {Axis} axis */
  plural(axis) {
    return say(`kinds.${this.kind(axis)}`, { n: this.length(axis) });
  }

  /** @param {Axis} axis @param {number} at */
  centre(axis, at) {
    this.move(axis, Math.round(at - this.most[axis] / 2));
  }

  /** @param {Axis} axis @param {number} first */
  move(axis, first) {
    this.first[axis] = Math.max(0, Math.min(first, this.length(axis) - this.most[axis]));
  }

  /** @param {Axis} axis @param {number} by @param {"above" | "below" | "before" | "after"} where */
  button(axis, by, where) {
    const element = make("button", {
      type: "button", textContent: say(`pages.${where}`, { plural: this.plural(axis) }),
      title: say(`pages.next_${where}`, { count: this.most[axis], plural: this.plural(axis) }),
      onclick: () => {
        this.move(axis, this.first[axis] + by * this.most[axis]);
        this.onTurn();
      },
    });
    return { axis, by, element };
  }

  // A field for the number of a step or a unit, or the place of what has no number.
  /** @param {Axis} axis */
  field(axis) {
    const keys = this.sheet[axis].map(({ key }, i) => (Number.isInteger(key) ? Number(key) : i + 1));
    const [least, most] = [Math.min(...keys), Math.max(...keys)];
    /** @type {HTMLInputElement} */
    const input = make("input", {
      type: "number", min: least, max: most, step: 1, inputMode: "numeric",
      title: say("pages.type", { least, most }),
      onchange: () => {
        if (!input.value) return;
        input.value = String(Math.max(least, Math.min(Math.round(input.valueAsNumber), most)));
        const at = keys.indexOf(input.valueAsNumber);
        this.centre(axis, at);
        this.onTurn({ [axis === "rows" ? "row" : "column"]: at });
      },
    });
    return make("label", {}, say("pages.go_to", { one: say(`kinds.${this.kind(axis)}`, { n: 1 }) }), " ", input);
  }

  // Say what is shown. A button that leads nowhere gives the focus away; returns whether one has.
  show() {
    this.shown.textContent = this.text();
    let left = false;
    for (const { axis, by, element } of this.buttons) {
      const [first, end] = this.part[axis];
      element.disabled = by < 0 ? first === 0 : end === this.length(axis);
      left ||= element.disabled && element === document.activeElement;
    }
    return left;
  }

  text() {
    const [across, down] = [this.extent("columns"), this.extent("rows")];
    if (!down) return across ? say(`pages.${across.key}`, across.of) : "";
    if (!across) return say(`pages.${down.key}`, down.of);
    const { first: left, last: right, all: wide } = across.of;
    return say(`pages.${down.key}_${across.key}`, { ...down.of, left, right, wide });
  }

  // What is shown of an axis; null for all of it. Units may be sorted: rows are counted, not units. Steps may begin
  // with 0, the state before the first.
  /** @template {Axis} Name @param {Name} axis */
  extent(axis) {
    if (this.length(axis) <= this.most[axis]) return null;
    const [first, end] = this.part[axis];
    const keys = this.sheet[axis].map(({ key }) => key);
    if (this.goTo && this.kind(axis) === "steps") {
      return { key: /** @type {const} */ (`${axis}_steps`), of: { first: keys[first], last: keys[end - 1], all: keys.at(-1) ?? 0 } };
    }
    return { key: axis, of: { first: first + 1, last: end, all: keys.length } };
  }
}
