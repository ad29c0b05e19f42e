"""What is held and changes nothing is explained, and a scene is offered in which it would."""

import numpy as np
import pytest

from app.setting.setting import Setting
from gru_core.conventions import CHO, CHUNG
from tests.app.lensing import looked, screen

SAME = "h is that of the original at every step."


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("unit", ["0", "2", "all"])
@pytest.mark.parametrize(
    ("notation", "scaled"), [(None, "U h + d"), (CHO, "r ⊙ h"), (CHUNG, "r ⊙ h")]
)
def test_a_reset_gate_has_nothing_to_scale_in_the_opening_scene(
    unit: str, value: float, notation: object, scaled: str
) -> None:
    held = f"gru.reset.{unit}.all_{value}"
    shown = screen("holding", "", "", held, scene="pulse", notation=notation)
    gru = shown.situation.weights["gru"]
    assert not gru.w_h[2].any()
    assert not gru.b_h[2].any()
    view = looked(shown)
    assert view.words == [
        f"GRU: {SAME}",
        f"LSTM: {SAME}",
        f"Holding r changes nothing here: it acts on the candidate alone, by way of {scaled}, and "
        "those weights of the candidate are 0.",
    ]
    [offer] = [one for one in view.offers if one.does == "scene"]
    seen = looked(screen("holding", "", "", held, scene=offer.name))
    assert "differs from the original" in seen.words[0]
    assert "scene" not in [one.does for one in seen.offers]


def test_what_is_held_at_what_it_is_anyway_is_said_to_be() -> None:
    shown = screen("holding", "", "", "gru.reset.0.all_0.5", scene="pulse")
    np.testing.assert_array_equal(shown.traces["gru"]["reset"][:, 0], 0.5)
    assert looked(shown).words[2] == "r is 0.5 there anyway, so that holding it changes nothing."


@pytest.mark.parametrize(("notation", "said"), [(None, "0.25"), (CHUNG, "0.75")])
def test_a_blend_of_two_that_are_alike_does_not_depend_on_z(notation: object, said: str) -> None:
    """Before the pulse the old state and every candidate are 0."""
    held = "gru.update.all.0-1_0.25"
    view = looked(screen("holding", "", "", held, scene="pulse", notation=notation))
    assert view.words[2].startswith("Holding z changes nothing there: the old state and the cand")
    assert [offer.name for offer in view.offers if offer.does == "scene"] == ["crowd"]
    assert said in looked_after(held, notation)


def looked_after(held: str, notation: object) -> str:
    shown = screen("holding", "", "", held, scene="pulse", notation=notation)
    return looked(shown).controls["holding"]["held"][0]["text"]


def test_what_is_held_and_changes_something_needs_no_reason() -> None:
    view = looked(screen("holding", "", "", "gru.update.all.all_0.0", scene="pulse"))
    assert len(view.words) == 3
    assert not any(word.startswith("Holding") for word in view.words)
    assert "scene" not in [one.does for one in view.offers]


def test_differences_that_are_all_rounding_are_called_so() -> None:
    """PyTorch computes A in another order than NumPy does B."""
    pinned = Setting(scene="crowd", engine="torch")
    view = looked(screen("pinned", scene="crowd", pinned=pinned))
    assert view.words[0] == "GRU: h is that of A at every step, as far as rounding lets one tell."
    for one in view.charts:
        if one.name.startswith("less."):
            assert not one.values.any(), one.name
