"""What a value takes: arrays with all that they hold on to, each thing once."""

import sys
from dataclasses import dataclass

import numpy as np

from app.compute.weight import ARRAY, weight_of


@dataclass
class _Held:
    numbers: np.ndarray


def test_arrays_are_found_in_whatever_holds_them() -> None:
    numbers = np.zeros(1000)
    for held in (numbers, [numbers], (numbers,), {"a": [numbers, numbers]}, _Held(numbers)):
        assert 0 <= weight_of(held) - numbers.nbytes - ARRAY < 1000


def test_a_part_of_an_array_holds_on_to_all_of_it() -> None:
    numbers = np.zeros((1000, 100))
    assert weight_of(numbers[:, 3]) == numbers.nbytes + 2 * ARRAY
    assert weight_of(numbers[:, 3].copy()) == 1000 * 8 + ARRAY


def test_what_another_has_is_not_counted_again() -> None:
    numbers, text = np.zeros(1000), "a" * 1000
    assert weight_of([numbers, text], beside=[numbers]) == sys.getsizeof([0, 0]) + sys.getsizeof(
        text
    )


def test_what_turns_round_in_a_circle_is_counted_once() -> None:
    circle: list[object] = [1.5]
    circle.append(circle)
    assert weight_of(circle) == sys.getsizeof(circle) + sys.getsizeof(1.5)
