// Predict, then see: what a line over the steps will do is sketched while it is covered, then it is drawn
// beside the sketch. Fetched when somebody predicts, or has something to come back to: predicting.js.

import { addStylesheet } from "../core/dom.js";
import { learnWords, say } from "../core/words.js";
import { Asking, boxSaid, recall, saidOf } from "./asking.js";
import { Boxes, dayOf, dueOf, isSame } from "./boxes.js";
import { Cover } from "./cover.js";
import { MISSED, distanceOf } from "./curve.js";
import { Curtain } from "./curtain.js";
import { atRest, happens, rowOf } from "./exact.js";
import { comingBack, remember, stored, withoutLesson } from "./returning.js";
import { Sketching } from "./sketching.js";
import words from "./words.json" with { type: "json" };

/**
 * @import { What } from "./boxes.js"
 * @import { Phase, Wanted } from "./asking.js"
 * @import { Host } from "./predicting.js"
 * @import { Template } from "../core/words.js"
 * @import { Numbers, Panel, Shown, Track } from "../types"
 */

// told: the words of the stage, which ours are said with.
/** @param {Host} host @param {Record<string, Template>} told */
export async function predict(host, told) {
  learnWords({ ...told, ...words });
  await addStylesheet("stage/learn/predict.css");
  return new Predict(host);
}

export class Predict {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.boxes = new Boxes(stored());
    /** @type {Wanted | null} */
    this.wanted = null;
    /** @type {Phase} */
    this.phase = "ask";
    this.changes = ""; // that were there before an edit
    this.numbers = ""; // the state of the numbers that are revealed
    this.polarity = "";
    this.begun = false;
    /** @type {{ step: number, unit: number } | null} */
    this.place = null; // of the cursor, before it was led elsewhere:
    /** @type {number | null} */
    this.looked = null; // to where both are farthest apart
    /** @type {Element | null} */
    this.opener = null;
    /** @type {Sketching | null} */
    this.sketching = null;
    /** @type {HTMLElement | null} */
    this.line = null; // what brings back what was missed
    this.curtain = new Curtain(host);
    this.asking = new Asking({
      quantity: (track) => this.ask({ track }),
      extent: (one) => this.ask({ one }),
      reveal: () => this.reveal(),
      again: () => this.ask({}),
      edit: () => this.editFirst(),
      leave: () => this.leave(),
    });
    this.watch = new MutationObserver(() => this.follow());
    this.watch.observe(host.element, { attributeFilter: ["data-ack"] }); // a message has been shown
    /** @param {KeyboardEvent} event */
    this.onKey = (event) => this.escape(event);
    document.addEventListener("keydown", this.onKey, true);
    this.onPull = () => host.here.drag.live && requestAnimationFrame(() => this.showKnown());
    for (const name of ["pointermove", "input"]) host.element.addEventListener(name, this.onPull);
    this.sizes = new ResizeObserver(() => this.wanted && this.lay());
    this.sizes.observe(host.element);
    this.follow();
  }

  // The stage goes.
  end() {
    this.leave();
    this.line?.remove();
    this.watch.disconnect();
    this.sizes.disconnect();
    document.removeEventListener("keydown", this.onKey, true);
    for (const name of ["pointermove", "input"]) this.host.element.removeEventListener(name, this.onPull);
  }

  get message() {
    return this.host.here.now.message;
  }

  get steps() {
    return this.message.labels.length;
  }

  // the question

  // part: a track, the lines of a cell, or nothing for the state of the first cell.
  /** @param {string} [part] */
  open(part) {
    if (this.wanted && !part) return this.sketching?.element.focus();
    const [cell, name] = (part ?? `${this.message.panels[0].cell}.hidden`).split(".");
    const { cursor } = this.host.here;
    const lines = name === "lines";
    this.start({ cell, track: lines ? "hidden" : name, lines, unit: cursor.unit, from: cursor.step, one: false });
  }

  /** @param {Wanted} wanted */
  start(wanted) {
    const { here: { cursor }, complain } = this.host;
    this.leave();
    const panel = this.panelOf(wanted.cell);
    if (!panel || wanted.unit >= panel.units || !this.entryOf(wanted)) return complain(say("asking.not_here"), true);
    if (this.steps < 2) return complain(say("asking.one_step"), true);
    const opener = document.activeElement;
    this.opener = opener === document.body ? null : opener;
    cursor.pause();
    const from = wanted.from < this.steps - 1 ? wanted.from : 0; // after the last step there is nothing to predict
    if (from !== wanted.from) this.place = { step: cursor.step, unit: cursor.unit };
    this.line?.remove();
    this.line = null;
    this.host.bar.prepend(this.asking.element);
    this.host.element.classList.add("gs-predicting");
    this.wanted = { ...wanted, from };
    this.ask({});
    this.sketching?.intoSight();
  }

  // Another quantity, more or fewer steps, or the same again.
  /** @param {Partial<Wanted>} other */
  ask(other) {
    if (!this.wanted) return;
    this.wanted = { ...this.wanted, ...other };
    this.phase = "ask";
    this.begin(null);
  }

  // What a change will do: the line as it is now stays in sight, grey; what it becomes is covered.
  async editFirst() {
    const { wanted } = this;
    if (!wanted) return;
    const before = await this.row();
    if (this.wanted !== wanted) return;
    this.phase = "edit";
    this.changes = this.changed();
    this.begin(before);
  }

  /** @param {Numbers | null} before */
  begin(before) {
    const { wanted } = this;
    const { here } = this.host;
    if (!wanted) return;
    const { unit, from, one } = wanted;
    this.polarity = this.message.inner.polarity;
    here.now.cover = new Cover(here, { part: this.part, unit, from });
    here.cursor.held = { step: from, unit };
    here.cursor.move(from, unit);
    this.sketching?.element.remove();
    const asked = { first: from + 1, last: one ? from + 1 : this.steps - 1 };
    this.sketching = new Sketching(this.axis(), asked, { drawn: () => this.show(), reveal: () => this.reveal() });
    this.sketching.before = before;
    this.curtain.close(here.now.cover);
    this.redraw();
    this.show();
    this.showKnown();
    this.sketching.element.focus({ preventScroll: true });
    this.host.tell(this.hint(this.phase === "ask")); // in the place of what was said of other steps
  }

  /** @returns {ConstructorParameters<typeof Sketching>[0]} */
  axis() {
    const { wanted, track, panel, host } = this;
    if (!wanted || !track || !panel) throw new Error("nothing is predicted");
    const plot = host.screen.plotOf(this.part);
    const { zmin, zmax } = host.here.channel.part(this.part).data[0];
    const drawn = this.entryOf(wanted)?.plot.figure.layout.yaxis.range ?? [zmin, zmax];
    return {
      steps: this.steps, range: wanted.lines ? drawn : [zmin, zmax], within: [zmin, zmax], color: track.color, opaque: !wanted.lines,
      name: say("sketching.name", { cell: panel.name, quantity: track.name, symbol: track.symbol, unit: wanted.unit + 1 }),
      colourOf: (value) => plot.colourOf(value),
    };
  }

  get part() {
    return `${this.wanted?.cell}.${this.wanted?.track}`;
  }

  /** @param {string | undefined} cell @returns {Panel | undefined} */
  panelOf(cell) {
    return this.message.panels.find((panel) => panel.cell === cell);
  }

  get panel() {
    return this.panelOf(this.wanted?.cell);
  }

  /** @returns {Track | undefined} */
  get track() {
    return this.panel?.tracks.find(({ track }) => track === this.wanted?.track);
  }

  // The plot that is sketched on.
  /** @param {Wanted} wanted @returns {Shown | undefined} */
  entryOf({ cell, track, lines }) {
    const { plots } = this.host.screen;
    return plots.has(`${cell}.${track}`) ? plots.get(`${cell}.${lines ? "lines" : track}`) : undefined;
  }

  // what is seen

  show() {
    const { asking, panel, phase, sketching, track, wanted } = this;
    if (!wanted || !panel || !track || !sketching) return;
    this.lay();
    this.host.element.dataset.predict = phase;
    const tracks = panel.tracks.filter((one) => this.entryOf({ ...wanted, track: one.track }));
    asking.show({ panel: { ...panel, tracks }, track, unit: wanted.unit, from: wanted.from, one: wanted.one }, phase);
    if (phase === "shown") return;
    const changed = phase === "ask" || this.changed() !== this.changes;
    asking.tell("", this.boxes.aside ? say("boxes.aside", { name: this.boxes.aside }) : this.boxes.keeps ? "" : say("boxes.full"));
    asking.hint(this.hint(changed), changed && sketching.complete);
  }

  /** @param {boolean} changed */
  hint(changed) {
    const { phase, sketching, wanted } = this;
    if (!changed) return say("asking.change");
    if (sketching?.complete) return say("asking.ready");
    if (wanted?.one) return say("asking.drag");
    return phase === "edit" ? say("asking.draw_edit") : say("asking.draw");
  }

  // The area over its plot, wherever that is now.
  lay() {
    const { sketching, wanted } = this;
    const entry = wanted && this.entryOf(wanted);
    const figure = entry?.plot.host.closest("figure");
    if (!entry || !figure || !sketching) return;
    sketching.over(entry.plot.area, figure);
    this.curtain.lay(); // the plots may have been made anew
  }

  // The steps before, as they are now; in a drag as it is now.
  async showKnown() {
    const { sketching, wanted } = this;
    if (!sketching || !wanted || this.phase === "shown") return;
    const { drag } = this.host.here;
    const live = drag.live ? drag.sweep?.line(this.part, wanted.unit) : undefined;
    const exact = live && !(live instanceof Uint8Array) && live.length === this.steps;
    const row = exact ? live : drag.live && drag.sweep?.shows(this.part) ? [] : await this.row();
    if (sketching !== this.sketching || sketching.truth) return;
    sketching.known = Array.from(row).slice(0, sketching.asked.first);
    sketching.show();
  }

  // Every number of what is predicted.
  async row() {
    const { panel, wanted } = this;
    return panel && wanted ? rowOf(this.host, panel, wanted.track, wanted.unit) : [];
  }

  // Plots that show what is covered, or do so again.
  redraw() {
    const { screen } = this.host;
    const entries = [...screen.plots.values()].filter(({ kind }) => kind === "track" || kind === "lines");
    for (const { part } of entries) screen.drawn.delete(part);
    screen.drawParts(entries);
  }

  // what comes

  // A message has been shown.
  follow() {
    const { now } = this.host.here;
    if (!now.begun) return;
    if (!this.begun) this.welcome();
    this.begun = true;
    const { panel, sketching, track, wanted } = this;
    if (!wanted || !sketching) return;
    const other = !panel || !track || !this.entryOf(wanted) || sketching.axis.steps !== this.steps;
    if (other || (this.phase === "shown" && this.host.screen.stateOf(this.part) !== this.numbers)) return this.leave();
    if (this.phase === "shown") return this.show();
    const { polarity } = this.message.inner;
    if (this.polarity !== polarity) this.begin(null);
    this.curtain.follow();
    this.show();
    this.showKnown();
  }

  // What has been changed of the scene.
  changed() {
    const { edits, held } = this.message;
    return JSON.stringify([edits.map(({ target, value }) => [target, value]), held]);
  }

  async reveal() {
    const { panel, sketching, wanted } = this;
    if (!sketching?.complete || !wanted || !panel || this.phase === "shown" || sketching.truth) return;
    const { here, screen } = this.host;
    this.asking.reveal.disabled = true;
    /** @type {Map<string, Numbers>} */
    const rows = new Map();
    try {
      await atRest(this.host);
      for (const { track } of panel.tracks) rows.set(track, await rowOf(this.host, panel, track, wanted.unit));
    } catch {
      this.asking.hint(say("asking.lost"), true);
      return;
    }
    const truth = rows.get(wanted.track);
    if (this.sketching !== sketching || this.wanted !== wanted || !truth) return;
    const { axis: { within: [low, high] }, asked, curve } = sketching;
    const distance = distanceOf(curve, truth, asked, high - low);
    this.phase = "shown";
    this.uncover();
    this.numbers = screen.stateOf(this.part);
    sketching.reveal(truth, distance.worst.step);
    const missed = distance.share > MISSED;
    const { symbol = "" } = this.track ?? {};
    const link = withoutLesson(this.host.address());
    const made = { part: this.part, unit: wanted.unit, ...asked, link, symbol, share: distance.share, mean: distance.mean };
    const today = new Date();
    const was = this.boxes.cards.some((card) => card.box > 0 && isSame(card, made));
    const card = this.boxes.add(made, missed, today);
    const said = saidOf(distance, { symbol, one: wanted.one }, happens(this.host, panel, rows, { step: distance.worst.step, unit: wanted.unit }));
    const note = this.boxes.keeps ? boxSaid(card, today, missed, was) : say("boxes.full");
    this.show();
    this.asking.tell(said, note);
    this.place = { step: wanted.from, unit: wanted.unit };
    this.looked = distance.worst.step; // all that is of the cursor's place is of that step
    here.cursor.move(distance.worst.step);
    this.host.tell([said, note].filter(Boolean).join(" "));
    this.asking.again.focus({ preventScroll: true });
  }

  // going

  uncover() {
    const { cursor, now } = this.host.here;
    now.cover = null;
    cursor.held = null;
    this.curtain.open();
    this.redraw();
  }

  leave() {
    const { wanted, sketching, opener, place, host } = this;
    if (!wanted) return;
    if (host.here.now.cover) this.uncover();
    const focused = this.asking.element.contains(document.activeElement) || document.activeElement === sketching?.element;
    sketching?.element.remove();
    this.asking.element.remove();
    host.element.classList.remove("gs-predicting");
    Object.assign(this, { wanted: null, sketching: null, opener: null, place: null, phase: "ask" });
    const { cursor } = host.here;
    if (place && (this.looked === null || this.looked === cursor.step)) cursor.move(place.step, place.unit);
    this.looked = null;
    if (focused && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  }

  // Escape leaves, after whatever else it is for: a drag, a chosen number, what lies over the page.
  /** @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape" || !this.wanted) return;
    const { now, drag } = this.host.here;
    const at = /** @type {Element} */ (event.composedPath()[0]);
    if (now.target || drag.held || at.closest?.("[role=menu], [role=listbox], dialog, [popover]:popover-open, [aria-expanded=true]")) return;
    this.leave();
  }

  // coming back

  // The page is there: what a link of ours has brought it here for, or one line on what was missed.
  welcome() {
    const coming = comingBack();
    if (coming) return this.resume(coming);
    const now = new Date();
    const card = dueOf(this.boxes.cards, dayOf(now));
    const { aside } = this.boxes;
    if (aside) this.host.complain(say("boxes.aside", { name: aside }), true);
    if (!card || this.wanted || new URL(location.href).searchParams.has("lesson")) return;
    const [cell, name] = card.part.split(".");
    const symbol = this.panelOf(cell)?.tracks.find(({ track }) => track === name)?.symbol ?? card.symbol;
    this.line = recall(card, symbol, now, {
      again: () => remember(card),
      later: () => {
        this.boxes.postpone(card, new Date());
        this.line?.remove();
        this.line = null;
      },
    });
    this.host.bar.prepend(this.line);
  }

  /** @param {What} what */
  resume({ part, unit, first, last }) {
    const [cell, track] = part.split(".");
    if (last >= this.steps) return this.host.complain(say("asking.not_here"), true);
    this.start({ cell, track, lines: false, unit, from: first - 1, one: first === last && last < this.steps - 1 });
  }
}
