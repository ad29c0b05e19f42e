"""The gates of many sequences are those of PyTorch run on each alone, gates worked out anew."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from gru_core.conventions import SATURATION, TRACKS
from gru_core.errors import EmptySequenceError, RangeError
from gru_core.formats import many as many_module
from gru_core.formats.answers import answered
from gru_core.formats.many import Many, ManyGates, many_gates, units_run
from gru_core.formats.opening import open_model
from gru_core.formats.reads import Reads
from gru_core.formats.tracing import trace_arrays
from gru_core.formats.whole.many import Way, longer, runner
from gru_core.formats.whole.pieces import Piece, Whole
from gru_core.formats.whole.tracing import model_of
from tests.formats.entries import make_whole

pytestmark = pytest.mark.thorough

INPUTS, UNITS = 4, 6
LENGTHS = [7, 1, 12, 7, 3, 5, 12, 2]


def drawn(lengths: list[int] = LENGTHS, seed: int = 1) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [2 * rng.normal(size=(length, INPUTS)) for length in lengths]


def layer(cell: str, **options) -> nn.RNNBase:
    torch.manual_seed(3)
    made = getattr(nn, cell.upper())(INPUTS, UNITS, **options).double()
    with torch.no_grad():
        for one in made.parameters():
            one.mul_(3)  # so that gates come near both ends
    return made


def gates_of(module: nn.RNNBase, x: torch.Tensor, suffix: str = "l0") -> dict[str, np.ndarray]:
    """Every track of one sequence by PyTorch's documentation, from states that PyTorch computed."""
    kind = type(module).__name__.casefold()
    names = {"gru": "rzn", "lstm": "ifgo", "rnn": "h"}[kind]
    weights = {
        part: getattr(module, f"{part}_{suffix}").chunk(len(names))
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    h, c, found = torch.zeros(UNITS).double(), torch.zeros(UNITS).double(), []
    for step in x:
        a = [w @ step + b for w, b in zip(weights["weight_ih"], weights["bias_ih"], strict=True)]
        u = [w @ h + b for w, b in zip(weights["weight_hh"], weights["bias_hh"], strict=True)]
        if kind == "gru":
            r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
            n = torch.tanh(a[2] + r * u[2])
            h = (1 - z) * n + z * h
            found.append((r, z, n, h))
        elif kind == "lstm":
            i, f, g, o = (
                end(one + two)
                for end, one, two in zip(
                    (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid), a, u, strict=True
                )
            )
            c = f * c + i * g
            h = o * torch.tanh(c)
            found.append((i, f, g, o, c, h))
        else:
            h = torch.tanh(a[0] + u[0])
            found.append((h,))
    tracks = zip(*found, strict=True)
    return {
        name: torch.stack(one).detach().numpy()
        for name, one in zip(TRACKS[kind], tracks, strict=True)
    }


def saved(module: nn.Module, path) -> Way:
    torch.save(module.state_dict(), path)
    file = open_model(path)
    entry = file.entries[0]
    return Way(file, entry, model_of(file, entry))


def made_of(way: Way, sequences: list[np.ndarray], tokens: bool = False) -> ManyGates:
    run, _ = runner(way, tokens, 1 if tokens else INPUTS)
    many = Many(sequences, [len(one) for one in sequences])
    units = units_run(way.file, way.entry, way.whole is not None)
    return many_gates(run, many, units, longer=longer(way))


def check(summary, tracks: list[np.ndarray]) -> None:
    """A summary against the tracks of every sequence, each (step, unit)."""
    every, (low, high) = np.concatenate(tracks), SATURATION
    means = np.stack([one.mean(axis=0) for one in tracks])
    np.testing.assert_allclose(summary.mean, every.mean(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(summary.spread, every.std(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(summary.between, means.std(axis=0), rtol=0, atol=1e-12)
    if summary.near_zero is not None:
        np.testing.assert_allclose(summary.near_zero, (every < low).mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(summary.near_one, (every > high).mean(axis=0), atol=1e-12)


@pytest.mark.parametrize("at_once", [1, 40, 4_000_000])  # numbers that are held at a time
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_every_track_is_that_of_pytorch_one_by_one(cell, at_once, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(many_module, "AT_ONCE", at_once)
    module, sequences = layer(cell), drawn()
    alone = [gates_of(module, torch.from_numpy(one)) for one in sequences]
    hidden = [module(torch.from_numpy(one)[:, None])[0][:, 0] for one in sequences]
    for one, other in zip(alone, hidden, strict=True):  # the oracle is PyTorch's own
        np.testing.assert_allclose(one["hidden"], other.detach().numpy(), rtol=0, atol=1e-12)
    made = made_of(saved(module, tmp_path / "layer.pt"), sequences)
    assert (made.sequences, made.steps) == (len(LENGTHS), sum(LENGTHS))
    assert list(made.tracks) == [f"layer0.forward.{name}" for name in TRACKS[cell]]
    for name in TRACKS[cell]:
        summary = made.tracks[f"layer0.forward.{name}"]
        assert (summary.near_zero is None) == (name in ("candidate", "hidden", "cell"))
        check(summary, [one[name] for one in alone])


def test_a_backward_layer_begins_at_each_sequences_own_end(tmp_path) -> None:
    module, sequences = layer("gru", bidirectional=True), drawn()
    made = made_of(saved(module, tmp_path / "layer.pt"), sequences)
    alone = [
        gates_of(module, torch.from_numpy(one[::-1].copy()), "l0_reverse") for one in sequences
    ]
    for name in TRACKS["gru"]:
        check(made.tracks[f"layer0.backward.{name}"], [one[name] for one in alone])


def test_the_second_layer_of_a_stack_reads_the_first(tmp_path) -> None:
    module, sequences = layer("lstm", num_layers=2), drawn()
    made = made_of(saved(module, tmp_path / "layer.pt"), sequences)
    first = [gates_of(module, torch.from_numpy(one)) for one in sequences]
    alone = [gates_of(module, torch.from_numpy(one["hidden"]), "l1") for one in first]
    for name in TRACKS["lstm"]:
        check(made.tracks[f"layer1.forward.{name}"], [one[name] for one in alone])


def test_tokens_are_read_through_the_embedding(tmp_path) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.emb = nn.Embedding(20, INPUTS)
            self.rnn = layer("gru")
            self.out = nn.Linear(UNITS, 2)

    model = Model().double()
    rng = np.random.default_rng(2)
    sequences = [rng.integers(0, 20, length) for length in LENGTHS]
    made = made_of(saved(model, tmp_path / "model.pt"), sequences, tokens=True)
    alone = [gates_of(model.rnn, model.emb(torch.from_numpy(one))) for one in sequences]
    for name in TRACKS["gru"]:
        check(made.tracks[f"layer0.forward.{name}"], [one[name] for one in alone])


def test_steps_that_the_model_passes_over_do_not_count(tmp_path) -> None:
    module, sequences = layer("gru"), drawn()
    way = saved(module, tmp_path / "layer.pt")
    ready = replace(answered(way.entry, {}), reads=Reads(padding=0.0))
    padded = [
        np.concatenate([np.zeros((2, INPUTS)), one, np.zeros((1, INPUTS))]) for one in sequences
    ]
    nothing = np.zeros((3, INPUTS))
    many = Many([*padded, nothing], [len(one) for one in padded] + [3])
    made = many_gates(lambda x, mask: trace_arrays(ready, x, mask=mask), many, UNITS)
    assert (made.sequences, made.steps, made.without) == (len(LENGTHS), sum(LENGTHS), 1)
    alone = [gates_of(module, torch.from_numpy(one)) for one in sequences]
    for name in TRACKS["gru"]:
        check(made.tracks[f"layer0.forward.{name}"], [one[name] for one in alone])


def test_what_stands_behind_a_text_is_run_and_does_not_count(tmp_path) -> None:
    module, sequences = layer("gru", bidirectional=True), drawn()
    way = saved(module, tmp_path / "layer.pt")
    run, _ = runner(way, False, INPUTS)
    longer = [np.concatenate([one, np.ones((4, INPUTS))]) for one in sequences]
    made = many_gates(run, Many(longer, LENGTHS), 2 * UNITS)
    assert (made.steps, made.read) == (sum(LENGTHS), sum(LENGTHS) + 4 * len(LENGTHS))
    ran = [gates_of(module, torch.from_numpy(one[::-1].copy()), "l0_reverse") for one in longer]
    own = [one["update"][::-1][:length] for one, length in zip(ran, LENGTHS, strict=True)]
    check(made.tracks["layer0.backward.update"], own)


def test_no_more_sequences_run_together_than_are_held_at_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(many_module, "AT_ONCE", 3 * 5 * (6 * UNITS + 1))
    seen: list[int] = []
    run, _ = runner(saved(layer("gru"), tmp_path / "layer.pt"), False, INPUTS)

    def watched(values, mask):
        seen.append(values.shape[1])
        return run(values, mask)

    many_gates(watched, Many(drawn([5] * 8), [5] * 8), UNITS)
    assert seen == [3, 3, 2]


def test_sequences_run_together_only_where_their_lengths_are_near(tmp_path) -> None:
    seen: list[tuple[int, ...]] = []
    run, _ = runner(saved(layer("gru"), tmp_path / "layer.pt"), False, INPUTS)

    def watched(values, mask):
        seen.append(values.shape[:2])
        assert (mask is None) == (values.shape[:2] in ((8, 1), (20, 2)))
        return run(values, mask)

    lengths = [20, 8, 11, 20, 12]
    many_gates(watched, Many(drawn(lengths), lengths), UNITS)
    assert seen == [(8, 1), (12, 2), (20, 2)]


def test_behind_a_convolution_each_sequence_is_what_it_is_alone() -> None:
    file = make_whole()
    (entry,), (table, layer_piece, *_) = file.entries, file.whole.pieces
    rng = np.random.default_rng(6)
    w, b = rng.normal(size=(3, 3, 2)).astype(np.float32), np.ones(3, np.float32)
    conv = Piece("conv", "conv", ("emb",), {"w": w, "b": b}, numbers={"from": 0, "to": 1})
    whole = Whole((table, conv, replace(layer_piece, reads=("conv",))))
    way = Way(replace(file, whole=whole), entry, whole)
    assert longer(Way(file, entry, file.whole)) > 1 == longer(way)
    sequences = [rng.integers(0, 5, length) for length in (4, 5, 2, 5)]
    run, _ = runner(way, tokens=True)
    seen = []

    def watched(values, mask):
        assert mask is None  # nothing could tell what is behind a sequence
        seen.append(values.shape)
        return run(values, mask)

    many = Many(sequences, [4, 5, 2, 5])
    made = many_gates(watched, many, 4, longer=longer(way))
    assert seen == [(2, 1), (4, 1), (5, 2)]
    alone = [run(one[:, np.newaxis], None)["layer0.forward.update"][:, 0] for one in sequences]
    assert len(alone[0]) == 4
    every = np.concatenate(alone).astype(np.float64)
    np.testing.assert_allclose(
        made.tracks["layer0.forward.update"].mean, every.mean(axis=0), rtol=0, atol=1e-7
    )
    fewer = Whole(
        (table, replace(conv, numbers={"from": 0, "to": 0}), replace(layer_piece, reads=("conv",)))
    )
    run, _ = runner(Way(replace(file, whole=fewer), entry, fewer), tokens=True)
    made = many_gates(run, many, 4, longer=1)
    assert (made.steps, made.read) == (12, 12)  # one fewer of each


def test_too_much_is_refused_with_its_size_before_anything_is_run() -> None:
    many = Many(drawn([10, 20]), [10, 20])
    with pytest.raises(RangeError) as refused:
        many_gates(lambda *_: pytest.fail("it was run"), many, UNITS, most=100)
    assert str(refused.value) == (
        "2 sequences of 30 steps in all, through 6 units, come to 180 numbers for each gate; up "
        "to 100 are run, which is 16 steps: give fewer sequences, or shorter ones."
    )


@pytest.mark.parametrize("sequences", [[], [np.zeros((0, INPUTS))]])
def test_no_sequence_with_a_step_is_refused(sequences) -> None:
    with pytest.raises(EmptySequenceError, match="no sequence with a step"):
        many_gates(lambda *_: {}, Many(sequences, [0] * len(sequences)), UNITS)
