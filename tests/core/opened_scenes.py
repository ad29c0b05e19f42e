"""The scenes of the project, and runs of their cells, for tests to look at."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from gru_core import GRUWeights, Trace, run
from gru_core.conventions import CELLS, Cell, Polarity
from gru_core.scenes.files import load_scenes
from gru_core.scenes.scene import situation
from gru_core.scenes.stories import Told
from gru_core.situation import Situation, apply_edits, parse_edits

ASSETS = Path(__file__).parents[2] / "assets"
SCENES = load_scenes(ASSETS / "scenes")
BY_NAME = {scene.name: scene for scene in SCENES}


def trace(name: str, cell: Cell = "gru", edits: str = "", **models: Any) -> Trace:
    """The run of a scene's cell, perhaps after edits written as in a link."""
    return run_cell(situation(BY_NAME[name], CELLS, **models), cell, edits)


def moved(numbers: Situation) -> Situation:
    """The same with the GRU's reset gate at the other place."""
    gru = numbers.weights["gru"]
    assert isinstance(gru, GRUWeights)
    there = replace(gru, reset_after=not gru.reset_after)
    return replace(numbers, weights={**numbers.weights, "gru": there})


def told(name: str, polarity: Polarity, elsewhere: bool = False, **models: Any) -> Told:
    """The texts of a scene; elsewhere: with its reset gate at the other place."""
    numbers = situation(BY_NAME[name], ("gru",), **models)
    there = moved(numbers) if elsewhere else numbers
    quoted = {model: models[model] for model in ("series", "listener") if model in models}
    return BY_NAME[name].story.told(there, polarity, elsewhere, **quoted)


def shown(polarity: Polarity, update: Any) -> Any:
    """The update gate, or what is of it, as a notation shows it."""
    return update if polarity == "keep" else 1 - update


def said(value: float, decimals: int) -> str:
    """A number with a true minus sign."""
    return f"{value:.{decimals}f}".replace("-", "−")


def run_cell(numbers: Situation, cell: Cell, edits: str = "") -> Trace:
    """The run of one cell, perhaps after edits written as in a link."""
    changes, rejected = parse_edits(edits)
    assert rejected == []
    numbers = apply_edits(numbers, changes)
    return run(numbers.weights[cell], numbers.x, numbers.initials[cell])
