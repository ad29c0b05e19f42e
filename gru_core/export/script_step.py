"""One step of a script, written from the source of the cell's own step in gru_core/cells.

The text stays as it stands there, names and comments included, but for this: the weights are the
script's own variables, of the two places of the reset gate only that of these weights is left, and
likewise of a hidden state with and without a projection,
`replace` is called `hold`, or left out where nothing is held, and the tracks are returned by name.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Final

from gru_core.cells.steps import STEPS
from gru_core.conventions import STATES, TRACKS
from gru_core.weights import GRUWeights, Weights

WIDTH: Final = 100  # characters of a line
# What the steps of gru_core/cells call the states of conventions.STATES.
STATE_NAMES: Final = ("h", "c")


def step_text(weights: Weights, *, holds: bool) -> str:
    """The function `step` of a script: of x, of each state, and of hold where something is held."""
    source = inspect.getsource(STEPS[weights.cell])
    [step] = ast.parse(source).body
    assert isinstance(step, ast.FunctionDef)
    *computed, returned = step.body
    assert isinstance(returned, ast.Return)
    assert isinstance(returned.value, ast.Call)
    text = source if holds else _without_replacing(source, step)
    lines = re.sub(r"\bw\.", "", text).replace("replace(", "hold(").splitlines()
    given = ["x", *STATE_NAMES[: len(STATES[weights.cell])], *(["hold"] if holds else [])]
    return "\n".join(
        [
            f"def step({', '.join(given)}):",
            *(line for node in computed for line in _lines(node, lines, weights)),
            _returned(TRACKS[weights.cell], returned.value.args),
        ]
    )


def _without_replacing(source: str, step: ast.FunctionDef) -> str:
    """The source with `value` in place of every replace("track", value)."""
    text = source
    for node in ast.walk(step):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "replace":
            call, value = (ast.get_source_segment(source, part) for part in (node, node.args[1]))
            assert call
            assert value
            text = text.replace(call, value)
    return text


def _lines(node: ast.stmt, lines: list[str], weights: Weights) -> Iterator[str]:
    """The lines of a statement; of one that asks what the layer is, the answer."""
    if isinstance(node, ast.If):
        answers = {
            "w.reset_after": isinstance(weights, GRUWeights) and weights.reset_after,
            "w.w_p is None": not weights.is_projected,
        }
        for taken in node.body if answers[ast.unparse(node.test)] else node.orelse:
            deeper = taken.col_offset - node.col_offset
            yield from (line[deeper:] for line in _lines(taken, lines, weights))
    else:
        yield from lines[node.lineno - 1 : node.end_lineno]


def _returned(tracks: tuple[str, ...], values: list[ast.expr]) -> str:
    """A table of the tracks, on one line or with a line for each."""
    entries = [f'"{track}": {ast.unparse(v)}' for track, v in zip(tracks, values, strict=True)]
    line = f"    return {{{', '.join(entries)}}}"
    if len(line) <= WIDTH:
        return line
    return "\n".join(["    return {", *(f"        {entry}," for entry in entries), "    }"])
