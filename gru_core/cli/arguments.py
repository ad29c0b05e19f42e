"""Options that several commands share: what changes the run of a scene."""

import argparse

from gru_core.engines import ENGINES
from gru_core.scenes.files import MAX_SEED
from gru_core.weights import MATCHES
from gru_core.words import Said


def add_run_options(command: argparse.ArgumentParser) -> None:
    """Match, seed, word, engine and edits, as gru_core.cli.headless.Run has them."""
    add = command.add_argument
    add("--match", choices=MATCHES, default="units", help="what all cells have the same number of")
    add("--seed", type=seed, help="for weights that are drawn (default: the scene's own)")
    add("--word", help="for a scene of the Reader (default: the scene's own)")
    add("--engine", choices=ENGINES, default="numpy", help="what computes (default: numpy)")
    add("--edits", default="", help="changes, as in a link: x.4.0_0.5~gru.b_x.update.3_-1.25")


def seed(text: str) -> int:
    """A seed as it is typed. Errors: ArgumentTypeError."""
    # int() would also take 1_000 and digits of other scripts.
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_SEED))):
        raise argparse.ArgumentTypeError(_wrong_seed(text))
    if int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(_wrong_seed(text))
    return int(text)


def _wrong_seed(text: str) -> str:
    return Said("{text!r} is not a whole number from 0 to {most}", text=text, most=MAX_SEED)
