"""Named numbers, compared at once: a comparison of each would take longer than what is compared."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt


def assert_near(
    found: Mapping[str, npt.ArrayLike], truth: Mapping[str, npt.ArrayLike], what: object
) -> None:
    """The same names, each with the same shape and, but for 1e-12, the same numbers."""
    assert found.keys() == truth.keys()
    for name, numbers in truth.items():
        assert np.shape(found[name]) == np.shape(numbers), f"{what} {name}"
    if truth:
        ours, theirs = (
            np.concatenate([np.ravel(side[name]) for name in truth]) for side in (found, truth)
        )
        np.testing.assert_allclose(ours, theirs, atol=1e-12, err_msg=f"{what} {list(truth)}")


def slices(arrays: Mapping[str, np.ndarray], at: int) -> dict[str, np.ndarray]:
    """What each has at a place of its first axis."""
    return {name: array[at] for name, array in arrays.items()}
