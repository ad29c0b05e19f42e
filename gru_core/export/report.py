"""A report of one cell as it ran: a page of HTML that needs nothing else, and runs nothing.

What the layer is, what a step computes, every gate and state as a picture, its units in a table,
and how far torch.nn comes from it with the same weights. Nothing of a scene gets into it but
numbers and escaped texts.
"""

import html
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import CELLS, KEEP_GATE, SIGMOID_TRACKS, STATES
from gru_core.export import proof
from gru_core.export.cell_run import CellRun
from gru_core.export.picture import DIVERGING, SEQUENTIAL, gradient, heatmap
from gru_core.export.script_step import step_text
from gru_core.export.tracks import heading, shown
from gru_core.weights import GRUWeights
from gru_core.words import Said, counted

MOST_UNITS: Final = 100  # rows of the table
LOW: Final = 0.1  # a gate below is nearly closed
HIGH: Final = 0.9  # and above is nearly open
_NAMES: Final = dict(zip(CELLS, ("GRU", "LSTM", "plain RNN"), strict=True))
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.15rem 1rem 0.15rem 0; vertical-align: top; }
th { font-weight: normal; opacity: 0.7; border-bottom: 1px solid; }
.number { text-align: right; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 4px; }
pre { font-size: 0.85rem; }
figure { margin: 0 0 1.25rem; break-inside: avoid; }
figcaption { margin-bottom: 0.2rem; }
figure img { display: block; width: 100%; image-rendering: pixelated; }
figure .scale { display: inline-block; width: 6rem; height: 0.7rem; }
.wide { overflow-x: auto; }
"""
_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def report(run: CellRun) -> str:
    """The whole page."""
    parts = (
        _element("h1", _heading(run)),
        _element("p", html.escape(_summary(run))),
        *_what(run),
        *_proved(run),
        *_step(run),
        *_pictures(run),
        *_units(run),
    )
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        _element("title", _heading(run)),
        _element("style", _STYLE),
    )
    lines = ("<!doctype html>", '<html lang="en">', *head, *parts, "</html>")
    return "\n".join(lines) + "\n"


def _heading(run: CellRun) -> str:
    return html.escape(Said("{title}: {cell}", title=run.title, cell=_NAMES[run.cell]))


def _summary(run: CellRun) -> str:
    return Said(
        "{units} over {steps}, {inputs} to a step, in {dtype}. Made by Gatescope.",
        units=counted(run.weights.units, "unit"),
        steps=counted(run.trace.steps, "step"),
        inputs=counted(run.weights.input_size, "number"),
        dtype=run.trace.dtype.name,
    )


def _what(run: CellRun) -> Iterator[str]:
    weights = run.weights
    rows = [("Cell", _NAMES[run.cell])]
    if isinstance(weights, GRUWeights):
        after = "after the product with the old state" if weights.reset_after else "before it"
        rows.append(("The reset gate acts", after))
        writes = run.polarity == "write"
        meant = "the candidate is written" if writes else "the old state is kept"
        rows.append(("An update gate of 1 means", meant))
    if run.cell != "rnn":
        rows.append(("Gates end in", weights.gate_activation))
    rows.append(("States end in", weights.state_activation))
    rows.append(("Read", "from the last step to the first" if run.trace.backward else "in order"))
    states = zip(STATES[run.cell], run.trace.initial, strict=True)
    rows += [
        (Said("First {state} state", state=name), _listed(state) if state.any() else "0 throughout")
        for name, state in states
    ]
    if weights.is_projected:
        rows.append(("The hidden state is projected to", counted(weights.hidden_size, "number")))
    if run.trace.interventions:
        held = ", ".join(sorted({one.track for one in run.trace.interventions}))
        rows.append(("Held at a value, not computed", held))
    yield _element("h2", "What it is")
    yield _table([], rows)
    for note in run.notes:
        yield _element("p", html.escape(note))


def _proved(run: CellRun) -> Iterator[str]:
    yield _element("h2", "Is it right?")
    for sentence in proof.sentences(run):
        yield _element("p", html.escape(sentence))


def _step(run: CellRun) -> Iterator[str]:
    yield _element("h2", "What a step computes")
    yield _element(
        "p", "The lines that computed every number here, with this cell's choices filled in:"
    )
    text = step_text(run.weights, holds=bool(run.trace.interventions))
    yield _element("pre", html.escape(text))
    if heading(run, "update") != "update":
        yield _element("p", "In these lines update keeps: it is 1 − update (writes).")


def _pictures(run: CellRun) -> Iterator[str]:
    yield _element("h2", "Every gate and state")
    yield _element("p", "A row is a unit, the first on top; a column is a step.")
    if run.weights.is_projected:
        yield _element("p", "The hidden state has a row for each number that it is projected to.")
    for name in run.trace:
        numbers = shown(run, name, run.trace[name])
        low, high, colours = _scale(run, name, numbers)
        caption = Said(
            "{name}: {least} to {most}, mean {mean}",
            name=heading(run, name),
            least=_number(numbers.min()),
            most=_number(numbers.max()),
            mean=_number(numbers.mean()),
        )
        picture = heatmap(numbers.T, low, high, colours)
        scale = f'<img class="scale" alt="to" src="{gradient(colours)}">'
        legend = f"{_number(low)} {scale} {_number(high)}"
        height = min(max(numbers.shape[1] * 14, 40), 420)
        yield (
            f"<figure><figcaption>{html.escape(caption)}<br>{legend}{_joined(picture.each)}</figcaption>"
            f'<img style="height: {height}px" alt="{html.escape(caption)}" src="{picture.address}">'
            "</figure>"
        )


def _joined(each: tuple[int, int]) -> str:
    """What a number of the picture is the mean of, where that is more than one."""
    rows, columns = each
    if rows == columns == 1:
        return ""
    said = Said(
        "each place is the mean of {units} and {steps}",
        units=counted(rows, "unit"),
        steps=counted(columns, "step"),
    )
    return f" ({said})"


def _scale(run: CellRun, name: str, numbers: Array) -> tuple[float, float, tuple[str, ...]]:
    if name in SIGMOID_TRACKS:
        return 0.0, 1.0, SEQUENTIAL
    bound = max(1.0, float(np.abs(numbers).max()))
    return -bound, bound, DIVERGING


def _units(run: CellRun) -> Iterator[str]:
    """The units by the mean of the gate that keeps, the most keeping first."""
    first = KEEP_GATE.get(run.cell, "hidden")
    gates = [name for name in run.trace if name in SIGMOID_TRACKS]
    tracks = [name for name in run.trace if run.trace[name].shape[1] == run.trace.units]
    means = {name: shown(run, name, run.trace[name]).mean(axis=0) for name in tracks}
    order = np.argsort(-means[first], kind="stable")[:MOST_UNITS]
    yield _element("h2", "Its units")
    said = Said("Means over the steps; sorted by {first}.", first=heading(run, first))
    more = run.weights.units - len(order)
    left = Said(" {more} more are left out.", more=counted(more, "unit")) if more else ""
    yield _element("p", html.escape(said + left))
    head = ["unit", *(heading(run, name) for name in tracks)]
    head += [Said("{gate} below {low}", gate=heading(run, g), low=LOW) for g in gates]
    head += [Said("{gate} above {high}", gate=heading(run, g), high=HIGH) for g in gates]
    shares = [shown(run, g, run.trace[g]) for g in gates]
    rows = [
        (
            str(unit + 1),
            *(_number(means[name][unit]) for name in tracks),
            *(_share(track[:, unit] < LOW) for track in shares),
            *(_share(track[:, unit] > HIGH) for track in shares),
        )
        for unit in order
    ]
    yield f'<div class="wide">{_table(head, rows, numbers=True)}</div>'


def _share(there: npt.NDArray[np.bool_]) -> str:
    """How many of the steps, never rounded to none or all of them."""
    count = int(there.sum())
    return Said("{count} of {steps}", count=count, steps=len(there))


def _listed(numbers: Array) -> str:
    texts = [_number(value) for value in numbers[:12]]
    return ", ".join(texts) + (", …" if len(numbers) > len(texts) else "")


def _number(value: float) -> str:
    text = f"{float(value):.3g}"
    return text.replace("-", "−")


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: bool = False) -> str:
    kind = ' class="number"' if numbers else ""
    cells = "".join(f"<th{kind}>{html.escape(one)}</th>" for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{html.escape(one)}</td>" for one in row) + "</tr>\n"
        for row in rows
    )
    return f"<table>{_element('thead', _element('tr', cells)) if cells else ''}\n{body}</table>"
