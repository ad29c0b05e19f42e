// The stage's elements, built from the server's description of the screen.

import { lookButton } from "../controls/look.js";
import { story } from "../controls/story.js";
import { projected } from "../core/cells.js";
import { make } from "../core/dom.js";
import { minus, number, percent } from "../core/format.js";
import { withPanel } from "../core/tabs.js";
import { say, saying } from "../core/words.js";
import { standIn } from "./becoming.js";
import { ramp, sample } from "./key.js";

/**
 * @import { Look } from "../controls/look.js"
 * @import { Plot } from "./plot.js"
 * @import { Colorscale, Gate, Message, Panel, Prediction, Scene, Shown, Trace, Track } from "../types"
 * @typedef {object} Made what others have made for the page, and what its buttons do
 * @property {HTMLElement} inside the opened cell
 * @property {HTMLElement} handle the one thing to drag first
 * @property {{ button: HTMLElement, element: HTMLElement }} pad to draw an input on
 * @property {(panel: Panel) => HTMLElement} filler leads to many numbers at once
 * @property {(entry: Shown) => HTMLElement} tools the menu of a plot
 * @property {(look: Look) => void} lookAs
 * @property {() => void} again
 * @property {(name: string) => void} toScene
 * @typedef {Shown extends infer One ? One extends Shown ? Omit<One, "part" | "plot"> : never : never} About
 * @typedef {(part: string, label: string, about: About) => HTMLElement} Add
 * @typedef {(track: string) => number} Value
 * @typedef {Map<string, Shown>} Plots
 */

const MOST_NAMED = 9; // channels of an input that have room for a name each

// Builds everything above the bar and returns { element, plots }, with places held for what lasts; plots maps part names to
// { part, plot, kind, panel, … }, all that other modules need to know of a plot; `size` is rows and
// columns of what can be edited. plotFor(part, label): a plot to put there. look: "first" for the input,
// states and gates of one cell alone.
/** @param {Message} message @param {Look} look @param {(part: string, label: string) => Plot} plotFor @param {Made} made */
export function build(message, look, plotFor, made) {
  /** @type {Plots} */
  const plots = new Map();
  /** @type {Map<string, Element>} */
  const places = new Map();
  /** @type {Add} */
  const add = (part, label, about) => {
    const plot = plotFor(part, label);
    plot.host.classList.toggle("gs-editable", about.size !== undefined);
    plot.host.classList.toggle("gs-strip", about.kind === "initial");
    if (about.size) plot.host.style.setProperty("--rows", String(about.size[0]));
    plots.set(part, { part, plot, ...about });
    const place = standIn(plot.host);
    places.set(part, place);
    return place;
  };
  const [gru, ...others] = message.panels;
  const whole = look === "all";
  const element = make(
    "div", { className: `gs-view gs-view-${look}` },
    story(message.scene, { ...made, handle: standIn(made.handle) }),
    inputFigure(message, add, made.pad),
    message.prediction && predictionFigure(message.prediction, add),
    make("div", { className: `gs-panels gs-panels-${message.panels.length}` },
      panelSection(gru, others, message, add, plots, whole, made), whole ? standIn(made.inside) : null,
      ...(whole ? others.map((panel) => panelSection(panel, [], message, add, plots, whole, made)) : [])),
    message.scene.first ? lookButton(look, made.lookAs) : null,
  );
  for (const [part, place] of places) {
    const entry = /** @type {Shown} */ (plots.get(part));
    if (entry.kind !== "initial") place.closest("figure")?.append(made.tools(entry));
  }
  return { element, plots };
}

/** @param {Message} message @param {Add} add @param {Made["pad"]} pad */
function inputFigure({ inner, scene, x, labels }, add, pad) {
  const label = say("view.input_label", { channels: x.channels.length, steps: labels.length });
  const host = add("x", label, { kind: "x", size: [x.channels.length, labels.length] });
  return make(
    "figure", { className: `gs-figure gs-input${x.channels.length > MOST_NAMED ? " gs-nameless" : ""}`, "data-part": "x" },
    make("figcaption", {},
      caption({ name: say("view.input"), symbol: "x", color: x.color, says: inner.terms.find(({ quantity }) => quantity === "x")?.says }),
      make("span", { className: "gs-range", textContent: `−${x.bound} … ${x.bound}` }),
      x.note ? make("span", { className: "gs-note", textContent: x.note }) : null,
      x.note ? null : standIn(pad.button),
      scene.reading && reading(scene.reading),
      make("span", { className: "gs-scales" })),
    host, x.note ? null : standIn(pad.element),
  );
}

// What trained networks say at each step, over what is so.
/** @param {Prediction} prediction @param {Add} add */
function predictionFigure({ part, name: called, label, lines, guess, spread }, add) {
  /** @param {Prediction["lines"][number]} line */
  const key = ({ name, color, dash, error }) => make("span", {},
    sample(color, dash),
    error ? say("view.error", { name, error }) : name);
  return make(
    "figure", { className: "gs-figure gs-prediction" },
    make("figcaption", {},
      make("span", { className: "gs-name", textContent: called }),
      make("span", { className: "gs-key" }, ...lines.map(key), make("span", { textContent: guess })),
      make("span", { className: "gs-note", textContent: spread })),
    add(part, label, { kind: "series" }),
  );
}

/** @param {NonNullable<Scene["reading"]>} reading */
function reading({ word, phonemes }) {
  return make(
    "span", { className: "gs-reading" },
    ...saying("view.reading", {
      word: make("strong", { textContent: word }), phonemes: make("strong", { className: "gs-phonemes", textContent: phonemes.join(" ") }),
    }),
  );
}

// A cell: its states first, those of the other cell beside them, then what made them.
/**
 * @param {Panel} panel @param {Panel[]} others @param {Message} message @param {Add} add @param {Plots} plots
 * @param {boolean} whole @param {Made} made
 */
function panelSection(panel, others, message, add, plots, whole, made) {
  /** @param {Panel} of @param {Track} track @param {boolean} [beside] */
  const figure = (of, track, beside) => trackFigure(of, track, message, add, plots, beside);
  const states = panel.tracks.filter(({ track }) => track === "hidden");
  const rest = panel.tracks.filter(({ track }) => track !== "hidden");
  const beside = others.flatMap((other) => other.tracks.filter(({ track }) => track === "hidden").map((track) => figure(other, track, true)));
  const first = panel === message.panels[0];
  return make(
    "section", { className: "gs-panel", "aria-label": panel.name, "data-cell": panel.cell },
    make("header", { className: "gs-panel-head" },
      make("h2", {}, panel.name, aside(panel)),
      make("span", { className: "gs-note", textContent: panel.note })),
    first ? make("div", { className: `gs-tracks gs-states gs-states-${1 + beside.length}` },
      ...states.map((track) => figure(panel, track, beside.length > 0)), ...beside) : null,
    rest.length ? make("div", { className: `gs-tracks gs-gates-${rest.length}` }, ...ordered(rest).map((track) => figure(panel, track))) : null,
    whole ? linesFigure(panel, message, add) : null,
    whole ? weightsSection(panel, add, plots, made.filler) : null,
  );
}

// What decides first: of a GRU the update gate, and the reset gate, which often does nothing, last.
/** @param {Track[]} tracks */
function ordered(tracks) {
  /** @param {string} name */
  const of = (name) => tracks.filter(({ track }) => track === name);
  const named = ["update", "candidate", "reset"].flatMap(of);
  return named.length === tracks.length ? named : tracks;
}

// beside: it stands with one of another cell, so its own is named.
/** @param {Panel} panel @param {Track} track @param {Message} message @param {Add} add @param {Plots} plots @param {boolean} [beside] */
function trackFigure(panel, track, { labels }, add, plots, beside = false) {
  const part = `${panel.cell}.${track.track}`;
  const label = say("view.track_label", { cell: panel.name, track: track.name, units: track.units, steps: labels.length });
  const rows = rowsOf(panel, track.units);
  const host = add(part, label, { kind: "track", panel: rows, track });
  const initial = panel.initials.find(({ of }) => of === track.track);
  const strip = initial && add(`${panel.cell}.${initial.part}`, say("view.initial_label", { cell: panel.name, track: track.name }), {
    kind: "initial", panel: rows, initial, size: [initial.units, 1],
  });
  const plot = plots.get(part)?.plot;
  if (plot) plot.hasStrip = Boolean(strip);
  return make(
    "figure", { className: "gs-figure", "data-part": part },
    make("figcaption", {},
      caption(beside ? { ...track, name: besideName(panel, track) } : track),
      make("span", { className: "gs-value", "data-value": part })),
    make("div", { className: "gs-row" }, strip, host),
  );
}

// The panel as its rows are in one plot: a projected hidden state has fewer numbers than there are units, which then
// stand in order of number.
/** @param {Panel} panel @param {number} units @returns {Panel} */
function rowsOf(panel, units) {
  return units === panel.units ? panel : { ...panel, units, order: panel.order.slice(0, units) };
}

// Short, where it is no fair neighbour: the heading of its panel says the whole of it.
/** @param {Panel} panel @param {Track} track */
function besideName({ name, unlike }, track) {
  return unlike ? say("view.beside", { cell: name, unlike: unlike.split(",")[0] }) : say("names.track", { cell: name, track: track.name });
}

// What makes a neighbour of a trained cell no fair one.
/** @param {Panel} panel */
function aside({ unlike }) {
  return unlike ? make("span", { className: "gs-unlike", textContent: ` ${say("view.unlike", { unlike })}` }) : null;
}

/** @param {{ name: string, symbol: string, color: string, says?: string }} of */
function caption({ name, symbol, color, says = "" }) {
  return make(
    "span", { className: "gs-caption", title: says },
    make("i", { className: "gs-swatch", style: { background: color } }),
    make("span", { className: "gs-name", textContent: name }), make("var", { textContent: symbol }),
  );
}

/** @param {Panel} panel @param {Message} message @param {Add} add */
function linesFigure(panel, message, add) {
  const { labels, x } = message;
  const inputKey = x.lines ? [{ symbol: "x", ...x }] : [];
  const part = `${panel.cell}.lines`;
  const host = add(part, say("view.lines_label", { cell: panel.name, steps: labels.length }), { kind: "lines", panel });
  return make(
    "figure", { className: "gs-figure gs-lines" },
    make("figcaption", {},
      panel.cell === "gru" ? make("span", { className: "gs-name", "data-lines": panel.cell })
        : make("span", { className: "gs-sentence", "data-longest": longest(panel, message) },
          make("span", { "data-sentence": panel.cell })),
      make("span", { className: "gs-key", "aria-hidden": "true" }, ...[...panel.tracks, ...inputKey].map(({ symbol, color, dash }) =>
        make("span", {}, sample(color, dash), make("var", { textContent: symbol }))))),
    host,
  );
}

/** @param {Panel} panel @param {Add} add @param {Plots} plots @param {Made["filler"]} filler */
function weightsSection(panel, add, plots, filler) {
  const columns = panel.segments[panel.segments.length - 1].start + 1;
  const every = panel.projection ? [...panel.gates, panel.projection] : panel.gates;
  const tabs = panel.shown.length < every.length;
  const figures = every.filter(({ gate }) => panel.shown.includes(gate)).map((gate) => {
    const own = gate === panel.projection ? projected(panel) : panel;
    const host = add(`${panel.cell}.weights.${gate.gate}`, say("view.weights_label", { cell: panel.name, gate: gate.name }), {
      kind: "weights", panel: own, gate: gate.gate, size: [own.units, own === panel ? columns : panel.units],
    });
    plots.get(`${panel.cell}.weights.${gate.gate}`)?.plot.separate(own.segments.slice(1, 3).map(({ start }) => start));
    return make("figure", { className: "gs-figure" },
      tabs ? null : make("figcaption", {}, caption(gate)), host);
  });
  /** @param {Gate} gate */
  const tab = ({ gate, name, symbol, color }) =>
    make("button", {
      type: "button", className: "gs-tab", role: "tab", "data-cell": panel.cell, "data-gate": gate,
      "aria-selected": String(panel.shown.includes(gate)), tabIndex: panel.shown.includes(gate) ? 0 : -1,
      title: say("view.show_gate", { gate: name }),
    }, caption({ name, symbol, color }));
  const gates = make("div", { className: "gs-gates" }, ...figures);
  const row = tabs ? every.map(tab) : [];
  withPanel(row, gates, `weights-${panel.cell}`);
  return make(
    "div", { className: "gs-weights", style: { "--gates": figures.length, "--columns": columns } },
    make("div", { className: "gs-weights-head" },
      make("h3", { textContent: say("view.weights") }),
      tabs ? make("div", { role: "tablist", className: "gs-tabs", "aria-label": say("view.which_gate", { cell: panel.name }) }, ...row) : null,
      make("span", { className: "gs-range", textContent: `−${panel.bound} … ${panel.bound}` }),
      filler(panel)),
    gates,
  );
}

// The colour legends, one per kind of track, drawn from the figures' own scales.
/** @param {Element} element @param {Plots} plots */
export function legends(element, plots) {
  /** @type {Map<string, Trace>} */
  const seen = new Map();
  for (const { kind, track, plot } of plots.values()) {
    if (kind === "track" && plot.there) seen.set(track.scale, plot.figure.data[0]);
  }
  element.querySelector(".gs-scales")?.replaceChildren(...[...seen].map(([name, { zmin, zmax, colorscale }]) =>
    make("span", { className: "gs-scale" },
      `${name} ${minus(zmin)} `,
      ramp(/** @type {Colorscale} */ (colorscale)),
      ` ${minus(zmax)}`)));
}

// About as long as that sentence can be for any unit and step: its room is kept, so that nothing moves.
/** @param {Panel} panel @param {Message} message */
function longest({ cell }, { labels, names, panels }) {
  const name = cell === "gru" ? [...names].sort((a, b) => b.length - a.length)[0] : "";
  const last = { unit: Math.max(...panels.map(({ units }) => units)) - 1, step: labels.length - 1 };
  return sentence({ cell, name, polarity: "" }, last, (track) => (track === "hidden" ? -0.0000123 : 0.9999999));
}

// One sentence about the chosen unit at the cursor, from the numbers of the trace. held: whether a track
// is held there; a state that is has nothing of its old value, whatever the gates are.
/**
 * @param {{ cell: Panel["cell"], polarity: string, name: string }} of @param {{ unit: number, step: number }} at
 * @param {Value} value @param {(track: string) => boolean} [held]
 */
export function sentence({ cell, polarity, name }, { unit, step }, value, held = () => false) {
  const at = { unit: unit + 1, step: step + 1 };
  const where = name ? say("sentence.where_named", { ...at, name }) : say("sentence.where", at);
  const kept = cell === "lstm" ? "cell" : "hidden";
  if (held(kept)) return say(`sentence.held_${cell}`, { where, value: number(value(kept)) });
  if (cell === "gru") {
    const z = value("update");
    return say(polarity === "write" ? "sentence.writes" : "sentence.keeps", {
      where, z: number(z), share: percent(z), h: number(value("hidden")),
    });
  }
  if (cell === "lstm") {
    return say("sentence.lstm", { where, kept: percent(value("forget")), added: percent(value("input")) });
  }
  return say("sentence.rnn", { where, h: number(value("hidden")) });
}
