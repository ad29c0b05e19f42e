// The table twin of a plot: the same numbers to read, look up and copy.

import { delimited, details, exactText } from "./describe.js";
import { make } from "./dom.js";
import { short } from "./format.js";

const MOST = { rows: 40, columns: 200 }; // shown at once: more would make the browser slow
const HINT = "Click a number for every digit of it.";

// sheet: from describe.js. around: { row, column } of the cursor, -1 for none. stage: the element that
// the dialog belongs to. onClose() is called after it is gone.
export function openTable(sheet, around, stage, onClose) {
  const table = new Table(sheet, around, onClose);
  stage.append(table.dialog);
  table.dialog.showModal();
  table.draw();
  table.toCursor();
}

class Table {
  constructor(sheet, around, onClose) {
    Object.assign(this, { sheet, around, onClose });
    this.at = {
      rows: begin(around.row, sheet.rows.length, MOST.rows),
      columns: begin(around.column, sheet.columns.length, MOST.columns),
    };
    this.scroller = make("div", {
      className: "gs-table-scroll", tabIndex: 0, role: "region", "aria-label": "Numbers", autofocus: true,
    });
    this.said = make("p", { className: "gs-table-said", role: "status" });
    this.shown = make("span", { className: "gs-table-shown", "aria-live": "polite" });
    this.pages = make("span", { className: "gs-table-pages", role: "group", "aria-label": "More of the table" });
    this.dialog = this.build();
  }

  build() {
    const { title, symbol } = this.sheet;
    const button = (textContent, hint, onclick) =>
      make("button", { type: "button", textContent, title: hint, onclick });
    return make(
      "dialog", {
        className: "gs-table", "aria-label": [title, symbol].filter(Boolean).join(" "),
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: (event) => this.click(event.target),
        onclose: () => this.closed(),
      },
      make("header", {},
        make("h2", {}, title, symbol && " ", symbol && make("var", { textContent: symbol })),
        button("Copy", `${this.all}, for a spreadsheet`, () => this.copy()),
        button("Close", "Close (Esc)", () => this.dialog.close())),
      this.scroller,
      make("footer", {}, this.said, this.shown, this.pages),
    );
  }

  get all() {
    const { rows, columns } = this.sheet;
    return `All ${rows.length} × ${columns.length} numbers, every digit`;
  }

  click(target) {
    if (target === this.dialog) this.dialog.close(); // beside it
    const cell = target.closest("tbody td");
    if (cell) this.said.textContent = `${cell.dataset.at}: ${cell.title}`;
  }

  closed() {
    this.dialog.remove();
    this.onClose();
  }

  async copy() {
    const copied = await toClipboard(delimited(this.sheet, "\t"), this.dialog);
    this.said.textContent = copied
      ? `Copied. ${this.all}.` : "The browser does not let this page copy. Save the CSV instead.";
  }

  draw() {
    this.scroller.replaceChildren(tableOf(this.sheet, this.at, this.around));
    this.said.textContent = HINT;
    this.shown.textContent = shownOf(this.sheet, this.at);
    const buttons = ["rows", "columns"].flatMap((axis, i) => this.pageButtons(axis, this.sheet.kinds[i]));
    this.pages.replaceChildren(...buttons);
  }

  pageButtons(axis, plural) {
    const { length } = this.sheet[axis];
    if (length <= MOST[axis]) return [];
    const [less, more] = axis === "rows" ? ["above", "below"] : ["before", "after"];
    const button = (where, by, disabled) => {
      const textContent = `${plural} ${where}`;
      return make("button", { type: "button", textContent, disabled, onclick: () => this.page(axis, by, textContent) });
    };
    return [button(less, -1, this.at[axis] === 0), button(more, 1, this.at[axis] + MOST[axis] >= length)];
  }

  // The button that was pressed keeps the focus until there is no more.
  page(axis, by, pressed) {
    this.at[axis] = clamp(this.at[axis] + by * MOST[axis], this.sheet[axis].length, MOST[axis]);
    this.draw();
    this.scroller.scrollTo(0, 0);
    const again = [...this.pages.children].find(({ textContent, disabled }) => textContent === pressed && !disabled);
    (again ?? this.scroller).focus();
  }

  // The cursor's row and column into the middle of what is seen, if they are out of sight.
  toCursor() {
    const { clientWidth: width, clientHeight: height } = this.scroller;
    const [across, down] = ["thead", "tbody"].map((part) => this.scroller.querySelector(`${part} [aria-current]`));
    if (across?.offsetLeft + across?.offsetWidth > width) this.scroller.scrollLeft = across.offsetLeft - width / 2;
    if (down?.offsetTop + down?.offsetHeight > height) this.scroller.scrollTop = down.offsetTop - height / 2;
  }
}

function tableOf(sheet, at, around) {
  const columns = sheet.columns.slice(at.columns, at.columns + MOST.columns);
  const rows = sheet.rows.slice(at.rows, at.rows + MOST.rows);
  const body = rows.map((row, i) => {
    const numbers = sheet.values[at.rows + i];
    return make("tr", {},
      make("th", { scope: "row", "aria-current": at.rows + i === around.row },
        row.name, row.label && make("small", { textContent: row.label })),
      ...columns.map((column, j) => cellOf(numbers[at.columns + j], row, column)));
  });
  const heads = columns.map((column, j) =>
    make("th", { scope: "col", "aria-current": at.columns + j === around.column },
      headOf(column, sheet), make("small", { textContent: column.label })));
  return make("table", {},
    make("caption", {}, make("span", {},
      make("span", { className: "gs-hidden", textContent: `${sheet.title}. ` }), details(sheet))),
    make("thead", {}, make("tr", {}, make("td", {}), ...heads)),
    make("tbody", {}, ...body));
}

function cellOf(value, row, column) {
  const cell = make("td", { textContent: short(value), title: exactText(value).replace("-", "−") });
  cell.dataset.at = `${row.name}, ${column.name}`;
  return cell;
}

// Steps are many: their number is enough where the first one says what it counts.
function headOf({ key, name }, { kinds }) {
  return kinds[1] === "steps" && key > 1 ? String(key) : name;
}

// Units may be sorted: rows are counted, not units.
function shownOf(sheet, at) {
  const part = (axis) => {
    const { length } = sheet[axis];
    return length > MOST[axis] && `${axis} ${at[axis] + 1} to ${Math.min(at[axis] + MOST[axis], length)} of ${length}`;
  };
  const text = ["rows", "columns"].map(part).filter(Boolean).join(", ");
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function begin(wanted, length, most) {
  return clamp(Math.round(wanted - most / 2), length, most);
}

function clamp(from, length, most) {
  return Math.max(0, Math.min(from, length - most));
}

// Browsers keep the clipboard from pages that come without https, save for the old way.
async function toClipboard(text, dialog) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text, className: "gs-hidden" });
    const { activeElement } = document;
    dialog.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    activeElement?.focus();
    return copied;
  }
}
