"""What the benchmark of a crowd makes of what it has measured."""

import asyncio

import pytest

from benchmarks import keeping, overload, pair
from benchmarks.crowd import Crowd, Seen
from benchmarks.resident import slope


def test_the_slope_is_that_of_the_second_half_in_megabytes_a_minute() -> None:
    warming = [(2.0 * one, 100.0 + 30 * one) for one in range(5)]
    later = [(10 + 2.0 * one, 220.0 + 0.1 * one) for one in range(6)]
    assert slope([*warming, *later]) == pytest.approx(60 * 0.1 / 2)


def test_the_slope_of_all_the_time_is_that_from_the_first_sample_on() -> None:
    samples = [(30.0 * one, 100.0 + 2 * one) for one in range(6)]
    assert slope(samples, 0) == pytest.approx(4.0)


def test_too_few_samples_have_no_slope() -> None:
    assert slope([]) is None
    assert slope([(0.0, 100.0), (2.0, 101.0), (4.0, 102.0)]) is None


def best(rates: list[float]) -> tuple[float, float, list[float]]:
    """The best of these answers a second, from a period of 1 s on, and the periods tried."""
    tried: list[float] = []

    async def measure(period: float) -> float:
        tried.append(period)
        return rates[len(tried) - 1]

    return *asyncio.run(overload.best(measure, 1.0)), tried


def test_the_period_is_shortened_until_two_steps_bring_no_more() -> None:
    period, rate, tried = best([10, 15, 22, 14, 30, 31, 29])
    assert period == pytest.approx(1.5**-5)
    assert rate == 31
    assert tried == pytest.approx([1.5**-step for step in range(7)])


def test_where_nothing_is_answered_the_steps_end() -> None:
    assert best([0, 0, 0])[:2] == (1.0, 0)


def test_a_pair_is_compared_by_the_medians_of_its_turns() -> None:
    sides = [pair.Side(name, Crowd([], [])) for name in ("with", "without")]
    for side, spent, seconds in zip(sides, (0.006, 0.004), (0.03, 0.02), strict=True):
        for _ in range(2):
            side.note(Seen(answers=[seconds, seconds], spent=spent))
        side.note(Seen(answers=[9.0], spent=9.0))  # something else went on
    found = pair.told(sides)
    assert found["cpu_ms_with"] == pytest.approx(3.0)
    assert found["cpu_ratio"] == pytest.approx(1.5)
    assert found["p95_ratio"] == pytest.approx(1.5)


def test_what_was_asked_for_is_played_again_on_a_smaller_store() -> None:
    """a b a c a b: with room for two, b has gone when it is wanted again."""
    one = [keeping.Access((name,), 1, 2.0 if name == "b" else 0.5) for name in "abacab"]
    assert keeping.replayed(one, 3) == (0.5, 0.0)
    assert keeping.replayed(one, 2) == (pytest.approx(2 / 6), 2.0)
    assert keeping.replayed(one, 0) == (0.0, pytest.approx(0.5 + 0.5 + 2.0))
