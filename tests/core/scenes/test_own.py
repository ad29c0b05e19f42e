"""What a visitor asks for becomes a scene, the same one each time."""

import copy
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import run
from gru_core.conventions import CELLS, POLARITIES
from gru_core.errors import (
    EmptySequenceError,
    NotFiniteError,
    RangeError,
    ShapeError,
    TextError,
    UnknownNameError,
)
from gru_core.initialize import SCHEMES
from gru_core.inputs.sequences import SEQUENCES
from gru_core.scenes.files import MAX_UNITS
from gru_core.scenes.own import FLOAT32_FROM, MAX_STEPS, SOURCES, Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.weights import MATCHES

NUMBERS = np.array([[0.5, -1.0], [2.0, 0.25], [0.0, 3.0]])
CONTENT = {"text": "to be or not", "numbers": NUMBERS}


def asked(source="sine", **others) -> Own:
    return Own(**{"source": source, "steps": 9, "units": 3, **CONTENT, **others})


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_and_scheme_gives_a_scene_that_runs(source, scheme) -> None:
    scene = own_scene(asked(source, scheme=scheme), 7)
    assert (scene.name, scene.title, scene.seed) == ("own", "Your own numbers", 7)
    assert scene.sequence is not None
    for match in MATCHES:
        made = situation(scene, CELLS, match)
        assert tuple(made.weights) == CELLS
        assert made.weights["gru"].units == 3
        for cell, weights in made.weights.items():
            trace = run(weights, made.x, made.initials[cell])
            assert np.isfinite(trace["hidden"]).all()
            # The story of a scene whose weights are all zero.
            assert scheme != "zeros" or not trace["hidden"].any()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("scheme", ["xavier", "zeros"])
def test_its_words_are_two_sentences_and_one_without_numbers(source, scheme) -> None:
    scene = own_scene(asked(source, scheme=scheme), 0)
    keep, write = (scene.story.told(situation(scene), polarity) for polarity in POLARITIES)
    assert keep == write
    assert len(re.findall(r"\.(?: |$)", keep.story)) == 2
    assert len(re.findall(r"\.(?: |$)", keep.attempt)) == 1
    assert not re.search(r"\d", keep.story + keep.attempt)


@pytest.mark.parametrize("source", SOURCES)
def test_equal_wishes_and_seeds_give_equal_scenes(source) -> None:
    one, two = asked(source), asked(source, numbers=NUMBERS.copy())
    assert one == two
    assert hash(one) == hash(two)
    first, second = own_scene(one, 3), own_scene(two, 3)
    np.testing.assert_array_equal(first.sequence.x, second.sequence.x)
    assert first.sequence.labels == second.sequence.labels
    assert (first.units, first.seed, first.scheme) == (second.units, second.seed, second.scheme)
    for a, b in zip(*(situation(s).weights.values() for s in (first, second)), strict=True):
        np.testing.assert_array_equal(a.w_h, b.w_h)


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 10},
        {"units": 4},
        {"scheme": "zeros"},
        {"text": "x"},
        {"channels": ("a", "b")},
        {"numbers": None},
        {"numbers": NUMBERS + 1},
        {"numbers": NUMBERS.reshape(2, 3)},
    ],
)
def test_other_wishes_are_not_equal(change) -> None:
    assert asked() != asked(**change)


@pytest.mark.parametrize("source", ["pulse", "copy", "adding", "parity", "sine", "noise"])
def test_the_seed_decides_what_is_drawn(source) -> None:
    drawn = {own_scene(asked(source), seed).sequence.x.tobytes() for seed in range(20)}
    assert len(drawn) > 1


@given(st.sampled_from(sorted(SEQUENCES)), st.integers(3, 300))
def test_a_generator_gives_exactly_the_steps_asked_for(source, steps) -> None:
    sequence = own_scene(asked(source, steps=steps), 0).sequence
    assert len(sequence.x) == len(sequence.labels) == steps


def test_copy_has_more_symbols_when_there_is_room_but_never_more_than_ten() -> None:
    for steps, symbols in ((3, 1), (17, 4), (60, 10), (1000, 10)):
        sequence = own_scene(asked("copy", steps=steps), 0).sequence
        assert np.count_nonzero(sequence.target) == symbols
        assert sequence.labels.count("go") == 1


def test_numbers_are_the_input_under_their_names() -> None:
    sequence = own_scene(asked("numbers", channels=("warm", "cold")), 0).sequence
    np.testing.assert_array_equal(sequence.x, NUMBERS)
    assert sequence.channels == ("warm", "cold")
    assert sequence.labels == ("1", "2", "3")
    assert own_scene(asked("numbers"), 0).sequence.channels == ("x1", "x2")
    assert own_scene(asked("numbers", numbers=[[1.0]]), 0).sequence.channels == ("x",)


def test_a_text_is_the_input_in_the_encoding_asked_for() -> None:
    assert own_scene(asked("text"), 0).sequence.labels == tuple("to␣be␣or␣not")
    assert own_scene(asked("text"), 0).sequence.x.shape == (12, 7)
    wider = asked("text", alphabet="xyz nobert")
    assert own_scene(wider, 0).sequence.channels == tuple("xyz␣nobert")
    embedded = asked("text", encoding="embedded", size=4)
    assert own_scene(embedded, 0).sequence.x.shape == (12, 4)


@pytest.mark.parametrize("source", ["noise", "numbers"])
def test_a_large_run_is_in_float32_and_a_small_one_in_float64(source) -> None:
    units = 500
    for steps, dtype in ((FLOAT32_FROM // units, np.float64), (FLOAT32_FROM // units + 1, "f4")):
        numbers = np.full((steps, 1), 0.1)
        made = situation(own_scene(asked(source, steps=steps, units=units, numbers=numbers), 0))
        assert made.x.dtype == dtype
        assert made.weights["gru"].dtype == dtype


def test_what_is_asked_for_cannot_be_changed_and_can_be_copied() -> None:
    numbers = NUMBERS.copy()
    own = asked("numbers", numbers=numbers)
    numbers[0, 0] = 9
    assert own.numbers[0, 0] == 0.5
    for again in (pickle.loads(pickle.dumps(own)), copy.deepcopy(own)):
        assert again == own
        with pytest.raises(ValueError, match="read-only"):
            again.numbers[0, 0] = 1


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"source": "music"}, UnknownNameError, "source 'music' does not exist; .* noise, text, n"),
        ({"scheme": "he"}, UnknownNameError, "initialization 'he' does not exist"),
        ({"encoding": "words"}, UnknownNameError, "encoding 'words' does not exist"),
        ({"units": 0}, RangeError, "units is 0; it needs a whole number of at least 1"),
        ({"units": MAX_UNITS + 1}, RangeError, "units is 513; 512 units at most"),
        ({"steps": MAX_STEPS + 1}, RangeError, "steps is 10,001; 10,000 steps at most: more"),
        ({"steps": 0}, RangeError, "steps is 0; it needs a whole number of at least 1"),
        ({"source": "adding", "steps": 1}, RangeError, "steps is 1; .* at least 2"),
        ({"source": "copy", "steps": 2}, RangeError, "steps is 2; .* at least 3"),
        ({"numbers": np.zeros((10_001, 1))}, RangeError, "steps is 10,001; 10,000 steps at most"),
        ({"numbers": np.zeros((2, 513))}, RangeError, "numbers has 513 channels; 512 at most"),
        ({"numbers": np.array([[10_001.0]])}, RangeError, "beyond 10,000 in magnitude"),
        ({"numbers": np.array([[np.nan]])}, NotFiniteError, r"numbers\[0, 0\] is nan"),
        ({"numbers": np.zeros(3)}, ShapeError, "a sequence has two axes"),
        ({"alphabet": "a" * 257}, RangeError, "The alphabet has 257 characters; 256 at most"),
        ({"channels": ("a",)}, ShapeError, "channels has 1 names; numbers has 2 columns"),
    ],
)
def test_an_impossible_wish_is_refused_with_the_reason(change, error, says) -> None:
    with pytest.raises(error, match=says):
        asked(**change)


@pytest.mark.parametrize(
    ("own", "seed", "error", "says"),
    [
        (Own("numbers"), 0, TextError, "There are no numbers yet; paste some, or upload a file."),
        (Own("text"), 0, EmptySequenceError, "The text is empty"),
        (Own("text", text="cab", alphabet="ab"), 0, TextError, "'c' .* at place 1; the alphabet"),
        (Own(), -1, RangeError, "seed is -1"),
        (Own(), 2**32, RangeError, "seed is 4294967296; it needs a whole number from 0 to"),
    ],
)
def test_a_wish_without_its_content_gives_no_scene(own, seed, error, says) -> None:
    with pytest.raises(error, match=says):
        own_scene(own, seed)
