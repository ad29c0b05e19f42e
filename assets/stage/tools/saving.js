// Files for the visitor. The CSV of a plot too large to be sent takes a while: a worker writes it, with a
// line above the bar that says how far it is and stops it.

import { make } from "../core/dom.js";
import { percent } from "../core/format.js";
import { asset } from "../core/served.js";
import { say } from "../core/words.js";

/** @import { Sheet } from "../types" */

/** @typedef {"refused" | "lost"} Why */

/** @param {string} download @param {BlobPart} content @param {string} [type] */
export function save(download, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const href = URL.createObjectURL(blob);
  make("a", { href, download }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // some browsers read it late
}

// All that is being saved, one after the other.
class Savings {
  constructor() {
    this.lines = make("div", {});
    /** @type {((text: string) => void) | null} */
    this.tell = null; // the stage on show says what happens
    this.element = make("div", { className: "gs-savings" }, this.lines);
    /** @type {Saving[]} */
    this.queue = []; // the first one is being written
  }

  // Write a large sheet (describe.js) as a CSV. name: of the plot. refocus() is called if the line goes
  // while it has the focus. Returns the button that stops it.
  /** @param {Sheet} sheet @param {string} file @param {string} name @param {() => void} refocus */
  add(sheet, file, name, refocus) {
    /** @type {Saving} */
    const saving = new Saving(sheet, file, name, { refocus, end: (words) => this.next(saving, words) });
    this.queue.push(saving);
    this.lines.append(saving.element);
    this.tell?.(say("saving.begun", { name }));
    if (this.queue.length === 1) saving.begin();
    return saving.button;
  }

  /** @param {Saving} over @param {string} words */
  next(over, words) {
    this.tell?.(words);
    const was = this.queue[0];
    this.queue = this.queue.filter((saving) => saving !== over);
    if (was === over) this.queue[0]?.begin();
  }
}

// One for the page: another scene may bring another stage, and what is being saved goes on.
export const savings = new Savings();

class Saving {
  // on: { end(words), once it is saved, stopped or has failed; refocus() }
  /** @param {Sheet} sheet @param {string} file @param {string} name @param {{ end: (words: string) => void, refocus: () => void }} on */
  constructor(sheet, file, name, on) {
    this.sheet = sheet;
    this.file = file;
    this.on = on;
    this.over = false;
    this.name = name;
    this.text = make("span", { textContent: `${say("saving.label", { name })} ` });
    this.share = make("span", { className: "gs-saving-share", textContent: say("saving.waiting") });
    this.bar = make("progress", { max: 1, value: 0, "aria-label": say("saving.what", { name }) });
    this.button = make("button", {
      type: "button", textContent: say("saving.stop"), title: say("saving.stop_title"), "aria-label": say("saving.stop_name", { name }),
      onclick: () => (this.over ? this.leave() : this.end(say("saving.stopped"))),
    });
    this.element = make("div", { className: "gs-saving", role: "group", "aria-label": say("saving.what", { name }) },
      this.text, this.share, this.bar, this.button);
  }

  begin() {
    this.show(0);
    this.worker = new Worker(asset("stage/tools/writer.js"), { type: "module" });
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = () => this.fail("lost");
    this.worker.postMessage(this.sheet);
  }

  /** @param {{ share: number, blob?: Blob, failed?: Why }} answer */
  hear({ share, blob, failed }) {
    if (failed) return this.fail(failed);
    if (!blob) return this.show(share);
    save(this.file, blob);
    this.end(say("saving.saved", { file: this.file }));
  }

  /** @param {number} share */
  show(share) {
    this.bar.value = share;
    this.share.textContent = percent(share);
  }

  // The line stays until somebody has read why.
  /** @param {Why} why */
  fail(why) {
    this.text.textContent = say(`saving.${why}`, { name: this.name });
    this.share.remove();
    this.bar.remove();
    Object.assign(this.button, { textContent: say("saving.close"), title: say("saving.close_title"), ariaLabel: say("saving.close_title") });
    this.finish(this.text.textContent);
  }

  /** @param {string} words */
  end(words) {
    this.leave();
    this.finish(words);
  }

  /** @param {string} words */
  finish(words) {
    this.over = true;
    this.worker?.terminate();
    this.on.end(words);
  }

  leave() {
    const focused = this.element.contains(document.activeElement);
    this.element.remove();
    if (focused) this.on.refocus();
  }
}
