// What modules hand each other. What comes from the server and goes to it stands in contract.d.ts, which
// is written from app/contract.py.

import type { Chart, Event, Grid, Initial, Lens, Message as Sent, Panel, Track } from "./contract";
import type { Channel } from "./core/channel.js";
import type { Cursor } from "./core/cursor.js";
import type { Drag } from "./core/drag.js";
import type { LensSheet } from "./tools/describe.js";
import type { Now } from "./core/now.js";
import type { Plot } from "./plots/plot.js";
import type { Fields } from "./words";

export type * from "./contract";

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

// The message once the stage has taken it: steps that are only counted have their names.
export type Message = Omit<Sent, "labels"> & { labels: string[] };

// What the view that is open is told.
export type Told = Lens;

export type Cell = Panel["cell"];
export type WeightPart = Panel["segments"][number]["part"];

// What an event says besides its kind; what is common to all of them is added when it is sent.
type Of<Each, Kind> = Each extends { kind: infer Known } ? (Kind extends Known ? Omit<Each, "kind"> : never) : never;
export type Details<Kind> = Of<Event, Kind>;
export type Send = <Kind extends Event["kind"]>(kind: Kind, details?: Details<Kind>) => unknown;

// What is asked of the server beside changes: see asking.js.
export type Wanted = Details<"look">;

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
export type Entry = Editable | TrackPlot;
export type Shown = Entry | LinesPlot | SeriesPlot | LensPlot;

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

export type Pairs = [weight: number, value: number][];

// What there may be several of.
export type Noun = { [Key in keyof Fields]: Key extends `counts.${infer Each}` ? Each : never }[keyof Fields];

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
  kinds: Noun[]; // of rows and of columns, where there are several
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
  block: number; // numbers of one answer
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