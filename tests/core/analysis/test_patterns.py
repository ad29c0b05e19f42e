"""Units that are on through a span, and where they are again: against loops that only count."""

import time
import tracemalloc

import numpy as np
import pytest

from gru_core.analysis.patterns import (
    Match,
    Span,
    check_span,
    check_threshold,
    highest_threshold,
    matches,
    pattern,
    reaction,
)
from gru_core.errors import NotFiniteError, RangeError

CONDITIONS = [(False, False), (True, False), (False, True), (True, True)]


def some_values(seed: int, steps: int = 23, units: int = 7, dtype: type = np.float64) -> np.ndarray:
    """States that stay where they are for a while, some of them at 0."""
    rng = np.random.default_rng(seed)
    values = rng.choice([-0.9, -0.5, 0.0, 0.2, 0.6, 0.95], (steps, units)).astype(dtype)
    for step in range(1, steps):
        stays = rng.random(units) < 0.7
        values[step, stays] = values[step - 1, stays]
    return values


def is_on(values, initial, step: int, unit: int, threshold: float, sign: int) -> bool:
    """Before the first step the initial state counts, after the last one nothing."""
    if step == len(values) or (step < 0 and initial is None):
        return False
    return bool(sign * (initial[unit] if step < 0 else values[step, unit]) > threshold)


def on_through(values, initial, first, last, unit, threshold, sign, begins, ends) -> bool:
    """As the words say it, step by step."""
    inside = all(
        is_on(values, initial, step, unit, threshold, sign) for step in range(first, last + 1)
    )
    before = begins and is_on(values, initial, first - 1, unit, threshold, sign)
    after = ends and is_on(values, initial, last + 1, unit, threshold, sign)
    return inside and not before and not after


# Which units are on ---------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("begins", "ends"), CONDITIONS)
@pytest.mark.parametrize("span", [Span(0, 0), Span(4, 6), Span(0, 3), Span(18, 22), Span(0, 22)])
def test_every_place_is_counted_as_a_loop_over_steps_and_units_counts_it(
    span, begins, ends, dtype
) -> None:
    for seed in range(6):
        values = some_values(seed, dtype=dtype)
        initial = some_values(seed + 100, 1, 7, dtype)[0] if seed % 2 else None
        threshold = (0.0, 0.3, 0.55)[seed % 3]
        found = pattern(values, span, threshold, initial, begins=begins, ends=ends)

        def counts(first: int, unit: int, sign: int) -> bool:
            last = first + span.length - 1
            return on_through(
                *(values, initial, first, last, unit, threshold, sign, begins, ends)  # noqa: B023
            )

        signs = {
            unit: sign for unit in range(7) for sign in (1, -1) if counts(span.first, unit, sign)
        }
        assert found.units.tolist() == sorted(signs)
        places = range(len(values) - span.length + 1)
        own = [sum(counts(first, *one) for one in signs.items()) for first in places]
        everyone = [sum(counts(first, u, s) for u in range(7) for s in (1, -1)) for first in places]
        assert found.through.tolist() == own
        assert (found.through + found.others).tolist() == everyone
        assert found.at_step.tolist() == [
            sum(is_on(values, initial, step, u, threshold, s) for u, s in signs.items())
            for step in range(len(values))
        ]
        assert found.best_around.tolist() == [
            max(own[first] for first in places if first <= step < first + span.length)
            for step in range(len(values))
        ]


def test_a_unit_is_on_with_the_sign_that_it_has_in_the_span() -> None:
    values = np.array([[0.9, -0.9], [0.9, -0.9], [0.0, 0.0], [-0.9, -0.9], [-0.9, -0.9]])
    found = pattern(values, Span(0, 1), 0.3)
    assert found.units.tolist() == [0, 1]
    assert found.through.tolist() == [2, 0, 0, 1]
    assert found.others.tolist() == [0, 0, 0, 1]  # on, but the other way


def test_a_unit_that_changes_its_sign_is_not_on_throughout() -> None:
    assert pattern(np.array([[0.9], [-0.9]]), Span(0, 1), 0.3).units.tolist() == []


def test_a_value_at_the_threshold_is_not_above_it() -> None:
    values = np.array([[0.3, np.nextafter(0.3, 1), -0.3, np.nextafter(-0.3, -1), 0.0]])
    assert pattern(values, Span(0, 0), 0.3).units.tolist() == [1, 3]
    assert pattern(values, Span(0, 0), 0.0).units.tolist() == [0, 1, 2, 3]


def test_the_state_before_the_first_step_counts_as_being_on_before() -> None:
    values = np.full((3, 2), 0.9)
    initial = np.array([0.9, 0.0])
    assert pattern(values, Span(0, 1), 0.3, initial, begins=True).units.tolist() == [1]
    assert pattern(values, Span(0, 1), 0.3, begins=True).units.tolist() == [0, 1]
    assert pattern(values, Span(1, 2), 0.3, initial, begins=True).units.tolist() == []
    assert pattern(values, Span(1, 2), 0.3, initial, ends=True).units.tolist() == [0, 1]


# Where they are again -------------------------------------------------------------------------


def planted(rng: np.random.Generator) -> np.ndarray:
    """Units 2, 5 and 9 on together for four steps at 10, 30 and 55; two of them at 70."""
    values = rng.uniform(-0.2, 0.2, (90, 12))
    for first in (10, 30, 55):
        values[first : first + 4, [2, 5]] = 0.8
        values[first : first + 4, 9] = -0.7
    values[70:74, [2, 5]] = 0.8
    values[55:59, [0, 1]] = 0.9  # and others beside them
    return values


def test_a_planted_pattern_is_found_wherever_it_was_planted() -> None:
    found = pattern(planted(np.random.default_rng(0)), Span(10, 13), 0.5)
    assert found.units.tolist() == [2, 5, 9]
    assert matches(found, 8) == (
        Match(Span(30, 33), 3, 0),
        Match(Span(55, 58), 3, 2),  # as many, among more others
        Match(Span(70, 73), 2, 0),
    )
    assert matches(found, 1) == (Match(Span(30, 33), 3, 0),)


def test_matches_overlap_neither_the_span_nor_each_other_and_come_best_first() -> None:
    for seed in range(20):
        found = pattern(some_values(seed, 60), Span(20, 23), 0.3)
        listed = matches(found, 10)
        taken = [found.span, *(one.span for one in listed)]
        steps = [step for span in taken for step in range(span.first, span.last + 1)]
        assert len(set(steps)) == len(steps)
        ranks = [(-one.on, one.others, one.span.first) for one in listed]
        assert ranks == sorted(ranks)
        for one in listed:
            assert one.span.length == 4
            assert one.on == found.through[one.span.first] > 0
            assert one.others == found.others[one.span.first]
        beside = [
            int(found.through[first])
            for first in range(len(found.through))
            if abs(first - found.span.first) >= 4
        ]
        assert max(beside) == (listed[0].on if listed else 0)


def test_equal_places_are_listed_from_the_first_to_the_last() -> None:
    values = np.zeros((9, 1))
    values[[0, 3, 6]] = 0.9
    listed = matches(pattern(values, Span(3, 3), 0.3), 8)
    assert [one.span.first for one in listed] == [0, 6]


def test_where_no_unit_is_on_nothing_matches() -> None:
    found = pattern(some_values(0), Span(4, 8), 0.99)
    assert found.units.tolist() == []
    assert not found.through.any()
    assert not found.at_step.any()
    assert matches(found, 8) == ()


def test_a_span_that_is_all_of_the_sequence_has_no_other_place() -> None:
    found = pattern(np.full((5, 2), 0.9), Span(0, 4), 0.3)
    assert found.through.tolist() == [2]
    assert matches(found, 8) == ()
    assert found.best_around.tolist() == [2] * 5


# What reacts ----------------------------------------------------------------------------------


def test_a_reaction_is_the_mean_inside_less_the_mean_outside() -> None:
    values = some_values(3).astype(np.float32)
    inside = np.isin(np.arange(23), [5, 6, 7])
    found = reaction(values, Span(5, 7))
    np.testing.assert_allclose(found.inside, values[inside].mean(axis=0, dtype=float), rtol=1e-14)
    np.testing.assert_allclose(found.outside, values[~inside].mean(axis=0, dtype=float), rtol=1e-14)
    np.testing.assert_array_equal(found.difference, found.inside - found.outside)
    sizes = np.abs(found.difference)[found.ranked]
    assert (np.diff(sizes) <= 0).all()


def test_the_unit_that_changes_most_comes_first_whatever_its_sign() -> None:
    values = np.zeros((10, 4))
    values[3:5] = [0.1, -0.9, 0.5, 0.5]
    assert reaction(values, Span(3, 4)).ranked.tolist() == [1, 2, 3, 0]


def test_a_span_without_an_outside_has_no_reaction() -> None:
    with pytest.raises(RangeError, match="all of the 6 steps; a reaction is"):
        reaction(np.zeros((6, 2)), Span(0, 5))


@pytest.mark.parametrize("seed", range(5))
def test_below_the_highest_threshold_a_unit_is_on_and_at_it_none(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (12, 30))
    found = highest_threshold(values, Span(4, 5))
    assert found is not None
    highest, unit = found
    assert pattern(values, Span(4, 5), highest).units.tolist() == []
    assert pattern(values, Span(4, 5), np.nextafter(highest, 0)).units.tolist() == [unit]


def test_where_every_unit_changes_its_sign_no_threshold_helps() -> None:
    assert highest_threshold(np.array([[0.9, 0.0], [-0.9, 0.0]]), Span(0, 1)) is None


# What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(11, 4), "from step 12 to step 5, which comes before: give the earlier one first"),
        (Span(5, 20), "from step 6 to step 21; there are the steps 1 to 20: choose among these"),
        (Span(-1, 3), "from step 0 to step 4; there are the steps 1 to 20"),
        (Span(20, 20), "from step 21 to step 21; there are"),
    ],
)
def test_a_span_that_is_not_in_the_sequence_is_refused(span: Span, said: str) -> None:
    with pytest.raises(RangeError, match=said):
        check_span(span, 20)
    for refusing in (reaction, highest_threshold, lambda *given: pattern(*given, 0.3)):
        with pytest.raises(RangeError, match=said):
            refusing(np.zeros((20, 2)), span)


@pytest.mark.parametrize(
    ("threshold", "error", "said"),
    [
        (np.nan, NotFiniteError, "the threshold is nan; it needs a number from 0, such as 0.3"),
        (np.inf, NotFiniteError, "the threshold is inf"),
        (-0.1, RangeError, "the threshold is -0.1; magnitudes are held against it"),
        (1e16, RangeError, "a number from 0 to 1e\\+15"),
    ],
)
def test_a_threshold_that_is_no_magnitude_is_refused(threshold, error, said) -> None:
    with pytest.raises(error, match=said):
        check_threshold(threshold)
    with pytest.raises(error, match=said):
        pattern(np.zeros((3, 1)), Span(0, 1), threshold)


# How long it takes ----------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 12, 4000])
def test_a_long_run_of_a_wide_layer_is_searched_at_once(length: int) -> None:
    """512 units over 10,000 steps: 0.02 s and 16 MB; the limits leave room for a busy machine."""
    values = np.tanh(np.random.default_rng(0).normal(size=(10_000, 512))).astype(np.float32)
    span = Span(3000, 2999 + length)
    began = time.process_time()
    found = pattern(values, span, 0.3, values[0], begins=True, ends=True)
    listed = matches(found, 10)
    reaction(values, span)
    highest_threshold(values, span)
    assert time.process_time() - began < 0.5
    assert bool(listed) == (length == 1)
    tracemalloc.start()
    pattern(values, span, 0.3, values[0], begins=True, ends=True)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()
