"""Whatever is in an .onnx file, it is refused in one sentence, soon, and without much memory."""

import contextlib
import subprocess
import sys
import time

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import FormatError, GatescopeError
from gru_core.formats.onnx import file as onnx_file
from tests.formats.onnx_hostile import (
    HOSTILE,
    chain,
    data_of,
    filled,
    good,
    in_function,
    sparse,
    spread,
    with_w,
)
from tests.formats.onnx_making import initializer, make_model, tensors
from tests.formats.onnx_ways import DEPENDS, NOT_FOLDED, WAYS, started
from tests.formats.tries import tries


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_within_two_seconds(name) -> None:
    data, start = data_of(name), time.process_time()
    with pytest.raises(FormatError, match=HOSTILE[name][1]) as refused:
        onnx_file.read(data, "a.onnx")
    assert time.process_time() - start < 2
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500
    assert "Error" not in str(refused.value)


LARGEST = ["empty nodes", "unknown fields", "packed numbers", "shared weights", "doubled", "filled"]


def test_refusing_takes_less_than_300_mb(tmp_path) -> None:
    """In a process of its own, as the peak of this one is of other tests."""
    for name in LARGEST:
        (tmp_path / name).write_bytes(data_of(name))
    program = (
        "import pathlib, re, sys\n"
        "from gru_core.errors import FormatError\n"
        "from gru_core.formats.onnx import file as onnx_file\n"
        f"for name in {LARGEST!r}:\n"
        "    try:\n"
        "        onnx_file.read(pathlib.Path(sys.argv[1], name).read_bytes(), name)\n"
        "        sys.exit('read ' + name)\n"
        "    except FormatError:\n"
        "        pass\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', pathlib.Path('/proc/self/status').read_text())\n"
        "sys.exit(int(peak[1]) > 300_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == 0


def test_a_file_that_a_tensor_names_is_not_opened_though_it_is_there(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.bin").write_bytes(tensors()["W"].tobytes())
    model = with_w(raw_data=None, data_location=onnx.TensorProto.EXTERNAL)
    initializer(model, "W").external_data.add(key="location", value="weights.bin")
    with pytest.raises(FormatError, match="stored in another file"):
        onnx_file.read(model.SerializeToString(), "a.onnx")
    # Nor if it only says where, and not that it is there.
    initializer(model, "W").data_location = onnx.TensorProto.DEFAULT
    with pytest.raises(FormatError, match="stored in another file"):
        onnx_file.read(model.SerializeToString(), "a.onnx")


def test_names_that_are_no_text_do_not_end_the_reader() -> None:
    data = good().SerializeToString().replace(b"one", b"\xff\xfe\xff")
    assert [entry.name for entry in onnx_file.read(data, "a.onnx").entries] == ["Y"]


# Small, so that a change hits something that is read.
SEEDS = [
    good().SerializeToString(),
    make_model("LSTM", direction="bidirectional", layout=1).SerializeToString(),
    make_model(
        "LSTM",
        inputs=("X", "W", "R", "B", "lens", "h0", "c0", "P"),
        arrays={
            "lens": np.array([3], np.int32),
            "h0": np.ones((1, 1, 5), np.float32),
            "P": np.zeros((1, 15), np.float32),
        },
    ).SerializeToString(),
    chain(("Identity", "W", "a"), ("Cast", "a", "b")).SerializeToString(),
    spread(2, 15, 3).SerializeToString(),
    filled(1, 15, 3).SerializeToString(),
    in_function().SerializeToString(),
    sparse().SerializeToString(),
    *(started("GRU", 5, WAYS[way]).SerializeToString() for way in WAYS),
    *(
        started("GRU", 5, way).SerializeToString()
        for way in (*DEPENDS.values(), *NOT_FOLDED.values())
    ),
]


def reads_or_refuses(data: bytes) -> None:
    with contextlib.suppress(GatescopeError):
        onnx_file.read(data, "a.onnx")


@settings(max_examples=tries(300))
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 4)), max_size=6),
)
def test_a_changed_file_is_read_or_refused(seed, changes) -> None:
    data = bytearray(seed)
    for place, put, removed in changes:
        at = int(place * len(data))
        data[at : at + removed] = put
    reads_or_refuses(bytes(data))


@settings(max_examples=tries(200))
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data) -> None:
    with pytest.raises(GatescopeError):
        onnx_file.read(data, "a.onnx")


@settings(max_examples=tries(200))
@given(st.sampled_from(SEEDS), st.data())
def test_a_changed_field_is_read_or_refused(seed, data) -> None:
    """Unlike a changed byte, this mostly stays a message."""
    model = onnx.ModelProto.FromString(seed)
    message = model
    for _ in range(data.draw(st.integers(1, 5))):
        fields = message.DESCRIPTOR.fields
        one = data.draw(st.sampled_from([one for one in fields if one.name != "DESCRIPTOR"]))
        held = getattr(message, one.name)
        if one.message_type is not None:
            if one.is_repeated:
                message = data.draw(st.sampled_from(held)) if len(held) else held.add()
            else:
                held.SetInParent()
                message = held
            continue
        value = {
            "int": st.integers(-(2**31), 2**31 - 1) | st.integers(0, 20),
            "float": st.floats(width=32),
            "text": st.text(max_size=5) | st.sampled_from(["W", "X", "GRU", "Identity"]),
            "bytes": st.binary(max_size=200),
        }
        draw = data.draw(value[KIND[one.cpp_type] if one.type != one.TYPE_BYTES else "bytes"])
        try:
            if one.is_repeated:
                held.append(draw)
            else:
                setattr(message, one.name, draw)
        except ValueError:  # out of the range of the field
            pass
        break
    reads_or_refuses(model.SerializeToString())


KIND = dict.fromkeys((1, 2, 3, 4, 7, 8), "int") | dict.fromkeys((5, 6), "float") | {9: "text"}
