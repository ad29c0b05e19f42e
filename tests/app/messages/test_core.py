"""What a page computes with the core's programs is what the core computes, number by number.

The page's side runs in Node: assets/stage/compute, on the bytes that a page fetches.
"""

from dataclasses import replace

import pytest

from app.messages.core import answer, core, core_key
from app.messages.numbers import GoneError
from app.messages.wire import pack
from app.screen.screen import screen_of
from app.screen.tickets import Held
from app.setting.setting import Setting
from gru_core.conventions import NOTATIONS
from gru_core.errors import GatescopeError
from gru_core.scenes.own import Own
from gru_core.situation import Target
from tests.app.computing import (
    BESIDE,
    PLACED,
    SCENES,
    Batch,
    check,
    of_ablations,
    of_functions,
    of_scene,
    with_functions,
)
from tests.app.node import in_node


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("alongside", "notation"), BESIDE)
@pytest.mark.parametrize("scene", SCENES)
def test_the_page_computes_what_the_core_computes(scene, alongside, notation) -> None:
    assert check([of_scene(scene, alongside, notation)], in_node) > 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("notation", PLACED)
def test_whatever_gates_and_states_end_in_is_computed_alike(alongside, notation) -> None:
    """All that a model of one's own may bring, which no scene has."""
    assert check(list(of_functions(alongside, notation)), in_node) > 0


def test_a_cell_with_a_gate_taken_away_is_computed_alike() -> None:
    assert check([of_ablations()], in_node) > 0


def test_a_state_that_grows_without_end_is_noticed() -> None:
    shown = with_functions(screen_of(Setting()), "sigmoid", "tanh")
    weights = {
        cell: replace(one, state_activation="relu", w_h=one.w_h + 40.0, b_x=one.b_x + 4.0)
        for cell, one in shown.base.weights.items()
    }
    baseline = replace(shown.baseline, base=replace(shown.base, weights=weights))
    batch = Batch((shown,)).told() | {"core": core(replace(shown, baseline=baseline))}
    assert None in in_node(pack({"batches": [batch]}))[0][0]


def test_the_core_is_called_by_what_it_computes() -> None:
    """An edit changes nothing of it, and a notation that shows other numbers does."""
    setting = Setting(scene="pulse")
    edited = setting.with_edit(Target("x", "x", (1, 0)), 0.5)
    keys = [
        core_key(screen_of(one))
        for one in (
            setting,
            edited,
            replace(setting, notation=NOTATIONS["chung"]),
            replace(setting, alongside="rnn"),
            replace(setting, scene="cue"),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4
    assert None not in keys


def test_a_screen_too_large_for_a_page_is_left_to_the_server() -> None:
    own = Own(units=256, steps=2000)
    shown = screen_of(Setting(scene="own", own=own))
    assert core_key(shown) is None
    held = Held()
    with pytest.raises(GatescopeError):
        answer(held.name_of(shown.setting), {})


def test_a_page_fetches_the_core_by_its_ticket() -> None:
    held = Held()
    setting = Setting(scene="cue")
    assert answer(held.name_of(setting), {}) == pack(core(screen_of(setting)))
    with pytest.raises(GoneError):
        answer("nobody's", {})
