"""A batch run together gives what its sequences give alone."""

import itertools
import threading
import tracemalloc

import numpy as np
import pytest

from gru_core.engines import batch as engine
from gru_core.errors import NotFiniteError, RangeError
from gru_core.formats.answers import answered
from gru_core.formats.batches import LEAST, run_batch
from gru_core.formats.reads import ALL, Reads
from gru_core.formats.running import initials_of, run_ready
from gru_core.formats.tracing import trace_arrays
from tests.formats.entries import SAID, make_entry

STEPS = 7
WAYS = {
    "forward": (1, SAID),
    "backward": (1, {**SAID, "backward": "true"}),
    "both": (2, SAID),
}
SAYS = (
    {},
    {"reset_after": "false"},
    {"gate_activation": "hard_sigmoid", "state_activation": "relu"},
)


def batch(count, seed=3, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=(STEPS, count, 3)).astype(dtype)


def same(one, x, mask=None, tolerance=1e-12, names=("hidden",)) -> None:
    """Asserts that every array of a batch is that of its sequences, run one by one."""
    states = np.random.default_rng(5).normal(size=(x.shape[1], sum(map(len, one.directions)), 4))
    starts = [initials_of(one, dict.fromkeys(names, state)) for state in states]
    together = run_batch(one, x.astype(one.first.dtype), starts, mask)
    for at in range(x.shape[1]):
        alone = run_ready(one, x[:, at], starts[at], None if mask is None else mask[:, at])
        wanted = {"output": alone.output, **dict(alone.named())}
        assert together.keys() == wanted.keys()
        for name, array in wanted.items():
            found = together[name][..., at, :]
            assert found.dtype == array.dtype
            np.testing.assert_allclose(found, array, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("cell", "says"),
    [one for one in itertools.product(["gru", "lstm", "rnn"], SAYS) if one != ("lstm", SAYS[1])],
)
def test_every_number_is_that_of_the_sequence_alone(cell, says, way) -> None:
    directions, said = WAYS[way]
    one = answered(make_entry(cell, 2, directions, says={**said, **says}, dtype=np.float64), {})
    same(one, batch(5))
    lengths = np.array([7, 1, 4, 0, 6])
    same(one, batch(5), np.arange(STEPS)[:, np.newaxis] < lengths)
    same(one, batch(5), np.random.default_rng(2).random((STEPS, 5)) < 0.6)


def test_both_states_of_an_lstm_are_those_given() -> None:
    one = answered(make_entry("lstm", 2, 2, dtype=np.float64), {})
    same(one, batch(4), names=("hidden", "cell"))


@pytest.mark.parametrize("zeros", [True, False])
def test_steps_that_the_model_passes_over_are_passed_over_in_each_row(zeros) -> None:
    x = batch(4)
    x[[0, 3, 6], 1] = x[2:, 2] = x[:, 3] = -1
    one = answered(
        make_entry("gru", 2, 2, dtype=np.float64, reads=Reads(padding=-1.0, zeros=zeros)), {}
    )
    assert one.reads != ALL
    same(one, x)


@pytest.mark.parametrize("processors", [1, 2, 7])
def test_many_sequences_share_the_processors(monkeypatch, processors) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    for directions in (1, 2):
        one = answered(make_entry("lstm", 2, directions, dtype=np.float64), {})
        x = batch(4 * LEAST + 3)
        same(one, x)
        same(one, x, np.arange(STEPS)[:, np.newaxis] < np.arange(x.shape[1]) % STEPS)


def test_two_directions_are_run_beside_each_other(monkeypatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    meeting, run = threading.Barrier(2, timeout=20), engine.run

    def met(*arguments, **named) -> None:
        assert arguments[1].shape[1] == 4 * LEAST  # all sequences: the weights are read once a step
        meeting.wait()
        run(*arguments, **named)

    monkeypatch.setattr(engine, "run", met)
    same(answered(make_entry("lstm", 2, 2, dtype=np.float64), {}), batch(4 * LEAST))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_a_batch_longer_than_what_is_computed_at_once_goes_on_where_it_was(
    monkeypatch, cell, way
) -> None:
    monkeypatch.setattr("gru_core.engines.batch.AT_ONCE", 9)  # three steps of three sequences
    directions, said = WAYS[way]
    one = answered(make_entry(cell, 2, directions, says=said, dtype=np.float64), {})
    same(one, batch(3))
    same(one, batch(3), np.arange(STEPS)[:, np.newaxis] < np.array([5, 7, 2]))


def test_what_the_layer_above_reads_is_not_copied() -> None:
    one = answered(make_entry("lstm", 2, 2), {})
    made = trace_arrays(one, batch(5, dtype=np.float32))
    for way in ("forward", "backward"):
        assert np.shares_memory(made["output"], made[f"layer1.{way}.hidden"])
    for name, array in made.items():
        assert name == "x" or not array.flags.writeable, name


def test_numbers_in_float32_are_computed_exactly_and_rounded_once() -> None:
    one = answered(make_entry("gru", 1, 2), {})
    same(one, batch(6, dtype=np.float32), tolerance=6e-8)


@pytest.mark.parametrize(("steps", "error"), [(60, RangeError), (2000, NotFiniteError)])
def test_a_state_of_relu_that_grows_without_end_is_named(steps, error) -> None:
    entry = make_entry("rnn", says={**SAID, "state_activation": "relu"}, dtype=np.float64)
    w_h = entry.layers[0][0].w_h
    w_h[:] = 3 * np.eye(4)
    x = np.ones((steps, 2, 3))
    x[:, 0] = -0.0
    with pytest.raises(error, match=r"rnn\.hidden of unit \d at step \d+"):
        run_batch(answered(entry, {}), x, [(((),),)] * 2)


def test_what_grows_after_the_end_of_a_sequence_is_nobodys() -> None:
    entry = make_entry("rnn", says={**SAID, "state_activation": "relu"}, dtype=np.float64)
    entry.layers[0][0].w_h[:] = 3 * np.eye(4)
    mask = np.zeros((2000, 2), np.bool_)
    mask[:5] = True
    same(answered(entry, {}), np.ones((2000, 2, 3)), mask, tolerance=1e-9)


def test_what_has_ended_is_not_computed_any_more(monkeypatch) -> None:
    monkeypatch.setattr("gru_core.engines.batch.AT_ONCE", 1)
    widths, run_layout = [], engine.run_layout

    def counted(layout, pre, states, *others, **named):
        widths.append(pre.shape[-1])
        return run_layout(layout, pre, states, *others, **named)

    monkeypatch.setattr(engine, "run_layout", counted)
    one = answered(make_entry("gru", dtype=np.float64), {})
    run_batch(one, batch(3), [one.initials] * 3, np.arange(STEPS)[:, np.newaxis] < [2, 7, 4])
    assert widths == [3, 3, 2, 2, 1, 1, 1]


@pytest.mark.parametrize("way", WAYS)
def test_tracks_are_spread_out_a_few_numbers_at_a_time(monkeypatch, way) -> None:
    monkeypatch.setattr("gru_core.formats.spreading.AT_ONCE", 9)  # two steps of four units
    directions, said = WAYS[way]
    one = answered(make_entry("lstm", 2, directions, says=said, dtype=np.float64), {})
    same(one, batch(5), np.random.default_rng(2).random((STEPS, 5)) < 0.6)


def test_a_batch_of_many_lengths_needs_little_more_room_than_it_gives() -> None:
    one = answered(make_entry("lstm", 2, 2), {})
    x = np.random.default_rng(3).normal(size=(400, 50, 3)).astype(np.float32)
    for mask in (
        np.arange(400)[:, np.newaxis] < np.linspace(1, 400, 50),
        np.random.default_rng(2).random((400, 50)) < 0.6,
    ):
        run_batch(
            one, x[:2], [one.initials] * 50, mask[:2]
        )  # what is kept from then on is not ours
        tracemalloc.start()
        made = run_batch(one, x, [one.initials] * 50, mask)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        given = sum(array.nbytes for array in made.values())
        assert peak < 1.3 * given
