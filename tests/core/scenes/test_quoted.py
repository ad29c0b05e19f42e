"""What lessons quote beside a story's numbers: other cells, lasting, gradients, sizes."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
import torch

from gru_core.conventions import Cell, Polarity
from gru_core.errors import RangeError, TextError, UnknownNameError
from gru_core.run import run
from gru_core.scenes.quoted import Change, Quoted, Source, parse_change
from gru_core.scenes.scene import Scene, situation
from gru_core.situation import Situation
from gru_core.weights import Weights
from tests.core.opened_scenes import SCENES as OPENED

SCENES: Mapping[str, Scene] = {scene.name: scene for scene in OPENED}


def quoted(
    scene: str, cells: tuple[Cell, ...] = ("gru", "lstm", "rnn"), change: str = ""
) -> Quoted:
    changes: dict[str, tuple[Change, ...]] = {"try": parse_change(change)} if change else {}
    return Quoted(situation(SCENES[scene], cells), changes)


def said(found: Quoted, source: str, polarity: Polarity = "keep") -> float:
    return found.value(Source.parse(source), polarity)


def layer_of(weights: Weights) -> torch.nn.RNNBase:
    """PyTorch's own layer with these weights, whose gates come in the same order."""
    made = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[weights.cell]
    layer = made(weights.input_size, weights.units, dtype=torch.float64)
    parts = {"weight_ih_l0": "w_x", "weight_hh_l0": "w_h", "bias_ih_l0": "b_x", "bias_hh_l0": "b_h"}
    with torch.no_grad():
        for name, part in parts.items():
            values = getattr(weights, part)
            rows = np.array(values).reshape(-1, *values.shape[2:])
            getattr(layer, name).copy_(torch.from_numpy(rows))
    return layer


def jacobian(numbers: Situation, cell: Cell, after: int) -> torch.Tensor:
    """∂h of the last step by h of one, (unit, unit), by PyTorch's layer and autograd."""
    layer = layer_of(numbers.weights[cell])
    start = torch.from_numpy(
        np.array(run(numbers.weights[cell], numbers.x, numbers.initials[cell])["hidden"][after])
    )
    rest = torch.from_numpy(np.array(numbers.x[after + 1 :]))
    found = torch.autograd.functional.jacobian(
        lambda h: layer(rest, h[None])[0][-1], start, strict=True
    )
    assert isinstance(found, torch.Tensor)
    return found


@pytest.mark.parametrize(("cell", "unit"), [("gru", None), ("gru", 25), ("rnn", None), ("rnn", 3)])
def test_a_gradient_is_that_of_autograd_through_the_layer_of_pytorch(
    cell: Cell, unit: int | None
) -> None:
    found = quoted("crowd")
    whole = jacobian(found.situation, cell, after=79)
    expected = float((whole if unit is None else whole[unit]).norm())
    source = f"{cell}.gradient.hidden.79" + ("" if unit is None else f".{unit}")
    assert said(found, source) == pytest.approx(expected, rel=1e-9)


def test_the_direct_path_is_the_product_of_the_gates_since_and_its_share_what_it_is_of_all() -> (
    None
):
    found = quoted("crowd")
    z = run(found.situation.weights["gru"], found.situation.x)["update"]
    direct = np.sqrt((np.prod(z[51:], axis=0) ** 2).sum())
    assert said(found, "gru.gradient.direct.50") == pytest.approx(direct, rel=1e-9)
    share = direct / said(found, "gru.gradient.hidden.50")
    assert said(found, "gru.gradient.share.50") == pytest.approx(share, rel=1e-9)


def test_the_last_state_depends_on_itself_alone() -> None:
    assert said(quoted("pulse"), "gru.gradient.hidden.19.2") == 1
    assert said(quoted("pulse"), "gru.gradient.hidden.19") == 2  # the root of four units


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("gru.time_constant.7.1", 1 / math.log(2)),
        ("gru.half_life.7.1", 1),
        ("gru.half_life.7.2", math.log(2) / math.log(1 + math.exp(-2))),
        ("lstm.half_life.7.1", 1),
    ],
)
def test_lasting_is_that_of_the_gate_that_keeps_in_every_notation(
    source: str, expected: float
) -> None:
    for polarity in ("keep", "write"):
        assert said(quoted("pulse"), source, polarity) == pytest.approx(expected)  # type: ignore[arg-type]


def test_other_cells_are_quoted_where_they_are() -> None:
    found = quoted("pulse")
    lstm = run(found.situation.weights["lstm"], found.situation.x)
    assert said(found, "lstm.cell.9.3") == lstm["cell"][9, 3]
    assert said(found, "lstm.keep.9.3", "write") == lstm["forget"][9, 3]
    assert said(found, "lstm.b_x.output.3") == 4
    rnn = run(found.situation.weights["rnn"], found.situation.x)
    assert said(found, "rnn.hidden.end.3") == rnn["hidden"][-1, 3]
    assert said(found, "rnn.hidden.sum.12.3") == pytest.approx(
        np.arctanh(rnn["hidden"][12, 3]), rel=1e-9
    )


@pytest.mark.parametrize("source", ["lstm.cell.9.3", "rnn.b_x.hidden.0", "lstm.parameters.1"])
def test_a_cell_that_is_not_on_screen_is_named(source: str) -> None:
    with pytest.raises(UnknownNameError, match="cell of this scene"):
        said(quoted("pulse", ("gru",)), source)


def test_parameters_are_those_of_pytorch_with_two_biases_and_fewer_with_one() -> None:
    found = quoted("crowd")
    for cell, weights in found.situation.weights.items():
        own = layer_of(weights)
        count = sum(one.numel() for one in own.parameters())
        assert said(found, f"{cell}.parameters.2") == count
        assert said(found, f"{cell}.parameters.1") == count - own.bias_hh_l0.numel()


@pytest.mark.parametrize("scene", ["book", "binary"])
def test_moved_is_how_far_h_goes_with_the_reset_gate_at_its_other_place(scene: str) -> None:
    found = quoted(scene)
    gru = found.situation.weights["gru"]
    x, (h,) = found.situation.x, found.situation.initials["gru"]
    states = {after: [np.array(h)] for after in (False, True)}
    for after, past in states.items():  # the equations, as they are on screen
        for row in x:
            a = gru.w_x @ row + gru.b_x
            u, d = gru.w_h, gru.b_h
            r, z = (1 / (1 + np.exp(-(a[i] + u[i] @ past[-1] + d[i]))) for i in (0, 1))
            last = r * (u[2] @ past[-1] + d[2]) if after else u[2] @ (r * past[-1]) + d[2]
            past.append(z * past[-1] + (1 - z) * np.tanh(a[2] + last))
    expected = np.abs(np.array(states[True]) - np.array(states[False])).max()
    assert said(found, "gru.moved") == pytest.approx(expected, abs=1e-12)


def test_a_change_leaves_held_what_was_held_before_it() -> None:
    found = quoted("slate", ("gru",), "gru.w_x.candidate.0.0_0.4")
    held = parse_change("gru.reset.all.all_0.0")
    found.situation = Situation(
        found.situation.x,
        found.situation.weights,
        found.situation.initials,
        held,  # type: ignore[arg-type]
    )
    assert said(found, "try gru.reset.3.0") == 0
    assert said(found, "try gru.candidate.3.0") == pytest.approx(math.tanh(0.4))


@pytest.mark.parametrize("text", ["gru.gradient.hidden", "gru.gradient.h.0",
                                  "gru.gradient.hidden.*",
                                  "gru.parameters.3", "gru.parameters", "lstm.moved", "gru.moved.0",
                                  "lstm.number.most", "rnn.constant.most"])  # fmt: skip
def test_what_is_no_source_is_refused(text: str) -> None:
    with pytest.raises(TextError, match="is nothing to quote"):
        Source.parse(text)


def test_a_gradient_outside_of_the_scene_is_named() -> None:
    with pytest.raises(RangeError, match="there is no step 20; this scene has 20"):
        said(quoted("pulse"), "gru.gradient.hidden.20")
