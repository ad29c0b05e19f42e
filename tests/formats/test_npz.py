"""Our own file gives back every bit of an entry, and takes nothing that it did not write."""

import io
import json

import hypothesis.extra.numpy as numbers
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.conventions import GATES, STATES
from gru_core.errors import FormatError
from gru_core.formats import limits, npz
from gru_core.formats.model import ANSWERS, Direction, Entry, ModelFile
from gru_core.formats.reads import Reads
from gru_core.run import MERGES
from gru_core.weights import PARTS
from tests.formats.entries import make_entry, make_file, npy, unzipped, zipped


def assert_same(found: ModelFile, wanted: ModelFile) -> None:
    """Everything but the arrays by value, and every array bit by bit."""
    assert (found.format, found.notes) == (wanted.format, wanted.notes)
    assert len(found.entries) == len(wanted.entries)
    plain = ("name", "cell", "biases", "merge", "reading_order", "stored", "notes")
    for one, other in zip(found.entries, wanted.entries, strict=True):
        assert [getattr(one, key) for key in plain] == [getattr(other, key) for key in plain]
        assert (dict(one.says), dict(one.assumes)) == (dict(other.says), dict(other.assumes))
        assert [len(layer) for layer in one.layers] == [len(layer) for layer in other.layers]
        for layer, expected in zip(one.layers, other.layers, strict=True):
            for direction, same in zip(layer, expected, strict=True):
                assert len(direction.initial) == len(same.initial)
                arrays = [getattr(direction, part) for part in PARTS]
                for array, bits in zip(
                    (*arrays, *direction.initial),
                    (*(getattr(same, part) for part in PARTS), *same.initial),
                    strict=True,
                ):
                    assert array.dtype == bits.dtype
                    assert array.shape == bits.shape
                    assert array.tobytes() == bits.tobytes()
                    assert not array.flags.writeable


@st.composite
def directions(draw, cell, inputs, units, dtype):
    values = st.floats(-1e6, 1e6, width=np.dtype(dtype).itemsize * 8)
    gates = len(GATES[cell])
    shapes = ((gates, units, inputs), (gates, units, units), (gates, units), (gates, units))
    arrays = [draw(numbers.arrays(dtype, shape, elements=values)) for shape in shapes]
    has_initial = draw(st.booleans())
    states = [draw(numbers.arrays(dtype, units, elements=values)) for _ in STATES[cell]]
    return Direction(*arrays, initial=tuple(states) if has_initial else ())


@st.composite
def entries(draw):
    cell, dtype = draw(st.sampled_from(tuple(GATES))), draw(st.sampled_from(["f4", "f8"]))
    inputs, units, count = draw(st.tuples(*[st.integers(1, 3)] * 2, st.integers(1, 2)))
    layers = []
    for _ in range(draw(st.integers(1, 2))):
        one = directions(cell, inputs, units, dtype)
        layers.append(tuple(draw(st.lists(one, min_size=count, max_size=count))))
        inputs = units * count
    settings = st.fixed_dictionaries(
        {}, optional={k: st.sampled_from(v) for k, v in ANSWERS.items()}
    )
    text = st.text(max_size=20)
    return Entry(
        draw(text),
        cell,
        tuple(layers),
        biases=draw(st.integers(0, 2)),
        merge="concat" if len(layers) > 1 else draw(st.sampled_from(tuple(MERGES))),
        reading_order=draw(st.booleans()),
        says=draw(settings),
        assumes=draw(settings),
        stored=draw(text),
        notes=tuple(draw(st.lists(text, max_size=2))),
    )


@given(st.lists(entries(), min_size=1, max_size=2), st.lists(st.text(), max_size=2), st.booleans())
def test_what_is_written_is_read_again_exactly(made, notes, compressed) -> None:
    file = ModelFile("Keras 3", tuple(made), tuple(notes))
    assert_same(npz.parse(npz.write(file, compressed=compressed), "a.npz"), file)


def test_a_file_that_is_read_says_where_it_is_from() -> None:
    once = npz.read(npz.write(make_file(format="Keras 3", notes=("a",))), "a.npz")
    assert once.format == "Gatescope NPZ"
    assert once.notes == ("a", "Written from a file of the format Keras 3.")
    assert_same(npz.read(npz.write(once), "a.npz"), once)


def test_the_same_file_is_the_same_bytes() -> None:
    file = make_file(make_entry("lstm", layers=2, directions=2, initial=True))
    assert npz.write(file) == npz.write(file)


def test_numpy_opens_it_and_finds_the_arrays_by_name() -> None:
    entry = make_entry("lstm", layers=2, directions=2, initial=True)
    with np.load(io.BytesIO(npz.write(make_file(entry))), allow_pickle=False) as file:
        arrays = dict(file)
    header = json.loads(arrays.pop("gatescope").tobytes())
    assert header["entries"][0]["name"] == "encoder"
    np.testing.assert_array_equal(arrays["entry0.layer1.direction1.w_h"], entry.layers[1][1].w_h)
    np.testing.assert_array_equal(
        arrays["entry0.layer0.direction0.c0"], entry.layers[0][0].initial[1]
    )
    assert len(arrays) == 4 * (4 + 2)


def test_it_can_be_written_into_a_pipe() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.written = bytearray()

        def writable(self):
            return True

        def write(self, data):
            self.written += data
            return len(data)

    pipe = Pipe()
    npz.write_to(pipe, make_file(), compressed=False)
    assert_same(npz.parse(bytes(pipe.written), "a.npz"), make_file())


def test_arrays_in_the_order_of_fortran_are_read() -> None:
    arrays = unzipped(npz.write(make_file()))
    name = "entry0.layer0.direction0.w_x.npy"
    wanted = make_file().entries[0].layers[0][0].w_x
    arrays[name] = npy(np.asfortranarray(wanted))
    found = npz.parse(zipped(arrays.items()), "a.npz").entries[0].layers[0][0].w_x
    np.testing.assert_array_equal(found, wanted)
    assert found.flags.c_contiguous


def test_more_arrays_than_are_read_are_not_written(monkeypatch) -> None:
    monkeypatch.setattr(limits, "MAX_TENSORS", 8)
    file = make_file(make_entry(), make_entry())
    with pytest.raises(FormatError, match="The file comes to 9 arrays; up to 8 are taken"):
        npz.write(file)


def test_what_came_later_is_written_only_where_it_is_not_as_before() -> None:
    plain = npz.write(make_file())
    header = np.load(io.BytesIO(plain))["gatescope"].tobytes()
    assert b"zeros" not in header
    assert b"checked" not in header
    entry = make_entry(reads=Reads(padding=1.0, zeros=False), checked=("It ran.",))
    [back] = npz.read(npz.write(make_file(entry)), "a.npz").entries
    assert (back.reads, back.checked) == (entry.reads, entry.checked)
