"""The command `export SCENE --to FILE`: one cell of a scene as a file for other programs."""

import argparse
from pathlib import Path
from typing import Final

from gru_core.cli import headless
from gru_core.cli.arguments import add_run_options
from gru_core.conventions import CELLS
from gru_core.export.cell_run import CellRun
from gru_core.export.kinds import KINDS, ending_of, notes, write
from gru_core.run import run
from gru_core.words import Said, counted

_TO: Final = Said("ends in {endings}", endings=", ".join(KINDS))


def add_export(command: argparse.ArgumentParser) -> None:
    """The arguments of `export`, and what it does."""
    command.set_defaults(do=export)
    add = command.add_argument
    add("scene", metavar="SCENE", help="a scene's name, or its .json file")
    add("--to", metavar="FILE", type=Path, required=True, help=_TO)
    add("--cell", choices=CELLS, default="gru", help="which one (default: gru)")
    add_run_options(command)


def export(options: argparse.Namespace) -> str:
    """Run a cell of a scene, write the file, and say what is in it."""
    headless.check_writable(options.to)
    ending = ending_of(options.to.name)
    made = _cell_run(options, options.to.name[: -len(ending)])
    with headless.written_whole(options.to) as file:
        write(file, made, ending)
    said = Said(
        "{scene}, {cell}, {steps}: {says}.",
        scene=made.scene,
        cell=headless.cell_of_units(made.cell, made.weights.units),
        steps=counted(made.trace.steps, "step", "d"),
        says=KINDS[ending].says,
    )
    return " ".join((said, *notes(made, ending)))


def _cell_run(options: argparse.Namespace, stem: str) -> CellRun:
    wanted = headless.Run(
        cells=(options.cell,),
        match=options.match,
        seed=options.seed,
        word=options.word,
        edits=options.edits,
    )
    scene, made = headless.situated(headless.find_scene(options.scene), wanted)
    weights = made.weights[options.cell]
    initial = made.initials[options.cell]
    trace = run(weights, made.x, initial, engine=options.engine, exactly=True)
    assert scene.sequence is not None  # situated has refused a scene without
    labels, channels = scene.sequence.labels, scene.sequence.channels
    return CellRun(stem, scene.name, scene.title, weights, trace, labels, channels)
