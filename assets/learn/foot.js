// Below the question: how far one is, by which rule questions come back, and progress as a file.

import { make } from "../stage/core/dom.js";
import { SPACES, waiting } from "./boxes.js";
import { say } from "./say.js";

/** @import { Keeping } from "./keeping.js" */

const FILE = "gatescope-quiz.json";

/**
 * @param {Keeping} keeping @param {{ seed: number, another: number }} draw @param {string[]} names
 * @param {string} said of what was done last
 * @param {(said: string) => void} onChange
 */
export function drawFoot(keeping, { seed, another }, names, said, onChange) {
  const progress = keeping.of(seed);
  const missed = waiting(progress, names);
  const far = [say("progress.so_far", { n: progress.count, right: progress.right }), missed ? say("progress.waiting", { n: missed }) : ""];
  return [
    make("p", { className: "gs-quiz-said", role: "status" }, said),
    progress.count ? make("p", { className: "gs-quiz-far" }, far.filter(Boolean).join(" ")) : "",
    make("p", {}, say("progress.rule", { spaces: SPACES.join(", ") }), " ", say("progress.where")),
    make("div", { className: "gs-quiz-files" }, ...drawFiles(keeping, seed, progress.count > 0, onChange)),
    drawLinks(seed, another),
  ];
}

/** @param {Keeping} keeping @param {number} seed @param {boolean} begun @param {(said: string) => void} onChange */
function drawFiles(keeping, seed, begun, onChange) {
  const input = make("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: open });
  return [
    begun ? make("button", { type: "button", onclick: save }, say("progress.save")) : null,
    make("button", { type: "button", onclick: () => input.click() }, say("progress.open")),
    input,
    begun ? make("button", { type: "button", onclick: begin }, say("progress.anew")) : null,
  ].filter((one) => one !== null);

  function save() {
    const href = URL.createObjectURL(new Blob([keeping.text()], { type: "application/json" }));
    make("a", { href, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  async function open() {
    const file = input.files?.[0];
    if (!file) return;
    const before = keeping.open(await file.text());
    if (before === null) onChange(say("storage.not_ours", { name: file.name }));
    else onChange(before ? say("storage.opened", { key: before }) : say("storage.opened_first"));
  }

  function begin() {
    const key = keeping.begin(seed);
    onChange(key && say("storage.begun", { key }));
  }
}

/** @param {number} seed @param {number} another */
function drawLinks(seed, another) {
  const here = make("a", { href: `?seed=${seed}`, target: "_self" }, say("progress.draw", { seed }));
  const other = make("a", { href: `?seed=${another}`, target: "_self" }, say("progress.another"));
  return make("p", { className: "gs-quiz-links" }, seed ? here : say("progress.as_written"), " ", other);
}

export function drawDone() {
  return make("div", { className: "gs-quiz-done" }, make("h2", { tabIndex: -1 }, say("done.title")), make("p", {}, say("done.text")));
}
