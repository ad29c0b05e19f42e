// What server and browser say to each other, written from app/contract.py by
// `python -m scripts.contract`. Change it there.

import type { Numbers } from "./types";

// The last event that was handled, of which page.
export interface Ack {
  client: string;
  seq: number;
}

// A place of the cursor, counted from 0.
export interface At {
  step: number;
  unit: number;
}

// Sizes that both ends keep to.
export interface Limits {
  block: number;
  rows: number;
}

// To another scene.
export interface Way {
  name: string;
  title: string;
}

// A line or a mark of a chart, and its name.
export interface Key {
  color: string;
  dash: string;
  name: string;
}

// What to drag first, and its value before any edit.
export interface Handle {
  target: string;
  value: number;
}

// Steps of the input that a loaded model passes over, and which have no numbers.
//
// before: the step that comes next, counted from 0; after all, how many there are.
export interface Masked {
  before: number;
  labels: string[];
}

// What the Reader reads and says.
export interface Reading {
  word: string | null;
  phonemes: string[];
}

// The scene and its story. first: whether there is a first view of it.
export interface Scene {
  name: string;
  title: string;
  story: string;
  next: Way;
  try: string;
  again: string | null;
  reading: Reading | null;
  handle: Handle | null;
  first: boolean;
}

// The input, and how it is drawn. lines: whether it has few enough channels for lines.
export interface Input {
  channels: string[];
  bound: string;
  color: string;
  dash: string;
  lines: boolean;
  note: string;
}

// The columns of a joined matrix that are of one part; of a projection it has but one.
export interface Segment {
  part: "w_x" | "w_h" | "b_x" | "b_h" | "w_p";
  start: number;
  size: number;
}

// A gate or another quantity: what it is called, and how it is drawn.
export interface Gate {
  gate: string;
  name: string;
  symbol: string;
  says: string;
  color: string;
  dash: string;
}

// One heatmap. scale: whose colours it has. units: its rows, fewer of a projected state.
export interface Track {
  gate: string;
  name: string;
  symbol: string;
  says: string;
  color: string;
  dash: string;
  track: string;
  scale: string;
  units: number;
}

// A state before the first step. of: the track that goes on from it.
export interface Initial {
  of: string;
  part: string;
  symbol: string;
  units: number;
}

// One cell of the screen. order: its units from top to bottom.
//
// projection: what makes the hidden state of all that the units let out, if anything does. shown:
// gates with weights, and that. bound: of the weights' colours. bias: how far a bias is dragged.
export interface Panel {
  cell: "gru" | "lstm" | "rnn";
  name: string;
  unlike: string;
  units: number;
  note: string;
  order: number[];
  tracks: Track[];
  initials: Initial[];
  gates: Gate[];
  projection: Gate | null;
  shown: string[];
  segments: Segment[];
  bound: string;
  bias: number;
}

// A piece of an equation; app/figures/nodes.py says what the letters mean.
export interface EquationNode {
  o?: string;
  c?: string;
  v?: string;
  s?: string;
  f?: string;
  a?: EquationNode[];
  p?: EquationNode[];
  k?: string;
  n?: string;
  d?: string;
  w?: string;
  x?: string;
  q?: string;
  r?: boolean;
}

// left = symbols = numbers = …, each a row of nodes.
export interface EquationLine {
  left: EquationNode[];
  symbols: EquationNode[];
  numbers: EquationNode[][];
}

// One of the things that happen within a timestep, in order. quantity: what it computes.
export interface Substep {
  quantity: string;
  name: string;
  lines: EquationLine[];
}

// A function that gates or states end in.
export interface End {
  symbol: string;
  says: string;
}

// What a cell's gates and its states end in.
export interface Ends {
  gate: End;
  state: End;
}

// A letter of the wiring.
export interface Quantity {
  symbol: string;
  name: string;
  color: string;
}

// A cell's wiring in the notation on screen. projected: whether its hidden state is.
export interface Wiring {
  cell: "gru" | "lstm" | "rnn";
  projected: boolean;
  polarity: string;
  placement: string;
  ends: Ends;
  quantities: Record<string, Quantity>;
}

// A cell on screen.
export interface CellName {
  cell: "gru" | "lstm" | "rnn";
  name: string;
}

// A letter or a word, and what it means. quantity: the track that it stands for.
export interface Term {
  symbol: string;
  says: string;
  quantity: string;
}

// The opened cell. biases: of a gate, as the notation has them.
export interface Inner {
  cell: "gru" | "lstm" | "rnn";
  projected: boolean;
  polarity: string;
  placement: string;
  ends: Ends;
  quantities: Record<string, Quantity>;
  cells: CellName[];
  biases: number;
  form: "split" | "joined";
  substeps: Substep[];
  notes: string[];
  terms: Term[];
}

// Where a track is held: a unit, or None for all; the first step, and the last one.
//
// value: as the core has it, in any notation. place: how it is named to be free again.
export interface HeldAt {
  cell: "gru" | "lstm" | "rnn";
  track: string;
  unit: number | null;
  first: number;
  last: number;
  value: number;
  place: string;
}

// A line of a prediction, with its error.
export interface PredictionLine {
  color: string;
  dash: string;
  name: string;
  error: string;
}

// What cells say at each step, beside what is so.
export interface Prediction {
  part: string;
  name: string;
  lines: PredictionLine[];
  guess: string;
  spread: string;
  label: string;
}

// A changed number, and what it was.
export interface Edit {
  target: string;
  value: number;
  was: number;
}

// Whether there is something to undo, to redo, to reset.
export interface Possible {
  undo: boolean;
  redo: boolean;
  reset: boolean;
}

// A view, and a line on what it shows.
export interface ViewName {
  view: string;
  label: string;
  help: string;
}

// Views under the question that they answer.
export interface Question {
  question: string;
  views: ViewName[];
}

// What can be asked of a lens.
export interface Choice {
  value: string;
  label: string;
}

// The same in words, with its value. place: its name. open: to the end, however long.
export interface HeldOne {
  cell: "gru" | "lstm" | "rnn";
  track: string;
  unit: number | null;
  first: number;
  last: number;
  value: number;
  place: string;
  open: boolean;
  text: string;
}

// A track that can be held, the ends of its slider, and how many units it has.
export interface HoldTrack {
  track: string;
  name: string;
  symbol: string;
  low: number;
  high: number;
  units: number;
}

// A gate taken away. keep: whether its value can be chosen.
//
// holds: the tracks that are held for it, at values as the core has them.
export interface Ablation {
  name: string;
  hint: string;
  keep: boolean;
  holds: Record<string, number>;
}

// What can be held in the opened cell, and what is. keep: the value of an ablated gate.
export interface Holdable {
  cell: "gru" | "lstm" | "rnn";
  units: number;
  tracks: HoldTrack[];
  held: HeldOne[];
  ablations: Ablation[];
  keep: number;
}

// Whether a setting is pinned.
export interface Pin {
  pinned: boolean;
}

// A question of the lens that finds units; steps are counted from 0.
export interface Asked {
  track: string;
  first: number;
  last: number;
  threshold: number;
  begins: boolean;
  ends: boolean;
}

// Steps where units are on again: how many of them, and how many others; and what is read.
export interface FoundPlace {
  first: number;
  last: number;
  on: number;
  others: number;
  before: string;
  read: string;
  after: string;
}

// A question and its answer. count: units that are on through the span.
export interface Sought {
  track: string;
  first: number;
  last: number;
  threshold: number;
  begins: boolean;
  ends: boolean;
  count: number;
  places: FoundPlace[];
}

// What decides how far gradients reach: a bias to drag, or "", and its value at first.
export interface Reaching {
  target: string;
  value: number;
}

// What the controls of the view of many texts are called; only that view needs them.
export interface SiftWords {
  unit: string;
  track: string;
  end: string;
  above: string;
  below: string;
  threshold: string;
  no_threshold: string;
  no_unit: string;
  found: string;
}

// A question about the means over many texts, and the units found, counted from 0.
//
// asked: how they are sorted, as the question in a link begins.
export interface Sifted {
  asked: string;
  tracks: Choice[];
  track: string;
  above: boolean;
  threshold: number;
  units: number;
  found: number[];
  words: SiftWords;
}

// What the stage has controls of its own for, with what they show.
export interface Controls {
  reaching?: Reaching;
  holding?: Holdable;
  pin?: Pin;
  seeking?: Sought;
  sifting?: Sifted;
}

// A plot of a lens. says: of a place in it, with {row}, {column}, {value} and others.
export interface Chart {
  part: string;
  title: string;
  symbol: string;
  reads: "grid" | "across" | "down" | "points";
  height: number;
  width: number;
  says: string;
  ends: string[];
  key: Key[];
}

// What to hold: of which unit, None for all, to which step, None for the end.
//
// value: as the notation has it.
export interface HoldValue {
  cell: "gru" | "lstm" | "rnn";
  track: string;
  unit: number | null;
  first: number;
  last: number | null;
  value: number;
}

// What one press does: another scene or question by its name, a pair to compare, a hold.
export interface Offered {
  does: "scene" | "of" | "pair" | "hold";
  label: string;
  name: string;
  hold: HoldValue | null;
}

// Where in the sequence a lens was looked at, as far as it follows the cursor.
export interface LensAt {
  step?: number;
  unit?: number;
}

// A text in the words of the hand that is there: clicked by a mouse, tapped by a finger.
export interface ByHand {
  mouse: string;
  finger: string;
}

// A cell over the steps. backward: the chart with h of the other way; "" for none.
export interface Unrolled {
  wiring: Wiring;
  backward: string;
}

// The view that is open, and every view there is.
//
// inside: the opened cell itself is looked into, in the place of charts. look: what to look for.
export interface Lens {
  view: string;
  questions: Question[];
  inside: boolean;
  look: ByHand;
  of: string;
  asks: string;
  choices: Choice[];
  tracks: boolean;
  at: LensAt;
  controls: Controls;
  wirings: Wiring[];
  unrolled: Unrolled | null;
  words: string[];
  offers: Offered[];
  waiting: boolean;
  notes: string[];
  charts: Chart[];
}

// A list, or a row of few choices, with a word of help.
export interface Listed {
  name: string;
  shown: "list" | "row";
  label: string;
  help: string;
  options: Choice[];
}

// The whole sequence for some values of one number.
//
// tracks: colours by value and row; lines: those of a unit; exact, inside, vectors: what is at the
// cursor. base: the value of now. note: why there is nothing but the values. top: the first row of
// the vectors.
export interface Sweep {
  target: string;
  step: number;
  unit: number;
  values: Numbers;
  base: number;
  tracks: Record<string, Uint8Array[][]>;
  lines: Record<string, Uint8Array[]>;
  exact: Record<string, Numbers>;
  inside?: Record<string, any>;
  vectors?: Record<string, Uint8Array[]>;
  top?: number;
  note?: string;
}

// A number that somebody has pointed at, or those of all tracks at a place.
export interface Pointed {
  target?: string;
  value?: number;
  step?: number;
  unit?: number;
  numbers?: Record<string, number>;
}

// How many numbers a heatmap stands for, and how many of them one of its cells does.
export interface Grid {
  rows: number;
  columns: number;
  tall: number;
  wide: number;
}

// The rows or the columns of a table; steps and units the page names itself.
//
// first: steps, 0 where the state before the first step comes first. order: the unit of each.
// noun: what the names are of.
export interface AxisTold {
  kind: "steps" | "units" | "names";
  first?: number;
  order?: number[];
  names?: string[];
  noun?: "blocks" | "cells" | "coordinates" | "counts" | "eigenvalues" | "factors" | "numbers" | "parts" | "points" | "quantities" | "runs" | "shares" | "sizes" | "steps" | "terms" | "units" | "values";
}

// The numbers of a chart as a table.
export interface SheetTold {
  title: string;
  corner: string;
  rows: AxisTold;
  columns: AxisTold;
  values: Numbers[];
}

// A chart of a lens, with its numbers.
export interface LensFigure {
  data: any;
  layout: any;
  sheet: SheetTold;
}

// Numbers without a figure: of equations, of the wiring, of single lines.
export interface Content {
  content: Record<string, any>;
}

// A whole figure. grid: of one that is condensed.
export interface Figure {
  data: any;
  layout: any;
  grid?: Grid;
}

// Changed bits of the numbers with the digest `over`.
export interface Change {
  over: string;
  change: any;
}

// Where each row and column stood among the numbers with the digest `over`.
export interface Moved {
  over: string;
  rows: number[];
  columns: number[];
}

// A figure without its numbers: they are those of before in another order.
export interface Placed {
  data: any;
  layout: any;
  grid?: Grid;
  moved: Moved;
}

// The numbers of some rows in full.
export interface ExactRows {
  rows: number[];
  numbers: Numbers[];
}

// Colours of all numbers, (step, row), and some rows in full.
export interface Colours {
  rows: number[];
  numbers: Numbers[];
  colours: Uint8Array[];
}

export type Included = Content | Figure | LensFigure | Placed | Change | ExactRows | Colours;

// One thing that a program does; gru_core/recording.py says what the fields mean.
export interface Operation {
  kind: string;
  of: number[];
  shape: number[];
  at?: number;
  value?: number;
  track?: string;
}

// Operations one after the other. given: names and shapes; made: slots by name.
export interface Program {
  given: [string, number[]][];
  operations: Operation[];
  made: Record<string, number>;
}

// One cell. states: what is carried on, and its name before a step; the weights in one row.
//
// bound, bias: how far a weight and a bias are dragged.
export interface CoreCell {
  step: Program;
  numbers: Program;
  vectors: Program;
  units: number;
  states: [string, string][];
  gates: string[];
  signs: number[];
  weights: Record<string, Numbers>;
  initials: Numbers[];
  ranges: Record<string, [number, number]>;
  bound: number;
  bias: number;
}

// A scene before any edit. single: whether its numbers are of 32 bits. x: step by step.
//
// most: the magnitude above which a state is refused. factors: of a sum, up to which an equation
// writes it out. bounds: how far a number is dragged, by what it is.
export interface Core {
  x: Numbers;
  inputs: number;
  cells: Record<string, CoreCell>;
  single: boolean;
  most: number;
  factors: number;
  bounds: Record<string, number>;
}

// What NumPy makes of a screen, to compare with. steps: those that it is of.
//
// cells: by cell and track, one step after the other.
export interface Check {
  steps: number[];
  cells: Record<string, Record<string, Numbers>>;
}

// One number of a trace; step and unit are counted from 0.
export interface NumberAt {
  cell: string;
  track: string;
  step: number;
  unit: number;
}

// What must be so on the stage, all of it. low, high: None where there is no end.
//
// step, unit: of the cursor, counted from 0. What is empty or None is not asked for.
export interface Goal {
  number: NumberAt | null;
  low: number | null;
  high: number | null;
  edited: string;
  held: string;
  step: number | null;
  unit: number | null;
  view: string;
  notation: string;
}

// A question. right: the place of the right choice, from 0; because: a sentence on each.
export interface Ask {
  question: string;
  choices: string[];
  right: number;
  because: string[];
}

// A place of the cursor, counted from 0.
export interface GuessAt {
  step: number;
  unit: number;
}

// A number to guess. value: what it is; at: the step and unit that it is of, if it is of
// one; low, high: where it lies in any case, if that is known.
export interface Guess {
  question: string;
  value: number;
  at: GuessAt | null;
  near: number;
  low: number | null;
  high: number | null;
}

// The step of another lesson.
export interface WayOn {
  key: string;
  title: string;
}

// A step. key: as links and events name it; step: from 1. place: where it is done or seen: a
// target, "holding", "views", "notation", "lens", "cell"; empty where that goes without saying.
// look: "first" where the first view is enough. scene, notation: of the screen that it is about,
// by their names; own: the notation where no other one is chosen. given: numbers that the step
// itself has changed. words: what the panel says.
export interface Lesson {
  key: string;
  name: string;
  title: string;
  step: number;
  steps: number;
  text: string;
  do: string;
  check: Goal | null;
  ask: Ask | null;
  guess: Guess | null;
  reveal: string;
  place: string;
  look: string;
  scene: string;
  notation: string;
  own: string;
  given: Record<string, number>;
  following: WayOn | null;
  words: Record<string, string | Record<string, string>>;
}

// What a change of numbers leads to besides numbers.
//
// page: its name, for its events. order: how many messages came before, this one included. link:
// every parameter but the cursor's, None for one that is left out. numbers: the ticket to fetch
// numbers by, and the core.
export interface Changed {
  ack: Ack;
  page: string;
  order: number;
  link: Record<string, string | null>;
  atFirst: boolean;
  names: string[];
  held: HeldAt[];
  edits: Edit[];
  can: Possible;
  answer: string;
  said: string;
  problems: string[];
  numbers: string;
}

// In place of a message, to a page that computes the numbers itself.
//
// rests: what else is on show is of before the change, and only the server can tell it anew: a
// page asks once nobody changes anything for a moment.
export interface Brief {
  ack: Ack;
  page: string;
  order: number;
  link: Record<string, string | null>;
  atFirst: boolean;
  names: string[];
  held: HeldAt[];
  edits: Edit[];
  can: Possible;
  answer: string;
  said: string;
  problems: string[];
  numbers: string;
  rests: boolean;
}

// In place of a message, to a page that computes the numbers itself: the lens, made of them.
//
// All else of its last whole message is as it was, and nothing rests. parts, included, own: as in
// a message.
export interface Anew {
  ack: Ack;
  page: string;
  order: number;
  link: Record<string, string | null>;
  atFirst: boolean;
  names: string[];
  held: HeldAt[];
  edits: Edit[];
  can: Possible;
  answer: string;
  said: string;
  problems: string[];
  numbers: string;
  rests: boolean;
  cursor: At;
  lens: Lens;
  parts: Record<string, string>;
  included: Record<string, Content | Figure | LensFigure | Placed | Change | ExactRows | Colours>;
  own: string[];
}

// A whole screen, less the parts that the page has already.
//
// arrived: how often the address has led here. above: what Streamlit has drawn above the stage
// that is of another choice, so that the page is to run: something that is seen, at once; what is
// behind a button, once somebody reaches for it. title: of the page. chosen: in the stage's own
// lists, by their names. core: what the numbers before any edit are called (core.Core); None where
// the page cannot compute the screen. parts: every part's digest. own: those that the page
// computes itself and did not want; their digests are of what it had. short: whether this site
// makes short links. words: what the stage says, None but for a page that has nothing yet.
export interface Message {
  ack: Ack;
  page: string;
  order: number;
  link: Record<string, string | null>;
  atFirst: boolean;
  names: string[];
  held: HeldAt[];
  edits: Edit[];
  can: Possible;
  answer: string;
  said: string;
  problems: string[];
  numbers: string;
  opened: string;
  arrived: number;
  above: "" | "seen" | "behind";
  title: string;
  chosen: Record<string, string>;
  scene: Scene;
  labels: string[] | number;
  masked: Masked[];
  cursor: At;
  x: Input;
  inner: Inner;
  lens: Lens;
  prediction: Prediction | null;
  lesson: Lesson | null;
  help: Record<string, string>;
  dark: Record<string, string>;
  limits: Limits;
  panels: Panel[];
  sweep: Sweep | null;
  pointed: Pointed | null;
  core: string | null;
  parts: Record<string, string>;
  included: Record<string, Content | Figure | LensFigure | Placed | Change | ExactRows | Colours>;
  own: string[];
  short: boolean;
  words: Record<string, string | Record<string, string>> | null;
}

// An event that says all by its kind. ask, need: the view of now, and every part again.
export interface Plain {
  kind: "reset" | "again" | "pin" | "pair" | "unpin" | "ask" | "need";
}

// All that is changed and held: numbers as the notation has them, what is held as the core.
export interface Changes {
  edits: Edit[];
  held: HeldAt[];
}

// A step back, or forward again. to: what that leads to, for a server that has forgotten it.
export interface Back {
  kind: "undo" | "redo";
  to?: Changes;
}

// A number is taken hold of, or goes back to what it was.
export interface OfTarget {
  kind: "grab" | "revert";
  target: string;
}

// A number has a new value.
export interface Commit {
  kind: "commit";
  target: string;
  value: number;
}

// A number as it was typed, or several as they were pasted from this cell on.
export interface Typed {
  kind: "type" | "paste";
  target: string;
  text: string;
}

// A stretch of one channel of the input, drawn with the hand.
export interface Drawn {
  kind: "draw";
  channel: number;
  first: number;
  values: number[];
}

// The weights of a gate, filled. text: the value; seed: of random ones.
export interface Fill {
  kind: "fill";
  place: string;
  way: "value" | "identity" | "random";
  text?: string;
  seed?: number;
}

// Another scene; or a step of a lesson by its key, empty to leave the lesson.
export interface OpenScene {
  kind: "scene" | "lesson";
  name: string;
}

// What is chosen in one of the stage's own lists (app/screen/choosing.py).
export interface Choose {
  kind: "choose";
  name: string;
  value: string;
}

// The gate whose weights are wanted.
export interface Show {
  kind: "show";
  cell: string;
  gate: string;
}

// Numbers that are wanted: of a target, or of a unit (`of`), at a step (`at`).
export interface Look {
  kind: "look";
  target?: string | null;
  of?: number;
  at?: number;
}

// A part of which every number is wanted.
export interface Whole {
  kind: "whole";
  part: string;
}

// Another way to look; what is left out stays. of, or asked: what is asked of the view.
export interface SeeView {
  kind: "view";
  cell?: string;
  form?: string;
  view?: string;
  type?: string;
  of?: string;
  asked?: Asked;
}

// Where to hold. unit: None for all; last: None for the end of the sequence.
export interface HoldAt {
  cell: string;
  track: string;
  unit: number | null;
  first: number;
  last: number | null;
}

// A track held at a value. live: the hand is still moving.
export interface Hold {
  kind: "hold";
  at: HoldAt;
  value: number;
  live: boolean;
}

// What is held at a place is free again; without one, everything.
export interface Free {
  kind: "free";
  place?: string;
}

// A gate taken away. value: what it is instead, where that is chosen.
export interface Ablate {
  kind: "ablate";
  name: string;
  value?: number;
}

// What the page has computed is not what the server has: by how much, in which track.
export interface Differ {
  kind: "differ";
  cell: string;
  track: string;
  most: number;
}

export type Event = Plain | Back | OfTarget | Commit | Typed | Drawn | Fill | OpenScene | Choose | Show | Look | Whole | SeeView | Hold | Free | Ablate | Differ;
