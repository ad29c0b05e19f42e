// What is written: the numbers at the cursor in captions and sentences, and the chosen number in the editor.

import { Terms } from "../controls/terms.js";
import { putText } from "../core/dom.js";
import { short } from "../core/format.js";
import { ownEdits } from "../core/message.js";
import { ALL, TEXT, draws } from "../core/pace.js";
import { say } from "../core/words.js";
import { heldAt } from "./held.js";
import { isState } from "./masked.js";
import { sentence } from "./view.js";

/**
 * @import { Editor } from "../controls/editor.js"
 * @import { Turn } from "../core/pace.js"
 * @import { Screen } from "./screen.js"
 * @import { Here, Panel, Wanted } from "../types"
 */

const LONG = 8; // letters of a number in a caption, above which they are smaller

export class Values {
  // holder: of what is on show. valueAt(target): the committed value of a number, null where it is not known.
  /**
   * @param {Here} here @param {HTMLElement} holder @param {Pick<Screen, "number" | "place" | "plots" | "sight">} screen
   * @param {Pick<Editor, "old" | "scale" | "show">} editor @param {(target: string) => number | null} valueAt
   */
  constructor(here, holder, screen, editor, valueAt) {
    this.here = here;
    this.holder = holder;
    this.screen = screen;
    this.editor = editor;
    this.valueAt = valueAt;
    this.terms = new Terms();
  }

  // all: also what nobody sees. The chosen number is in every turn. Returns what has to be asked for.
  /** @param {boolean} all @param {Turn} [turn] @returns {Wanted | null} */
  show(all, turn = ALL) {
    const { cursor, drag, now: { message } } = this.here;
    if (!draws(turn, TEXT)) return this.showChosen();
    const known = message.panels.map((panel) => this.showPanel(panel, all)).every(Boolean);
    const lines = this.holder.querySelector("[data-lines]");
    if (lines) putText(lines, say("values.over_time", { unit: cursor.unit + 1 }));
    const missing = this.showChosen() ?? (known ? null : { of: cursor.unit });
    this.terms.follow(this.holder.parentElement, message, drag.live || !all);
    return missing;
  }

  // Returns whether every number of it is known, or comes with the drag.
  /** @param {Panel} panel @param {boolean} all */
  showPanel(panel, all) {
    const { cursor, now: { message } } = this.here;
    const row = panel.order.indexOf(cursor.unit);
    const drawn = panel.tracks.filter(({ track }) => this.screen.plots.has(`${panel.cell}.${track}`));
    const shown = drawn.filter(({ units }) => row < units); // a projected state has fewer
    for (const { track } of drawn.filter((one) => !shown.includes(one))) {
      const output = this.holder.querySelector(`[data-value="${panel.cell}.${track}"]`);
      if (output) putText(output, "");
    }
    const values = new Map(shown.map(({ track }) => [track, row < 0 ? undefined : this.trackAt(`${panel.cell}.${track}`, row)]));
    const complete = row < 0 || [...values].every(([track, value]) => value !== undefined || this.swept(`${panel.cell}.${track}`));
    for (const [track, value] of values) {
      if (!all && !this.seen(`${panel.cell}.${track}`)) continue; // it is written when the hand rests
      const output = this.holder.querySelector(`[data-value="${panel.cell}.${track}"]`);
      if (!output) continue;
      const said = value === undefined ? "" : cursor.masked && !isState(`${panel.cell}.${track}`) ? say("values.masked") : short(value);
      putText(output, said);
      output.classList.toggle("gs-long", said.length > LONG);
    }
    const text = this.holder.querySelector(`[data-sentence="${panel.cell}"]`);
    if (!text) return complete; // of a cell of which the states alone are on show
    let said = "";
    if (row < 0) said = say("values.no_unit", { unit: cursor.unit + 1, units: panel.units });
    else if (![...values.values()].includes(undefined)) {
      const name = panel.cell === "gru" ? message.names[cursor.unit] : "";
      const { polarity } = message.inner;
      said = cursor.masked ? this.keptSentence(panel, values) : sentence(
        { cell: panel.cell, polarity, name }, cursor, (track) => Number(values.get(track)), (track) => this.held(panel.cell, track));
    }
    this.terms.write(text, said);
    return complete;
  }

  // Of a masked step, at which no gate is computed.
  /** @param {Panel} panel @param {Map<string, number | undefined>} values */
  keptSentence({ cell }, values) {
    const at = { unit: this.here.cursor.unit + 1, h: short(Number(values.get("hidden"))), c: short(Number(values.get("cell"))) };
    return say(cell === "lstm" ? "sentence.masked_lstm" : "sentence.masked", at);
  }

  // The chosen number in the editor. Returns what has to be asked for to have it.
  showChosen() {
    const { drag, now: { message, target } } = this.here;
    const edit = message.edits.find((one) => one.target === target);
    if (drag.sweep && drag.target === target) this.editor.scale(drag.sweep.values);
    const value = target ? drag.value ?? this.valueAt(target) : null;
    const reset = message.can.reset && (!message.lesson || ownEdits(message).length + message.held.length > 0);
    this.editor.show(target, value, edit, { ...message.can, reset });
    this.showNote();
    return target && value === null && this.screen.place(target) ? { target } : null;
  }

  // Whether somebody can see the plot of a part.
  /** @param {string} part */
  seen(part) {
    const entry = this.screen.plots.get(part);
    return !entry || this.screen.sight.sees(entry.plot.host);
  }

  // Whether a track is held at the cursor.
  /** @param {string} cell @param {string} track */
  held(cell, track) {
    return heldAt(this.here.now.message.held, cell, track, this.here.cursor);
  }

  // Why nothing follows the hand, and that it is being computed, beside the number.
  showNote() {
    const { channel, drag } = this.here;
    if (!drag.sweep?.note) return;
    const note = channel.busy ? say("values.computing") : drag.live && drag.sweep.note;
    if (note) putText(this.editor.old, note);
  }

  // A track at the cursor; undefined where the exact number has not been sent, or not yet.
  /** @param {string} name @param {number} row */
  trackAt(name, row) {
    const { cursor, drag } = this.here;
    if (cursor.column < cursor.columns.of[0]) return this.firstAt(name, row);
    const sent = this.swept(name) ? undefined : this.screen.number(name, row, cursor.step);
    return sent ?? (drag.live ? drag.sweep?.exact(name, cursor) : undefined);
  }

  // At a masked step before the first one: a state as it is before the first step.
  /** @param {string} name @param {number} row */
  firstAt(name, row) {
    const [cell, track] = name.split(".");
    const panel = this.here.now.message.panels.find((one) => one.cell === cell);
    const initial = panel?.initials.find(({ of }) => of === track);
    return initial ? this.screen.number(`${cell}.${initial.part}`, row, 0) : 0;
  }

  // Whether a drag shows this track under another value.
  /** @param {string} name */
  swept(name) {
    const { drag } = this.here;
    return drag.live && Boolean(drag.sweep?.shows(name));
  }
}
