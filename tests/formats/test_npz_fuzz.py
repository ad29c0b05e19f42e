"""Whatever bytes come in, a reader of ours gives a file that can be run, or a sentence."""

import io
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import GatescopeError
from gru_core.formats import npy, npz, sniff, zips
from gru_core.formats.answers import answered, questions
from gru_core.formats.model import ModelFile
from gru_core.formats.running import run_ready
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.formats.entries import make_entry, make_file, make_whole, unzipped, zipped
from tests.formats.entries import npy as npy_bytes
from tests.formats.tries import tries

pytestmark = pytest.mark.thorough

SEEDS = [
    npz.write(make_file(), compressed=False),
    npz.write(make_file(make_entry("lstm", 2, 2, initial=True), make_entry("rnn", says={}))),
]
SEEDS.append(npz.write(make_whole()))
MEMBERS = [unzipped(seed) for seed in SEEDS]
BEGINNINGS = [
    *(
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x89HDF\r\n\x1a\n",
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19",
    ),
    *(
        b"\x08\0\0\0\0\0\0\0{",
        b"\x08\x07\x12\x02ab:",
        b"\x93NUMPY\x01\0",
        b"\x81\xa1a",
        b"<html",
        b"",
    ),
]


@st.composite
def damaged(draw, whole):
    """Bytes with some cut out, doubled or replaced by others."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.integers(0, 40))
        kind = draw(st.sampled_from(["replace", "cut", "double", "end"]))
        if kind == "replace":
            data[at : at + size] = draw(st.binary(min_size=size, max_size=size))
        elif kind == "cut":
            del data[at : at + size]
        elif kind == "double":
            data[at:at] = data[at : at + size]
        else:
            del data[at:]
    return bytes(data)


def attempt(function, *arguments):
    """What a function gives, or the sentence of the error that it raises on purpose."""
    try:
        return function(*arguments)
    except GatescopeError as error:
        return str(error)


def assert_a_file_or_a_sentence(data) -> None:
    file = attempt(npz.read, data, "a.npz")
    if isinstance(file, str):
        assert 10 < len(file) < 5000
        return
    assert isinstance(file, ModelFile)
    for entry in file.entries:
        made = attempt(run_in_model, file, entry)
        assert isinstance(made, str) or np.isfinite(made).all()
    for entry in file.entries:
        asked = {one.setting: next(iter(one.answers)) for one in questions(entry)}
        made = attempt(run_at_zero, entry, asked)
        assert isinstance(made, str) or np.isfinite(made).all()


def run_in_model(file, entry) -> np.ndarray:
    whole = model_of(file, entry)
    if whole is None:
        return np.zeros(1)
    tokens = whole.table is not None
    given = np.zeros((2, 1) if tokens else (2, 1, 3), int if tokens else float)
    return traced(file, entry, whole, {}, Given(given, tokens))[0].get("prediction", given)


def run_at_zero(entry, answers) -> np.ndarray:
    ready = answered(entry, answers)
    return run_ready(ready, np.zeros((2, ready.first.input_size))).output


@settings(max_examples=tries(150))
@given(st.sampled_from(SEEDS).flatmap(damaged))
def test_a_damaged_archive(data) -> None:
    assert_a_file_or_a_sentence(data)


@settings(max_examples=tries(150))
@given(st.data())
def test_a_member_damaged_in_a_sound_archive(data) -> None:
    members = dict(data.draw(st.sampled_from(MEMBERS)))
    name = data.draw(st.sampled_from(sorted(members)))
    members[name] = data.draw(damaged(members[name]))
    assert_a_file_or_a_sentence(zipped(members.items()))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


# What a header has in other places.
WORDS = [
    *("encoder", "emb", "head", "head, sum", "both", "relu", "", "forward cell"),
    *(["emb"], ["encoder"], ["head"], [""], ["emb", "encoder"], ["w"], ["w", "b"], [0], [1], [[0]]),
    *("table", "layer", "dense", "scale", "norm", "masking", "unequal", "last", "first", "mean"),
    *("max", "ends", "join", "add", "multiply", "part", "backward", "same", "clip", {"value": 0}),
]


@settings(max_examples=tries(150))
@given(st.data())
def test_a_header_of_anything(data) -> None:
    header = json.loads(npy.array("header", MEMBERS[0]["gatescope.npy"]).tobytes())
    place = data.draw(st.sampled_from([header, header["entries"][0]]))
    spoil(data, place, header, MEMBERS[0])


@settings(max_examples=tries(150))
@given(st.data())
def test_pieces_of_anything(data) -> None:
    header = json.loads(npy.array("header", MEMBERS[2]["gatescope.npy"]).tobytes())
    pieces = [*header["whole"]["pieces"], *header["loose"]["lines"]]
    place = data.draw(st.sampled_from([header["whole"], header["loose"], *pieces]))
    spoil(data, place, header, MEMBERS[2])


def spoil(data, place, header, members) -> None:
    """Put anything, or what stands elsewhere, in place of one field."""
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(ANYTHING | st.sampled_from(WORDS))
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    members = {**members, "gatescope.npy": npy_bytes(text)}
    assert_a_file_or_a_sentence(zipped(members.items()))


@settings(max_examples=tries(150))
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300), st.text(max_size=9))
def test_what_a_file_is_can_be_told_of_any_bytes(beginning, rest, name) -> None:
    kind = attempt(sniff.kind_of, beginning + rest + b"\0", name)
    assert kind in sniff.READERS or kind.isprintable()


@settings(max_examples=tries(150))
@given(damaged(npy_bytes(np.arange(6.0).reshape(2, 3))))
def test_an_array_damaged(data) -> None:
    array = attempt(npy.array, "x", data)
    if isinstance(array, str):
        assert array.startswith("x ")
    else:
        assert array.nbytes <= len(data)
        np.testing.assert_array_equal(np.load(io.BytesIO(data), allow_pickle=False), array)


@settings(max_examples=tries(150))
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_what_is_unpacked_is_as_large_as_it_says(seed, count) -> None:
    """The sizes, offsets and methods of a directory replaced by others."""
    rng = random.Random(seed)
    data = bytearray(SEEDS[1])
    at = data.index(b"PK\x01\x02")
    for _ in range(count):
        data[rng.randrange(at, len(data))] = rng.choice((0, 1, 8, 255, rng.randrange(256)))
    sizes = attempt(unpacked_sizes, bytes(data))
    assert isinstance(sizes, str) or all(said == found for said, found in sizes)


def unpacked_sizes(data) -> list[tuple[int, int]]:
    with zips.opened(data) as archive:
        return [
            (info.file_size, len(zips.content(archive, info)))
            for info in zips.members(archive).values()
        ]
