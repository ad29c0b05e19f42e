// What modules hand each other. The message is what app/messages/stage.py sends.

import type { Channel } from "./channel.js";
import type { Cursor } from "./cursor.js";
import type { Drag } from "./drag.js";
import type { Editor } from "./editor.js";
import type { Handle } from "./handle.js";
import type { Inside } from "./inside.js";
import type { Lens } from "./lens.js";
import type { Manual } from "./manual.js";
import type { Pointer } from "./pointer.js";
import type { Screen } from "./screen.js";
import type { Type } from "./type.js";
import type { Voice } from "./voice.js";

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

// What is used of plotly.js.
export interface Plotly {
  toImage(figure: object, options: object): Promise<string>;
  [name: string]: unknown;
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
}

// Names of properties and attributes, with listeners among them: dom.js.
export type Properties = {
  [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K] & { target: any }) => unknown;
} & { style?: Record<string, string | number>; [name: string]: unknown };
export type Child = Node | string | false | null | undefined;

export interface Place {
  row: number;
  column: number;
}

export type Entry = WeightsEntry | InitialEntry | TrackEntry | InputEntry;
// One plot of the screen: which number of the model its cells are.
interface EntryOf<Kind> {
  kind: Kind;
  part: string;
  size: [rows: number, columns: number];
  [name: string]: any;
}
export type InputEntry = EntryOf<"x">;
export type InitialEntry = EntryOf<"initial"> & { panel: Panel; initial: Initial };
export type WeightsEntry = EntryOf<"weights"> & { panel: Panel; gate: string };
export type TrackEntry = EntryOf<"track"> & { panel: Panel; track: Track };

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

// One cell of the screen. order: its units from top to bottom.
export interface Panel {
  cell: string;
  name: string;
  units: number;
  order: number[];
  tracks: Track[];
  gates: Gate[];
  initials: Initial[];
  segments: Segment[];
  bound: string;
  [name: string]: any;
}

export interface Edit {
  target: string;
  value: number;
  was: number;
}

export interface Scene {
  name: string;
  title: string;
  story: string;
  try: string;
  again: string | null;
  reading: { word: string; phonemes: string[] } | null;
  next: Way;
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

export interface Sweep {
  target: string;
  values: number[];
  base: number;
}

export interface Message {
  scene: Scene;
  labels: string[];
  x: { channels: string[]; bound: string; [name: string]: any };
  panels: Panel[];
  parts: Record<string, string>;
  edits: Edit[];
  pointed: Pointed | null;
  sweep: Sweep | null;
  numbers: string;
  lens: any;
  [name: string]: any;
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

// A plot of the screen, with what view.js keeps of it.
export interface Shown {
  kind: string;
  part: string;
  [name: string]: any;
}

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

// The whole of it. Modules take the few things they use: Pick<Stage, "cursor">.
export interface Stage {
  channel: Channel;
  cursor: Cursor;
  drag: Drag;
  editor: Editor;
  element: HTMLElement;
  handle: Handle;
  holder: HTMLElement;
  inside: Inside;
  lens: Lens;
  link: string;
  look: "first" | "all";
  manual: Manual;
  message: Message;
  pointer: Pointer;
  plotly: Plotly;
  screen: Screen;
  target: string | null; // the chosen number
  type: Type;
  voice: Voice;
  change(kind: string, details?: object): void;
  choose(target: string | null): void;
  cursorMoved(): void;
  escape(): void;
  light(quantity: string | null): void;
  neighbour(by: number): number;
  send(kind: string, details?: object): number;
  typingIn(element: EventTarget): boolean;
  whole(part: string): Promise<unknown>;
}
