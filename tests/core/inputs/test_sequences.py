"""The generators make the task they are named for, and know its answer."""

import numpy as np
import pytest

from gru_core.errors import RangeError
from gru_core.inputs import sequences
from gru_core.inputs.sequences import SEQUENCES

SEEDS = range(25)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_labelled_read_only_and_reproducible(name) -> None:
    one, two = SEQUENCES[name](rng()), SEQUENCES[name](rng())
    assert one.x.shape == (len(one.labels), len(one.channels))
    assert one.labels == two.labels
    np.testing.assert_array_equal(one.x, two.x)
    with pytest.raises(ValueError, match="read-only"):
        one.x[0] = 0
    assert one.target is None or one.target.shape == (len(one.x),)


@pytest.mark.parametrize("seed", SEEDS)
def test_adding_marks_exactly_two_numbers_one_in_each_half(seed) -> None:
    made = sequences.adding(rng(seed), steps=11)
    numbers, marks = made.x.T
    assert marks[:5].sum() == marks[5:].sum() == 1
    assert made.target[-1] == pytest.approx(numbers[marks == 1].sum())
    assert [label.endswith("+") for label in made.labels] == list(marks == 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_parity_says_whether_the_ones_so_far_are_odd(seed) -> None:
    made = sequences.parity(rng(seed), steps=9)
    odd, answers = False, []
    for bit in made.x[:, 0]:
        odd ^= bool(bit)
        answers.append(float(odd))
    assert list(made.target) == answers


@pytest.mark.parametrize("seed", SEEDS)
def test_copy_asks_after_go_for_the_symbols_shown_at_the_start(seed) -> None:
    made = sequences.copy(rng(seed), length=4, delay=3, symbols=5)
    go = made.labels.index("go")
    assert go == 7
    assert made.x[go].tolist() == [0, 0, 0, 0, 0, 1]
    assert [made.channels[int(s) - 1] for s in made.target[go + 1 :]] == list(made.labels[:4])
    assert made.x[:4].argmax(axis=1).tolist() == (made.target[go + 1 :] - 1).tolist()
    assert not made.target[: go + 1].any()
    assert not made.x[4:7].any()
    assert not made.x[go + 1 :].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_pulse_is_silent_but_for_one_early_step(seed) -> None:
    x = sequences.pulse(rng(seed), steps=12, height=2.0).x[:, 0]
    [where] = np.flatnonzero(x)
    assert where < 4
    assert x[where] == 2


def test_pulse_goes_where_it_is_told() -> None:
    made = sequences.pulse(rng(), steps=6, at=5)
    assert made.x[:, 0].tolist() == [0, 0, 0, 0, 0, 1]
    assert made.labels[5] == "pulse"


def test_sine_repeats_after_its_period_and_predicts_itself() -> None:
    made = sequences.sine(rng(), steps=24, period=8, height=0.5)
    np.testing.assert_allclose(made.x[8:, 0], made.x[:-8, 0], atol=1e-15)
    np.testing.assert_array_equal(made.target[:-1], made.x[1:, 0])
    assert 0.45 < np.abs(made.x).max() <= 0.5


def test_noise_is_standard_normal_and_its_channels_are_independent() -> None:
    x = sequences.noise(rng(), steps=4000, channels=2).x
    assert np.abs(x.mean(axis=0)).max() < 0.1
    assert np.abs(np.cov(x.T) - np.eye(2)).max() < 0.1


@pytest.mark.parametrize(
    ("make", "options", "says"),
    [
        (sequences.pulse, {"steps": 0}, "steps is 0; it needs a whole number of at least 1"),
        (sequences.pulse, {"steps": 4, "at": 4}, "at is 4; the sequence has steps 0 to 3"),
        (sequences.adding, {"steps": 1}, "steps is 1"),
        (sequences.copy, {"symbols": 27}, "symbols is 27"),
        (sequences.copy, {"length": 1.5}, "length is 1.5"),
        (sequences.sine, {"period": 0}, "period is 0"),
        (sequences.noise, {"channels": True}, "channels is True"),
    ],
)
def test_an_impossible_sequence_is_refused_with_the_reason(make, options, says) -> None:
    with pytest.raises(RangeError, match=says):
        make(rng(), **options)
