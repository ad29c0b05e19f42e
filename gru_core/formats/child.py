"""Read a file in a process of its own, where a crash or a memory blow-up takes nothing with it.

The process gets the bytes and nothing else: no environment, no folder, no file it could write. It
has limits of time and memory, and its answer is read as strictly as a file of a stranger.
"""

import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from gru_core import environment, errors
from gru_core.arrays import Array
from gru_core.errors import FormatError, GatescopeError, shown
from gru_core.formats import limits, npy, npz
from gru_core.formats.model import Answers, ModelFile
from gru_core.formats.onnx import outside
from gru_core.formats.places import Places
from gru_core.words import Said

READER: Final = "gru_core.formats:read"
CHECKER: Final = "gru_core.formats.checking:check"
INPUT_OF: Final = "gru_core.formats.onnx.values:input_of"
CHECK_SECONDS: Final = 60
CHECK_MEMORY: Final = 644_000_000 + 8 * limits.MAX_BYTES  # a framework at work
SECONDS: Final = 20
# Bytes: 310 million at first. Python and NumPy take 50 million, PyTorch has its own.
MEMORY: Final = 54_000_000 + 8 * limits.MAX_BYTES
AT_ONCE: Final = 2
WAIT: Final = 60  # seconds for a place, when as many files are being read

# -I: neither the environment nor the folder adds to the path. -B: no byte code is written.
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from gru_core.formats import child_main; child_main.main()"
)
_ROOT: Final = Path(__file__).parents[2]
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What an installation may need to find its own libraries.
_KEPT: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_PIECE: Final = 1 << 20
BESIDE: Final = outside.MAX_HEADER + 100  # bytes that hold a model and its files together
# What may be unpacked from a file, half precision made single, biases it does not have, headers.
_MOST_ANSWER: Final = 4 * limits.MAX_EXPANDED
_MOST_LINE: Final = 100_000

_ERRORS: Final[Mapping[str, type[GatescopeError]]] = MappingProxyType(
    {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, GatescopeError)
    }
)
_places: Final = Places(AT_ONCE)
_whose: Final = ContextVar("whose", default="")  # whose files are read here


@contextmanager
def reading_for(whose: str) -> Iterator[None]:
    """Files are read for this visitor until the block ends; others take turns with them."""
    before = _whose.set(whose)
    try:
        yield
    finally:
        _whose.reset(before)


def read_safely(
    data: bytes,
    name: str,
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY,
    reader: str = READER,
) -> ModelFile:
    """What `reader` finds in the bytes of a file, read in a process of its own.

    name: what errors call the file; reader: module:function. Errors: those of the reader;
    FormatError where the process ends without an answer, or there is no place for it.
    """
    limits.check_size(len(data) - BESIDE * data.startswith(outside.MAGIC))
    asked = {"do": reader, "name": name, "memory": memory, "seconds": seconds}
    return _understood(name, _answer(asked, data))


def check_safely(
    data: bytes, name: str, entry: str, x: Array, answers: Answers = MappingProxyType({})
) -> Array:
    """What the framework of a file itself gives for a layer: (step, units · directions).

    A file of PyTorch or of safetensors is run by PyTorch, one of Keras by Keras, one of ONNX by
    onnxruntime, in a process of its own. entry: the layer's name; x: (step, input); answers:
    to what the file leaves open. Errors: FormatError, also for a file of another kind;
    those of the check, in check.py of pytorch, keras and onnx.
    """
    return _run_there("the framework's answer", CHECKER, data, name, entry, x, answers)


def input_safely(data: bytes, name: str, entry: str, given: npt.NDArray[Any]) -> Array:
    """What a node of an ONNX model reads, (step, batch, feature), where the model is given this.

    The file's own graph is run up to it by onnxruntime, in a process of its own. given: tokens
    (step, batch) or numbers (step, batch, input). Errors: those of onnx.values.input_of.
    """
    no_answers: Answers = MappingProxyType({})
    return _run_there("what the layer reads", INPUT_OF, data, name, entry, given, no_answers)


def _run_there(
    what: str,
    do: str,
    data: bytes,
    name: str,
    entry: str,
    x: npt.NDArray[Any],
    answers: Answers,
) -> Array:
    limits.check_size(len(data) - BESIDE * data.startswith(outside.MAGIC))
    given = np.ascontiguousarray(x)
    asked = {
        "do": do,
        "name": name,
        "memory": CHECK_MEMORY + 4 * given.nbytes,
        "seconds": CHECK_SECONDS,
        "entry": entry,
        "answers": dict(answers),
        "shape": given.shape,
        "dtype": given.dtype.str,
    }
    return npy.array(what, _answer(asked, given.tobytes() + data))


def _answer(asked: Mapping[str, Any], data: bytes) -> bytes:
    """What the process answers. Errors: those it names, and those of its end."""
    name, memory, seconds = asked["name"], asked["memory"], asked["seconds"]
    with _places.one(_whose.get(), WAIT) as have:
        if not have:
            raise FormatError(
                "{name} had to wait for other files for {wait} s: try again.",
                name=shown(name),
                wait=WAIT,
            )
        try:
            answer, status = _asked(json.dumps(asked).encode("ascii") + b"\n", data, seconds)
        except TimeoutError:
            raise _too_long(name, seconds) from None
    if status:
        raise _stopped(name, status, seconds)
    if answer.startswith(b"{"):
        raise _said(name, answer, memory)
    return answer


def _asked(line: bytes, data: bytes, seconds: float) -> tuple[bytes, int]:
    """What the process wrote, and its exit status. Errors: TimeoutError, after its end."""
    kept = environment.kept(_KEPT)
    deadline = time.monotonic() + seconds
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _PROGRAM, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT.anchor,
        env=kept | dict.fromkeys(_THREADS, "1") | {limits.SETTING: str(limits.MEGABYTES)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answer = io.BytesIO()
    threads = (
        threading.Thread(target=_feed, args=(process.stdin, (line, data)), daemon=True),
        threading.Thread(target=_collect, args=(process.stdout, answer), daemon=True),
    )
    try:
        for thread in threads:
            thread.start()
        threads[1].join(deadline - time.monotonic())
        if threads[1].is_alive():
            raise TimeoutError
        if answer.tell() > _MOST_ANSWER:
            process.kill()
        status = process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    finally:
        process.kill()
        process.wait()
    return answer.getvalue(), status


def _feed(pipe: IO[bytes], parts: tuple[bytes, ...]) -> None:
    try:
        with pipe:
            for part in parts:
                pipe.write(part)
    except OSError:
        pass  # the process has ended; its exit status says more


def _collect(pipe: IO[bytes], answer: IO[bytes]) -> None:
    """Read to the end, or to more than any answer can have."""
    with pipe:
        left = _MOST_ANSWER
        while left >= 0 and (piece := pipe.read(min(left + 1, _PIECE))):
            answer.write(piece)
            left -= len(piece)


def _understood(name: str, answer: bytes) -> ModelFile:
    try:
        return npz.parse(answer, name, _MOST_ANSWER)
    except GatescopeError:
        raise FormatError(
            "{name} made its reader answer nonsense; it is damaged, or made to do harm: save it "
            "again from its framework.",
            name=shown(name),
        ) from None


def _said(name: str, answer: bytes, memory: int) -> GatescopeError:
    """The error that the process names in its one line."""
    try:
        said = json.loads(answer[:_MOST_LINE])
        kind, message = str(said["error"]), str(said["message"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return FormatError(
            "{name} made its reader answer nonsense; it is damaged, or made to do harm: save it "
            "again from its framework.",
            name=shown(name),
        )
    plain = "".join(sign if sign.isprintable() else " " for sign in message)
    if kind in _ERRORS:
        return _ERRORS[kind](plain)
    if kind == "MemoryError":
        return FormatError(
            "{name} takes more than {size:,.0f} MB of memory to be read, and so many it may take, "
            "unless {raised}; it is damaged, or made to do harm: save it again from its framework.",
            raised=limits.RAISED,
            name=shown(name),
            size=memory / 1e6,
        )
    if kind == "ModuleNotFoundError":
        return FormatError(
            "{name} needs {plain}, which is not installed: install it.",
            name=shown(name),
            plain=plain,
        )
    return FormatError(
        "{name} made its reader stop ({kind}); it is damaged, or made to do harm: save it again "
        "from its framework.",
        name=shown(name),
        kind=shown(kind),
    )


def _stopped(name: str, status: int, seconds: int) -> FormatError:
    """What an exit status says; a negative one is the signal that ended the process."""
    if status == -getattr(signal, "SIGXCPU", 0):
        return _too_long(name, seconds)
    try:
        reason = signal.Signals(-status).name
    except ValueError:
        reason = Said("exit status {status}", status=status)
    if reason == "SIGKILL":  # as a system does that runs out of memory
        reason = Said("{signal}, perhaps for want of memory", signal=reason)
    return FormatError(
        "{name} made its reader stop ({reason}); it is damaged, or made to do harm: save it again "
        "from its framework.",
        name=shown(name),
        reason=reason,
    )


def _too_long(name: str, seconds: int) -> FormatError:
    return FormatError(
        "{name} takes more than {seconds} s to be read; it is damaged, or made to do harm: save it "
        "again from its framework.",
        name=shown(name),
        seconds=seconds,
    )
