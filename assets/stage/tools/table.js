// The table twin of a plot: the same numbers to read, look up and copy. Those of a plot too large to be
// sent are fetched part by part.

import { toClipboard } from "../core/clipboard.js";
import { make } from "../core/dom.js";
import { byHand } from "../core/hands.js";
import { fetchBlock } from "../core/numbers.js";
import { say } from "../core/words.js";
import { counts, details, titled } from "./describe.js";
import { Pages } from "./pages.js";
import { number, tableOf } from "./tabular.js";
import { delimited } from "./text.js";

/**
 * @import { Numbers, Place, Sheet, Source, Span } from "../types"
 * @typedef {{ rows: Span, columns: Span }} Part
 * @typedef {Sheet & { values: Numbers[] }} Whole whose numbers are here
 */

const MOST = { rows: 40, columns: 200 }; // shown at once: more would make the browser slow
const MOST_LARGE = { rows: 50, columns: 50 };
const AT_ONCE = 100; // milliseconds in which numbers may come before their places are shown empty

const hint = () => byHand({ mouse: say("table.hint"), finger: say("table.hint_finger") });

// sheet: from describe.js. around: { row, column } of the cursor, -1 for none. owner: what the dialog
// belongs to. onClose() is called after it is gone.
/** @param {Sheet} sheet @param {Place} around @param {HTMLElement} owner @param {() => void} onClose */
export function openTable(sheet, around, owner, onClose) {
  const table = new Table(sheet, around, onClose);
  owner.append(table.dialog);
  table.dialog.showModal();
  table.open();
}

class Table {
  /** @param {Sheet} sheet @param {Place} around @param {() => void} onClose */
  constructor(sheet, around, onClose) {
    this.sheet = sheet;
    this.around = around;
    this.onClose = onClose;
    this.shown = sheet; // the part of it on show
    /** @type {Partial<Place> | null | undefined} */
    this.going = null;
    /** @type {symbol | null} */
    this.asked = null;
    this.part = "";
    this.large = Boolean(sheet.source);
    this.caption = this.large ? extent(sheet) : details(sheet);
    this.pages = new Pages(sheet, around, this.large ? MOST_LARGE : MOST, this.large, (place) => this.turn(place));
    this.scroller = make("div", {
      className: "gs-table-scroll", tabIndex: 0, role: "region", "aria-label": say("table.numbers"), autofocus: true,
    });
    this.said = make("span", { role: "status" });
    this.again = make("button", {
      type: "button", textContent: say("table.again"), title: say("table.again_title"), hidden: true,
      onclick: () => this.turn(this.going),
    });
    this.copier = make("button", { type: "button", textContent: say("table.copy"), onclick: () => this.copy() });
    /** @type {HTMLDialogElement} */
    this.dialog = this.build();
  }

  build() {
    const { title, symbol } = this.sheet;
    /** @param {string} textContent @param {string} hint @param {() => void} onclick */
    const button = (textContent, hint, onclick) =>
      make("button", { type: "button", textContent, title: hint, onclick });
    return make(
      "dialog", {
        className: `gs-table${this.large ? " gs-table-large" : ""}`, "aria-label": titled(title, symbol),
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: (event) => this.click(event.target),
        onclose: () => this.closed(),
      },
      make("header", {},
        make("h2", {}, title, symbol && " ", symbol && make("var", { textContent: symbol })),
        this.copier, button(say("table.close"), say("table.close_title"), () => this.dialog.close())),
      this.scroller,
      make("footer", {},
        make("p", { className: "gs-table-said" }, this.said, this.again), this.pages.shown, this.pages.element),
    );
  }

  // What is copied: all of it, or the part on show of what is too large to be here.
  get all() {
    const { rows, columns } = this.large ? this.shown : this.sheet;
    return { rows: rows.length, columns: columns.length };
  }

  /** @param {HTMLElement} target */
  click(target) {
    if (target === this.dialog) this.dialog.close(); // beside it
    const cell = /** @type {HTMLElement | null} */ (target.closest("tbody td"));
    if (cell?.title) this.said.textContent = say("table.digits", { at: cell.dataset.at ?? "", digits: cell.title });
  }

  closed() {
    this.asked = null;
    this.dialog.remove();
    this.onClose();
  }

  async copy() {
    const copied = await toClipboard(delimited(/** @type {Whole} */ (this.large ? this.shown : this.sheet), "\t"), this.dialog);
    this.said.textContent = !copied ? say("table.not_copied")
      : this.large ? say("table.copied_these", this.all) : say("table.copied_all", this.all);
  }

  open() {
    if (this.large) this.draw(null);
    this.turn(this.around);
  }

  // Another part of the table: at once, or as soon as its numbers have come. place: the row or column
  // that becomes the current one, to be brought into sight.
  /** @param {Partial<Place> | null} [place] */
  turn(place) {
    this.going = place;
    Object.assign(this.around, place);
    const { part } = this.pages;
    if (this.large) this.fetch(part);
    else this.draw(/** @type {Whole} */ (this.sheet).values.slice(...part.rows).map((row) => row.slice(...part.columns)));
  }

  /** @param {Part} part */
  async fetch(part) {
    const mine = (this.asked = Symbol("asked")); // the last part that was asked for counts
    const empty = setTimeout(() => this.asked === mine && this.draw(null), AT_ONCE);
    try {
      const values = await valuesOf(this.sheet, part);
      if (this.asked === mine) this.draw(values);
    } catch {
      if (this.asked === mine) this.draw(null, say("table.lost"), true);
    } finally {
      clearTimeout(empty);
    }
  }

  // values: one array a row of the part on show; null while they are on their way.
  /** @param {Numbers[] | null} values @param {string} [said] @param {boolean} [lost] */
  draw(values, said = values ? hint() : say("table.coming"), lost = false) {
    const { rows, columns } = this.pages.part;
    const { sheet, scroller } = this;
    this.shown = { ...sheet, values, rows: sheet.rows.slice(...rows), columns: sheet.columns.slice(...columns) };
    const current = { row: this.around.row - rows[0], column: this.around.column - columns[0] };
    const table = tableOf(this.shown, current, this.caption);
    if (this.large) number(table, sheet, rows[0], columns[0]);
    scroller.replaceChildren(table);
    scroller.setAttribute("aria-busy", String(!values && !lost));
    this.scroll(String([rows, columns]));
    if (values) this.going = null;
    this.said.textContent = said;
    this.again.hidden = !lost;
    this.copier.disabled = !values;
    this.copier.title = this.large ? say("table.copy_these", this.all) : say("table.copy_all", this.all);
    if (this.pages.show()) scroller.focus();
  }

  // A part that has just been turned to is shown from its beginning, or from where somebody goes.
  /** @param {string} part */
  scroll(part) {
    if (this.part !== part || this.going) this.scroller.scrollTo(0, 0);
    if (this.going) this.toCurrent();
    this.part = part;
  }

  // The current row and column into the middle of what is seen, if they are out of sight.
  toCurrent() {
    const { clientWidth: width, clientHeight: height } = this.scroller;
    const [across, down] = ["thead", "tbody"].map((part) => /** @type {HTMLElement | null} */ (this.scroller.querySelector(`${part} [aria-current]`)));
    if (across && across.offsetLeft + across.offsetWidth > width) this.scroller.scrollLeft = across.offsetLeft - width / 2;
    if (down && down.offsetTop + down.offsetHeight > height) this.scroller.scrollTop = down.offsetTop - height / 2;
  }
}

// The numbers of a part of a large sheet, one array a row. The state before the first step, if there is
// one, is here; the rest is fetched.
/** @param {Sheet} sheet @param {Part} part @returns {Promise<Numbers[]>} */
async function valuesOf({ source, before }, { rows, columns }) {
  const shift = before ? 1 : 0;
  const [first, end] = columns.map((column) => Math.max(column - shift, 0));
  const block = await fetchBlock(/** @type {Source} */ (source), rows, [first, end]);
  if (!before || columns[0] > 0) return block;
  return block.map((row, i) => [before[rows[0] + i], ...row]);
}

// "512 units down, 10000 steps across.": what a large plot is, without a look at its numbers.
/** @param {Sheet} sheet */
function extent(sheet) {
  const [rows, columns] = counts(sheet);
  return [sheet.flipped ? say("table.rows", { rows }) : say("table.size", { rows, columns }), sheet.note].filter(Boolean).join(" ");
}
