// The numbers of a picture that is no plot, to read as a table and to save.

import { make } from "../core/dom.js";
import { say } from "../core/words.js";
import { save } from "./saving.js";
import { openTable } from "./table.js";
import { fileName } from "./tools.js";
import { delimited } from "./text.js";

/** @import { Here as All, Sheet } from "../types" */

// name, sheet: of what is on show when a button is pressed. element: the stage.
/** @param {() => string} name @param {() => Sheet} sheet @param {Pick<All, "cursor" | "now">} here @param {HTMLElement} element */
export function twin(name, sheet, here, element) {
  const table = make("button", {
    type: "button", className: "gs-plain", textContent: say("tools.table"), title: say("tools.table_hint"), onclick: () => {
      const shown = sheet();
      const row = shown.rows.findIndex(({ key }) => key === here.cursor.step + 1);
      openTable(shown, { row, column: -1 }, element, () => table.focus());
    },
  });
  const csv = make("button", {
    type: "button", className: "gs-plain", textContent: "CSV", title: say("tools.csv_hint"), onclick: () => {
      const shown = sheet();
      save(`${fileName(shown, here)}.csv`, delimited({ ...shown, values: shown.values ?? [] }, ","), "text/csv;charset=utf-8");
    },
  });
  const group = make("div", { className: "gs-twin", role: "group" }, table, csv);
  group.addEventListener("focusin", () => group.setAttribute("aria-label", name()));
  return group;
}
