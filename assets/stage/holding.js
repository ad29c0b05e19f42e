// @ts-nocheck
// Controls of the lenses that change something: what to hold at which value, and a setting to pin.

import { make } from "./dom.js";
import { minus, short } from "./format.js";

const STEPS_OF_SLIDER = 100;

// Which numbers are chosen, as gru_core.changes.interventions writes it: "gru.update.3.4-9". steps: how many there are.
export function placeText({ cell, track, all, first, last }, unit, steps) {
  const whole = first === 0 && last === steps - 1;
  const span = last === steps - 1 ? `${first}-end` : first === last ? `${first}` : `${first}-${last}`;
  return `${cell}.${track}.${all ? "all" : unit}.${whole ? "all" : span}`;
}

export class Holding {
  constructor(stage) {
    this.stage = stage;
    this.element = make("div", { className: "gs-holding" });
    this.chosen = {}; // track, all (units), first and last step, as they stand in the fields
  }

  // told: { holding } or { pin } of app/widgets/lenses, or nothing.
  show({ holding, pin } = {}) {
    if (!holding && !pin) {
      this.built = this.filled = null;
      return this.element.replaceChildren();
    }
    if (pin) return this.showPin(pin);
    this.told = holding;
    const structure = JSON.stringify([holding.cell, holding.tracks, holding.ablations, this.steps]);
    if (structure !== this.built) this.build();
    this.built = structure;
    this.fill(this.list, holding.held, () => holding.held.map((one) => this.line(one)));
    if (!this.pulling) this.follow();
  }

  get steps() {
    return this.stage.message.labels.length;
  }

  // New children only where there is something new. A button that goes gives the focus to one that stays.
  fill(element, key, children) {
    const text = JSON.stringify(key);
    if (this.filled?.element === element && this.filled.text === text) return;
    this.filled = { element, text };
    const buttons = () => [...element.querySelectorAll("button")];
    const at = buttons().indexOf(document.activeElement);
    element.replaceChildren(...children());
    if (at >= 0) (buttons()[at] ?? buttons().at(-1) ?? this.track).focus();
  }

  showPin({ pinned }) {
    this.built = null;
    const button = (text, title, kind) =>
      make("button", { type: "button", className: "gs-button", textContent: text, title, onclick: () => this.stage.change(kind) });
    this.fill(this.element, { pinned }, () => [make("div", { className: "gs-hold-row" },
      button(pinned ? "pin the present as A instead" : "pin the present as A", "Keep this setting to compare with", "pin"),
      pinned ? button("let go of A", "Compare with nothing", "unpin") : "",
    )]);
  }

  build() {
    const { tracks, ablations, cell } = this.told;
    if (this.chosen.cell !== cell) {
      const at = this.stage.message.lens.of;
      this.chosen = { cell, track: at || tracks[Math.min(1, tracks.length - 1)].track, all: false, first: 0, last: this.steps - 1 };
    }
    this.chosen.last = Math.min(this.chosen.last, this.steps - 1);
    this.track = make("select", { "aria-label": "What to hold", title: "What to hold", onchange: () => this.pick("track", this.track.value) },
      ...tracks.map(({ track, name, symbol }) => make("option", { value: track, textContent: `${name} ${symbol}` })));
    this.who = make("select", { "aria-label": "Of which units", title: "Of the cursor's unit, or of all", onchange: () => this.pick("all", this.who.value === "all") },
      this.one = make("option", { value: "one" }), make("option", { value: "all", textContent: "every unit" }));
    this.first = this.number("From step", "first");
    this.last = this.number("To step", "last");
    this.value = make("input", { type: "range", "aria-label": "Value", title: "Drag to hold it at this value", oninput: () => this.pull(), onchange: () => this.rest() });
    this.said = make("span", { className: "gs-number-held" });
    this.list = make("ul", { className: "gs-held-list" });
    const at = (text) => make("button", { type: "button", className: "gs-button", textContent: text, title: `Hold it at ${text}`, onclick: () => this.hold(Number(text)) });
    this.element.replaceChildren(
      make("div", { className: "gs-hold-row" }, make("span", {}, "hold ", this.track), make("span", {}, "of ", this.who),
        make("span", {}, "from step ", this.first, " to ", this.last)),
      make("div", { className: "gs-hold-row" }, "at ", at("0"), at("1"), this.value, this.said),
      this.list,
      ablations.length ? make("div", { className: "gs-hold-row" }, "or take gates away: ",
        ...ablations.map(({ name, hint }) => make("button", {
          type: "button", className: "gs-button", textContent: name, title: hint, onclick: () => this.stage.change("ablate", { name }),
        }))) : "",
    );
  }

  number(label, name) {
    return make("input", {
      type: "number", min: 1, max: this.steps, "aria-label": label, title: label,
      onchange: ({ target }) => this.pick(name, Math.min(Math.max(Math.round(Number(target.value)) || 1, 1), this.steps) - 1),
    });
  }

  pick(name, value) {
    this.chosen[name] = value;
    if (name === "first") this.chosen.last = Math.max(this.chosen.last, value);
    if (name === "last") this.chosen.first = Math.min(this.chosen.first, value);
    this.follow();
  }

  // The fields as chosen; the value as held there, or in the middle.
  follow() {
    const { chosen } = this;
    if (!this.built || chosen.cell !== this.told.cell) return; // or its cell is on the way
    const track = this.told.tracks.find((one) => one.track === chosen.track) ?? this.told.tracks[0];
    chosen.track = track.track;
    this.track.value = track.track;
    this.one.textContent = `unit ${this.unit + 1}`;
    this.who.value = chosen.all ? "all" : "one";
    this.first.value = chosen.first + 1;
    this.last.value = chosen.last + 1;
    Object.assign(this.value, { min: track.low, max: track.high, step: (track.high - track.low) / STEPS_OF_SLIDER });
    const held = this.there;
    this.value.value = held ? held.value : (track.low + track.high) / 2;
    this.say(held ? short(held.value) : "not held");
  }

  // The value that is held, beside the slider and of it.
  say(text) {
    this.said.textContent = text;
    this.value.setAttribute("aria-valuetext", text);
  }

  get unit() {
    return Math.min(this.stage.cursor.unit, this.told.units - 1);
  }

  // What is held there already; a link may have written its place in another way.
  get there() {
    const { cell, track, all, first, last } = this.chosen;
    const wanted = JSON.stringify([cell, track, all ? null : this.unit, first, last]);
    return this.told.held.findLast((one) => JSON.stringify([one.cell, one.track, one.unit, one.first, one.last]) === wanted);
  }

  // As it stands in the link already, or as it will.
  get place() {
    if (this.there) return this.there.place;
    return placeText(this.chosen, this.unit, this.steps);
  }

  hold(value, live = false) {
    this.say(minus(Number(value.toPrecision(3))));
    this.value.value = value;
    this.stage.drag.clear();
    this.stage.send("hold", { place: this.place, value, live });
  }

  // While the hand moves the newest value goes out as soon as the last one is answered.
  pull() {
    this.wanted = Number(this.value.value);
    this.say(minus(Number(this.wanted.toPrecision(3))));
    if (this.stage.channel.pending.length) return;
    this.send();
  }

  send() {
    const { wanted, pulling } = this;
    this.wanted = null;
    this.pulling = true;
    this.hold(wanted, Boolean(pulling));
  }

  // A message has come: there may be a newer value, or the hand may be off.
  answered() {
    if (this.stage.channel.pending.length) return;
    if (this.wanted !== null && this.wanted !== undefined) return this.send();
    if (this.off) this.pulling = this.off = false;
  }

  rest() {
    this.off = true;
    this.answered();
  }

  line({ place, text, cell, track, unit, first, last }) {
    const again = () => {
      this.chosen = { cell, track, all: unit === null, first, last };
      if (unit !== null) this.stage.cursor.move(this.stage.cursor.step, unit);
      if (cell !== this.told.cell) this.stage.send("view", { cell });
      this.follow();
    };
    return make("li", {},
      make("button", { type: "button", className: "gs-plain", textContent: text, title: "Change this one", onclick: again }),
      make("button", { type: "button", className: "gs-plain", textContent: "let go", title: `Let go: ${text}`, onclick: () => this.stage.change("free", { place }) }));
  }
}
