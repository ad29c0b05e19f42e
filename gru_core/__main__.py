"""The command line: `python -m gru_core run SCENE --out FILE` runs a scene without a screen."""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn, cast

from gru_core import headless
from gru_core.conventions import CELLS, Cell
from gru_core.engines import ENGINES
from gru_core.errors import GatescopeError, TextError, unknown_name
from gru_core.scenes import MATCHES, MAX_SEED

PROGRAM: Final = "python -m gru_core"
FAILED: Final = 2


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
        print(_listed() if options.list else _run(options))
    except GatescopeError as error:
        return _failed(str(error))
    except ModuleNotFoundError as error:
        return _failed(f"This needs {error.name}, which is not installed: install it.")
    except RecursionError:
        return _failed("The scene's file is nested too deep; it is no scene: choose another.")
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}.")
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    whole = _Parser(prog=PROGRAM, description=__doc__, allow_abbrev=False)
    commands = whole.add_subparsers(required=True, dest="command", metavar="COMMAND")
    command = commands.add_parser(
        "run", help="run a scene and write its traces", allow_abbrev=False
    )
    add = command.add_argument
    add("scene", metavar="SCENE", nargs="?", help="a scene's name, or its .json file")
    add("--out", metavar="FILE", type=Path, help="the NPZ file to write; one there is replaced")
    add("--cells", default="gru,lstm", help=f"any of {','.join(CELLS)} (default: gru,lstm)")
    add("--match", choices=MATCHES, default="units", help="what all cells have the same number of")
    add("--seed", type=_seed, help="for weights that are drawn (default: the scene's own)")
    add("--word", help="for a scene of the Reader (default: the scene's own)")
    add("--engine", choices=ENGINES, default="numpy", help="what computes (default: numpy)")
    add("--edits", default="", help="changes, as in a link: x.4.0_0.5~gru.b_x.update.3_-1.25")
    add("--list", action="store_true", help="print the names and titles of the scenes")
    return whole


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
    cells = (f"{c.upper()} of {arrays[f'{c}.h0'].size} units" for c in CELLS if f"{c}.h0" in arrays)
    return f"{scene.name}: {len(arrays['x'])} steps, {', '.join(cells)}."


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


def _seed(text: str) -> int:
    # int() would also take 1_000 and digits of other scripts.
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_SEED))):
        raise argparse.ArgumentTypeError(_wrong_seed(text))
    if int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(_wrong_seed(text))
    return int(text)


def _wrong_seed(text: str) -> str:
    return f"{text!r} is not a whole number from 0 to {MAX_SEED}"


def _failed(message: str) -> int:
    print(f"error: {_line(message)}", file=sys.stderr)
    return FAILED


def _line(message: str) -> str:
    return " ".join(message.split())


if __name__ == "__main__":
    sys.exit(main())
