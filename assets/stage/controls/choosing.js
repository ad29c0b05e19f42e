// Which number is chosen, with the sweep that it is dragged by.

import { exists, gateOf, split } from "../core/cells.js";

/**
 * @import { Editor } from "./editor.js"
 * @import { Edit, Here as All } from "../types"
 * @typedef {Pick<All, "cursor" | "drag" | "now">} Here
 * @typedef {object} Act
 * @property {(cell: string, gate: string) => void} show the weights of a gate
 * @property {(target: string) => unknown} place of it on screen, null where there is none
 * @property {() => void} letGo the hand is off
 * @property {() => void} refresh
 */

export class Choosing {
  /** @param {Here} here @param {Pick<Editor, "choices" | "restore">} editor @param {Act} act */
  constructor(here, editor, act) {
    this.here = here;
    this.editor = editor;
    this.act = act;
    this.ground = ""; // of the sweep: what else its numbers are made of
  }

  // Choose a number (null for none); its sweep is asked for, ready to be dragged.
  /** @param {string | null} target */
  choose(target) {
    const { cursor, drag, now } = this.here;
    if (now.target !== target) this.editor.restore();
    now.target = target;
    cursor.pause();
    if (target) this.lookAt(target);
    if (target && now.look === "all" && !this.act.place(target)) {
      const { cell, gate } = gateOf(target);
      this.act.show(cell, gate);
    }
    if (target) drag.hold(target);
    drag.held = false;
    this.act.refresh();
  }

  // The cursor goes where a number is: to its unit, or its step.
  /** @param {string} target */
  lookAt(target) {
    const { cursor } = this.here;
    const known = split(target, this.editor.choices);
    if (!known) return;
    const { choice, index } = known;
    if (choice.id === "x") cursor.move(index[0]);
    else cursor.move(cursor.step, index[0]);
  }

  // No number is chosen any more.
  drop() {
    this.here.now.target = null;
    this.here.drag.clear();
    this.act.letGo();
  }

  // A number that is not on this screen is not chosen.
  check() {
    const { target } = this.here.now;
    if (target && !exists(target, this.editor.choices)) this.drop();
  }

  // The server's sweep is true as long as nothing else than its own number has changed. structure: of the screen.
  /** @param {string} structure @param {Edit[]} edits */
  doubt(structure, edits) {
    const { drag } = this.here;
    const others = edits.filter(({ target }) => target !== drag.target);
    const ground = JSON.stringify([structure, others]);
    if (drag.sweep && !drag.sweep.lasts(ground !== this.ground)) drag.clear();
    this.ground = ground;
  }
}
