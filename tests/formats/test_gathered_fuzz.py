"""Files given together, archives, arrays by name, masks: any of it is read or refused."""

import contextlib
import io
import json
import warnings
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from gru_core.errors import GatescopeError
from gru_core.formats import reads, spreading
from gru_core.formats.answers import answered
from gru_core.formats.folders import gathered
from gru_core.formats.onnx import outside
from gru_core.formats.running import run_ready
from gru_core.formats.sniff import read
from tests.formats.entries import SAID, make_entry
from tests.formats.keras_making import zipped
from tests.formats.onnx_making import initializer, make_model, tensors
from tests.formats.torch_files import filled, saved
from tests.formats.tries import tries

pytestmark = pytest.mark.thorough

LAYER = filled(torch.nn.GRU(3, 4))
X = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)
changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
)


def changed(data: bytes, where) -> bytes:
    made = bytearray(data)
    for place, value in where:
        made[int(place * len(made))] = value
    return bytes(made)


def attempt(data: bytes, name: str) -> None:
    """Read what may be anything; only our own errors may come out."""
    with contextlib.suppress(GatescopeError):
        read(data, name)


def apart() -> bytes:
    """A model whose numbers stand in model.onnx.data."""
    model = make_model("GRU", arrays=tensors("GRU"))
    tensor = initializer(model, "W")
    tensor.data_location = 1
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value="model.onnx.data")
    return model.SerializeToString()


INDEX = {"weight_map": dict.fromkeys(LAYER.state_dict(), "a-00001-of-00002.safetensors")}
GIVEN = {
    "model.onnx": apart(),
    "model.onnx.data": tensors()["W"].tobytes(),
    "a-00001-of-00002.safetensors": save(LAYER.state_dict()),
    "a.safetensors.index.json": json.dumps(INDEX).encode(),
    "a.weights.json": json.dumps({"weight_map": {"/a/cell/vars": ["b", 3]}}).encode(),
    "b_00000.weights.h5": b"\x89HDF\r\n\x1a\n",
    "pytorch_model.bin": saved(LAYER.state_dict()),
    "config.json": b"{}",
}


@settings(max_examples=tries(150), deadline=None)
@given(st.data())
def test_files_given_together_are_one_of_them_or_refused(data) -> None:
    names = data.draw(st.lists(st.sampled_from([*GIVEN]), min_size=1, unique=True))
    files = {name: GIVEN[name] for name in names}
    spoiled = data.draw(st.sampled_from(names))
    files[spoiled] = data.draw(
        st.just(files[spoiled]) | changes.map(lambda at: changed(GIVEN[spoiled], at))
    )
    with contextlib.suppress(GatescopeError):
        content, name = gathered(files)
        inner = outside.apart(content)[0]
        assert inner in files.values()
        attempt(content, name)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=tries(150), deadline=None)
@given(st.dictionaries(st.sampled_from(["rnn.weight_hh_l0", "/a/cell/vars", "b"]), values), values)
def test_any_index_is_understood_or_refused(table, other) -> None:
    for content in ({"weight_map": table}, {"weight_map": other}, other):
        data = json.dumps(content).encode()
        with contextlib.suppress(GatescopeError):
            gathered({"a.safetensors.index.json": data, "b.safetensors": b""})


@settings(max_examples=tries(100), deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["a.safetensors.index.json", "a.weights.json"]))
def test_noise_is_no_index(noise, name) -> None:
    with pytest.raises(GatescopeError):
        gathered({name: noise})


def scripted() -> bytes:
    memory = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(LAYER), memory)
    return memory.getvalue()


def arrays() -> bytes:
    memory = io.BytesIO()
    np.savez(memory, **{name: one.numpy() for name, one in LAYER.state_dict().items()})
    return memory.getvalue()


AROUND = {
    "agent.zip": zipped({"policy.pth": saved(LAYER.state_dict()), "data": b"{}"}),
    "a.npz": arrays(),
    "model.pt": scripted(),
}


@settings(max_examples=tries(150), deadline=None)
@given(st.sampled_from([*AROUND]), changes)
def test_an_archive_with_some_bytes_changed_is_read_or_refused(name, where) -> None:
    attempt(changed(AROUND[name], where), name)


@settings(max_examples=tries(150), deadline=None)
@given(st.sampled_from([*AROUND]), st.data())
def test_a_member_with_some_bytes_changed_is_read_or_refused(name, data) -> None:
    """Unlike a changed archive, this mostly has checksums that are right."""
    with zipfile.ZipFile(io.BytesIO(AROUND[name])) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    one = data.draw(st.sampled_from([member for member, content in members.items() if content]))
    members[one] = changed(members[one], data.draw(changes))
    attempt(zipped(members), name)


@settings(max_examples=tries(300))
@given(st.text(max_size=30) | st.text("0123456789-, ;", max_size=30))
def test_any_text_names_steps_or_is_refused(text) -> None:
    with contextlib.suppress(GatescopeError):
        steps = reads.steps_of(text, 50)
        assert list(steps) == sorted({*steps})
        assert all(0 <= step < 50 for step in steps)


SAYS = {key: value for key, value in SAID.items() if key != "backward"}
READY = answered(make_entry(directions=2, says=SAYS), {})


@settings(max_examples=tries(150), deadline=None)
@given(st.lists(st.booleans(), min_size=7, max_size=7), st.integers(0, 9), st.booleans())
def test_whatever_is_masked_the_state_goes_past_it_as_in_a_loop(mask, steps, zeros) -> None:
    """Both directions: what is read is what the steps that are read alone give, in their order."""
    read_ = np.array(mask) & (np.arange(7) < steps)
    if not read_.any():
        with contextlib.suppress(GatescopeError):
            run_ready(READY, X, mask=read_)
        return
    whole, alone = run_ready(READY, X, mask=read_), run_ready(READY, X[read_])
    for way, trace in whole.layers[0].items():
        before = np.zeros(4, np.float32)
        order = range(7) if way == "forward" else range(6, -1, -1)
        inner = iter(alone.layers[0][way]["hidden"][:: 1 if way == "forward" else -1])
        for step in order:
            before = next(inner) if read_[step] else before
            np.testing.assert_array_equal(trace["hidden"][step], before)
            assert np.isnan(trace["update"][step]).all() == (not read_[step])
        made = spreading.output_of(trace, read_, zeros=zeros)
        np.testing.assert_array_equal(made[read_], trace["hidden"][read_])
        if zeros:
            assert not made[~read_].any()
