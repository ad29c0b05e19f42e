"""What the stage is told of the opened cell: its wiring, its equations, and their notation."""

import numpy as np

from app import contract
from app.figures import theme
from app.figures.equations import Writer
from app.figures.nodes import SubStep
from app.screen.screen import Screen
from app.setting.source import Own
from app.words.names import ACTIVATIONS, CELL_NAMES, Activation, letter_of
from app.words.numbers import number
from app.words.terms import Term, terms
from gru_core.analysis.behaviour import measured_gate
from gru_core.changes.interventions import Intervention, shown_value
from gru_core.conventions import KEEP_GATE, TRACKS, Cell, Notation, shown_update
from gru_core.initialize import expected_gate


def inner(screen: Screen) -> contract.Inner:
    """The opened cell, in the notation on screen."""
    cell = screen.opened
    return {
        "cells": [{"cell": other, "name": CELL_NAMES[other]} for other in screen.traces],
        "form": "joined" if screen.setting.form == "joined" else "split",
        **wiring(screen, cell),
        "substeps": [step.message() for step in substeps(screen)],
        "notes": notes(screen),
        "terms": [
            {"symbol": one.symbol, "says": one.says, "quantity": one.quantity}
            for one in _terms(screen, cell)
        ],
    }


def wiring(screen: Screen, cell: Cell) -> contract.Wiring:
    """What the stage needs to draw a cell's wiring."""
    notation, ends = screen.notation, _ends(screen, cell)
    return {
        "cell": cell,
        "polarity": notation.polarity,
        "placement": notation.placement,
        "ends": {"gate": _end(ends[0]), "state": _end(ends[1])},
        "quantities": _quantities(cell, notation),
    }


def substeps(screen: Screen) -> tuple[SubStep, ...]:
    """The equations of the opened cell as they are written on screen."""
    joined, inner_bias = screen.setting.form == "joined", _has_inner_bias(screen)
    ends = (one.symbol for one in _ends(screen, screen.opened))
    return Writer(screen.opened, screen.notation, joined, inner_bias, *ends).substeps()


def _terms(screen: Screen, cell: Cell) -> tuple[Term, ...]:
    weights = screen.situation.weights[cell]
    ends = (weights.gate_activation, weights.state_activation)
    return terms(cell, screen.notation, *ends, _has_inner_bias(screen))


def _ends(screen: Screen, cell: Cell) -> tuple[Activation, Activation]:
    """What the gates of a cell end in, and what its states do."""
    weights = screen.situation.weights[cell]
    names = (weights.gate_activation, weights.state_activation)
    gate, state = (ACTIVATIONS[name] for name in names)
    return gate, state


def _end(activation: Activation) -> contract.End:
    return {"symbol": activation.symbol, "says": activation.says}


def _quantities(cell: Cell, notation: Notation) -> dict[str, contract.Quantity]:
    """The letter, name and colour of everything in the wiring."""
    return {
        name: {
            "symbol": letter_of(cell, name, notation),
            "name": quantity.name,
            "color": quantity.color,
        }
        for name, quantity in theme.QUANTITIES.items()
        if name in ("x", *TRACKS[cell])
    }


def _has_inner_bias(screen: Screen) -> bool:
    """Whether the reset gate scales a bias of the candidate that cannot be left out."""
    gru = screen.situation.weights["gru"]
    return screen.notation.biases == 2 or bool(np.any(gru.b_h[gru.gates.index("candidate")]))


def notes(screen: Screen) -> list[str]:
    """What the notation and the engine change, and what they do not: one sentence each."""
    notation, found = screen.notation, [f"{text}." for text in held_texts(screen)]
    if screen.opened == "gru":
        if notation.polarity == "write":
            found.append(
                "Here z says how much is written: z and every weight of the update gate are those "
                f"of PyTorch with 1 − z and the opposite sign. {_same(screen, ', bit for bit')}."
            )
        if screen.to_own_placement is not None:
            found.append(_placement_note(screen, screen.to_own_placement))
        found += _bias_note(screen)
    if isinstance(screen.setting.source, Own) and screen.opened in screen.baseline.drawn:
        found += _gate_note(screen)
    if screen.to_numpy is not None:
        found.append(
            "Computed by PyTorch. The largest difference to NumPy, over every gate and state: "
            f"{number(screen.to_numpy)}."
        )
    return found


def held_texts(screen: Screen) -> list[str]:
    """What is held on screen, one phrase for each."""
    found = []
    for one in screen.situation.interventions:
        value = shown_value(one.cell, one.track, one.value, screen.notation.polarity)
        found.append(f"{_place(screen, one)} held at {number(value)}")
    return found


def _place(screen: Screen, one: Intervention) -> str:
    symbol = letter_of(one.cell, one.track, screen.notation)
    who = "every unit" if one.unit is None else f"unit {one.unit + 1}"
    last = len(screen.labels) - 1 if one.last is None else one.last
    steps = f"step {one.first + 1}" if last == one.first else f"steps {one.first + 1} to {last + 1}"
    return f"{CELL_NAMES[one.cell]}: {symbol} of {who}, {steps},"


def _placement_note(screen: Screen, difference: float) -> str:
    where = (
        f"The reset gate acts {screen.notation.placement} the product here, not where these "
        "weights were meant for"
    )
    if difference > 0:
        return f"{where}: that changes h by up to {number(difference)}."
    gru = screen.situation.weights["gru"]
    across = gru.w_h[gru.gates.index("candidate")]
    alone = np.count_nonzero(across) == np.count_nonzero(np.diag(across))
    reason = ", since no candidate reads another unit's state" if alone else ""
    return f"{where}; in this scene h stays the same{reason}."


def _gate_note(screen: Screen) -> list[str]:
    """How far open the gates are expected to be when drawn, and how far they were in this run."""
    cell, scheme = screen.opened, screen.setting.own.scheme
    if scheme == "chrono" and cell not in KEEP_GATE:
        return []
    expected = expected_gate(cell, scheme, max_time=max(len(screen.labels), 3))
    measured = measured_gate(screen.traces[cell])
    polarity = screen.notation.polarity if cell == "gru" else "keep"

    def said(gate: str, value: float) -> str:
        shown_value = shown_update(np.array([value]), polarity)[0] if gate == "update" else value
        return number(float(shown_value))

    pieces = []
    for gate, value in expected.items():
        both = f"{said(gate, value)} and {said(gate, measured[gate])}"
        pieces.append(f"{theme.QUANTITIES[gate].name} {both}")
    if not pieces:
        return []
    return [
        f"Means of the gates, as this initialization leads one to expect and as measured here: "
        f"{', '.join(pieces)}."
    ]


def _bias_note(screen: Screen) -> list[str]:
    gru = screen.situation.weights["gru"]
    if screen.notation.biases == 2 or not np.any(gru.b_h):
        return []
    if screen.notation.placement == "after" and _has_inner_bias(screen):
        return [
            f"b is the sum of both biases. {_same(screen)}. Only the candidate keeps its d: the "
            "reset gate scales it."
        ]
    return [f"b is the sum of both biases. {_same(screen)}."]


def _same(screen: Screen, how: str = "") -> str:
    """That one choice of the notation changes nothing, also where another one does."""
    return (
        f"This alone leaves h as it is{how}" if screen.to_own_placement else f"h is the same{how}"
    )
