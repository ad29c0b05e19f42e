"""The check against Keras of every file of a folder; a program, since Keras is slow to import.

`python -m tests.oracle.keras_checks FOLDER` writes NAME.EXTENSION.npy for each file that
tests.oracle.keras_models has written there: what the check says that Keras makes of x in NAME.npz.
"""

import sys
from pathlib import Path

import numpy as np

from gru_core.formats import read
from gru_core.formats.answers import questions
from gru_core.formats.checking import check
from gru_core.formats.model import Answers


def settings_of(path: Path) -> Answers:
    """What the file leaves open, as the same model's `.keras` says it."""
    (entry,) = read(path.read_bytes(), path.name).entries
    open_ones = [question.setting for question in questions(entry)]
    if not open_ones:
        return {}
    whole = path.with_name(f"{path.name.partition('.')[0]}.keras")
    (told,) = read(whole.read_bytes(), whole.name).entries
    said = {**told.says, "merge": told.merge}
    return {setting: said[setting] for setting in open_ones}


def main(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix in (".keras", ".h5"):
            data = path.read_bytes()
            (entry,) = read(data, path.name).entries
            x = np.load(folder / f"{path.name.partition('.')[0]}.npz")["x"]
            made = check(data, path.name, entry.name, x, settings_of(path))
            np.save(folder / f"{path.name}.npy", made)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
