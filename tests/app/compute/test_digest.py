"""Equal things have equal digests, and different ones others."""

from dataclasses import replace
from typing import Any

import numpy as np

from app.compute.digest import SHARED, digest, weights_digest
from gru_core import GRUWeights, RNNWeights
from gru_core.weights import Weights

ONES = np.ones((2, 3))


def test_what_differs_has_another_digest() -> None:
    different: list[tuple[Any, ...]] = [
        (ONES,),
        (ONES.astype(np.float32),),
        (ONES.T,),
        (ONES, ONES),
        (ONES * 1.0000000001,),
        (12, 3),
        (1, 23),
        ("12", "3"),
        ("a", "b"),
        ("ab",),
        (),
    ]
    assert len({digest(*parts) for parts in different}) == len(different)


def test_equal_numbers_have_equal_digests_however_they_lie_in_memory() -> None:
    turned = np.asfortranarray(ONES * np.arange(3))
    assert digest(turned) == digest(np.ascontiguousarray(turned)) == digest(turned[::1])
    assert (len(digest(1)), len(digest(1, size=SHARED))) == (18, 32)


def layer(**parts: Any) -> Weights:
    made = {"w_x": (3, 2, 1), "w_h": (3, 2, 2), "b_x": (3, 2), "b_h": (3, 2)}
    return GRUWeights(**{name: np.full(shape, 0.5) for name, shape in made.items()} | parts)


def test_layers_are_told_apart_by_their_numbers_and_by_what_else_they_are() -> None:
    one = layer()
    assert weights_digest(one) == weights_digest(layer()) == weights_digest(one)
    others = [
        replace(one, reset_after=False),
        replace(one, b_h=np.zeros((3, 2))),
        one.astype(np.float32),
        RNNWeights(np.full((1, 2, 1), 0.5), np.full((1, 2, 2), 0.5), [[0.5, 0.5]], [[0.5, 0.5]]),
    ]
    assert len({weights_digest(other) for other in (one, *others)}) == 5
