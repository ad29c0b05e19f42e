"""The arrays of a network that is shipped, in a file that a script of ours builds."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gru_core.arrays import Array
from gru_core.errors import UnknownNameError


def shipped(path: Path, names: Iterable[str], script: str) -> dict[str, Array]:
    """The arrays of these names, as they lie there. script: what builds the file.

    Errors: UnknownNameError when some are missing.
    """
    with np.load(path, allow_pickle=False) as file:
        missing = [name for name in names if name not in file]
        if missing:
            raise UnknownNameError(
                "{name} has no {missing}: build it with {script}.",
                name=path.name,
                missing=", ".join(missing),
                script=script,
            )
        return {name: file[name] for name in names}
