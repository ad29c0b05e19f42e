"""The process's environment: the only place of the core where it is read or written.

What may be set stands in one table, in app/settings.py and docs/settings.md.
"""

import os
import sys
from collections.abc import Iterable, Mapping


def read(variable: str, default: str) -> str:
    """What the environment says; the default where it says nothing."""
    return os.environ.get(variable, default)


def kept(variables: Iterable[str]) -> dict[str, str]:
    """Those of the variables that are set, for a process which gets no others."""
    return {name: os.environ[name] for name in variables if name in os.environ}


def put(variables: Mapping[str, str]) -> None:
    """Set variables for a library that reads them when it is imported."""
    os.environ.update(variables)


# NumPy reads this when it is imported, so it stands here, which the package imports first. Python
# calls what it runs "-m" until it has found it. The threads of several products would wait for each
# other, in a loop; a batch has threads of its own (gru_core/formats/batches.py).
if sys.argv[:1] == ["-m"]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
