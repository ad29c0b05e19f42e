"""Whatever a reader does in its process, the caller gets a file or one sentence, in time."""

import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gru_core.errors import FormatError, NotFiniteError
from gru_core.formats import child, child_main, limits, npz
from gru_core.formats.places import Places
from tests.formats.entries import make_entry, make_file

ROOT = Path(__file__).parents[2]
FILE = npz.write(make_file(make_entry(layers=2, directions=2)))


def misread(reader, data=b"bytes", name="model.pt", **more):
    return child.read_safely(
        data, name, reader=f"tests.formats.misbehaving:{reader}", **{"seconds": 20} | more
    )


def test_a_file_is_read_as_it_is_without_a_process() -> None:
    found, wanted = child.read_safely(FILE, "a.npz"), npz.read(FILE, "a.npz")
    assert (found.format, found.notes) == (wanted.format, wanted.notes)
    (one,), (other,) = found.entries, wanted.entries
    assert (one.name, one.cell, one.says, one.merge) == (
        *(other.name, other.cell, other.says, other.merge),
    )
    for layer, expected in zip(one.layers, other.layers, strict=True):
        for direction, same in zip(layer, expected, strict=True):
            np.testing.assert_array_equal(direction.w_h, same.w_h)
            assert not direction.w_h.flags.writeable


def test_the_reader_gets_the_name_and_every_byte() -> None:
    data = bytes(range(256)) * 100_000
    name = "weights — \0\ud800\x1b[31m.pt"
    assert misread("good", data, name).notes == (f"{name}: {len(data)}",)


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        (
            "is_killed",
            "'model.pt' made its reader stop (SIGKILL, perhaps for want of memory); it is",
        ),
        ("crashes", "'model.pt' made its reader stop (SIGSEGV)"),
        ("exits", "'model.pt' made its reader stop (exit status 7)"),
        (
            "takes_ten_gigabytes",
            "'model.pt' takes more than 310 MB of memory to be read, and so many it may take",
        ),
        ("grows", "'model.pt' takes more than 310 MB of memory"),
        ("recurses", "made its reader stop ('RecursionError')"),
        ("is_wrong", "made its reader stop ('KeyError')"),
        ("writes_garbage", "made its reader answer nonsense"),
        ("writes_half_an_archive", "made its reader answer nonsense"),
        ("writes_deep_json", "made its reader answer nonsense"),
        ("writes_a_lying_error", "made its reader stop ('SystemExit')"),
        ("needs_what_is_not_installed", "needs no_such_library, which is not installed"),
        ("no_such_reader", "made its reader stop ('AttributeError')"),
    ],
)
def test_a_reader_that_goes_wrong_is_one_sentence(reader, says) -> None:
    started = time.monotonic()
    with pytest.raises(FormatError) as caught:
        misread(reader)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("reader", ["sleeps", "spins"])
def test_a_reader_that_does_not_end_is_ended(reader) -> None:
    started = time.monotonic()
    with pytest.raises(FormatError, match=r"'model\.pt' takes more than 1 s to be read; it is"):
        misread(reader, seconds=1)
    assert time.monotonic() - started < 5


def test_an_answer_without_end_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(child, "_MOST_ANSWER", 10_000_000)
    with pytest.raises(FormatError, match="made its reader stop"):
        misread("writes_garbage_without_end")


def test_no_process_is_left_behind() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(FormatError):
        misread("sleeps", seconds=1)
    # Counted only once it has ended and been waited for.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before.ru_utime


def test_what_the_reader_says_arrives_with_its_kind_in_one_line() -> None:
    with pytest.raises(NotFiniteError) as caught:
        misread("fails")
    assert str(caught.value) == ("weight_ih_l0[1, 2] is nan; it needs a finite number: replace it.")


def test_a_long_error_is_cut() -> None:
    with pytest.raises(NotFiniteError) as caught:
        misread("fails_at_length")
    assert len(str(caught.value)) == child_main.MAX_MESSAGE


def test_layers_that_do_not_fit_are_refused_there() -> None:
    with pytest.raises(ValueError, match="'enc', layer 1, takes 5 inputs; the layer below gives 4"):
        misread("answers_what_does_not_fit")


def test_what_a_library_prints_does_not_come_between() -> None:
    assert misread("prints").notes == ("model.pt: 5",)


def test_nothing_can_be_written(tmp_path) -> None:
    path = tmp_path / "left"
    assert misread("writes_a_file", str(path).encode()).notes == ("OSError",)
    assert not path.exists() or path.stat().st_size == 0


def test_the_process_has_no_surroundings(monkeypatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    folder, names, arguments = misread("tells_its_surroundings").notes
    assert folder == "/"
    allowed = {*child._KEPT, *child._THREADS, limits.SETTING, "LC_CTYPE"}
    assert set(names.split()) <= allowed
    assert "model.pt" not in arguments  # others on the machine can see them


def test_an_empty_and_a_too_large_file_start_no_process(monkeypatch) -> None:
    monkeypatch.setattr(child, "_asked", None)
    with pytest.raises(FormatError, match="empty"):
        child.read_safely(b"", "a.pt")
    with pytest.raises(FormatError, match=r"has 32\.0 MB; up to 32 MB are read"):
        child.read_safely(bytes(limits.MAX_BYTES + 1), "a.pt")


def test_only_so_many_are_read_at_once(monkeypatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def asked(line, data, seconds):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return FILE, 0

    monkeypatch.setattr(child, "_asked", asked)
    threads = [threading.Thread(target=child.read_safely, args=(FILE, "a.npz")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == child.AT_ONCE


def test_who_waits_too_long_is_told(monkeypatch) -> None:
    monkeypatch.setattr(child, "WAIT", 0)
    monkeypatch.setattr(child, "_places", Places(1))
    waits = pytest.raises(FormatError, match="had to wait for other files")
    with child._places.one("somebody", 0), waits, child.reading_for("another"):
        child.read_safely(FILE, "a.npz")


def test_a_process_by_hand_says_where_it_failed() -> None:
    asked = {"do": "tests.formats.misbehaving:is_wrong", "name": "a.pt"}
    line = json.dumps({**asked, "memory": child.MEMORY, "seconds": 10}).encode() + b"\nbytes"
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", child._PROGRAM, str(ROOT)],
        input=line,
        capture_output=True,
        env={key: os.environ[key] for key in child._KEPT if key in os.environ},
        check=False,
    )
    assert json.loads(done.stdout)["error"] == "KeyError"
    assert re.search(rb"Traceback.*in is_wrong", done.stderr, re.DOTALL)


def test_torch_is_not_loaded_to_read_a_file() -> None:
    program = (
        "import sys, gru_core.formats.child, gru_core.formats.child_main, gru_core.cli.files\n"
        "gru_core.formats.read(sys.stdin.buffer.read(), 'a.npz')\n"
        "sys.exit(bool({'torch', 'h5py', 'onnx', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], input=FILE, cwd=ROOT, check=False)
    assert done.returncode == 0


LIMITS = "from gru_core.formats import limits, child; print(limits.MAX_BYTES, child.MEMORY)"


@pytest.mark.parametrize(
    ("setting", "limits_are", "says"),
    [
        ("64", "64000000 566000000", ""),
        ("32", "32000000 310000000", ""),
        ("0", "32000000 310000000", "is '0'; it needs a whole number of megabytes from 1 to 512"),
        ("much", "32000000 310000000", "is 'much'; it needs a whole number"),
        ("1" * 5000, "32000000 310000000", "it needs a whole number"),
    ],
)
def test_the_limit_is_a_setting_and_the_others_go_with_it(setting, limits_are, says) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITS],
        cwd=ROOT,
        env={**os.environ, limits.SETTING: setting},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == limits_are
    assert says in done.stderr
    assert bool(done.stderr) == bool(says)


def test_the_process_has_the_limit_of_its_parent(monkeypatch) -> None:
    monkeypatch.setattr(limits, "MEGABYTES", 33)
    assert misread("limited").notes == ("33000000",)
