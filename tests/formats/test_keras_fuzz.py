"""Whatever is changed in a Keras file, its reader answers with a model or with an error of ours.

libhdf5 itself can crash on a file made for that, which is why uploads are read in a process of
their own (gru_core/formats/child.py); these tests keep to files in the layout that Keras writes.
"""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import GatescopeError
from gru_core.formats.hdf5.file import SIGNATURE
from gru_core.formats.keras import archive as keras_zip
from gru_core.formats.keras import config as keras_json
from gru_core.formats.keras import h5 as keras_h5
from tests.formats.keras_making import (
    arrays,
    keras,
    legacy,
    named,
    one,
    recurrent,
    sequential,
    variables,
    weights_h5,
)
from tests.formats.tries import tries

pytestmark = pytest.mark.thorough

FILES = {
    "keras": one(recurrent_activation="hard_sigmoid"),
    "weights": weights_h5(variables(arrays("lstm"), "layers/lstm/cell"), {"layers/lstm": "enc"}),
    "legacy": legacy({"enc": named(arrays())}, sequential(recurrent())),
    "legacy weights": legacy({"enc": named(arrays(biases=1))}),
    "keras 1": legacy({"enc": {f"enc_{p}": np.ones((4, 4), "f") for p in ("W", "U", "b")}}),
}
READERS = {kind: keras_zip if kind == "keras" else keras_h5 for kind in FILES}
# Bytes that mean something in these formats, and some that mean nothing.
PIECES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from(
        [b"\0" * 8, b"\xff" * 8, b"GCOL\1", b"OHDR", b"TREE", b"SNOD", b"PK\1\2", b'"']
    ),
)
EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), PIECES), min_size=1, max_size=6)


@pytest.mark.parametrize("kind", FILES)
@given(edits=EDITS, kept=st.one_of(st.just(1.0), st.floats(0, 1)))
@settings(max_examples=tries(150))
def test_a_changed_file_is_read_or_refused(
    kind: str, edits: list[tuple[float, bytes]], kept: float
) -> None:
    data = bytearray(FILES[kind])
    for place, piece in edits:
        at = int(place * len(data))
        data[at : at + len(piece)] = piece
    with suppress(GatescopeError):
        READERS[kind].read(bytes(data[: int(kept * len(data))]), "changed")


@pytest.mark.parametrize("reader", [keras_zip, keras_h5])
@given(data=st.binary(max_size=500), start=st.sampled_from([b"", SIGNATURE, b"PK\3\4"]))
@settings(max_examples=tries(100))
def test_random_bytes_are_refused(reader: object, data: bytes, start: bytes) -> None:
    with pytest.raises(GatescopeError):
        reader.read(start + data, "random")


NAMES = st.sampled_from(["tanh", "GRU", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
FIELDS = ("units", "activation", "recurrent_activation", "use_bias", "reset_after", "go_backwards")
OTHERS = ("name", "dtype", "layer", "cell", "cells", "layers", "merge_mode", "backward_layer")
KINDS = ("GRU", "LSTM", "RNN", "Bidirectional", "TimeDistributed", "Sequential", "Lambda", "Mine")


@given(
    kind=st.sampled_from(KINDS),
    config=st.dictionaries(st.sampled_from(FIELDS + OTHERS), VALUES, max_size=4),
    outside=st.dictionaries(
        st.sampled_from(["module", "registered_name", "inbound_nodes", "name"]), VALUES, max_size=2
    ),
)
@settings(max_examples=tries(300))
def test_any_config_is_read_or_refused(
    kind: str, config: dict[str, object], outside: dict[str, object]
) -> None:
    plain = recurrent()
    layer = {**plain, "class_name": kind, "config": {**plain["config"], **config}, **outside}
    wrapped = {"layer": plain, "cell": {**plain, "class_name": "GRUCell"}, **layer["config"]}
    layer["config"] = wrapped
    with suppress(GatescopeError):
        keras_zip.read(keras(sequential(layer), variables(arrays())), "config")


@given(st.text(max_size=60) | st.binary(max_size=60))
@settings(max_examples=tries(200))
def test_any_text_is_parsed_or_refused(text: str | bytes) -> None:
    with suppress(GatescopeError):
        keras_json.parsed("text", text)
