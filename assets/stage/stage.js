// The stage: one component that draws what the server describes and lets a visitor step through it
// and edit it. Every number on it came from the server (app/messages/stage.py), or out of the core's own program.

import { Inside } from "./cell/inside.js";
import { Changing } from "./compute/changing.js";
import { Local } from "./compute/local.js";
import { Choosing } from "./controls/choosing.js";
import { Changes, Editor } from "./controls/editor.js";
import { Focus } from "./controls/focus.js";
import { Handle } from "./controls/handle.js";
import { keyPressed, typingIn } from "./controls/keys.js";
import { Address, Link } from "./controls/link.js";
import { Lists } from "./controls/lists.js";
import { keepLook, lookOf } from "./controls/look.js";
import { Manual } from "./controls/manual.js";
import { Many, opener } from "./controls/many.js";
import { Pad } from "./controls/pad.js";
import { Pointer } from "./controls/pointer.js";
import { ledIntoPopovers, nameControls } from "./controls/popovers.js";
import { Extras, Timeline } from "./controls/timeline.js";
import { Type } from "./controls/type.js";
import { Voice } from "./controls/voice.js";
import { mounting } from "./core/arriving.js";
import { Asking } from "./core/asking.js";
import { Channel, runs } from "./core/channel.js";
import { Columns } from "./core/columns.js";
import { Wholes } from "./core/condensed.js";
import { Cursor } from "./core/cursor.js";
import { addStylesheets, make } from "./core/dom.js";
import { Drag } from "./core/drag.js";
import { Library, fetchPlotly } from "./core/library.js";
import { isWhole, named, ownEdits } from "./core/message.js";
import { Now } from "./core/now.js";
import { ALL } from "./core/pace.js";
import { explainRefusals } from "./core/refused.js";
import { asset } from "./core/served.js";
import { alongTabs } from "./core/tabs.js";
import { learnPaper, lookAtPaper, watchPaper } from "./core/tint.js";
import { say } from "./core/words.js";
import { Lessons } from "./learn/lesson.js";
import { Predicting } from "./learn/predicting.js";
import { Lens } from "./lens/lens.js";
import { Live } from "./plots/live.js";
import { Screen } from "./plots/screen.js";
import { Values } from "./plots/values.js";
import { Pictures } from "./tools/pictures.js";
import { savings } from "./tools/saving.js";
import { tools } from "./tools/tools.js";
import { twin } from "./tools/twin.js";

/**
 * @import { Act } from "./controls/keys.js"
 * @import { Look } from "./controls/look.js"
 * @import { Anew, Brief, Message as Sent } from "./contract"
 * @import { Details, Event, Here, Message, Shown } from "./types"
 */

export { lists } from "./controls/lists.js";

export default mounting((root) => new Stage(root));

class Stage {
  /** @param {HTMLElement} root */
  constructor(root) {
    explainRefusals();
    this.styled = addStylesheets();
    this.channel = new Channel((problem, lasts) => this.voice.complain(problem, lasts));
    this.cursor = new Cursor(() => this.cursorMoved());
    this.now = new Now(lookOf());
    this.local = new Local({ channel: this.channel, now: this.now }, (where) => (this.element.dataset.computes = where));
    this.changing = new Changing({ channel: this.channel, now: this.now }, this.local, {
      show: (message) => this.focus.kept(() => this.apply(message)), ask: () => this.send("ask"),
      held: () => Boolean(this.pointer.held) || this.drag.held,
      checked: (said) => (this.inside.checked.textContent = said), complain: (problem, lasts) => this.voice.complain(problem, lasts),
    });
    this.drag = new Drag({
      local: (target) => this.local.sweep(target),
      send: (kind, details) => this.channel.send(kind, details),
      cursor: this.cursor,
      onFrame: (whole) => this.live.draw(whole),
      onRest: () => [this.screen.settle(), this.refresh()],
      commit: (target, value) => this.send("commit", { target, value }),
    });
    /** @type {Here} */
    const here = { channel: this.channel, cursor: this.cursor, drag: this.drag, now: this.now };
    const library = new Library(() => fetchPlotly(asset("vendor/plotly/plotly-cartesian.min.js")), () => this.voice.complain(say("stage.no_plotly"), true));
    /** @param {string | null} target */
    const choose = (target) => this.choosing.choose(target);
    /** @param {string | null} quantity */
    const light = (quantity) => this.inside.light(this.element, quantity);
    this.timeline = new Timeline(this.cursor);
    this.changes = new Changes(choose);
    this.editor = new Editor(this.changes.element, opener(() => this.many.open()), {
      choose,
      hold: () => this.now.target && this.drag.hold(this.now.target),
      preview: (index) => this.drag.preview(index),
      release: () => this.drag.held && this.drag.letGo(),
      type: (text) => this.now.target && this.send("type", { target: this.now.target, text }),
      revert: () => this.now.target && this.send("revert", { target: this.now.target }),
      undo: () => this.change("undo"),
      redo: () => this.change("redo"),
      reset: () => this.lessons.restart() || this.change("reset"),
    });
    this.handle = new Handle({
      drag: this.drag,
      choose,
      valueOf: (target) => this.screen.valueAt(target),
      bound: (target) => this.now.boundOf(target),
      choices: () => this.editor.choices,
    });
    this.voice = new Voice({ says: () => this.says(), playing: () => this.cursor.playing });
    /** @param {string} text */
    const tell = (text) => this.voice.tell(text);
    /** @param {string} text */
    const conclude = (text) => this.voice.conclude(text);
    savings.tell = tell;
    this.holder = make("div", {});
    this.element = make("div", { className: "gs-stage" });
    this.lessons = new Lessons(here, { element: this.element, screen: () => this.screen, tell: conclude, go: (name) => this.change("lesson", { name }) });
    this.many = new Many(here, this.editor, this.element, (kind, details) => this.change(kind, details));
    /** @param {Shown} entry */
    const menu = (entry) => tools(entry, here, {
      element: this.element, library, plots: () => this.screen.plots, tell, whole: (part) => this.wholes.ask(part),
      predict: (part) => this.predicting.open(part),
    });
    this.lens = new Lens(here, {
      send: (kind, details) => this.send(kind, details),
      change: (kind, details) => this.change(kind, details),
      held: () => this.pointer.held,
      seen: () => this.screen.showLens(), bias: this.handle.host,
      tools: menu, shades: () => this.screen, twin: (name, sheet) => twin(name, sheet, here, this.element),
      colours: (panel, rows) => this.inside.colours(panel, rows),
    });
    /** @param {boolean} whole whether of the whole stage too */
    const pictures = (whole) => new Pictures(here, {
      element: this.element,
      whole: whole ? () => this.holder.firstElementChild : null, cell: () => this.inside.element,
      finish: () => this.screen.idle.finish(),
      tell,
    }).element;
    this.inside = new Inside(here, () => this.screen, [this.lens.views.element, this.lens.element], pictures(false), {
      light,
      view: (details) => this.send("view", details),
      voice: this.voice,
    });
    this.pad = new Pad({
      values: (channel) => this.screen.numbers("x")[channel],
      bound: () => Number(this.now.message.x.bound),
      channels: () => this.now.message.x.channels,
      send: (channel, first, values) => this.change("draw", { channel, first, values }),
    });
    this.manual = new Manual(this.element);
    this.type = new Type((type) => this.send("view", { type }));
    this.address = new Address(here, (noting) => this.element.toggleAttribute("data-noting", noting));
    this.link = new Link({
      busy: () => this.channel.telling, address: () => this.address.text(true), tell, element: this.element,
      page: () => this.now.message.page, complain: (problem) => this.voice.complain(problem, true),
    });
    this.timeline.element.append(new Extras(this.link.element, pictures(true), this.type.button, this.manual.button).element);
    this.bar = make("div", { className: "gs-bar" }, savings.element, this.editor.element, this.timeline.element);
    this.element.append(this.voice.notices, this.lessons.element, this.holder, this.voice.element, this.bar);
    this.focus = new Focus(this.element, this.bar, () => this.holder.querySelector(".gs-story"));
    this.unled = ledIntoPopovers();
    this.lists = new Lists(here, (name, value) => this.change("choose", { name, value }));
    this.asking = new Asking(here, { send: (kind, wanted) => this.send(kind, wanted), held: () => this.pointer.held }); // for numbers at the cursor
    this.screen = new Screen(here, { element: this.element, holder: this.holder, built: (message) => this.built(message), rested: () => this.live.rested(), placed: (message) => message.lesson?.key !== this.step && this.lessons.show(message) }, this.lens, library, {
      inside: this.inside.element,
      handle: this.handle.element,
      pad: this.pad,
      filler: (panel) => opener(() => this.many.open(this.many.near(panel))),
      tools: menu,
      lookAs: (look) => this.lookAs(look),
      again: () => this.send("again"),
      toScene: (name) => this.change("scene", { name }),
    });
    this.predicting = new Predicting({
      here, screen: this.screen, lens: this.lens, element: this.element, holder: this.holder, bar: this.bar, tell: conclude,
      address: () => this.address.text(true), whole: (part) => this.wholes.ask(part), complain: (problem, lasts) => this.voice.complain(problem, lasts),
    });
    this.live = new Live(this.element, this.drag, this.screen, {
      values: (all, turn) => this.showValues(all, turn), read: [this.inside, this.lens], follow: () => this.lessons.follow(), refresh: (moving) => this.refresh(moving),
    });
    this.values = new Values(here, this.holder, this.screen, this.editor, (target) => this.screen.valueAt(target));
    this.pointer = new Pointer(this.element, here, {
      choose,
      choices: () => this.editor.choices,
      light,
      moved: () => this.cursorMoved(),
      refresh: () => this.refresh(),
      send: (kind, details) => this.send(kind, details),
    }, this.screen, this.lens);
    this.choosing = new Choosing(here, this.editor, {
      show: (cell, gate) => this.send("show", { cell, gate }),
      place: (target) => this.screen.place(target),
      letGo: () => this.pointer.letGo(),
      refresh: () => {
        this.refresh();
        this.focus.check();
      },
    });
    root.replaceChildren(this.element);
    /** @type {Act} */
    this.keys = {
      cursor: this.cursor,
      chosen: () => this.now.target !== null,
      typingIn: (at) => typingIn(at, this.element, this.editor),
      neighbour: (by) => this.now.neighbour(this.cursor.unit, by),
      goBy: (by) => this.inside.goBy(by),
      begin: (text) => this.editor.begin(text),
      escape: () => this.escape(),
      change: (kind) => this.change(kind),
      turn: () => this.type.turn(),
      open: () => this.manual.open(),
      predict: () => this.predicting.open(),
    };
    /** @param {KeyboardEvent} event */
    this.onKey = (event) => this.now.begun && !alongTabs(event) && keyPressed(event, this.keys);
    document.addEventListener("keydown", this.onKey);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.element);
    this.unwatch = watchPaper(() => lookAtPaper(this.element) && this.now.begun && this.onOtherPaper());
    /** @type {string | undefined} */
    this.opened = undefined; // the scene that is open
    this.arrived = 0; // as often as a link has led here
    /** @type {string | undefined} */
    this.step = undefined; // of a lesson
    this.wholes = new Wholes((kind, details) => this.send(kind, details));
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
    this.cursor.pause();
    for (const one of [this.live, this.address, this.lists, this.changing, this.many, this.type]) one.leave();
    this.voice.stop();
    this.predicting.end();
    this.unled();
    this.asking.stop();
    this.pointer.asking.stop();
    this.sizes.disconnect();
    this.unwatch();
    this.channel.close();
    this.local.end();
    this.screen.dropPlots();
  }

  /** @param {Sent | Brief | Anew} message */
  async receive(message) {
    await this.styled; // places have their sizes
    this.address.built = false;
    if (isWhole(message)) this.changing.receive(named(message));
    else this.changing.hear(message);
  }

  /** @param {Message} message */
  apply(message) {
    const { opened, arrived, labels, panels, cursor, problems, answer, sweep, lesson } = message;
    this.lessons.meet(message);
    this.now.told = message;
    this.now.follow(lesson);
    learnPaper(message.dark);
    lookAtPaper(this.element);
    if (!this.channel.busy) this.type.show(String(message.link.type ?? "normal")); // else it may be of before a change
    this.address.arrive();
    const stepped = Boolean(lesson) && lesson?.key !== this.step;
    const elsewhere = opened !== this.opened || arrived > this.arrived || stepped; // another scene, a link into this one, a step of a lesson
    if (elsewhere) this.predicting.leave();
    // What is drawn next is drawn at once where the screen begins.
    const units = Math.max(...panels.map((panel) => panel.units));
    const columns = new Columns(labels.length, message.masked);
    if (this.cursor.enter(columns, units, elsewhere ? cursor : undefined)) this.address.looked = true;
    this.inside.show();
    this.show(message);
    this.choosing.doubt(this.screen.alike.structure, message.edits);
    Object.assign(this, { opened, arrived, step: lesson?.key }); // of a new session, after one has ended, that is less
    if (elsewhere) {
      this.choosing.drop();
      this.inside.go(null);
    }
    this.choosing.check();
    this.drag.receive(sweep, message.ack.seq);
    if (!this.drag.held && !this.channel.busy) this.screen.settle();
    this.voice.notice(problems, elsewhere);
    if (!this.editor.typing || answer) this.editor.say(answer);
    if (message.said) this.editor.tell(message.said);
    this.voice.tell(message.said);
    this.many.answered(message);
    if (this.now.target && !this.drag.live && !this.channel.busy) this.drag.moveTo(this.screen.valueAt(this.now.target));
    this.changes.show(ownEdits(message), this.editor.choices);
    this.handle.show(message.scene.handle?.target ?? "");
    this.lessons.show(message);
    this.refresh();
    this.pad.show();
    this.wholes.answer((part) => this.channel.complete(part));
    this.pointer.describeAgain();
    if (this.drag.live) this.live.draw(true);
    this.link.short.button.hidden = !message.short;
    this.lists.show(message);
    nameControls(message.help);
    Object.assign(this.element.dataset, { opened, arrived, ack: message.ack.seq });
    this.element.toggleAttribute("data-stale", this.now.stale);
    this.voice.follow();
    this.address.follow();
  }

  /** @param {Message} message */
  show(message) {
    if (this.screen.show(message)) this.inside.measure();
  }

  /** @param {Message} message */
  built(message) {
    // A choice above the stage has been made: arrow keys are the stage's again.
    if (document.activeElement?.closest(".gs-lists:not([role=dialog] *)")) this.focus.arrive();
    this.editor.offer(message);
    this.address.built = true;
  }

  resize() {
    this.inside.measure();
    this.screen.resize();
  }

  // In the colours of another paper.
  onOtherPaper() {
    this.screen.onOtherPaper();
    this.refresh();
  }

  // All that is of the cursor's place; what is missing there is asked for. moving: it is on its way, frame by frame.
  refresh(moving = false) {
    if (!this.now.begun) return;
    this.timeline.show(this.now.message.labels, this.values.terms);
    this.screen.refresh(!moving);
    const turn = this.live.turn(moving);
    const number = this.showValues(!moving, turn);
    const missing = this.inside.refresh(turn);
    this.lens.refresh(turn);
    if (number || missing || turn === ALL) this.asking.want(number ?? missing);
    this.lessons.follow();
  }

  /** @param {boolean} [all] also what nobody sees @param {import("./core/pace.js").Turn} [turn] */
  showValues(all = true, turn = ALL) {
    const { message, target } = this.now;
    const missing = this.values.show(all, turn);
    this.handle.refresh();
    this.element.toggleAttribute("data-handled", Boolean(target) && target === message.scene.handle?.target);
    return missing;
  }

  /** @template {Event["kind"]} Kind @param {Kind} kind @param {Details<Kind>} [details] @returns {number} */
  send(kind, details) {
    const { step, unit } = this.cursor;
    const at = { step, unit, arrived: this.now.told?.arrived ?? 0 };
    const sent = this.channel.send(kind, this.changing.told(kind, details), at);
    if (runs({ kind })) this.voice.goOn();
    this.changing.sent({ seq: sent, kind, ...details });
    if (this.now.begun) this.values.showNote();
    return sent;
  }

  // A change that may be of other numbers than the chosen one.
  /** @template {Event["kind"]} Kind @param {Kind} kind @param {Details<Kind>} [details] @returns {number} */
  change(kind, details) {
    this.drag.clear();
    return this.send(kind, details);
  }

  // The whole screen, or the first view of it.
  /** @param {Look} look */
  lookAs(look) {
    this.now.lookAs(look);
    keepLook(look);
    this.focus.kept(() => this.show(this.now.message));
    this.refresh();
    this.pad.show();
  }

  cursorMoved() {
    if (!this.now.begun) return;
    this.address.looked = true;
    if (this.pointer.held || this.timeline.held || this.cursor.playing) this.live.move();
    else this.refresh();
    this.voice.follow();
    this.address.follow();
  }

  // Where the cursor is, in words: the step, the unit with its sentence, the sub-step, what the view found.
  says() {
    const { cell } = this.now.message.inner;
    const sentence = this.holder.querySelector(`[data-sentence="${cell}"]`) ?? this.holder.querySelector("[data-sentence]");
    const found = this.lens.element.isConnected ? this.lens.told?.words ?? [] : [];
    return [`${this.timeline.label.textContent}.`, sentence?.textContent, this.inside.told, ...found].filter(Boolean).join(" ");
  }

  escape() {
    if (this.pointer.held) this.pointer.cancel();
    else this.choosing.choose(null);
  }
}
