"""What rounding leaves of a sum is told from a small number."""

import numpy as np
import pytest

from gru_core import GRUWeights, run
from gru_core.analysis.inside import inside
from gru_core.arrays import without_rounding


def test_what_rounding_leaves_of_a_sum_is_nothing_and_what_is_small_stays() -> None:
    terms = np.array([0.1, 1.0, 1e-22]), np.array([0.2, -1.0, 0.0]), np.array([-0.3, 1e-9, 0.0])
    found = without_rounding(terms[0] + terms[1] + terms[2], *terms)
    assert terms[0][0] + terms[1][0] + terms[2][0] != 0
    np.testing.assert_allclose(found, [0.0, 1e-9, 1e-22], rtol=1e-6)


def test_the_rounding_of_32_bits_is_coarser() -> None:
    one = np.array([0.7], np.float32)
    other = one + np.float32(1e-7)
    assert (one - other).any()
    assert not without_rounding(one - other, one, other).any()
    assert without_rounding(one - other, one.astype(float), other.astype(float)).any()


@pytest.mark.parametrize("bias", [-30.0, -36.5, -50.0])
@pytest.mark.parametrize("first", [1e-6, 0.7])
def test_kept_and_written_add_up_where_almost_nothing_is_left(bias: float, first: float) -> None:
    """The fast loops make h in another order: 1e-22 of a state of 1e-6 is all rounding."""
    zeros = np.zeros((3, 1, 1))
    update = np.array([[[0.0]], [[bias]], [[0.0]]])
    weights = GRUWeights(update, zeros, zeros[..., 0], zeros[..., 0])
    trace = run(weights, [[1.0], [0.0], [1.0]], (np.array([first]),))
    found = inside(weights, trace, 0)
    np.testing.assert_allclose(found["hidden"], found["kept"] + found["written"], rtol=1e-12)
