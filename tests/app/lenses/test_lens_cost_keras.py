"""The worked example of the view of cost: a layer of Keras, and what others count."""

import pytest

from gru_core.analysis.cost import parameters
from tests.app.lenses.test_lens_cost import looked, screen


def test_a_layer_of_keras_is_counted_with_the_biases_that_it_has() -> None:
    """18,816 and 18,624 are what Keras 3 counts (tests/oracle/test_cost_keras.py)."""
    shown = screen("keras")
    assert looked(shown).words == [
        "Keras' GRU(64) on 32 inputs has 3 × 64 × (32 + 64 + 2) = 18,816 parameters: with "
        "reset_after=True, as it is unless you say otherwise, each unit has two biases in every "
        "gate.",
        "The formula with one bias gives 3 × 64 × (32 + 64 + 1) = 18,624, 192 fewer: that is "
        "GRU(64, reset_after=False).",
    ]
    [found] = looked(shown).charts
    assert found.values[:, 0].tolist() == [18_816, 18_624, 24_832, 6_208]
    for counted, sets, units, inputs, others, biases in found.values:
        assert counted == sets * units * (inputs + others + biases)


@pytest.mark.parametrize(
    ("units", "inputs", "directions", "published"),
    [(32, 32, 1, 6_336), (5, 25, 1, 480), (32, 16, 2, 9_600)],
)
def test_counts_of_keras_that_others_have_published_are_found(
    units: int, inputs: int, directions: int, published: int
) -> None:
    """Cross Validated 458685, and Stack Overflow 57318930: of both directions together."""
    assert parameters("gru", inputs, units, directions=directions, biases=2) == published
