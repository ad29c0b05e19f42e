"""What runs in the process of its own: limits first, then the reader, then the answer on stdout.

Started by child.py. On stdin there is one line of JSON, what is asked, and then the file. The
answer is our own NPZ, or an NPY array for a check, or one line of JSON that says what went wrong.
"""

import io
import json
import logging
import math
import os
import sys
from importlib import import_module
from typing import Any, BinaryIO, Final

import numpy as np

from gru_core.errors import GatescopeError
from gru_core.formats import limits, npz
from gru_core.formats.fitting import check_entry
from gru_core.formats.sniff import kind_of

try:
    import resource
except ModuleNotFoundError:  # Windows: child.py then has the clock alone
    resource = None  # type: ignore[assignment]

MAX_MESSAGE: Final = 2000  # characters of an error
OPEN_FILES: Final = 64
BESIDE: Final = 20_000  # bytes more than a file, where a model comes with the files beside it
PAST_TIME: Final = 1  # seconds between the signal at the end of the time and the kill

# PyTorch itself, where its own loader has to agree. By then a file has been examined without it.
TORCH: Final = 200_000_000

log: Final = logging.getLogger(__name__)


def main() -> None:
    """Answer what is asked on stdin: do (module:function), name, memory, seconds, and more."""
    # What a library prints must not come between: stdout is kept for the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asked = json.loads(sys.stdin.buffer.readline())
    _limit(asked["memory"], asked["seconds"])
    try:
        if "entry" in asked:
            _check(answer, asked)
        else:
            _read(answer, asked["do"], asked["name"])
    except Exception as error:
        log.exception("Reading has failed.")  # seen when run by hand
        said = {"error": type(error).__name__, "message": _message(error)}
        answer.write(json.dumps(said).encode("ascii") + b"\n")
    answer.close()
    os._exit(0)  # nothing is left to do, and what is torn down at the end could only fail


def _read(answer: BinaryIO, reader: str, name: str) -> None:
    data = sys.stdin.buffer.read(limits.MAX_BYTES + BESIDE)
    read = _named(reader)
    if resource is not None and _is_pytorch(data, name):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    file = read(data, name)
    for entry in file.entries:
        check_entry(entry)
    npz.write_to(answer, file, compressed=False)


def _check(answer: BinaryIO, asked: dict[str, Any]) -> None:
    """Run a layer by its own framework; before the file stands its input."""
    dtype, shape = np.dtype(asked["dtype"]), tuple(asked["shape"])
    x = np.frombuffer(_exactly(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)
    data = sys.stdin.buffer.read(limits.MAX_BYTES + BESIDE)
    check = _named(asked["do"])
    output = check(data, asked["name"], asked["entry"], x, asked["answers"])
    written = io.BytesIO()  # NumPy would write to a pipe as if it were a file
    np.lib.format.write_array(written, np.asarray(output), allow_pickle=False)
    answer.write(written.getbuffer())


def _exactly(count: int) -> bytes:
    found = sys.stdin.buffer.read(count)
    if len(found) != count:
        raise EOFError
    return found


def _named(path: str) -> Any:
    """The function of `module:function`."""
    module, _, function = path.partition(":")
    return getattr(import_module(module), function)


def _is_pytorch(data: bytes, name: str) -> bool:
    try:
        return kind_of(data, name) in ("pytorch", "zip")
    except GatescopeError:
        return False  # the reader says what it is


def _limit(memory: int, seconds: int) -> None:
    """From here on: no file written, no process started, few files open, so much memory and time.

    RLIMIT_DATA counts what is asked for and not the libraries' own code, as RLIMIT_AS would.
    """
    if resource is None:
        return
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_NPROC, 0)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    _set(resource.RLIMIT_DATA, memory, memory + TORCH)
    _set(resource.RLIMIT_CPU, seconds, seconds + PAST_TIME)


def _set(which: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    _, highest = resource.getrlimit(which)
    wanted = soft if hard is None else hard
    new = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
    resource.setrlimit(which, (min(soft, new), new))


def _message(error: Exception) -> str:
    text = error.name if isinstance(error, ModuleNotFoundError) else str(error)
    return (text or "")[:MAX_MESSAGE]
