"""Readers that do harm, named to the process that reads files as tests.formats…:function."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from gru_core.errors import NotFiniteError
from gru_core.formats import limits
from gru_core.formats.model import ModelFile
from tests.formats.entries import make_entry, make_file


def good(data, name):
    """A file whose only note is what came in."""
    return make_file(notes=(f"{name}: {len(data)}",))


def limited(data, name):
    """A file whose only note is how large one may be."""
    return make_file(notes=(str(limits.MAX_BYTES),))


def sleeps(data, name):
    time.sleep(60)


def spins(data, name):
    while True:
        pass


def is_killed(data, name):
    os.kill(os.getpid(), signal.SIGKILL)


def crashes(data, name):
    os.kill(os.getpid(), signal.SIGSEGV)


def exits(data, name):
    os._exit(7)


def takes_ten_gigabytes(data, name):
    return np.ones(10 * 2**30 // 8)


def grows(data, name):
    held = []
    while True:
        held.append(bytearray(2**20))


def recurses(data, name):
    return recurses(data, name)


def prints(data, name):
    """Prints, as a library may, and then answers well."""
    print("hello" * 1000)  # noqa: T201
    sys.stderr.write("warning\n")
    os.write(1, b"straight to the descriptor")
    return good(data, name)


def _to_stdout(data):
    """Write where the answer belongs: the copy of the descriptor that inner.main has made."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, data)
        except OSError:
            continue
        return


def writes_garbage(data, name):
    _to_stdout(b"garbage" * 1000)
    os._exit(0)


def writes_garbage_without_end(data, name):
    while True:
        _to_stdout(b"x" * 2**20)


def writes_a_lying_error(data, name):
    _to_stdout(b'{"error": "SystemExit", "message": "\\u001b[31m' + b"x" * 10 + b'"}\n')
    os._exit(0)


def writes_deep_json(data, name):
    _to_stdout(b'{"error": ' + b"[" * 50_000)
    os._exit(0)


def writes_half_an_archive(data, name):
    from gru_core.formats.npz import write

    _to_stdout(write(make_file())[:500])
    os._exit(0)


def answers_what_does_not_fit(data, name):
    lower, upper = make_entry(units=4), make_entry(inputs=5)
    stack = (*lower.layers, *upper.layers)
    return ModelFile("PyTorch", (type(lower)("enc", "gru", stack),))


def fails(data, name):
    raise NotFiniteError("weight_ih_l0[1, 2] is nan; it needs a finite number:\nreplace it.")


def fails_at_length(data, name):
    raise NotFiniteError("long " * 100_000)


def is_wrong(data, name):
    return {}["what is not there"]


def needs_what_is_not_installed(data, name):
    import no_such_library  # noqa: F401


def writes_a_file(data, name):
    """Tries to leave something behind; says what came of it."""
    said = []
    try:
        with open(data.decode(), "wb") as file:  # noqa: PTH123
            file.write(b"x" * 100)
        said.append("wrote")
    except OSError as error:
        said.append(type(error).__name__)
    return make_file(notes=tuple(said))


def tells_its_surroundings(data, name):
    """What the process knows of its surroundings."""
    return make_file(notes=(str(Path.cwd()), " ".join(sorted(os.environ)), " ".join(sys.argv)))
