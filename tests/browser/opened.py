"""The opened cell on screen, and what the core says its equations and its wiring show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

import numpy as np
from playwright.sync_api import Locator
from playwright.sync_api import TimeoutError as Late

from app.figures.equations import Writer
from app.figures.nodes import Nodes
from gru_core import GRUWeights, Trace, run
from gru_core.analysis.inside import Numbers, inside, vectors
from gru_core.conventions import PYTORCH, Cell, Notation, parse_notation, vector_kind
from gru_core.situation import Situation
from gru_core.weights import Weights
from tests.browser.driver import Stage, as_number, colours

TIE = "\N{NO-BREAK SPACE}"
MINUS = "−"
MOST_PRODUCTS = 3  # of a sum that is written out
MOST_ROWS = 8  # of a vector in the wiring
LETTERS = ["candidate", "hidden", "reset", "update", "x"]  # quantities of the GRU's equations
COMMANDS = {
    "\\left(": "(", "\\right)": ")", "\\cdot": "·", "\\odot": "⊙", "\\sigma": "σ",
    "\\tanh": "tanh",
}  # fmt: skip
Given = Mapping[str, Any]  # numbers by name, rows of numbers for vectors
Rows = dict[str, list[str]]  # what an equation shows, row by row, by the quantity it is of

EQUATIONS = """
() => Object.fromEntries([...document.querySelectorAll("section.gs-equation")].map((section) => {
  const text = [...section.querySelectorAll(".gs-left, .gs-pieces")].map((one) => one.textContent);
  const rows = Array.from({ length: text.length / 2 }, (_, i) => text[2 * i] + text[2 * i + 1]);
  return [section.dataset.quantity, rows];
}))
"""
WIRING = """
() => Object.fromEntries([...document.querySelectorAll(".gs-diagram .gs-part")]
  .filter((part) => part.querySelector(".gs-vector"))
  .map((part) => [part.dataset.piece, [...part.querySelectorAll(".gs-cell")]
    .map((cell) => cell.getAttribute("fill"))]))
"""
STAGED = """
() => {
  const quantities = (name) =>
    [...document.querySelectorAll(`.gs-equation.${name}`)].map((one) => one.dataset.quantity);
  const ahead = [...document.querySelectorAll(".gs-diagram .gs-part.gs-ahead")];
  return {
    now: quantities("gs-present"),
    later: quantities("gs-later"),
    ahead: ahead.map((part) => part.dataset.piece),
  };
}
"""
LIT = """
() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const quantities = (list) =>
    [...new Set(list.map((one) => one.getAttribute("data-quantity")))].sort();
  return {
    plots: all("[data-part].gs-lit").map((one) => one.dataset.part),
    letters: quantities(all(".gs-equations [data-quantity].gs-lit")),
    dark: quantities(all(".gs-equations [data-quantity]:not(.gs-lit)")),
    parts: quantities(all(".gs-diagram.gs-focused .gs-part.gs-on")),
  };
}
"""


@dataclass(frozen=True)
class Opened:
    """One cell of a situation as a notation shows it."""

    situation: Situation
    cell: Cell = "gru"
    notation: Notation = PYTORCH
    joined: bool = False
    exact: bool = False  # numbers in full, as in a drag; else in 32 bits

    @classmethod
    def at(cls, situation: Situation, notation: str, cell: Cell = "gru") -> "Opened":
        """The cell in the notation with this key."""
        return cls(situation, cell, parse_notation(notation))

    @cached_property
    def placed(self) -> Situation:
        """The situation with the reset gate where the notation has it."""
        gru = self.situation.weights["gru"]
        assert isinstance(gru, GRUWeights)
        there = replace(gru, reset_after=self.notation.placement == "after")
        return replace(self.situation, weights={**self.situation.weights, "gru": there})

    @property
    def weights(self) -> Weights:
        return self.placed.weights[self.cell]

    @cached_property
    def trace(self) -> Trace:
        return run(self.weights, self.placed.x, self.placed.initials[self.cell])

    def numbers(self, unit: int) -> Numbers:
        """Every number of the equations, each (step,) or (step, entry)."""
        return inside(self.weights, self.trace, unit, self.notation.polarity)

    def equations(self, step: int, unit: int) -> Rows:
        """The rows of every equation: in letters, with the numbers in, and what they come to."""
        numbers = self.numbers(unit)
        given = {name: self._sent(array)[step] for name, array in numbers.items()}
        bias = self.notation.biases == 2 or bool(np.any(self.placed.weights["gru"].b_h[2]))
        writer = Writer(self.cell, self.notation, self.joined, bias)
        found: Rows = {}
        for substep in writer.substeps():
            rows = found.setdefault(substep.quantity, [])
            for line in substep.lines:
                left = [written(line.left, given)] if line.left else []
                rows += ["=".join([*left, written(line.symbols, given)])]
                rows += [f"={written(nodes, given)}" for nodes in line.numbers]
        return found

    def _sent(self, array: np.ndarray) -> np.ndarray:
        """In 32 bits, unless some are too near to 1 or to 0 for these."""
        size = np.abs(array.astype(np.float64))
        near = ((size < 1) & (size > 1 - 1e-5)) | ((size > 0) & (size < 1.2e-38))
        return array.astype(np.float64 if self.exact or near.any() else np.float32)

    def captions(self, step: int, unit: int) -> dict[str, float]:
        """The exact numbers beside the names of the tracks."""
        tracks = {name: float(np.float32(track[step, unit])) for name, track in self.trace.items()}
        if self.cell == "gru":
            tracks["update"] = float(np.float32(self.numbers(unit)["update"][step]))
        return tracks

    def wiring(self, step: int, unit: int, bound: float = 1) -> dict[str, np.ndarray]:
        """The colours of the vectors, each (row, channel). bound: of the input's colours."""
        last = max(self.weights.units - MOST_ROWS, 0)
        first = min(max(unit - MOST_ROWS // 2, 0), last)
        rows = slice(first, first + MOST_ROWS)
        found = {"x": colours(self.trace.x[step][:MOST_ROWS] / bound, "hidden")}
        found["previous"] = colours(self.trace.previous()[step][rows], "hidden")
        if self.cell == "lstm":
            found["previous_cell"] = colours(self.trace.previous("cell")[step][rows], "cell")
        for name, track in self.trace.items():
            turned = (name, self.notation.polarity) == ("update", "write")
            values = 1 - track[step] if turned else track[step]
            found[name] = colours(values[rows], name)
        for name, array in vectors(self.weights, self.trace).items():
            kind = vector_kind(self.cell, name, self.notation.placement)
            found[name] = colours(array[step][rows], "cell" if kind == "cell" else "hidden")
        return found


def short(value: float) -> str:
    """Three significant figures, halves away from zero."""
    number = Decimal(float(value))
    if not number:
        return "0"
    rest = 1 - abs(number)
    if 0 < rest < Decimal("5e-4"):
        if rest >= Decimal("1e-4"):
            return f"{number.quantize(Decimal('1e-4'), ROUND_HALF_UP)}".replace("-", MINUS)
        away = f"{rest:.1e}"
        parts = ("1", "-", away) if number > 0 else ("-1", "+", away)
        return TIE.join(parts).replace("-", MINUS)
    rounded = number
    for _ in range(2):  # 9.996 becomes 10.00, then 10.0
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - 2), ROUND_HALF_UP)
    plain = Decimal("1e-4") <= abs(number) < Decimal("1e5")
    text = f"{rounded:f}" if plain else f"{rounded:.2e}".replace("e+", "e")
    return text.replace("-", MINUS)


def written(nodes: Nodes, given: Given) -> str:
    """A row of nodes without spaces, the signs of numbers taken together: a−0.2·(−1.00)."""
    pieces = [one(node, given) for node in nodes]
    for i, node in enumerate(nodes[:-1]):
        if node.get("o") == "·":
            pieces[i - 1], pieces[i + 1] = term(pieces[i - 1]), factor(pieces[i + 1])
        if node.get("o") == "+" and "n" in nodes[i + 1]:
            pieces[i + 1] = term(pieces[i + 1])
    return "".join(pieces).replace(f"+{MINUS}", MINUS)


def factor(text: str) -> str:
    return f"({text})" if text.startswith(MINUS) else term(text)


def term(text: str) -> str:
    """In brackets where it is a sum itself, as 1 − 1.5e−8 is, and not in some already."""
    return f"({text})" if TIE in text and not text.startswith("(") else text


def one(node: Mapping[str, Any], given: Given) -> str:
    if "v" in node:
        return f"{node['v']}{node['s']}".replace("\u0303", "~")
    if "f" in node:
        return f"{node['f']}({written(node['a'], given)})"
    if "p" in node:
        inner = written(node["p"], given)
        return f"[{inner}]" if node["k"] == "[" else f"({inner})"
    if "d" in node:
        row, vector = given[node["w"]], given[node["x"]]
        if len(row) > MOST_PRODUCTS or len(vector) > MOST_PRODUCTS:
            return short(given[node["d"]])
        pairs = zip(row, vector, strict=True)
        return "+".join(f"{term(short(weight))}·{factor(short(value))}" for weight, value in pairs)
    return node.get("o") or node.get("c") or short(given[node["n"]])


def equations(stage: Stage) -> Rows:
    """What the equations show now."""
    found: Rows = stage.page.evaluate(EQUATIONS)
    return found


def expect_equations(stage: Stage, opened: Opened) -> None:
    """Every equation says what the core says at the cursor."""
    assert equations(stage) == opened.equations(*stage.cursor)


def await_equations(stage: Stage, opened: Opened) -> None:
    """The same, once the numbers that were asked for have come."""
    wanted = opened.equations(*stage.cursor)
    same = f"(wanted) => JSON.stringify(({EQUATIONS})()) === JSON.stringify(wanted)"
    try:
        stage.page.wait_for_function(same, arg=wanted)
    except Late:
        assert equations(stage) == wanted


def expect_wiring(stage: Stage, opened: Opened) -> None:
    """Every vector of the wiring has the colours of the core; passing results have 64 levels."""
    seen: dict[str, list[str | None]] = stage.page.evaluate(WIRING)
    bound = as_number(stage.text(".gs-input .gs-range").partition(" … ")[2])
    wanted = opened.wiring(*stage.cursor, bound)
    assert set(seen) == set(wanted)
    for name, fills in seen.items():
        painted = [[int(part) for part in re.findall(r"\d+", fill or "")] for fill in fills]
        np.testing.assert_allclose(painted, wanted[name], atol=6, err_msg=name)


def lit(stage: Stage) -> dict[str, list[str]]:
    """What is lit: plots, letters of the equations (dark: those that are not), parts."""
    found: dict[str, list[str]] = stage.page.evaluate(LIT)
    return found


def vector(stage: Stage, piece: str) -> Locator:
    """A vector of the wiring."""
    return stage.page.locator(f".gs-diagram [data-piece={piece}] .gs-vector")


def tab(stage: Stage, name: str) -> Locator:
    """The tab that opens a cell."""
    return stage.page.locator(".gs-inside").get_by_role("tab", name=name, exact=True)


def chosen(stage: Stage) -> str:
    """The sub-step whose button is pressed."""
    return stage.text(".gs-steps:visible [aria-pressed=true]")


def staged(stage: Stage) -> dict[str, list[str]]:
    """The equation of the chosen sub-step, those after it, the vectors that are not there yet."""
    found: dict[str, list[str]] = stage.page.evaluate(STAGED)
    return found


def plain(latex: str) -> str:
    """A row of copied LaTeX as the page has it: without spaces, signs taken together."""
    text = latex.removesuffix("\\\\").replace("&", "").replace(" ", "").replace("-", MINUS)
    text = re.sub(r"\\cdot10\^{(.*?)}", r"e\1", text)
    text = re.sub(r"\\tilde{(.)}", r"\1~", text)
    text = re.sub(r"_{(.*?)}", r"\1", text)
    for command, sign in COMMANDS.items():
        text = text.replace(command, sign)
    return re.sub(rf"\+\(({MINUS}[^()]*)\)", r"\1", text).replace(f"+{MINUS}", MINUS)
