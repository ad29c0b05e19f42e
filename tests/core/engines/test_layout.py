"""The layout of the fast loop is made once for weights and goes with them."""

import gc
import weakref

import numpy as np

from gru_core import run
from gru_core.engines.layout import layout_of


def test_a_layout_is_made_once_and_does_not_keep_its_weights_alive(make_layer, x) -> None:
    weights = make_layer()
    assert layout_of(weights) is layout_of(weights)
    run(weights, x)
    gone = weakref.ref(weights)
    del weights
    gc.collect()
    assert gone() is None


def test_changed_weights_get_a_layout_of_their_own(gru, x) -> None:
    before = run(gru, x)["hidden"]
    after = run(gru.with_value("w_h", (0, 1, 2), 3.0), x)["hidden"]
    assert np.abs(after - before).max() > 1e-3
    np.testing.assert_array_equal(run(gru, x)["hidden"], before)
