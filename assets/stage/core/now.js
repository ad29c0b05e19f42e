// What is on show: the screen as the server told it last, the number that is chosen, how much there is to see.

/**
 * @import { Look } from "../controls/look.js"
 * @import { Computed } from "../compute/computed.js"
 * @import { Lesson } from "../contract"
 * @import { Cover } from "../learn/cover.js"
 * @import { Message } from "../types"
 */

export class Now {
  /** @param {Look} wanted */
  constructor(wanted) {
    /** @type {Message | null} */
    this.told = null;
    /** @type {string | null} */
    this.target = null; // the chosen number
    this.wanted = this.chosen = wanted; // now, and outside of lessons
    this.lesson = ""; // that is open
    /** @type {Computed | null} */
    this.computed = null; // what the page has computed of it, after changes
    this.stale = false; // views are of before a change
    /** @type {Cover | null} */
    this.cover = null; // what is not to be seen while it is predicted
  }

  // Whether there is a screen yet.
  get begun() {
    return this.told !== null;
  }

  get message() {
    if (!this.told) throw new Error("The server has not told of a screen yet.");
    return this.told;
  }

  // A scene without a number to drag first has no first view: whoever brings a model wants all of it.
  /** @returns {Look} */
  get look() {
    return this.told?.scene.first ? this.wanted : "all";
  }

  /** @param {Look} look */
  lookAs(look) {
    this.wanted = this.chosen = look;
  }

  // A lesson begins with as much of the screen as it is about.
  /** @param {Pick<Lesson, "name" | "look"> | null} lesson */
  follow(lesson) {
    const name = lesson?.name ?? "";
    if (name === this.lesson) return;
    this.lesson = name;
    if (lesson) this.wanted = lesson.look === "first" ? "first" : "all";
    else this.wanted = this.chosen;
  }

  // How far a slider goes: a bias as far as it is dragged, all else as far as its colours can tell.
  /** @param {string} target */
  boundOf(target) {
    const { panels, x } = this.message;
    const [owner, part] = target.split(".");
    if (owner === "x") return Number(x.bound);
    const panel = panels.find(({ cell }) => cell === owner);
    return Number((part.startsWith("b") ? panel?.bias : panel?.bound) ?? 1);
  }

  // The unit above or below one. The rows of the heatmaps may not be in the order of numbers.
  /** @param {number} unit @param {number} by */
  neighbour(unit, by) {
    const { order } = this.message.panels.reduce((most, panel) => (panel.units > most.units ? panel : most));
    return order[order.indexOf(unit) + by] ?? unit;
  }
}
