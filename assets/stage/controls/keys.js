// Every key of the stage and what it does, in one table: keys are taken by it, and the page of keys
// ("?", manual.js) is written from it. What a pointer does is listed beside them.

import { say } from "../core/words.js";

/**
 * @import { Cursor } from "../core/cursor.js"
 * @typedef {object} Act what keys can do
 * @property {Pick<Cursor, "step" | "move" | "stepBy" | "toggle">} cursor
 * @property {() => boolean} chosen whether a number is
 * @property {(element: EventTarget) => boolean} typingIn whether its own undo is wanted
 * @property {(by: number) => number} neighbour the unit above or below
 * @property {(by: number) => void} goBy through the inside of the cell
 * @property {(text?: string) => void} begin to type another number
 * @property {() => void} escape
 * @property {(kind: "undo" | "redo") => void} change
 * @property {() => void} turn to large type, and back
 * @property {() => void} open the page of keys
 * @property {() => void} predict what the state will be
 * @typedef {"stepping" | "ends" | "play" | "units" | "substeps" | "type" | "open" | "paste" | "let_go" | "undo" | "predict" | "large" | "this_page" | "tabs"} Says
 * @typedef {object} Key
 * @property {"time" | "number" | "page"} group
 * @property {string[]} shown
 * @property {Says} says what it does, in words
 * @property {string[]} [keys]
 * @property {(act: Act) => boolean} [needs]
 * @property {(act: Act, at: EventTarget, key: string) => boolean} [ours]
 * @property {(act: Act, event: KeyboardEvent) => void} [act]
 * @property {boolean} [once] not again while it is held
 * @property {boolean} [passes] others may take it too
 */

const [TIME, NUMBER, PAGE] = /** @type {const} */ (["time", "number", "page"]);
const DIGITS = [..."0123456789.-−"];

// keys: as nameOf writes them. shown: how they stand on the page of keys. needs: what has to be there.
// ours: whether the key is taken where the focus is; without it, as `free` says.
/** @type {Key[]} */
export const KEYS = [
  {
    group: TIME, keys: ["ArrowRight", "ArrowLeft"], shown: ["→", "←"], says: "stepping",
    act: ({ cursor }, { key }) => cursor.stepBy(key === "ArrowRight" ? 1 : -1),
  },
  {
    group: TIME, keys: ["Home", "End"], shown: ["Home", "End"], says: "ends",
    act: ({ cursor }, { key }) => cursor.stepBy(key === "End" ? Infinity : -Infinity),
  },
  {
    group: TIME, keys: [" "], shown: ["Space"], says: "play", once: true,
    act: ({ cursor }) => cursor.toggle(),
  },
  {
    group: TIME, keys: ["ArrowUp", "ArrowDown"], shown: ["↑", "↓"], says: "units",
    act: ({ cursor, neighbour }, { key }) => cursor.move(cursor.step, neighbour(key === "ArrowUp" ? -1 : 1)),
  },
  {
    group: TIME, keys: ["Shift+ArrowRight", "Shift+ArrowLeft"], shown: ["Shift →", "Shift ←"],
    says: "substeps", ours: ({ typingIn }, at) => !typingIn(at),
    act: ({ goBy }, { key }) => goBy(key === "ArrowRight" ? 1 : -1),
  },
  {
    group: NUMBER, keys: DIGITS, shown: ["0 … 9", "−", "."], says: "type",
    needs: chosen, ours: pressable, act: ({ begin }, { key }) => begin(key),
  },
  {
    group: NUMBER, keys: ["Enter", "F2"], shown: ["Enter", "F2"], says: "open",
    needs: chosen, ours: (act, at, key) => key === "F2" ? pressable(act, at) : free(act, at, key),
    act: ({ begin }) => begin(),
  },
  {
    group: NUMBER, shown: ["Ctrl V"], says: "paste",
  },
  {
    group: NUMBER, keys: ["Escape"], shown: ["Escape"], needs: chosen, ours: () => true, passes: true,
    says: "let_go", act: ({ escape }) => escape(),
  },
  {
    group: PAGE, keys: ["Ctrl+z", "Ctrl+Shift+z"], shown: ["Ctrl Z", "Ctrl Shift Z"], says: "undo",
    ours: ({ typingIn }, at) => !typingIn(at), act: ({ change }, { shiftKey }) => change(shiftKey ? "redo" : "undo"),
  },
  {
    group: PAGE, keys: ["p"], shown: ["P"], says: "predict", ours: pressable,
    act: ({ predict }) => predict(),
  },
  {
    group: PAGE, keys: ["t"], shown: ["T"], says: "large", ours: pressable,
    act: ({ turn }) => turn(),
  },
  {
    group: PAGE, keys: ["?"], shown: ["?"], says: "this_page", ours: pressable, act: ({ open }) => open(),
  },
  {
    group: PAGE, shown: ["Tab", "← →"], says: "tabs", // tabs.js
  },
];

// What hands do, by the kind of pointer: [what is done, what it does].
export const HANDS = () => /** @type {const} */ ([
  [say("hands.mouse"), [
    [say("hands.point"), say("hands.read")],
    [say("hands.click"), say("hands.move")],
    [say("hands.drag"), say("hands.change")],
    [say("hands.click_number"), say("hands.choose_to_type")],
    [say("hands.click_part"), say("hands.substep")],
  ]],
  [say("hands.finger"), [
    [say("hands.tap"), say("hands.move")],
    [say("hands.swipe"), say("hands.swiped")],
    [say("hands.tap_number"), say("hands.choose")],
    [say("hands.then_drag"), say("hands.change")],
    [say("hands.tap_part"), say("hands.substep")],
  ]],
]);

// Take a key: whatever the focus is on, except where somebody is typing or choosing.
/** @param {KeyboardEvent} event @param {Act} act */
export function keyPressed(event, act) {
  if (event.altKey || event.defaultPrevented) return;
  const name = nameOf(event);
  const at = /** @type {Element} */ (event.composedPath()[0]);
  if (at.closest?.(OVER) || at.closest?.("[role=combobox][aria-expanded=true]")) return; // a list is open
  const entry = KEYS.find(({ keys, needs }) => keys?.includes(name) && (!needs || needs(act)));
  if (!entry) return;
  if (!(entry.ours ?? free)(act, at, event.key)) return;
  if (!entry.passes) event.preventDefault();
  if (!entry.once || !event.repeat) entry.act?.(act, event);
}

// "Ctrl+Shift+z", "Shift+ArrowLeft", "?": with Shift where it does not make another character.
/** @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">} event */
export function nameOf({ key, ctrlKey, metaKey, shiftKey }) {
  if (!key) return "";
  const control = ctrlKey || metaKey;
  const written = key.length === 1;
  return `${control ? "Ctrl+" : ""}${shiftKey && (control || !written) ? "Shift+" : ""}${control ? key.toLowerCase() : key}`;
}

// Whether a field's own undo is wanted: it has text that has not been handed in yet.
/** @param {EventTarget} target @param {Element} around @param {{ typing: boolean }} editor */
export function typingIn(target, around, editor) {
  if (target instanceof Node && around.contains(target)) return editor.typing;
  return target instanceof Element && Boolean(target.closest("input:not([role=combobox]), textarea"));
}

/** @param {Act} act */
function chosen(act) {
  return act.chosen();
}

// What lies over the page and has keys of its own: menus, lists, dialogs, popovers.
const OVER = "[role=menu], [role=listbox], [role=dialog], dialog, [popover]";
const TEXT = "input:not([type=range]), textarea, select, [contenteditable], [role=combobox]";
const CHOICE = "input, textarea, select, [contenteditable], [role=combobox], [role=radiogroup], [role=slider], [role=spinbutton]";

// For what no button and no slider would take.
/** @param {Act} _ @param {EventTarget} element */
function pressable(_, element) {
  return !(element instanceof Element && element.closest(TEXT));
}

// For arrows, space and Enter, which buttons and sliders take too.
/** @param {Act} _ @param {EventTarget} element @param {string} key */
function free(_, element, key) {
  if (!(element instanceof Element)) return true;
  if (element.matches(".gs-scrub")) return true;
  if (element.closest(CHOICE)) return false;
  return !element.closest("button, summary, a") || (key !== " " && key !== "Enter");
}
