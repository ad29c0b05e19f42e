"""The command line: a scene run without a screen, and files of weights looked into and run."""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn, cast

from gru_core.cli import export, files, gates, headless
from gru_core.cli.arguments import add_run_options
from gru_core.conventions import CELLS, Cell
from gru_core.errors import GatescopeError, TextError, unknown_name
from gru_core.words import Said, counted

PROGRAM: Final = "python -m gru_core"
FAILED: Final = 2
_CELLS_HELP: Final = Said("any of {cells} (default: gru,lstm)", cells=",".join(CELLS))


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without repeating the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"error: {_line(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; what goes wrong is one line on stderr and exit status 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # titles on a terminal without “ and ”
    options = parser().parse_args(arguments)
    try:
        print(options.do(options))
    except GatescopeError as error:
        return _failed(str(error))
    except ModuleNotFoundError as error:
        return _failed(
            Said("This needs {name}, which is not installed: install it.", name=error.name)
        )
    except RecursionError:
        return _failed("The scene's file is nested too deep; it is no scene: choose another.")
    except MemoryError:
        return _failed("There is not enough memory: run a part of the input.")
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}.")
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    whole = _Parser(prog=PROGRAM, description=__doc__, allow_abbrev=False)
    made = whole.add_subparsers(required=True, dest="command", metavar="COMMAND")
    _add_run(made.add_parser("run", help="run a scene and write its traces", allow_abbrev=False))
    files.add_inspect(
        made.add_parser("inspect", help="list the layers in a file of weights", allow_abbrev=False)
    )
    files.add_trace(
        made.add_parser(
            "trace", help="run a layer of a file and write every gate", allow_abbrev=False
        )
    )
    gates.add_gates(
        made.add_parser(
            "gates", help="what each unit of a layer does in many sequences", allow_abbrev=False
        )
    )
    export.add_export(
        made.add_parser("export", help="write a cell of a scene as a file", allow_abbrev=False)
    )
    return whole


def _add_run(command: argparse.ArgumentParser) -> None:
    command.set_defaults(do=lambda options: _listed() if options.list else _run(options))
    add = command.add_argument
    add("scene", metavar="SCENE", nargs="?", help="a scene's name, or its .json file")
    add("--out", metavar="FILE", type=Path, help="the NPZ file to write; one there is replaced")
    add("--cells", default="gru,lstm", help=_CELLS_HELP)
    add_run_options(command)
    add("--list", action="store_true", help="print the names and titles of the scenes")


def _run(options: argparse.Namespace) -> str:
    if options.scene is None:
        raise TextError("No scene is given; give a name or a file, or --list for names.")
    if options.out is None:
        raise TextError("No file to write is given; give one: --out trace.npz.")
    headless.check_writable(options.out)
    scene = headless.find_scene(options.scene)
    wanted = headless.Run(
        cells=_cells(options.cells),
        match=options.match,
        seed=options.seed,
        word=options.word,
        engine=options.engine,
        edits=options.edits,
    )
    arrays = headless.run_scene(scene, wanted)
    headless.save(options.out, arrays)
    steps, sizes = (
        len(arrays["x"]),
        {c: arrays[f"{c}.h0"].size for c in CELLS if f"{c}.h0" in arrays},
    )
    return Said(
        "{scene}: {steps}, {cells}.",
        scene=scene.name,
        steps=counted(steps, "step", "d"),
        cells=", ".join(headless.cell_of_units(cell, units) for cell, units in sizes.items()),
    )


def _listed() -> str:
    scenes = headless.shipped_scenes()
    width = max(len(scene.name) for scene in scenes)
    return "\n".join(f"{scene.name:{width}}  {scene.title}" for scene in scenes)


def _cells(text: str) -> tuple[Cell, ...]:
    cells = [cell.strip() for cell in text.split(",")]
    for cell in cells:
        if cell not in CELLS:
            raise unknown_name("cell", cell, CELLS)
    return cast("tuple[Cell, ...]", tuple(cells))


def _failed(message: str) -> int:
    print(f"error: {_line(message)}", file=sys.stderr)
    return FAILED


def _line(message: str) -> str:
    return " ".join(message.split())


if __name__ == "__main__":
    sys.exit(main())
