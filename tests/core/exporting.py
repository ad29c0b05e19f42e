"""Cells of the project's scenes as they ran, to be exported by tests."""

from dataclasses import replace
from typing import Any

from gru_core import run
from gru_core.changes.interventions import parse_interventions
from gru_core.cli import headless
from gru_core.conventions import CELLS, Cell
from gru_core.export.cell_run import CellRun, stem_of
from gru_core.scenes.scene import situation
from gru_core.situation import apply_edits, parse_edits


def exported(
    name: str = "cue", cell: Cell = "gru", edits: str = "", held: str = "", **changes: Any
) -> CellRun:
    """The run of a scene's cell, with edits and what is held as in a link.

    changes: other activations, or another place of the reset gate.
    """
    scene = headless.open_model(headless.find_scene(name))
    base = apply_edits(situation(scene, CELLS), parse_edits(edits).edits)
    interventions, rejected = parse_interventions(held)
    assert rejected == []
    weights = replace(base.weights[cell], **changes)
    initial = base.initials[cell]
    trace = run(weights, base.x, initial, interventions=interventions, exactly=True)
    assert scene.sequence is not None
    return CellRun(
        *(stem_of(scene.name, cell, scene.word), scene.name, scene.title),
        *(weights, trace, scene.sequence.labels, scene.sequence.channels),
    )
