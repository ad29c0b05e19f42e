"""safetensors files with the names of PyTorch are read and written; hostile ones are refused."""

import contextlib
import json
import struct
import subprocess
import sys
import time

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import FormatError, GatescopeError, NotFiniteError
from gru_core.formats.safetensors import file as safetensors_file
from gru_core.formats.state_dict.names import PARTS
from gru_core.weights import WEIGHTS, RNNWeights
from tests.formats.torch_files import LAYERS, filled, legacy, saved
from tests.formats.tries import tries

GRU = filled(torch.nn.GRU(3, 4))
GOOD = safetensors.torch.save(GRU.state_dict(), {"format": "pt", "made by": "a test"})
SECONDS = 2  # of the processor


def put_together(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def one(dtype="F32", shape=(2, 3), offsets=(0, 24), **more):
    return {"a": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}}


def changed(change) -> bytes:
    """The good file after `change` has worked on its header."""
    length = struct.unpack_from("<Q", GOOD)[0]
    header = json.loads(GOOD[8 : 8 + length])
    change(header)
    return put_together(header, GOOD[8 + length :])


def read(data):
    return safetensors_file.read(data, "model.safetensors")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_precision_is_read(dtype) -> None:
    module = filled(torch.nn.GRU(3, 4)).to(dtype)
    file = read(safetensors.torch.save(module.state_dict()))
    [entry] = file.entries
    assert (file.format, entry.name, entry.cell) == ("safetensors", "(top)", "gru")
    assert entry.stored == str(dtype).removeprefix("torch.")
    for part, name in PARTS.items():
        expected = getattr(module, f"{name}_l0").detach().double()
        ours = getattr(entry.layers[0][0], part)
        np.testing.assert_array_equal(ours.reshape(expected.shape), expected)


def test_what_the_file_says_of_itself_is_a_note() -> None:
    assert read(GOOD).notes == ("The file says of itself: 'made by' is 'a test'.",)


def test_other_tensors_may_be_of_any_kind() -> None:
    others = {"steps": torch.tensor(3), "mask": torch.ones(3, dtype=torch.bool)}
    small = torch.ones(3).to(torch.float8_e4m3fn)
    state = {f"gru.{name}": value for name, value in GRU.state_dict().items()}
    assert len(read(safetensors.torch.save({**state, **others, "small": small})).entries) == 1
    state["gru.weight_hh_l0"] = state["gru.weight_hh_l0"].to(torch.float8_e5m2)
    with pytest.raises(FormatError, match=r"gru\.weight_hh_l0 holds F8_E5M2"):
        read(safetensors.torch.save(state))


def test_a_number_that_is_none_is_named() -> None:
    state = {name: value.clone() for name, value in GRU.state_dict().items()}
    state["weight_hh_l0"][7, 1] = torch.inf
    with pytest.raises(NotFiniteError, match=r"weight_hh_l0\[7, 1\] is inf"):
        read(safetensors.torch.save(state))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", LAYERS)
def test_torch_takes_what_is_written_as_it_is(cell, layers, both, dtype) -> None:
    options = {"num_layers": layers, "bidirectional": both, "dtype": dtype}
    module = filled(LAYERS[cell](3, 4, **options))
    data = safetensors_file.write(stack(read(safetensors.torch.save(module.state_dict()))))
    other = LAYERS[cell](3, 4, **options)
    other.load_state_dict(safetensors.torch.load(data))
    for ours, theirs in zip(other.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def stack(file):
    """The layers of the only entry, as run_layers takes them."""
    [entry] = file.entries
    kind = WEIGHTS[entry.cell]
    made = [tuple(kind(d.w_x, d.w_h, d.b_x, d.b_h) for d in pair) for pair in entry.layers]
    return tuple(pair if len(pair) > 1 else pair[0] for pair in made)


def test_an_rnn_of_relu_says_so() -> None:
    layer = RNNWeights([[[1.0]]], [[[1.0]]], [[0.0]], [[0.0]], state_activation="relu")
    file = read(safetensors_file.write([layer]))
    assert file.notes == ("The file says of itself: 'nonlinearity' is 'relu'.",)
    assert file.entries[0].assumes == {"state_activation": "tanh"}


def test_a_file_is_the_same_each_time() -> None:
    assert safetensors_file.write(stack(read(GOOD))) == safetensors_file.write(stack(read(GOOD)))


def name_twice() -> bytes:
    text = json.dumps(one()).encode()
    return put_together(text[:-1] + b"," + text[1:], bytes(24))


HOSTILE = {
    "nothing": (b"", "is empty"),
    "zeros": (bytes(100), "is of another format"),
    "web page": (b"<!DOCTYPE html>", "is a web page"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\n", "of Git LFS"),
    "zip": (saved(GRU.state_dict()), "is of another format"),
    "pickle": (legacy(GRU.state_dict()), "is of another format"),
    "too large": (GOOD + bytes(32_000_000), "maxUploadSize): save the recurrent layers alone"),
    "length of 2^63": (put_together({}, length=2**63), "should have 9,223,372,036,854,775,808"),
    "length of 2^64 - 1": (put_together({}, length=2**64 - 1), "and the file has 10"),
    "length past the end": (put_together(one(), bytes(24), 10**6), "should have 1,000,000 bytes"),
    "length too short": (put_together(one(), bytes(24), 20), "invalid JSON in header"),
    "length of one": (put_together({}, length=1), "should have 1 bytes"),
    "large header": (put_together(b"{" + b" " * 5_000_000 + b"}"), "of up to 4,000,000 bytes"),
    "a list": (b"\x03\0\0\0\0\0\0\0[1]", "is of another format"),
    "no text": (put_together(b"{\xff\xff}"), "invalid UTF-8 in header"),
    "cut in the header": (GOOD[:100], "a header in braces"),
    "cut in the numbers": (GOOD[:-1], "file not fully covered"),
    "something behind": (GOOD + b"x", "file not fully covered"),
    "nested deep": (put_together(b'{"a":' + b"[" * 500_000), "recursion limit exceeded"),
    "nested deep in objects": (put_together(b'{"a":' * 500_000), "recursion limit exceeded"),
    "nested in a tensor": (put_together({"a": {"dtype": {"b": {}}}}), "unknown variant `b`"),
    "a name twice": (name_twice(), "has 'a' twice"),
    "a field twice": (
        put_together(b'{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}'),
        "duplicate field `dtype`",
    ),
    "metadata twice": (put_together(b'{"__metadata__":{"a":"b","a":"c"}}'), "has 'a' twice"),
    "metadata of numbers": (put_together({"__metadata__": {"a": 1}}), "expected a string"),
    "metadata as a list": (put_together({"__metadata__": []}), "expected a map"),
    "a tensor that is a number": (put_together({"a": 1}), "expected struct TensorInfo"),
    "another field of many digits": (
        put_together(
            b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"b":' + b"9" * 10_000 + b"}}",
            bytes(4),
        ),
        "number out of range",
    ),
    "a weight of 100 axes": (
        changed(lambda h: h["bias_hh_l0"].update(shape=[12] + [1] * 99)),
        "bias_hh_l0 has shape (12, 1, 1, 1, 1, 1, ...)",
    ),
    "a weight of no numbers": (
        put_together(
            {name: one(shape=(0, 2**62), offsets=(0, 0))["a"] for name in GRU.state_dict()}
        ),
        "has shape (0, 4611686018427387904)",
    ),
    "a name of line ends": (
        put_together({"a\n\r\u2028\x1b" * 100: one(offsets=(8, 32))["a"]}, bytes(24)),
        "invalid offset for tensor `a   ",
    ),
    "another field": (put_together(one(more=1), bytes(24)), "it needs dtype, shape and"),
    "dtype unknown": (put_together(one("F128"), bytes(24)), "unknown variant `F128`"),
    "dtype is a number": (put_together(one(4), bytes(24)), "invalid type: integer `4`"),
    "shape below zero": (put_together(one(shape=(-2, -3)), bytes(24)), "integer `-2`"),
    "shape of fractions": (put_together(one(shape=(2.0, 3)), bytes(24)), "floating point `2.0`"),
    "shape of true": (put_together(one(shape=(True, 6)), bytes(24)), "boolean `true`"),
    "shape of 2^62": (
        put_together(one(shape=(2**62,)), bytes(24)),
        "overflow computing buffer size",
    ),
    "shape of 100 axes": (
        put_together(one(shape=(1,) * 100), bytes(24)),
        "invalid shape, data type, or offset",
    ),
    "shape that overflows": (
        put_together(one(shape=(2**61, 2**61, 8)), bytes(24)),
        "overflow computing buffer size",
    ),
    "a number of many digits": (
        put_together(b'{"a":{"dtype":"F32","shape":[' + b"9" * 10_000 + b"]}}"),
        "number out of range",
    ),
    "a number beyond all": (
        put_together(b'{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}'),
        "number out of range",
    ),
    "shape too large": (
        put_together(one(shape=(2, 4)), bytes(24)),
        "invalid shape, data type, or offset",
    ),
    "offsets the wrong way": (
        put_together(one(offsets=(24, 0)), bytes(24)),
        "invalid offset for tensor `a`",
    ),
    "offsets below zero": (put_together(one(offsets=(-24, 0)), bytes(24)), "integer `-24`"),
    "three offsets": (put_together(one(offsets=(0, 24, 24)), bytes(24)), "invalid length 3"),
    "offsets past the end": (
        put_together(one(offsets=(8, 32)), bytes(24)),
        "invalid offset for tensor `a`",
    ),
    "a gap": (
        put_together(one() | {"b": one(offsets=(28, 52))["a"]}, bytes(52)),
        "invalid offset for tensor `b`",
    ),
    "tensors in one place": (
        put_together(one() | {"b": one()["a"]}, bytes(24)),
        "invalid offset for tensor",
    ),
    "a lone surrogate": (
        put_together(b'{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        "The safetensors library does not read the file",
    ),
    "many tensors": (
        put_together({str(at): one("F32", (0,), (0, 0))["a"] for at in range(10_001)}),
        "up to 10,000 are read",
    ),
    "no tensors": (put_together({}), "it has no tensors"),
    "half a tensor": (
        changed(lambda h: h["bias_hh_l0"].update(shape=[6], dtype="F64")),
        "bias_hh_l0 has shape (6,)",
    ),
    "a tensor is missing": (
        changed(lambda h: h.update(other=h.pop("weight_hh_l0"))),
        "weight_hh_l0 is missing",
    ),
    "whole numbers": (changed(lambda h: h["bias_hh_l0"].update(dtype="I32")), "holds I32"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_that_names_what_is_wrong(name) -> None:
    data, complaint = HOSTILE[name]
    start = time.process_time()
    with pytest.raises(FormatError) as raised:
        read(data)
    assert time.process_time() - start < SECONDS
    said = str(raised.value)
    assert complaint in said
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 600


def test_reading_and_writing_need_no_torch(tmp_path) -> None:
    (tmp_path / "a").write_bytes(GOOD)
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from gru_core.formats.safetensors.file import read\n"
        f"read(Path({str(tmp_path / 'a')!r}).read_bytes(), 'a')\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def attempt(data: bytes) -> None:
    """Read what may be anything; only our own errors may come out."""
    with contextlib.suppress(GatescopeError):
        read(data)


changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
)


@settings(max_examples=tries(200))
@given(changes, st.booleans())
def test_a_file_with_some_bytes_changed_is_read_or_refused(changed, in_header) -> None:
    made = bytearray(GOOD)
    size = 8 + struct.unpack_from("<Q", GOOD)[0] if in_header else len(GOOD)
    for place, value in changed:
        made[int(place * size)] = value
    attempt(bytes(made))


@settings(max_examples=tries(100))
@given(st.floats(0, 1), st.floats(0, 1), st.binary(max_size=40))
def test_a_file_with_a_piece_replaced_is_read_or_refused(start, end, piece) -> None:
    first, last = sorted((int(start * len(GOOD)), int(end * len(GOOD))))
    attempt(GOOD[:first] + piece + GOOD[last:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
described = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "F4", "I64"]) | json_values,
        "shape": st.lists(st.integers(-1, 4), max_size=3) | json_values,
        "data_offsets": st.lists(st.integers(-1, 64), min_size=2, max_size=2) | json_values,
    }
)
tensor_names = st.sampled_from(["weight_ih_l0", "weight_hh_l0", "__metadata__"]) | st.text()


@settings(max_examples=tries(80))
@given(st.dictionaries(tensor_names, described | json_values), st.binary(max_size=64))
def test_any_header_is_read_or_refused(header, body) -> None:
    attempt(put_together(header, body))


@settings(max_examples=tries(100))
@given(st.binary(max_size=100), st.integers(0, 100))
def test_noise_is_refused(noise, length) -> None:
    with pytest.raises(GatescopeError):
        read(noise)
    with pytest.raises(GatescopeError):
        read(struct.pack("<Q", length) + b"{" + noise)
