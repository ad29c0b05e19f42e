"""What a loaded layer is fed with: it has to fit the layer, whatever it comes from."""

import numpy as np
import pytest

from gru_core.errors import GatescopeError, RangeError, ShapeError, TextError, UnknownNameError
from gru_core.inputs.feed import FEEDS, GENERATORS, MAX_STEPS, Feed, fed
from gru_core.inputs.vocabulary import Vocabulary


@pytest.mark.parametrize("source", GENERATORS)
@pytest.mark.parametrize("inputs", [1, 7])
def test_every_generator_fits_the_layer(source: str, inputs: int) -> None:
    found = fed(Feed(source, 13), inputs, 4)
    assert found.x.shape == (13, inputs)
    assert np.isfinite(found.x).all()
    assert len(found.channels) == inputs
    assert found.labels[-1] == "13"


def test_equal_seeds_draw_equal_noise() -> None:
    one, same, other = (fed(Feed("noise", 5), 3, seed).x for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1


def test_silence_is_zero_and_a_pulse_is_over_after_one_step() -> None:
    assert not fed(Feed("silence", 5), 3, 0).x.any()
    pulse = fed(Feed("pulse", 5), 3, 0).x
    assert pulse[0].all()
    assert not pulse[1:].any()


def test_sine_waves_come_one_after_the_other() -> None:
    x = fed(Feed("sine", 24), 4, 0).x
    np.testing.assert_allclose(x[3:, 1], x[:-3, 0], atol=1e-12)  # a quarter of 12 steps later


def test_a_text_needs_its_vocabulary() -> None:
    with pytest.raises(TextError, match="needs the vocabulary of the model"):
        fed(Feed("text", text="ab"), 2, 0)
    found = fed(Feed("text", text="ab", vocabulary=Vocabulary(("a", "b"))), 2, 0)
    np.testing.assert_array_equal(found.x, np.eye(2))


def test_numbers_need_a_column_for_each_input() -> None:
    with pytest.raises(TextError, match="no numbers yet"):
        fed(Feed("numbers"), 2, 0)
    feed = Feed("numbers", numbers=np.ones((3, 2)), channels=("a", "b"))
    assert fed(feed, 2, 0).channels == ("a", "b")
    with pytest.raises(ShapeError, match="2 columns; the layer takes 3 inputs"):
        fed(feed, 3, 0)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (lambda: Feed("music"), UnknownNameError),
        (lambda: Feed("noise", 0), RangeError),
        (lambda: Feed("noise", MAX_STEPS + 1), RangeError),
        (lambda: Feed("numbers", numbers=np.ones((MAX_STEPS + 1, 1))), RangeError),
        (lambda: Feed("numbers", numbers=np.array([[np.nan]])), RangeError),
        (lambda: Feed("numbers", numbers=np.ones(3)), ShapeError),
    ],
)
def test_what_cannot_be_fed_is_refused(made: type[Feed], error: type[GatescopeError]) -> None:
    with pytest.raises(error):
        made()


def test_feeds_are_equal_by_what_they_hold() -> None:
    one, same = (Feed("numbers", numbers=np.ones((2, 2))) for _ in range(2))
    assert one == same
    assert one != Feed("numbers", numbers=np.zeros((2, 2)))
    assert set(FEEDS) == {*GENERATORS, "text", "numbers"}


@pytest.mark.parametrize(
    "feed",
    [Feed("noise", 48), Feed("text", text="ab" * 24, vocabulary=Vocabulary(("a", "b")))],
)
def test_a_wide_layer_is_fed_with_fewer_steps(feed: Feed) -> None:
    with pytest.raises(RangeError, match=r"48 steps of 300,000 inputs .* up to 33 steps fit"):
        fed(feed, 300_000, 0)
    assert fed(feed, 200_000, 0).x.shape == (48, 200_000)
