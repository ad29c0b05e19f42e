"""Convolutions and pooling of a model: what no model has is refused before it is computed."""

import numpy as np
import pytest

from gru_core.errors import FormatError, ShapeError
from gru_core.formats.whole.pieces import MOST_STEPS, Piece
from gru_core.formats.whole.windows import convolved, pooled, repeated

X = np.random.default_rng(0).normal(size=(7, 2, 4))
W = np.ones((6, 2, 3), np.float32)
VALID = {"from": 0.0, "to": 0.0}


def conv(**numbers) -> Piece:
    return Piece("conv", "conv", arrays={"w": W}, numbers={"groups": 2.0, **VALID, **numbers})


@pytest.mark.parametrize("name", ["stride", "dilation", "groups"])
@pytest.mark.parametrize("value", [0.0, -1.0, 1.5, MOST_STEPS + 1.0, float("inf"), float("nan")])
def test_a_number_that_no_model_has_is_refused(name, value) -> None:
    with pytest.raises(FormatError, match=f"as its {name}; a whole number from 1 to"):
        convolved(conv(**{name: value}), X)


@pytest.mark.parametrize("value", [-1.0, 1e9])
def test_so_are_steps_at_the_ends_and_of_a_pool_or_a_repetition(value) -> None:
    with pytest.raises(FormatError, match="as its from; a whole number from 0"):
        convolved(conv(**{"from": value}), X)
    for make, kind, x in ((pooled, "pool", X), (repeated, "repeat", X[0])):
        with pytest.raises(FormatError, match="as its size"):
            make(Piece("one", kind, does="max", numbers={"size": value}), x)


def test_other_widths_and_too_short_a_sequence_are_refused() -> None:
    with pytest.raises(ShapeError, match="reads 3 numbers at a step; it takes 4"):
        convolved(conv(), X[..., :3])
    with pytest.raises(ShapeError, match="takes 8"):
        convolved(conv(groups=4.0), X)
    with pytest.raises(ShapeError, match="reads 3 steps at a time; there are 2: give a longer"):
        convolved(conv(), X[:2])


def test_a_mean_is_of_the_steps_that_are_there() -> None:
    piece = Piece("pool", "pool", does="mean", numbers={"size": 3.0, "stride": 3.0})
    found = pooled(piece, X)  # one step before the first, one behind the last
    np.testing.assert_allclose(found, [X[:2].mean(0), X[2:5].mean(0), X[5:].mean(0)])
