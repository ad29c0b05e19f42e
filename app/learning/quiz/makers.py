"""What makes the numbers of a question: drawn from a generator, worked out by gru_core.

Each maker runs a cell of the size that the question speaks of, and gives besides the answer what
puts the same numbers on the stage: edits and what is held, in the form of links.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from app.learning.quiz.questions import Made
from app.words.numbers import number, percent, whole
from gru_core.analysis import half_life, memory_row, time_constant
from gru_core.analysis.cost import parameters
from gru_core.analysis.inside import inside
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, format_interventions
from gru_core.changes.targets import Target
from gru_core.conventions import GATES, Cell, Placement
from gru_core.run import run
from gru_core.situation import Edit, format_edits
from gru_core.trace import Trace
from gru_core.weights import WEIGHTS, GRUWeights, Weights

Maker: TypeAlias = Callable[[np.random.Generator], Made]

PULSE_AT: Final = 3  # in the scene pulse, counted from 0
SECOND_PULSE: Final = 12
SOURCE_OF_TEXT: Final = MappingProxyType({"source": "text", "text": "gates", "as": "embedded"})


def blend(rng: np.random.Generator) -> Made:
    """The new state of one unit; z keeps."""
    keep, old, new = _hundredths(rng, 10, 90), _tenths(rng, 2, 9), -_tenths(rng, 2, 9)
    trace, query = _held_step("gru", {"h0": old}, update=keep, candidate=new)
    return Made(
        {"z": number(keep), "h": number(old), "n": number(new), "rest": number(1 - keep)},
        _at_first(trace, "hidden"),
        query,
    )


def blend_written(rng: np.random.Generator) -> Made:
    """The same where z writes: its value is that of course notes, one minus the core's."""
    made = blend(rng)
    turned = {**made.fields, "z": made.fields["rest"], "rest": made.fields["z"]}
    return replace(made, fields=turned)


def reset_scales(rng: np.random.Generator) -> Made:
    """What is left of one entry of the old state for the candidate; reset before the product."""
    reset, old = _hundredths(rng, 10, 90), _tenths(rng, 2, 9)
    trace, query = _held_step("gru", {"h0": old}, reset=reset)
    scaled = inside(_zeros("gru", after=False), trace, 0)["reset_hidden"]
    return Made({"r": number(reset), "h": number(old)}, float(scaled[0]), query)


def gate(rng: np.random.Generator) -> Made:
    """An update gate of one unit, from one input, the old state and both biases."""
    numbers = {
        "w": _tenths(rng, 5, 20),
        "x": _tenths(rng, 5, 15),
        "u": -_tenths(rng, 5, 20),
        "h": _tenths(rng, 2, 9),
        "b": _tenths(rng, -9, -2),
        "d": _tenths(rng, 2, 9),
    }
    weights = _zeros("gru")
    for part, name in (("w_x", "w"), ("w_h", "u"), ("b_x", "b"), ("b_h", "d")):
        index = (1, 0, 0) if part.startswith("w") else (1, 0)
        weights = weights.with_value(part, index, numbers[name])
    trace = run(weights, [[numbers["x"]]], [numbers["h"]])
    total = float(inside(weights, trace, 0)["update.sum"][0])
    edits = {
        "x.0.0": numbers["x"],
        "gru.h0.0": numbers["h"],
        "gru.w_x.update.0.0": numbers["w"],
        "gru.w_h.update.0.0": numbers["u"],
        "gru.b_x.update.0": numbers["b"],
        "gru.b_h.update.0": numbers["d"],
    }
    said = {name: number(value) for name, value in numbers.items()} | {"sum": number(total)}
    return Made(said, _at_first(trace, "update"), {"e": _edits(edits)})


def inside_before(rng: np.random.Generator) -> Made:
    """What the candidate's tanh is taken of; the reset gate acts before the product."""
    return _inside(rng, "before")


def inside_after(rng: np.random.Generator) -> Made:
    """The same where it acts after the product."""
    return _inside(rng, "after")


def _inside(rng: np.random.Generator, placement: Placement) -> Made:
    """Of the first of two units that read each other, without input and biases."""
    u, h = (_tenths(rng, 5, 20), -_tenths(rng, 5, 20)), (_tenths(rng, 2, 9), _tenths(rng, 2, 9))
    low, high = _tenths(rng, 1, 4), _tenths(rng, 6, 9)
    weights = _zeros("gru", units=2, after=placement == "after")
    weights = weights.with_value("w_h", (2, 0, 0), u[0]).with_value("w_h", (2, 0, 1), u[1])
    held = [Intervention("gru", "reset", low, 0), Intervention("gru", "reset", high, 1)]
    trace = run(weights, [[0.0]], h, interventions=held)
    edits = {"gru.h0.0": h[0], "gru.h0.1": h[1], "gru.w_x.candidate.0.0": 0.0}
    edits |= {f"gru.w_h.candidate.0.{at}": u[at] for at in (0, 1)}
    said = {"u1": u[0], "u2": u[1], "h1": h[0], "h2": h[1], "r1": low, "r2": high}
    return Made(
        {name: number(value) for name, value in said.items()},
        float(inside(weights, trace, 0)["candidate.sum"][0]),
        {"e": _edits(edits), "do": format_interventions(held)},
    )


def counted_with_one(rng: np.random.Generator) -> Made:
    """The parameters of a GRU as textbooks count them."""
    return _counted(rng, "gru", 1)


def counted_with_two(rng: np.random.Generator) -> Made:
    """The parameters of a GRU of PyTorch, or of Keras with reset_after."""
    return _counted(rng, "gru", 2)


def counted_lstm(rng: np.random.Generator) -> Made:
    """The parameters of an LSTM as textbooks count them."""
    return _counted(rng, "lstm", 1)


def _counted(rng: np.random.Generator, cell: Cell, biases: int) -> Made:
    inputs, units = int(rng.integers(2, 13)), int(rng.integers(1, 9)) * 8
    said = {"inputs": whole(inputs), "units": whole(units), "gates": whole(len(GATES[cell]))}
    said |= {"biases": whole(biases * units)}
    counted = parameters(cell, inputs, units, biases=1 if biases == 1 else 2)
    query = {**SOURCE_OF_TEXT, "size": str(inputs), "units": str(units)}
    return Made(said, float(counted), query)


def lasting(rng: np.random.Generator) -> Made:
    """The time constant of a unit that keeps the same share at every step."""
    keep = _hundredths(rng, 50, 95)
    held = _keeping(keep)
    return Made(_kept(keep), float(time_constant(_keep_of(held))), held)


def halved(rng: np.random.Generator) -> Made:
    """Its half-life."""
    keep = _hundredths(rng, 50, 95)
    held = _keeping(keep)
    return Made(_kept(keep), float(half_life(_keep_of(held))), held)


def kept_over(rng: np.random.Generator) -> Made:
    """What is left of a state after some steps of the same keep, with nothing written."""
    keep, steps = _hundredths(rng, 60, 95), int(rng.integers(3, 9))
    trace = run(_zeros("gru"), np.zeros((steps, 1)), [1.0], interventions=[_hold("update", keep)])
    held = Intervention("gru", "update", keep, 3, PULSE_AT + 1)
    query = {
        "t": str(PULSE_AT + steps + 1),  # counted from 1, as links do
        "e": _edits({f"x.{SECOND_PULSE}.0": 0.0}),
        "do": format_interventions([held]),
    }
    return Made({**_kept(keep), "steps": whole(steps)}, float(trace["hidden"][-1, 0]), query)


def weight_of_first(rng: np.random.Generator) -> Made:
    """The weight that the candidate of the first of three steps has in the last state."""
    keeps = [_tenths(rng, 2, 9) for _ in range(3)]
    held = [Intervention("gru", "update", keep, 0, step, step) for step, keep in enumerate(keeps)]
    trace = run(_zeros("gru"), np.zeros((3, 1)), interventions=held)
    said = {f"z{at}": number(keep) for at, keep in enumerate(keeps, start=1)}
    said["rest"] = number(1 - keeps[0])
    weight = memory_row(trace, 2, 0)[1]  # column 0 is of the initial state
    return Made(said, float(weight), {"do": format_interventions(held)})


def lstm_cell(rng: np.random.Generator) -> Made:
    """The new cell state of an LSTM."""
    forget, write = _hundredths(rng, 10, 90), _hundredths(rng, 10, 90)
    old, new = _tenths(rng, 5, 20), -_tenths(rng, 2, 9)
    trace, query = _held_step("lstm", {"c0": old}, forget=forget, input=write, candidate=new)
    said = {"f": forget, "i": write, "c": old, "g": new}
    return Made({n: number(v) for n, v in said.items()}, _at_first(trace, "cell"), query)


def lstm_hidden(rng: np.random.Generator) -> Made:
    """What an LSTM lets out of its cell state."""
    out, cell = _hundredths(rng, 10, 90), _tenths(rng, 5, 20)
    trace, query = _held_step("lstm", {"c0": cell}, forget=1.0, input=0.0, output=out)
    return Made({"o": number(out), "c": number(cell)}, _at_first(trace, "hidden"), query)


MAKERS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "blend": blend,
        "blend-written": blend_written,
        "reset-scales": reset_scales,
        "gate": gate,
        "inside-before": inside_before,
        "inside-after": inside_after,
        "counted-with-one": counted_with_one,
        "counted-with-two": counted_with_two,
        "counted-lstm": counted_lstm,
        "lasting": lasting,
        "halved": halved,
        "kept-over": kept_over,
        "weight-of-first": weight_of_first,
        "lstm-cell": lstm_cell,
        "lstm-hidden": lstm_hidden,
    }
)


@cache
def field_names(maker: str) -> frozenset[str]:
    """What the texts of a question with this maker may say."""
    return frozenset(MAKERS[maker](np.random.default_rng(0)).fields)


def _tenths(rng: np.random.Generator, low: int, high: int) -> float:
    return int(rng.integers(low, high + 1)) / 10


def _hundredths(rng: np.random.Generator, low: int, high: int) -> float:
    return int(rng.integers(low, high + 1)) / 100


def _zeros(cell: Cell, *, units: int = 1, after: bool = True) -> Weights:
    """A layer of one input in which every weight and bias is zero. after: of a GRU."""
    gates = len(GATES[cell])
    w_x, w_h, b = (np.zeros((gates, units, *width)) for width in ((1,), (units,), ()))
    if cell == "gru":
        return GRUWeights(w_x, w_h, b, b, reset_after=after)
    return WEIGHTS[cell](w_x, w_h, b, b)


def _hold(track: str, value: float) -> Intervention:
    return Intervention("gru", track, value, 0)


def _held_step(
    cell: Cell, start: Mapping[str, float], **held: float
) -> tuple[Trace, dict[str, str]]:
    """One step of one unit with some of its tracks held, and what puts the same on the stage.

    start: what its states begin with, by the part of a link: h0, c0.
    """
    holds = [Intervention(cell, track, value, 0) for track, value in held.items()]
    states = [start.get("h0", 0.0)] if cell == "gru" else [0.0, start.get("c0", 0.0)]
    initial = tuple(np.array([state]) for state in states)
    trace = run(_zeros(cell), [[0.0]], initial, interventions=holds)
    edits = {f"{cell}.{part}.0": value for part, value in start.items()}
    return trace, {"e": _edits(edits), "do": format_interventions(holds)}


def _at_first(trace: Trace, track: str) -> float:
    return float(trace[track][0, 0])


def _edits(values: Mapping[str, float]) -> str:
    """Edits as a link has them, a mark after each."""
    return format_edits(Edit(Target.parse(name), value) for name, value in values.items()) + "~"


def _keeping(keep: float) -> dict[str, str]:
    """What holds the second unit of the stage at this share."""
    return {"do": format_interventions([Intervention("gru", "update", keep, 1)])}


def _keep_of(query: Mapping[str, str]) -> Array:
    """The share that a run of this link keeps."""
    held = Intervention.parse(query["do"])
    trace = run(_zeros("gru", units=2), [[0.0]], interventions=[held])
    found: Array = trace["update"][0, 1]
    return found


def _kept(keep: float) -> dict[str, str]:
    return {"keep": number(keep), "percent": percent(keep)}
