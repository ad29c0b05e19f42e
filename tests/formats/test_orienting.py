"""Which axis of an array of sequences is the batch: told by its sizes, said, or assumed aloud."""

import numpy as np
import pytest

from gru_core.formats.orienting import oriented

ASSUMED = (
    "assumed: x is (step, batch, input): 2 sequences of 9 steps; if it is (batch, step, input), "
    "say --batch-first."
)


@pytest.mark.parametrize(
    ("shape", "said", "lengths", "initial", "turned", "note"),
    [
        ((9, 5), None, None, [], False, ""),
        ((9, 2, 5), None, None, [], False, ASSUMED),
        ((9, 2, 5), True, None, [], True, ""),
        ((9, 2, 5), False, None, [], False, ""),
        ((9, 1, 5), None, None, [], False, ""),
        ((1, 9, 5), None, None, [], True, "note: x is read as (batch, step, input): 1 sequence"),
        ((1, 9, 5), False, None, [], False, ""),
        ((1, 1, 5), None, None, [], False, "assumed: x is (step, batch, input): 1 sequence of 1"),
        ((2, 9, 5), None, [9, 4], [], True, "note: x is read as (batch, step, input): 2 sequences"),
        ((9, 2, 5), None, [9, 4], [], False, ""),
        ((3, 3, 5), None, [1, 2, 3], [], False, "assumed: x is (step, batch, input): 3"),
        ((2, 9, 5), None, None, [(1, 2, 7)], True, "note: x is read as (batch, step, input)"),
        ((9, 2, 5), None, None, [(1, 2, 7)], False, ""),
        ((9, 2, 5), None, None, [(7,)], False, ASSUMED),
    ],
)
def test_the_sizes_tell_or_it_is_said(shape, said, lengths, initial, turned, note) -> None:
    x = np.arange(np.prod(shape)).reshape(shape)
    made, words = oriented(x, said, lengths, [np.zeros(one) for one in initial])
    np.testing.assert_array_equal(made, x.swapaxes(0, 1) if turned else x)
    assert words.startswith(note)
    assert bool(words) == bool(note)
