"""What the stage is told of the opened cell: its wiring, its equations, and their notation."""

from functools import lru_cache

import numpy as np

from app import contract
from app.figures import theme
from app.figures.equations import Writer
from app.figures.nodes import SubStep
from app.screen.screen import Screen
from app.setting.source import Own
from app.words.names import CELL_NAMES, Activation, activation_named, letter_of
from app.words.numbers import number
from app.words.say import Fields, say
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
        "biases": screen.notation.biases,
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
        "projected": cell in screen.projected,
        "polarity": notation.polarity,
        "placement": notation.placement,
        "ends": {"gate": _end(ends[0]), "state": _end(ends[1])},
        "quantities": _quantities(cell, notation),
    }


def substeps(screen: Screen) -> tuple[SubStep, ...]:
    """The equations of the opened cell as they are written on screen."""
    joined, inner_bias = screen.setting.form == "joined", _has_inner_bias(screen)
    gate, state = (one.symbol for one in _ends(screen, screen.opened))
    projected = screen.opened in screen.projected
    return _written(screen.opened, screen.notation, joined, inner_bias, gate, state, projected)


@lru_cache(maxsize=256)
def _written(
    cell: Cell,
    notation: Notation,
    joined: bool,
    inner_bias: bool,
    gate: str,
    state: str,
    projected: bool,
) -> tuple[SubStep, ...]:
    return Writer(cell, notation, joined, inner_bias, gate, state, projected).substeps()


def _terms(screen: Screen, cell: Cell) -> tuple[Term, ...]:
    weights = screen.situation.weights[cell]
    ends = (weights.gate_activation, weights.state_activation)
    return terms(cell, screen.notation, *ends, _has_inner_bias(screen), weights.is_projected)


def _ends(screen: Screen, cell: Cell) -> tuple[Activation, Activation]:
    """What the gates of a cell end in, and what its states do."""
    weights = screen.situation.weights[cell]
    names = (weights.gate_activation, weights.state_activation)
    gate, state = (activation_named(name) for name in names)
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
    notation = screen.notation
    found = [say("lenses.wiring.held_note", held=text) for text in held_texts(screen)]
    if screen.opened == "gru":
        if notation.polarity == "write":
            found.append(say(f"lenses.wiring.write_{_same(screen)}"))
        if screen.to_own_placement is not None:
            found.append(_placement_note(screen, screen.to_own_placement))
        found += _bias_note(screen)
    if isinstance(screen.setting.source, Own) and screen.opened in screen.baseline.drawn:
        found += _gate_note(screen)
    if screen.to_numpy is not None:
        found.append(say("lenses.wiring.torch", difference=number(screen.to_numpy)))
    return found


def held_texts(screen: Screen) -> list[str]:
    """What is held on screen, one phrase for each."""
    return [_held_text(screen, one) for one in screen.situation.interventions]


def _held_text(screen: Screen, one: Intervention) -> str:
    value = shown_value(one.cell, one.track, one.value, screen.notation.polarity)
    last = len(screen.labels) - 1 if one.last is None else one.last
    said: Fields = {
        "cell": CELL_NAMES[one.cell],
        "symbol": letter_of(one.cell, one.track, screen.notation),
        "first": one.first + 1,
        "value": number(value),
    }
    if last != one.first:
        said["last"] = last + 1
    when = "at" if last == one.first else "through"
    if one.unit is None:
        return say(f"lenses.wiring.all_held_{when}", **said)
    return say(f"lenses.wiring.held_{when}", unit=one.unit + 1, **said)


def _placement_note(screen: Screen, difference: float) -> str:
    placement = screen.notation.placement
    if difference > 0:
        return say(f"lenses.wiring.{placement}.differs", most=number(difference))
    gru = screen.situation.weights["gru"]
    across = gru.w_h[gru.gates.index("candidate")]
    alone = np.count_nonzero(across) == np.count_nonzero(np.diag(across))
    return say(f"lenses.wiring.{placement}.{'same_alone' if alone else 'same'}")


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
        pieces.append(
            say(
                "lenses.wiring.gate",
                name=theme.QUANTITIES[gate].name,
                expected=said(gate, value),
                measured=said(gate, measured[gate]),
            )
        )
    return [say("lenses.wiring.gates", means=", ".join(pieces))] if pieces else []


def _bias_note(screen: Screen) -> list[str]:
    gru = screen.situation.weights["gru"]
    if screen.notation.biases == 2 or not np.any(gru.b_h):
        return []
    if screen.notation.placement == "after" and _has_inner_bias(screen):
        return [say(f"lenses.wiring.biases_but_d_{_same(screen)}")]
    return [say(f"lenses.wiring.biases_{_same(screen)}")]


def _same(screen: Screen) -> str:
    """Whether a choice of the notation is said to change nothing alone, since another one does."""
    return "alone" if screen.to_own_placement else "same"
