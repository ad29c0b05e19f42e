// @ts-nocheck
// The stage: one component that draws what the server describes and lets a visitor step through it
// and edit it. Every number on it came from the server; app/messages/stage.py is the other end.

import { Asking } from "./asking.js";
import { Changes } from "./changes.js";
import { Channel } from "./channel.js";
import { Cursor } from "./cursor.js";
import { exists, split } from "./cells.js";
import { addStylesheet, loadPlotly, make } from "./dom.js";
import { Drag } from "./drag.js";
import { Editor } from "./editor.js";
import { Extras } from "./extras.js";
import { Focus } from "./focus.js";
import { Handle } from "./handle.js";
import { Inside } from "./inside.js";
import { keyPressed } from "./keys.js";
import { Lens } from "./lens.js";
import { Link } from "./link.js";
import { keepLook, lookOf } from "./look.js";
import { Manual } from "./manual.js";
import { Many } from "./many.js";
import { Pad } from "./pad.js";
import { learnPaper, lookAtPaper, watchPaper } from "./tint.js";
import { Pictures } from "./pictures.js";
import { Pointer } from "./pointer.js";
import { ledIntoPopovers } from "./popovers.js";
import { savings } from "./saving.js";
import { Screen } from "./screen.js";
import { alongTabs } from "./tabs.js";
import { Timeline } from "./timeline.js";
import { Type } from "./type.js";
import { Voice } from "./voice.js";
import { unpack } from "./wire.js";

const PLOTLY = new URL("../vendor/plotly/plotly-cartesian.min.js", import.meta.url).href;
const LINK_DELAY = 400; // milliseconds of rest before the address in the browser follows the cursor

const stages = new WeakMap();

export default function stage({ data, parentElement, setTriggerValue }) {
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  stages.get(parentElement).receive(data, setTriggerValue);
  return () => {
    stages.get(parentElement)?.leave();
    stages.delete(parentElement);
  };
}

// Steps that are only counted have no names of their own.
function counted(steps) {
  return Array.from({ length: steps }, (_, i) => String(i + 1));
}

class Stage {
  constructor(root) {
    for (const name of ["style", "diagram", "dialogs", "look", "type", "forced"]) addStylesheet(new URL(`./${name}.css`, import.meta.url).href);
    this.target = null; // the chosen number
    this.wanted = lookOf();
    this.channel = new Channel(() => this.notice("The server is not answering. Your change is kept and sent again."));
    this.cursor = new Cursor(() => this.cursorMoved());
    this.drag = new Drag({
      send: (kind, details) => this.channel.send(kind, details),
      cursor: this.cursor,
      onFrame: () => this.screen.drawLive(),
      onRest: () => this.screen.settle(),
      commit: (target, value) => this.send("commit", { target, value }),
    });
    this.timeline = new Timeline(this.cursor);
    this.changes = new Changes((target) => this.choose(target));
    this.many = new Many(this);
    this.editor = new Editor(this.changes.element, this.many.button, {
      choose: (target) => this.choose(target),
      hold: () => this.target && this.drag.hold(this.target),
      preview: (index) => this.drag.preview(index),
      release: () => this.drag.held && this.drag.letGo(),
      type: (text) => this.send("type", { target: this.target, text }),
      revert: () => this.send("revert", { target: this.target }),
      undo: () => this.change("undo"),
      redo: () => this.change("redo"),
      reset: () => this.change("reset"),
    });
    this.handle = new Handle({
      drag: this.drag,
      choose: (target) => this.choose(target),
      valueOf: (target) => this.valueAt(target),
      bound: (target) => this.boundOf(target),
      choices: () => this.editor.choices,
    });
    this.voice = new Voice({ says: () => this.says(), playing: () => this.cursor.playing });
    savings.tell = (text) => this.voice.tell(text);
    this.lens = new Lens(this);
    this.inside = new Inside(this);
    this.pad = new Pad({
      values: (channel) => this.screen.numbers("x")[channel],
      bound: () => Number(this.message.x.bound),
      channels: () => this.message.x.channels,
      send: (channel, first, values) => this.change("draw", { channel, first, values }),
    });
    this.notices = make("div", { className: "gs-notices" });
    this.holder = make("div", {});
    this.element = make("div", { className: "gs-stage" });
    this.manual = new Manual(this.element);
    this.type = new Type((type) => this.send("view", { type }));
    this.timeline.element.append(new Extras(new Link(this).element, new Pictures(this, true).element, this.type.button, this.manual.button).element);
    this.element.append(
      this.notices, this.holder, this.voice.element,
      this.bar = make("div", { className: "gs-bar" }, savings.element, this.editor.element, this.timeline.element),
    );
    this.focus = new Focus(this.element, this.bar, () => this.holder.querySelector(".gs-story"));
    this.unled = ledIntoPopovers();
    this.asking = new Asking(this); // for numbers at the cursor
    this.screen = new Screen(this);
    this.pointer = new Pointer(this);
    root.replaceChildren(this.element);
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.onTravel = () => (this.travelling = true);
    window.addEventListener("popstate", this.onTravel);
    this.sizes = new ResizeObserver(() => this.screen.resize());
    this.sizes.observe(this.element);
    this.unwatch = watchPaper(() => lookAtPaper(this.element) && this.message && this.screen.onOtherPaper());
    this.queue = Promise.resolve();
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("popstate", this.onTravel);
    clearTimeout(this.linkTimer);
    this.voice.stop();
    this.unled();
    this.asking.stop();
    this.pointer.asking.stop();
    this.sizes.disconnect();
    this.unwatch();
    this.cursor.pause();
    this.channel.close();
    this.many.leave();
    this.type.leave();
    this.screen.dropPlots();
  }

  // Messages are taken one after the other, since unpacking is asynchronous.
  receive(bytes, trigger) {
    this.channel.connect(trigger);
    this.queue = this.queue
      .then(async () => {
        this.plotly ??= await loadPlotly(PLOTLY);
        const message = await unpack(bytes);
        this.focus.kept(() => this.apply(message));
      })
      .catch((error) => {
        console.error(error);
        this.notice("The page could not draw what the server sent. Reloading it helps.");
      });
  }

  apply(message) {
    if (!this.channel.take(message)) return; // the missing parts are on their way
    const { opened, arrived, labels, problems, answer, sweep } = message;
    this.message = message;
    learnPaper(message.dark);
    lookAtPaper(this.element);
    if (!this.channel.busy) this.type.show(message.link.type ?? "normal"); // else it may be of before a change
    if (typeof labels === "number") message.labels = counted(labels);
    this.travelling = false;
    const elsewhere = opened !== this.opened || arrived > this.arrived; // another scene, or a link into this one
    this.place(message, elsewhere);
    this.inside.show();
    this.screen.show(message);
    this.doubt(message.edits);
    if (elsewhere) {
      Object.assign(this, { opened, arrived });
      this.drop();
      this.inside.go(null);
    }
    if (this.target && !exists(this.target, this.editor.choices)) this.drop();
    this.drag.receive(sweep, message.ack.seq);
    if (!this.drag.held && !this.channel.busy) this.screen.settle();
    this.notice(...problems);
    if (!this.editor.typing || answer) this.editor.say(answer);
    if (message.said) this.editor.tell(message.said);
    this.voice.tell(message.said ?? "");
    this.many.answered(message);
    if (this.target && !this.drag.live && !this.channel.busy) this.drag.moveTo(this.valueAt(this.target));
    this.changes.show(message.edits, this.editor.choices);
    this.handle.show(message.scene.handle?.target ?? "");
    this.screen.refresh();
    this.pad.show();
    this.wholes = this.wholes?.filter(({ part, done }) => !this.channel.complete(part) || done());
    this.pointer.describeAgain();
    if (this.drag.live) this.screen.drawLive();
    this.help(message.help);
    this.element.dataset.opened = message.opened;
    this.element.dataset.ack = message.ack.seq;
    this.voice.follow();
    this.followLink();
  }

  // The cursor inside of this screen, and where the screen begins. What is drawn next is drawn there at once.
  place({ labels, panels, cursor }, elsewhere) {
    const { step, unit } = this.cursor;
    this.cursor.quietly(() => {
      this.cursor.bound(labels.length, Math.max(...panels.map(({ units }) => units)));
      if (elsewhere) this.cursor.move(cursor.step, cursor.unit);
    });
    if (this.cursor.step !== step || this.cursor.unit !== unit) this.looked = true;
  }

  // A word on the controls above the stage, whose labels are hidden.
  help(words) {
    for (const [key, text] of Object.entries(words)) {
      document.querySelector(`.st-key-${key}`)?.setAttribute("title", text);
    }
  }

  // No number is chosen any more.
  drop() {
    this.target = null;
    this.drag.clear();
    this.pointer.letGo();
  }

  // A sweep is true as long as nothing else than its own number has changed.
  doubt(edits) {
    const others = edits.filter(({ target }) => target !== this.drag.target);
    const ground = JSON.stringify([this.screen.structure, others]);
    if (this.drag.sweep && ground !== this.ground) this.drag.clear();
    this.ground = ground;
  }

  // A sentence about what went wrong, said once however often it comes.
  notice(...sentences) {
    if (sentences.join() !== this.noticed) this.voice.tell(...sentences);
    this.noticed = sentences.join();
    this.notices.replaceChildren(...sentences.map((text) => make("p", { textContent: text })));
  }

  send(kind, details = {}) {
    const { step, unit } = this.cursor;
    const sent = this.channel.send(kind, { ...details, step, unit });
    if (this.message) this.screen.showNote();
    return sent;
  }

  // A change that may be of other numbers than the chosen one.
  change(kind, details) {
    this.drag.clear();
    this.send(kind, details);
  }

  // Choose a number (null for none); its sweep is asked for, ready to be dragged.
  choose(target) {
    if (this.target !== target) this.editor.restore();
    this.target = target;
    this.cursor.pause();
    if (target) this.lookAt(target);
    if (target && this.look === "all" && !this.screen.place(target)) {
      const [cell, , gate] = target.split(".");
      this.send("show", { cell, gate });
    }
    if (target) this.drag.hold(target);
    this.drag.held = false;
    this.screen.refresh();
    this.focus.check();
  }

  // A scene without a number to drag first has no first view: whoever brings a model wants all of it.
  get look() {
    return this.message?.scene.first ? this.wanted : "all";
  }

  // The whole screen, or the first view of it.
  lookAs(look) {
    this.wanted = look;
    keepLook(look);
    this.focus.kept(() => this.screen.show(this.message));
    this.screen.refresh();
    this.pad.show();
  }

  // The largest number that the colours of a target can tell.
  boundOf(target) {
    const [owner] = target.split(".");
    if (owner === "x") return Number(this.message.x.bound);
    return Number(this.message.panels.find(({ cell }) => cell === owner)?.bound ?? 1);
  }

  // The committed value of a number, be its plot on show or not; null where it is not known here.
  valueAt(target) {
    return this.screen.valueOf(target) ?? (target === this.message.scene.handle?.target ? this.message.scene.handle.value : null);
  }

  // The cursor goes where a number is: to its unit, or its step.
  lookAt(target) {
    const { choice, index } = split(target, this.editor.choices);
    if (choice.id === "x") this.cursor.move(index[0]);
    else this.cursor.move(this.cursor.step, index[0]);
  }

  // One quantity of the opened cell, lit wherever it is shown; null for none.
  light(quantity) {
    if (quantity === this.lit) return;
    this.lit = quantity;
    this.element.querySelectorAll(".gs-lit").forEach((one) => one.classList.remove("gs-lit"));
    this.inside.diagram.light(quantity);
    if (!quantity || !this.message) return;
    const { cell } = this.message.inner;
    const name = quantity === "x" ? "x" : `${cell}.${quantity}`;
    this.element.querySelectorAll(`.gs-equations [data-quantity="${quantity}"], [data-part="${name}"]`)
      .forEach((one) => one.classList.add("gs-lit"));
  }

  // Ask for every number of a part of which only colours and some rows are here; resolves when they are.
  whole(part) {
    this.send("whole", { part });
    return new Promise((done) => (this.wholes ??= []).push({ part, done }));
  }

  cursorMoved() {
    if (!this.message) return;
    this.looked = true; // somebody has moved it: the link should say where it is
    this.screen.refresh();
    this.voice.follow();
    this.followLink();
  }

  // Where the cursor is, in words: the step, the unit with its sentence, the sub-step, what the view found.
  says() {
    const { cell } = this.message.inner;
    const sentence = this.holder.querySelector(`[data-sentence="${cell}"]`) ?? this.holder.querySelector("[data-sentence]");
    const found = this.lens.open && this.lens.element.isConnected ? this.lens.told.words : [];
    return [`${this.timeline.label.textContent}.`, sentence?.textContent, this.inside.told, ...found].filter(Boolean).join(" ");
  }

  followLink() {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => this.writeLink(), LINK_DELAY);
  }

  // A field whose own undo is wanted: text that has not been handed in yet.
  typingIn(element) {
    if (this.element.contains(element)) return this.editor.typing;
    return Boolean(element.closest?.("input:not([role=combobox]), textarea"));
  }

  // The link keeps the cursor too; the server is not asked. The rest of it the server has written,
  // unless that was lost: a run that starts drops what the one before has not sent yet.
  writeLink() {
    // After an event or the back button an answer is coming, and with it the next link.
    if (this.channel.busy || this.travelling) return;
    const url = this.address(this.looked);
    if (url !== location.href) history.replaceState(history.state, "", url);
  }

  // The address in full, for somebody else.
  get link() {
    return this.address(true);
  }

  // withCursor: whether it says where the cursor is; it may have the scene's own place.
  address(withCursor) {
    const url = new URL(location.href);
    const { searchParams } = url;
    const cursor = withCursor ? { t: this.cursor.step + 1, u: this.cursor.unit + 1 } : {};
    for (const [name, text] of Object.entries({ ...this.message.link, ...cursor })) {
      if (text === null) searchParams.delete(name);
      else if (searchParams.get(name) !== String(text)) searchParams.set(name, text);
    }
    return url.href;
  }

  key(event) {
    if (!this.message || alongTabs(event)) return;
    keyPressed(event, this);
  }

  // The unit above or below the cursor's. The rows of the heatmaps may not be in the order of numbers.
  neighbour(by) {
    const { order } = this.message.panels.reduce((most, panel) => (panel.units > most.units ? panel : most));
    return order[order.indexOf(this.cursor.unit) + by] ?? this.cursor.unit;
  }

  escape() {
    if (this.pointer.held) this.pointer.cancel();
    else this.choose(null);
  }
}
