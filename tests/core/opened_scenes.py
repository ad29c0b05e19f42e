"""The scenes of the project, and runs of their cells, for tests to look at."""

from pathlib import Path
from typing import Any

from gru_core import Trace, run
from gru_core.conventions import CELLS, Cell
from gru_core.edits import Situation, apply_edits, parse_edits
from gru_core.scenes import load_scenes, situation

ASSETS = Path(__file__).parents[2] / "assets"
SCENES = load_scenes(ASSETS / "scenes")
BY_NAME = {scene.name: scene for scene in SCENES}


def trace(name: str, cell: Cell = "gru", edits: str = "", **models: Any) -> Trace:
    """The run of a scene's cell, perhaps after edits written as in a link."""
    return run_cell(situation(BY_NAME[name], CELLS, **models), cell, edits)


def run_cell(numbers: Situation, cell: Cell, edits: str = "") -> Trace:
    """The run of one cell, perhaps after edits written as in a link."""
    changes, rejected = parse_edits(edits)
    assert rejected == []
    numbers = apply_edits(numbers, changes)
    return run(numbers.weights[cell], numbers.x, numbers.initials[cell])
