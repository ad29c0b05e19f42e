"""A cell with random weights beside one with its own is named so in its heading."""

from typing import Any

import pytest

from app.lenses import LENSES
from app.messages.stage import message
from app.screen.baseline import scenes
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting

UNTRAINED = "random weights, not trained"


def headings(**setting: Any) -> dict[str, str]:
    shown = screen_of(Setting(**setting))
    told, _ = message(shown, Page())
    return {panel["cell"]: panel["unlike"] for panel in told["panels"]}


@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("match", ["units", "parameters"])
def test_a_drawn_cell_beside_the_trained_reader_is_named(alongside: Any, match: Any) -> None:
    found = headings(scene="reader", alongside=alongside, match=match)
    assert found == {"gru": "", alongside: UNTRAINED}


@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("scene", ["elnino", "crowd", "own", "cue", "pulse", "slate", "book"])
def test_cells_of_one_kind_beside_each_other_are_not(scene: str, alongside: Any) -> None:
    assert headings(scene=scene, alongside=alongside) == {"gru": "", alongside: ""}


@pytest.mark.parametrize("scene", ["cue", "pulse", "slate", "book", "binary"])
def test_a_cell_drawn_to_match_one_set_by_hand_is_named(scene: str) -> None:
    assert headings(scene=scene, match="parameters")["lstm"] == "random weights"


def test_no_plain_rnn_was_set_to_count() -> None:
    assert headings(scene="binary", alongside="rnn") == {"gru": "", "rnn": "random weights"}
    assert headings(scene="binary") == {"gru": "", "lstm": ""}


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ({"scene": "reader"}, "the LSTM and the plain RNN have random weights, not trained."),
        ({"scene": "binary"}, "the plain RNN has random weights."),
        (
            {"scene": "cue", "match": "parameters"},
            "the LSTM and the plain RNN have random weights.",
        ),
        ({"scene": "cue"}, ""),
        ({"scene": "crowd"}, ""),
        ({"scene": "elnino", "match": "parameters"}, ""),
    ],
)
def test_gradients_name_the_cells_that_no_comparison_is_fair_of(
    setting: dict[str, Any], names: str
) -> None:
    said = LENSES["gradients"].view(screen_of(Setting(**setting, view="gradients"))).words
    unfair = [text for text in said if "fair" in text]
    assert unfair == ([f"This is no fair comparison: {names}"] if names else [])


@pytest.mark.parametrize(
    ("of", "chart"),
    [("concat", "backward"), ("stacked", "layer2.hidden"), ("stacked", "layer2.update")],
)
@pytest.mark.parametrize("scene", scenes())
def test_a_drawn_second_layer_is_named_where_the_first_is_not_drawn(
    scene: str, of: str, chart: str
) -> None:
    shown = screen_of(Setting(scene=scene, view="directions", of=of))
    title = {one.name: one.title for one in LENSES["directions"].view(shown).charts}[chart]
    trained = dict.fromkeys(("reader", "elnino", "speech"), f" ({UNTRAINED})")
    expected = {"crowd": ""} | trained
    aside = expected.get(scene, " (random weights)")
    assert title.startswith(f"{'Backward GRU' if of == 'concat' else 'Layer 2'}{aside}: ")
