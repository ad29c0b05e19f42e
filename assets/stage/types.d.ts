// What modules hand each other. The message is what app/messages/stage.py sends.

import type { Channel } from "./core/channel.js";
import type { Cursor } from "./core/cursor.js";
import type { Drag } from "./core/drag.js";
import type { LensSheet } from "./tools/describe.js";
import type { Now } from "./core/now.js";
import type { Plot } from "./plots/plot.js";

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

// What is used of plotly.js.
export interface Plotly {
  react(element: HTMLElement, data: Trace[], layout: object, config: object): unknown;
  purge(element: HTMLElement): unknown;
  toImage(figure: object, options: object): Promise<string>;
}

export type Numbers = Float32Array | Float64Array | Uint8Array | number[];
// Stops from 0 to 1, as "#rrggbb".
export type Colorscale = [at: number, color: string][];

export interface Trace {
  type?: string;
  colorscale?: Colorscale;
  // Plotly's own names, whatever they mean to it.
  [name: string]: any;
}

// An axis of a layout.
export interface Ticks {
  type?: string;
  range: [number, number];
  tickvals: number[];
  ticktext: string[];
  ticklabelstandoff?: number;
  zeroline?: boolean;
  zerolinecolor?: string;
  zerolinewidth?: number;
}

// Names of properties and attributes, with listeners among them: dom.js.
export type Properties = {
  [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K] & { target: any }) => unknown;
} & { style?: Record<string, string | number>; [name: string]: unknown };
export type Child = Node | string | false | null | undefined;

// A figure as plotly.js takes it, and what its numbers stand for where they are not all there are.
export interface Figure {
  data: Trace[];
  layout: Layout;
  grid?: Grid;
  share?: number; // of the width, from one point of a line to the next
}

export interface Layout {
  xaxis: Ticks;
  yaxis: Ticks;
  margin: Record<"l" | "r" | "t" | "b", number>;
  font: { size: number };
  shapes?: Rule[];
  annotations?: unknown[];
  [name: string]: unknown;
}

// A line across a plot, in the numbers of an axis or as shares of its length.
export interface Rule {
  type?: string;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  xref?: string;
  yref?: string;
  line: { color: string; width: number; dash?: string };
}

// How many numbers a heatmap stands for, and how many of them one of its cells does.
export interface Grid {
  rows: number;
  columns: number;
  wide: number;
  tall: number;
}

export interface Place {
  row: number;
  column: number;
}
export type Size = [rows: number, columns: number];

// A plot of the screen with what it is of: all that other modules need to know of it. size: of what can
// be edited.
type Kept<Kind, Own> = { kind: Kind; part: string; plot: Plot } & Own & Omit<Others, keyof Own>;
interface Others {
  panel?: undefined;
  track?: undefined;
  gate?: undefined;
  initial?: undefined;
  size?: undefined;
  chart?: undefined;
  sheet?: undefined;
}
export type InputPlot = Kept<"x", { size: Size }>;
export type InitialPlot = Kept<"initial", { panel: Panel; initial: Initial; size: Size }>;
export type WeightsPlot = Kept<"weights", { panel: Panel; gate: string; size: Size }>;
export type TrackPlot = Kept<"track", { panel: Panel; track: Track }>;
export type LinesPlot = Kept<"lines", { panel: Panel }>;
export type SeriesPlot = Kept<"series", {}>;
export type LensPlot = Kept<"lens", { chart: Chart; caption: HTMLElement; spots: HTMLElement[]; sheet(): LensSheet }>;
export type Editable = InputPlot | InitialPlot | WeightsPlot;
export type Entry = Editable | TrackPlot; // whose cells are numbers of the model
export type Shown = Entry | LinesPlot | SeriesPlot | LensPlot;

export type WeightPart = "w_x" | "w_h" | "b_x" | "b_h";

export interface Segment {
  part: WeightPart;
  start: number;
  size: number;
}

export interface Gate {
  gate: string;
  name: string;
  symbol: string;
  says: string;
  color: string;
  dash: string;
}

export interface Track extends Gate {
  track: string;
  scale: string;
}

export interface Initial {
  of: string;
  part: string;
  symbol: string;
}

// One cell of the screen. order: its units from top to bottom. shown: the gates whose weights are on show.
export interface Panel {
  cell: Cell;
  name: string;
  unlike: string;
  units: number;
  note: string;
  order: number[];
  tracks: Track[];
  initials: Initial[];
  gates: Gate[];
  shown: string[];
  segments: Segment[];
  bound: string;
}
export type Cell = "gru" | "lstm" | "rnn";

export interface Edit {
  target: string;
  value: number;
  was: number;
}

// handle: what to drag first, where there is one. first: whether there is a first view of it.
export interface Scene {
  name: string;
  title: string;
  story: string;
  try: string;
  again: string | null;
  reading: { word: string; phonemes: string[] } | null;
  next: Way;
  handle: { target: string; value: number } | null;
  first: boolean;
}

// To another scene.
export interface Way {
  name: string;
  title: string;
}

// A number, or those of a track at a step, that somebody has pointed at.
export interface Pointed {
  target?: string;
  value: number;
  unit?: number;
  step?: number;
  numbers: Record<string, number>;
}

// The whole sequence for some values of one number, as drag.js shows them. tracks: colours by value and row;
// lines: those of a unit; exact, inside, vectors: what is at the cursor. base: the value of now. note: why
// there is nothing but the values.
export interface Sweep {
  target: string;
  step: number;
  unit: number;
  values: number[];
  base: number;
  tracks: Record<string, Uint8Array[][]>;
  lines: Record<string, Uint8Array[]>;
  exact: Record<string, Numbers>;
  inside?: Record<string, any[]>; // numbers, rows of them, vectors of them
  vectors?: Record<string, Uint8Array[]>;
  top?: number;
  note?: string;
}

export interface Message {
  ack: { client: string; seq: number };
  opened: string;
  arrived: number;
  scene: Scene;
  atFirst: boolean;
  labels: string[];
  cursor: At;
  link: Record<string, string | number | null>;
  x: { channels: string[]; bound: string; color: string; dash: string; lines: boolean; note: string };
  inner: Inner;
  lens: Told;
  prediction: Prediction | null;
  help: Record<string, string>;
  dark: Record<string, string>;
  panels: Panel[];
  names: string[];
  held: HeldAt[];
  edits: Edit[];
  can: { undo: boolean; redo: boolean; reset: boolean };
  answer: string;
  said: string;
  problems: string[];
  sweep: Sweep | null;
  pointed: Pointed | null;
  numbers: string;
  parts: Record<string, string>;
  included: Record<string, any>; // whole parts and changes of them: channel.js
}

export interface At {
  step: number;
  unit: number;
}

// Where a track is held: a unit, or null for all, and the first and the last step.
export interface HeldAt {
  cell: Cell;
  track: string;
  unit: number | null;
  first: number;
  last: number;
}

// A cell's wiring in the notation on screen. ends: what its gates and its states end in.
export interface Wiring {
  cell: Cell;
  polarity: string;
  placement: string;
  ends: { gate: End; state: End };
  quantities: Record<string, Quantity>;
}

export interface End {
  symbol: string;
  says: string;
}

export interface Quantity {
  symbol: string;
  name: string;
  color: string;
}

// The opened cell.
export interface Inner extends Wiring {
  cells: { cell: Cell; name: string }[];
  form: "split" | "joined";
  substeps: { quantity: string; name: string; lines: EquationLine[] }[];
  notes: string[];
  terms: { symbol: string; says: string }[];
}

export interface EquationLine {
  left: EquationNode[];
  symbols: EquationNode[];
  numbers: EquationNode[][];
}

export interface Prediction {
  part: string;
  label: string;
  lines: { name: string; color: string; dash: string; error?: string }[];
  guess: string;
  spread: string;
}

// Every view there is, and which is open: the cell itself, or a lens with what it shows.
export type Told = CellTold | LensTold;
export interface CellTold {
  view: string;
  questions: Question[];
  of?: undefined;
  controls?: undefined;
  wirings?: undefined;
  charts?: undefined;
}
export interface LensTold {
  view: string;
  questions: Question[];
  look: string;
  of: string;
  asks: string;
  choices: { value: string; label: string }[];
  tracks: boolean;
  at: Partial<At>;
  controls: Controls;
  wirings: Wiring[];
  words: string[];
  offers: { scene: string; label: string }[];
  waiting: boolean;
  notes: string[];
  charts: Chart[];
}

export interface Question {
  question: string;
  views: { view: string; label: string; help: string }[];
}

export interface Chart {
  part: string;
  title: string;
  symbol: string;
  reads: "grid" | "across" | "down" | "points";
  height: number;
  width: number;
  says: string;
  ends: string[];
  key: { color: string; dash: string; name: string }[];
}

// What a lens has controls of its own for.
export interface Controls {
  holding?: Holdable;
  pin?: { pinned: boolean };
  seeking?: Sought;
}

export interface Holdable {
  cell: Cell;
  units: number;
  tracks: { track: string; name: string; symbol: string; low: number; high: number }[];
  held: (HeldAt & { place: string; value: number; text: string })[];
  ablations: { name: string; hint: string }[];
}

// A question of find.py, and the places where its units are on again.
export interface Sought extends Asked {
  count: number;
  places: { first: number; last: number; on: number; others: number; before: string; read: string; after: string }[];
}
export interface Asked {
  track: string;
  first: number;
  last: number;
  threshold: number;
  begins: boolean;
  ends: boolean;
}

// What is asked of the server beside changes: see asking.js.
export type Wanted = { target: string | null } | { of: number; at?: number };

// Where an array stands among those that can be edited, and one number of it: cells.js.
export interface Choice {
  id: string;
  label: string;
  axes: [name: string, size: number][];
}

// Rows and columns of a sheet: as in a file, in words, and what the input is called there.
export interface Name {
  key: number | string;
  name: string;
  label: string;
}

// A piece of an equation, as app/figures/nodes.py makes it: an operator, a constant, a variable, a function, a
// number by name, a sum of products by name, or what stands in brackets.
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
export type Pairs = [weight: number, value: number][];

// What is written of a plot: describe.js.
export interface Head {
  corner: string;
  rows: Name[];
  columns: Name[];
  flipped?: boolean;
}

export interface Sheet extends Head {
  title: string;
  symbol: string;
  file: string;
  kinds: string[]; // of rows and of columns, where there are several
  parts: { part: string; rows: number[] }[];
  initial?: boolean;
  exact?: boolean;
  note?: string;
  values?: Numbers[] | null;
  source?: Source;
  before?: number[];
}

// Where the numbers of a sheet are fetched: numbers.js.
export interface Source {
  ticket: string;
  part: string;
  unit: number;
  size: [rows: number, columns: number];
}

export type Span = [first: number, end: number];

// What the parts of the stage look at: what is on show, where the cursor is, what is dragged, what has
// come and what is on its way. Each takes the few of them that it uses: Pick<Here, "cursor">.
export interface Here {
  channel: Channel;
  cursor: Cursor;
  drag: Drag;
  now: Now;
}
