// A number that somebody types into a field of a view. What cannot be taken stays in the field, nothing else
// changes, and a sentence beside it says what is needed.

import { make, putText } from "../core/dom.js";

// The step in a field, counted from 0; null where there is none such.
/** @param {{ value: string }} field @param {number} steps */
export function stepOf({ value }, steps) {
  const step = Number(value);
  return value === "" || !Number.isInteger(step) || step < 1 || step > steps ? null : step - 1;
}

export class Complaint {
  /** @param {HTMLInputElement[]} fields that it may be about */
  constructor(fields) {
    this.fields = fields;
    this.element = make("p", { className: "gs-typed-said", role: "alert" });
  }

  // A sentence on one of the fields; "" for none.
  /** @param {string} text @param {HTMLInputElement} [field] */
  say(text, field) {
    for (const one of this.fields) one.setAttribute("aria-invalid", String(one === field));
    putText(this.element, text);
    if (text) this.element.scrollIntoView({ block: "nearest" });
  }
}
