"""Where things stand in a window of a given size, and what is cut off or covered there."""

import json
from pathlib import Path
from typing import Any

from tests.browser.driver import Stage

SCENES = json.loads((Path(__file__).parents[2] / "assets/scenes/index.json").read_text())
SCREENS = (*(f"scene={name}" for name in SCENES), "scene=own&source=adding")
HEIGHTS = {320: 568, 390: 844, 640: 400, 768: 1024, 1010: 768, 1280: 800, 1920: 1080}

# Everything on the stage that says something, and what is wrong with it.
FAULTS = """
() => {
  const stage = document.querySelector(".gs-stage");
  const found = new Set();
  // Marks cover what is under them; menus and whispers are above everything.
  const silent = ".gs-hidden, .gs-menu, .gs-whisper, .gs-mark, option, title";
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const said = ({ text }) => text.trim().slice(0, 60);

  // Pieces of text with their boxes, one a line; letters of plots and formulas one each.
  const pieces = (root) => {
    const list = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { data: text, parentElement: element } = walk.currentNode;
      if (!text.trim() || !shown(element) || element.closest(`${silent}, svg, math`)) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      for (const box of range.getClientRects()) list.push({ text, box, element });
    }
    for (const element of root.querySelectorAll("svg text, math")) {
      if (!shown(element) || element.closest(".gs-hidden")) continue;
      list.push({ text: element.textContent, box: element.getBoundingClientRect(), element });
    }
    return list.filter(({ box }) => box.width > 0.5);
  };

  // Clipped by anything that clips.
  const clips = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    return overflowX !== "visible" || overflowY !== "visible";
  };
  const cut = ({ box, element }) => {
    for (let up = element; up !== stage.parentElement; up = up.parentElement) {
      if (!clips(up) || up.closest(".gs-diagram")) continue;
      const edge = up.getBoundingClientRect();
      if (box.left < edge.left - 1.5 || box.right > edge.right + 1.5) return true;
      const drawn = up.tagName === "svg"; // the boxes of its letters are higher than the letters
      if (!drawn && (box.top < edge.top - 4 || box.bottom > edge.bottom + 4)) return true;
    }
    return box.left < -1 || box.right > innerWidth + 1;
  };

  // Boxes of letters are higher than letters: lines may touch, but not by half of them.
  const overlap = (a, b) => {
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    const formulas = a.element.tagName === "math" && b.element.tagName === "math";
    return across > 0.5 && down > (formulas ? 0.5 : 0.45 * Math.min(a.box.height, b.box.height));
  };

  for (const element of document.querySelectorAll("html, main, section, .gs-bar")) {
    const wide = element.scrollWidth > element.clientWidth + 1;
    if (wide) found.add(`scrolls sideways: ${element.className}`);
  }
  for (const piece of pieces(stage)) if (cut(piece)) found.add(`cut off: ${said(piece)}`);
  const groups = "figure, header, .gs-story, .gs-weights-head, .gs-steps, .gs-equations, .gs-bar";
  for (const group of stage.querySelectorAll(groups)) {
    const list = pieces(group);
    list.forEach((a, i) => list.slice(i + 1).forEach((b) => {
      const covered = a.element !== b.element && overlap(a, b);
      if (covered) found.add(`on each other: ${said(a)} | ${said(b)}`);
    }));
  }
  // Names in a wiring have room of their own: nothing of another part is under them, and no wire.
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const trimmed = (text) => { // boxes of letters are higher than letters
    const { left, right, top, bottom, height } = text.getBoundingClientRect();
    return { left, right, top: top + 0.22 * height, bottom: bottom - 0.2 * height };
  };
  for (const svg of stage.querySelectorAll(".gs-diagram[data-cell] svg")) {
    if (!shown(svg)) continue;
    const edge = svg.getBoundingClientRect();
    const names = [...svg.querySelectorAll("text")].map((text) => ({
      of: text.parentNode, text: text.textContent, box: trimmed(text),
      free: !text.closest(".gs-block, .gs-operation"), // stands on the paper
    }));
    const add = (name, on) => found.add(`in the wiring: ${name.text} on ${on}`);
    names.forEach((name, i) => {
      for (const other of names.slice(i + 1)) if (meet(name.box, other.box)) add(name, other.text);
      const { left, right, top, bottom } = name.box;
      if (left < edge.left - 1 || right > edge.right + 1) add(name, "the edge");
      if (top < edge.top - 1 || bottom > edge.bottom + 1) add(name, "the edge");
    });
    const shapes = ".gs-frame, :is(.gs-operation, .gs-block) rect:not(.gs-hit), .gs-more circle";
    for (const shape of svg.querySelectorAll(shapes)) {
      const area = shape.getBoundingClientRect();
      const own = (name) => name.of.contains(shape) && !shape.matches(".gs-frame");
      for (const name of names) {
        if (!own(name) && meet(name.box, area)) add(name, shape.closest(".gs-part").dataset.piece);
      }
    }
    for (const line of svg.querySelectorAll(".gs-line")) {
      const [to, end] = [line.getScreenCTM(), line.getTotalLength()];
      for (let at = 0; at <= end; at += 1.5) {
        const { x, y } = line.getPointAtLength(at).matrixTransform(to);
        const point = { left: x - 1, right: x + 1, top: y - 1, bottom: y + 1 };
        for (const name of names) if (name.free && meet(name.box, point)) add(name, "a wire");
      }
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  // What is chosen in a list; at 320 pixels a title may be longer than its list is wide.
  const lists = innerWidth > 360 ? ".gs-stage select, .stSelectbox input" : ".gs-stage select";
  for (const list of document.querySelectorAll(lists)) {
    if (!shown(list)) continue;
    const { font, paddingLeft, paddingRight } = getComputedStyle(list);
    pen.font = font;
    const text = list.selectedOptions?.[0].textContent ?? list.value;
    const need = pen.measureText(text).width + parseFloat(paddingLeft) + parseFloat(paddingRight);
    if (need > list.clientWidth + 1) found.add(`cut off in its list: ${text}`);
  }
  for (const name of document.querySelectorAll(".gs-list-button span")) {
    const cut = innerWidth > 360 && shown(name) && name.scrollWidth > name.clientWidth + 1;
    if (cut) found.add(`cut off in its list: ${name.textContent}`);
  }
  return [...found];
}
"""

# How many numbers the matrices of the weights show: of each, texts, rows and columns.
NUMBERS = """
() => [...document.querySelectorAll(".gs-gates .gs-plot")].map((plot) => ({
  texts: [...plot.querySelectorAll(".heatmap-label text, .textpoint text")]
    .map((text) => text.textContent),
  cells: plot.querySelector(".js-plotly-plot").data[0].z.reduce((sum, row) => sum + row.length, 0),
}))
"""


def resize(stage: Stage, width: int, height: int | None = None) -> None:
    """Make the window as large, and let everything follow."""
    stage.page.set_viewport_size({"width": width, "height": height or HEIGHTS[width]})
    stage.frame()
    stage.rest(150)
    stage.frame()


def box(stage: Stage, selector: str) -> dict[str, float]:
    """The first one's place on screen."""
    found: Any = stage.page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return dict(found)


def middle(of: dict[str, float]) -> float:
    return of["y"] + of["height"] / 2
