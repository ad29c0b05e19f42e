"""Both ways and stacked: what PyTorch makes of the same weights, and what cannot look ahead.

The oracle is torch.nn with the weights of the screen and of the drawn layer beside it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from app.lenses import LENSES
from app.lenses.base import Chart, View
from app.screen.screen import Screen, screen_of
from app.screen.two_layers import other
from app.setting.setting import Setting
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CELLS, GATES, NOTATIONS, Cell
from gru_core.scenes.companions import Role
from gru_core.scenes.own import Own
from gru_core.situation import parse_edits
from gru_core.weights import Weights
from tests.app.visiting import Visit

MODULES = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
LATE = "x.17.0_0.9"  # step 18 of 20
LINK = {"scene": "cue", "view": "directions", "e": f"{LATE}~"}  # claim 17
SAID = (
    "You changed the input at step 18: no forward state before step 18 has moved; backward states "
    "have, by up to 0.363, and by 0.001 or more back to step 6."
)
JOINED: dict[str, Callable[[Array, Array], Array]] = {
    "concat": lambda f, b: np.hstack((f, b)),
    "sum": np.add,
    "mean": lambda f, b: 0.5 * f + 0.5 * b,
    "product": np.multiply,
}


def screen(of: str = "", edits: str = "", **setting: Any) -> Screen:
    """A screen of `cue`, hand-made, 20 steps, 2 inputs, 3 units; edits are written as in a link."""
    changes = tuple(parse_edits(edits).edits)
    return screen_of(
        Setting(**{"scene": "cue", **setting}, view="directions", of=of, edits=changes)
    )


def looked(shown: Screen) -> View:
    return LENSES["directions"].view(shown)


def chart(shown: Screen, name: str) -> Chart:
    [found] = [one for one in looked(shown).charts if one.name == name]
    return found


def values(shown: Screen, name: str) -> Array:
    return chart(shown, name).values


def alongside(cell: Cell) -> str:
    return "lstm" if cell == "gru" else cell


def fill(module: torch.nn.Module, suffix: str, weights: Weights) -> None:
    """Give a layer its weights; the suffix is what PyTorch calls it."""
    for ours, theirs in zip(
        ("w_x", "w_h", "b_x", "b_h"), ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), strict=True
    ):
        stacked = getattr(weights, ours)
        flat = np.array(stacked.reshape(-1, *stacked.shape[2:]))
        getattr(module, f"{theirs}_{suffix}").data = torch.from_numpy(flat)


def by_torch(shown: Screen, cell: Cell, x: Array, role: Role) -> Array:
    """What PyTorch gives for the layer on screen and the drawn one, (step, feature)."""
    first, second = shown.situation.weights[cell], other(shown, role)
    more = {"bidirectional": True} if role == "backward" else {"num_layers": 2}
    module = MODULES[cell](first.input_size, first.units, dtype=torch.float64, **more)
    fill(module, "l0", first)
    fill(module, "l0_reverse" if role == "backward" else "l1", second)
    with torch.no_grad():
        output, _ = module(torch.from_numpy(np.array(x)))
    found: Array = output.numpy()
    return found


# Against PyTorch ------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["cue", "crowd"])
@pytest.mark.parametrize("of", JOINED)
@pytest.mark.parametrize("cell", CELLS)
def test_the_output_is_that_of_a_bidirectional_module(cell: Cell, of: str, scene: str) -> None:
    shown = screen(of, scene=scene, alongside=alongside(cell), cell=cell)
    units = shown.traces[cell].units
    both = by_torch(shown, cell, shown.situation.x, "backward")
    forward, backward = both[:, :units], both[:, units:]
    np.testing.assert_allclose(values(shown, "forward"), forward.T, atol=1e-12)
    np.testing.assert_allclose(values(shown, "backward"), backward.T, atol=1e-12)
    np.testing.assert_allclose(values(shown, "output"), JOINED[of](forward, backward).T, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_second_layer_is_that_of_a_module_of_two(cell: Cell) -> None:
    shown = screen("stacked", scene="crowd", alongside=alongside(cell), cell=cell)
    output = by_torch(shown, cell, shown.situation.x, "second")
    np.testing.assert_allclose(values(shown, "layer2.hidden"), output.T, atol=1e-12)
    np.testing.assert_array_equal(values(shown, "layer1.hidden"), shown.traces[cell]["hidden"].T)


@pytest.mark.parametrize("of", ["concat", "product"])
def test_what_has_moved_is_what_moved_in_pytorch(of: str) -> None:
    """Other changes are on both sides: only the input of before is another one."""
    shown = screen(of, f"{LATE}~gru.w_h.candidate.0.1_0.7~x.11.1_0.5")
    halves = [
        np.hsplit(by_torch(shown, "gru", x, "backward"), 2)
        for x in (shown.situation.x, shown.base.x)
    ]
    now, before = (JOINED[of](*half) for half in halves)
    np.testing.assert_allclose(values(shown, "moved"), np.abs(now - before).T, atol=1e-12)


# What cannot look ahead -----------------------------------------------------------------------


def test_a_late_change_moves_no_early_forward_state_and_early_backward_ones(
    visit: Callable[..., Visit],
) -> None:
    """Claim 17, by its link: rows 1 to 3 of the output are forward, 4 to 6 backward."""
    here = visit(**LINK)
    assert here.told["lens"]["words"][:-1] == [SAID]
    moved = here.browser["lens.moved"]["sheet"]["values"]
    assert not moved[:3, :17].any()
    assert moved[3:, :17].all()
    assert moved[3:, :5].max() < 0.001 <= moved[3:, 5].max()
    assert f"{moved[3:, :17].max():.3f}" == "0.363"
    assert moved[:3, 17:].any(axis=1).all()
    assert not moved[3:, 18:].any()


def test_the_sentence_is_true_of_every_scene_and_cell() -> None:
    for scene, steps in (("pulse", 20), ("crowd", 100)):
        for cell in CELLS:
            late = steps - 3
            shown = screen(
                "concat", f"x.{late}.0_0.77", scene=scene, alongside=alongside(cell), cell=cell
            )
            moved, units = values(shown, "moved"), shown.traces[cell].units
            assert not moved[:units, :late].any()
            said, _ = looked(shown).words
            assert f"no forward state before step {late + 1} has moved; " in said
            early = moved[units:, :late]
            reached = np.flatnonzero(early.max(axis=0) >= 0.001)
            assert (
                f", by up to {early.max():.3g}, and by 0.001 or more back to step {reached[0] + 1}."
                in said
            )


def test_two_stacked_layers_see_no_further_ahead_than_one() -> None:
    shown = screen("stacked", LATE)
    moved = values(shown, "moved")
    assert not moved[:, :17].any()
    assert moved[:, 17].any()
    assert looked(shown).words[:-1] == [
        "You changed the input at step 18: no state of layer 1 before step 18 has moved; no state "
        "of layer 2 has either."
    ]


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ("", "Change a late input: drag a cell of x at step 18, say, and see which early"),
        ("gru.b_x.update.0_2", "Change a late input"),
        ("x.17.0_-0.6", "Change a late input"),  # what it is anyway
        ("x.0.0_0.9", "at step 1: no step comes before it. Change only a later one."),
        ("x.17.0_0.9~x.4.1_0.5", "at 2 steps, the first of them step 5: no forward state before"),
        ("x.17.0_-0.600001", "no forward state before step 18 has moved; backward states have, "
         "by less than 0.001."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_changed(edits: str, said: str) -> None:
    found, _ = looked(screen("", edits)).words
    assert said in found


def test_a_step_with_a_name_is_called_by_it() -> None:
    said = looked(screen("", "x.8.0_1", scene="reader")).words[0]
    assert said.startswith("You changed the input at step 9 (t): no forward state before step 9 ")


def test_weights_that_let_nothing_through_move_nothing() -> None:
    own = Own(source="noise", steps=12, units=3, scheme="zeros")
    shown = screen("", "x.9.0_5", scene="own", own=own)
    assert looked(shown).words[:-1] == [
        "You changed the input at step 10: no forward state before step 10 has moved; no backward "
        "state has either."
    ]


@pytest.mark.parametrize("edits", ["", "gru.b_x.update.0_2", "x.17.0_-0.6"])
def test_without_a_changed_input_nothing_is_said_to_have_moved(edits: str) -> None:
    assert [one.name for one in looked(screen("", edits)).charts] == [
        *("forward", "backward", "output"),
    ]


def test_a_single_step_has_nothing_before_it() -> None:
    shown = screen("", scene="own", own=Own(source="noise", steps=1, units=2))
    assert looked(shown).words[:-1] == [
        "There is only one step, so that nothing comes before or after it."
    ]


# The screen -----------------------------------------------------------------------------------


def test_the_forward_layer_is_the_one_on_screen_with_its_edits_and_what_is_held() -> None:
    held = (Intervention("gru", "update", 0.5, unit=1),)
    shown = screen("", f"{LATE}~gru.h0.0_0.4", interventions=held)
    assert not shown.problems
    np.testing.assert_array_equal(values(shown, "forward"), shown.traces["gru"]["hidden"].T)
    before = screen_of(
        Setting(scene="cue", edits=tuple(parse_edits("gru.h0.0_0.4").edits), interventions=held)
    )
    difference = np.abs(shown.traces["gru"]["hidden"] - before.traces["gru"]["hidden"])
    np.testing.assert_array_equal(values(shown, "moved")[:3], difference.T)


def test_what_is_kept_is_not_taken_for_another_beginning() -> None:
    first = values(screen("", f"{LATE}~gru.h0.2_0.4"), "moved")
    second = values(screen("", f"{LATE}~gru.h0.2_-0.9"), "moved")
    again = values(screen("", f"{LATE}~gru.h0.2_0.4"), "moved")
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(("notation", "sign"), [("pytorch", 1), ("chung", -1)])
def test_gates_of_both_layers_are_in_the_notation_on_screen(notation: str, sign: int) -> None:
    shown = screen("stacked", notation=NOTATIONS[notation])
    keep = screen("stacked", notation=NOTATIONS["cho"])  # as chung, but z keeps
    reference = keep if sign < 0 else screen("stacked")
    for place in (1, 2):
        gate = values(shown, f"layer{place}.update")
        same = values(reference, f"layer{place}.update")
        np.testing.assert_allclose(gate, same if sign > 0 else 1 - same, atol=1e-15)


def test_a_plain_rnn_has_no_gates_to_stack() -> None:
    shown = screen("stacked", alongside="rnn", cell="rnn")
    assert [one.name for one in looked(shown).charts] == ["layer1.hidden", "layer2.hidden"]


def test_rows_of_a_concatenated_output_name_their_direction_and_lead_to_their_unit() -> None:
    rows = chart(screen(), "output").rows
    assert rows.names == [f"{way} unit {n}" for way in ("forward", "backward") for n in (1, 2, 3)]
    assert list(rows.order) == [0, 1, 2, 0, 1, 2]
    assert chart(screen("sum"), "output").rows.kind == "units"


def test_another_seed_draws_another_backward_layer_beside_the_same_forward_one() -> None:
    one, two = screen(), screen(seed=9)
    np.testing.assert_array_equal(values(one, "forward"), values(two, "forward"))
    assert not np.array_equal(values(one, "backward"), values(two, "backward"))
    assert "random, seed 9, and not trained" in looked(two).notes[-1]


def test_of_a_large_screen_exact_numbers_evenly_apart_are_drawn() -> None:
    shown = screen("", "x.290.0_0.9", scene="own", own=Own(source="sine", steps=300, units=130))
    assert shown.condensed
    drawn = chart(shown, "forward")
    assert drawn.values.shape == (128, 300)
    unit, step = drawn.rows.names.index("unit 130"), drawn.columns.names.index("step 300")
    assert drawn.values[unit, step] == shown.traces["gru"]["hidden"][299, 129]
    moved = chart(shown, "moved")
    assert moved.values.shape == (256, 300)
    assert moved.rows.names[128:130] == ["backward unit 1", "backward unit 2"]
    assert any("Drawn for 128 of 130 units" in note for note in looked(shown).notes)


@pytest.mark.parametrize("of", [*JOINED, "stacked", "nonsense"])
def test_every_choice_has_charts_with_as_many_names_as_numbers(of: str) -> None:
    found = looked(screen(of, LATE))
    assert found.chosen == (of if of != "nonsense" else "concat")
    for one in found.charts:
        rows: Sequence[Any] = one.rows.names or one.rows.order
        assert one.values.shape == (len(rows), 20)


def test_gates_stand_where_pytorch_has_them() -> None:
    """What `fill` relies on."""
    assert GATES["gru"] == ("reset", "update", "candidate")
    assert GATES["lstm"] == ("input", "forget", "candidate", "output")
