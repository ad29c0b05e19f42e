"""Means and spreads over many sequences, gathered bit by bit, are those of all numbers at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.analysis.many import KEYS, Summary, Tally, found, ordered, shown
from gru_core.conventions import SATURATION
from gru_core.errors import EmptySequenceError, UnknownNameError

UNITS = 3


def drawn(seed: int, lengths: list[int]) -> list[np.ndarray]:
    """Sequences of numbers from 0 to 1, each (step, unit), of which many are near an end."""
    rng = np.random.default_rng(seed)
    return [rng.beta(0.3, 0.4, size=(length, UNITS)) for length in lengths]


def gathered(sequences: list[np.ndarray], at_once: int, gate: bool = True) -> Summary:
    """The tally of sequences padded with nan to one length, so many of them at a time."""
    tally = Tally(UNITS, gate)
    for first in range(0, len(sequences), at_once):
        part = sequences[first : first + at_once]
        longest = max(map(len, part))
        values = np.full((longest, len(part), UNITS), np.nan)
        counts = np.zeros((longest, len(part)), bool)
        for at, one in enumerate(part):
            values[: len(one), at], counts[: len(one), at] = one, True
        tally.add(values, counts)
    return tally.summary()


@given(
    seed=st.integers(0, 999),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    at_once=st.integers(1, 5),
)
def test_a_tally_says_what_numpy_says_of_all_steps(seed, lengths, at_once) -> None:
    sequences = drawn(seed, lengths)
    made, every = gathered(sequences, at_once), np.concatenate(sequences)
    means = np.stack([one.mean(axis=0) for one in sequences])
    low, high = SATURATION
    np.testing.assert_allclose(made.mean, every.mean(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(made.spread, every.std(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(made.between, means.std(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(made.near_zero, (every < low).mean(axis=0))
    np.testing.assert_array_equal(made.near_one, (every > high).mean(axis=0))


def test_a_long_sequence_counts_once_between_sequences_and_by_its_steps_in_the_mean() -> None:
    made = gathered([np.ones((9, UNITS)), np.zeros((1, UNITS))], at_once=1)
    np.testing.assert_allclose(made.mean, 0.9)
    np.testing.assert_allclose(made.between, 0.5)


def test_a_small_spread_far_from_zero_keeps_its_digits() -> None:
    steps = 1e6 + np.array([0.0, 1e-3, 2e-3])[:, np.newaxis] * np.ones(UNITS)
    made = gathered([steps] * 50, at_once=7, gate=False)
    np.testing.assert_allclose(made.spread, steps.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(made.between, 0, atol=1e-9)


def test_what_is_no_gate_is_near_no_end() -> None:
    made = gathered(drawn(0, [4]), at_once=1, gate=False)
    assert made.near_zero is None
    assert made.near_one is None


def test_a_sequence_of_which_no_step_counts_is_no_sequence() -> None:
    tally, counts = Tally(UNITS, gate=True), np.array([[True, False], [True, False]])
    tally.add(np.full((2, 2, UNITS), 0.25), counts)
    assert (tally.sequences, tally.steps) == (1, 2)
    np.testing.assert_allclose(tally.summary().between, 0)


def test_nothing_that_counts_is_said() -> None:
    tally = Tally(UNITS, gate=True)
    tally.add(np.ones((2, 1, UNITS)), np.zeros((2, 1), bool))
    with pytest.raises(EmptySequenceError, match="No step of any sequence counts"):
        tally.summary()


def test_where_z_writes_it_is_one_minus_z() -> None:
    sequences = drawn(3, [5, 2, 7])
    made = shown(gathered(sequences, at_once=2), "update", "write")
    turned = gathered([1 - one for one in sequences], at_once=2)
    for got, wanted in zip(made, turned, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)
    kept = gathered(sequences, at_once=2)
    assert shown(kept, "reset", "write") is kept
    assert shown(kept, "update", "keep") is kept


def test_units_are_sorted_by_the_largest_and_stay_in_order_where_equal() -> None:
    made = Summary(
        *(np.array(one) for one in ([0.2, 0.9, 0.9], [0.3, 0.1, 0.2], [0.0, 0, 1])), None, None
    )
    assert ordered(made, "mean").tolist() == [1, 2, 0]
    assert ordered(made, "between").tolist() == [0, 2, 1]
    assert ordered(made, "spread").tolist() == [2, 0, 1]
    assert ordered(made, "unit").tolist() == [0, 1, 2]
    assert ordered(made, "near_one").tolist() == [1, 2, 0]  # it has none: by the mean
    with pytest.raises(UnknownNameError, match=f"choose one of: {', '.join(KEYS)}"):
        ordered(made, "size")


def test_units_are_found_above_and_below_a_mean() -> None:
    made = Summary(np.array([0.2, 0.9, 0.95]), *np.zeros((2, 3)), None, None)
    assert found(made, True, 0.9).tolist() == [2]
    assert found(made, False, 0.9).tolist() == [0]
