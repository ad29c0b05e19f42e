"""What is held, on the page: what is said of it, what does not fit, and where it is let go of."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.lenses.wiring import notes, number
from app.setting.setting import Setting
from gru_core import run
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP
from gru_core.changes.interventions import parse_interventions
from gru_core.conventions import CHO, CHUNG, TRACKS
from tests.app.lensing import chart, looked, message_of, screen
from tests.app.places import at_of
from tests.app.visiting import Visit, assert_shows


def held(*texts: str) -> Any:
    return parse_interventions("~".join(texts)).interventions


def hold(place: str, value: float, **more: Any) -> dict[str, Any]:
    return {"kind": "hold", "at": at_of(place), "value": value, **more}


# Events and links -----------------------------------------------------------------------------


def test_what_is_held_is_in_the_numbers_the_link_and_what_can_be_undone(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="cue").send(hold("gru.update.0.4-9", 0.5))
    setting = Setting(scene="cue", interventions=held("gru.update.0.4-9_0.5"))
    assert_shows(here, setting)
    assert here.query == {"scene": "cue", "do": "gru.update.0.4-9_0.5"}
    assert here.told["can"] == {"undo": True, "redo": False, "reset": True}
    again = visit(**here.query)
    assert again.told["parts"] == here.told["parts"]
    assert again.told["problems"] == []
    here.send({"kind": "undo"})
    assert_shows(here, Setting(scene="cue"))
    assert here.query == {"scene": "cue"}
    here.send({"kind": "redo"})
    assert_shows(here, setting)
    assert here.send({"kind": "reset"}).query == {"scene": "cue"}
    assert here.told["can"]["reset"] is False


def test_a_drag_of_the_slider_is_taken_back_at_once(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue").send(hold("gru.reset.all.all", 0.5, live=False))
    for value in (0.4, 0.3):
        here.send(hold("gru.reset.all.all", value, live=True))
    assert here.query["do"] == "gru.reset.all.all_0.3"
    assert here.send({"kind": "undo"}).query == {"scene": "cue"}
    assert not here.told["can"]["undo"]


OUTSIDE = {
    "gru.update.0.20_0.5": "gru.update.0.20_0.5 holds step 21, counted from 1; the sequence has 20",
    "gru.update.0.18-20_0.5": "holds steps 19 to 21, counted from 1; the sequence has 20",
    "gru.update.0.25-end_0.5": "holds steps 26 to the end, counted from 1; the sequence has 20",
    "gru.update.3.all_0.5": "holds unit 4, counted from 1; the GRU has 3: use 1 to 3.",
    "lstm.cell.9.all_0.5": "holds unit 10, counted from 1; the LSTM has 3: use 1 to 3.",
}


@pytest.mark.parametrize(("text", "said"), OUTSIDE.items(), ids=OUTSIDE)
def test_what_is_outside_the_scene_is_left_out_with_the_reason_and_the_rest_is_held(
    visit: Callable[..., Visit], text: str, said: str
) -> None:
    here = visit(scene="cue", do=f"{text}~gru.reset.1.all_0.5")
    [problem] = here.told["problems"]
    assert problem.startswith("What was to be held was left out: ")
    assert said in problem
    assert_shows(here, Setting(scene="cue", interventions=held("gru.reset.1.all_0.5")))
    place, value = text.split("_")
    other = visit(scene="cue").send(hold(place, float(value)))
    assert [said in one for one in other.told["problems"]] == [True]
    assert_shows(other, Setting(scene="cue"))


def test_what_is_held_in_a_cell_that_is_not_there_waits_for_it(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue", do="rnn.hidden.0.all_0.5")
    assert here.told["problems"] == []
    assert here.told["inner"]["notes"] == []
    here.choose("alongside", "rnn")
    assert (here.hidden("rnn")[:, 0] == 0.5).all()


def test_another_word_keeps_what_is_held_and_another_scene_lets_go_of_it(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="reader", word="recurrent", do="gru.update.216.8_0.5")
    here.type_word("knight")
    assert "holds step 9, counted from 1; the sequence has 7" in here.told["problems"][0]
    here.type_word("memories")
    assert here.told["problems"] == []
    assert_shows(
        here, Setting(scene="reader", word="memories", interventions=held("gru.update.216.8_0.5"))
    )
    assert here.choose("scene", "cue").query == {"scene": "cue"}


def test_units_are_not_called_by_what_they_did_before(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue")
    assert here.told["names"] == ["stores on the cue", "repeats", "averages"]
    assert here.send(hold("gru.update.0.all", 0.0)).told["names"] == []
    assert here.send({"kind": "free"}).told["names"] != []


@pytest.mark.parametrize(
    "event",
    [
        hold("gru.update.0.all", 1.5),
        hold("gru.update.0.all", None),  # type: ignore[arg-type]
        hold("gru.update", 0.5),
        {"kind": "hold"},
        {"kind": "ablate", "name": "everything"},
    ],
    ids=repr,
)
def test_what_cannot_be_held_is_answered_and_changes_nothing(
    visit: Callable[..., Visit], event: dict[str, Any]
) -> None:
    here = visit(scene="cue", do="gru.reset.1.all_0.5").send(event)
    assert here.told["answer"].endswith(".")
    assert here.query == {"scene": "cue", "do": "gru.reset.1.all_0.5"}
    assert here.send({"kind": "free"}).told["answer"] == ""


# The lens -------------------------------------------------------------------------------------


def test_the_lens_says_what_holding_changes_against_the_run_that_is_free() -> None:
    shown = screen("holding", "", "x.2.0_0.7", "gru.update.0.4-9_0.0", scene="cue")
    free = run(shown.situation.weights["gru"], shown.situation.x)
    apart = np.abs(shown.traces["gru"]["hidden"] - free["hidden"])
    step, unit = np.argwhere(apart == apart.max())[0]
    now, then = (float(one["hidden"][4, 0]) for one in (shown.traces["gru"], free))
    assert looked(shown).words == [
        f"GRU: h differs from the original from step 5 on, most at step {step + 1}, unit "
        f"{unit + 1}: by {number(float(apart.max()))}.",
        "LSTM: h is that of the original at every step.",
        f"GRU, step 5: h of unit 1 is {number(now)}; in the original it is {number(then)}.",
    ]
    assert apart[4:, 0].all()
    assert not apart[:4].any()
    assert not apart[:, 1:].any()
    found = chart(shown, "less.update").values
    np.testing.assert_array_equal(found, (shown.traces["gru"]["update"] - free["update"]).T)
    held_there = np.zeros((3, 20), bool)
    held_there[0, 4:10] = True
    assert (found[~held_there] == 0).all()
    np.testing.assert_allclose(found[held_there], -free["update"][4:10, 0])


def test_with_nothing_held_there_is_nothing_to_compare() -> None:
    view = looked(screen("holding", scene="cue"))
    assert (list(view.charts), view.words[0]) == ([], "Nothing is held yet.")


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_everything_of_the_opened_cell_can_be_held_within_its_range(cell: Any) -> None:
    controls = message_of(screen("holding", scene="cue", cell=cell, notation=CHO))["controls"]
    told = controls["holding"]
    assert (told["cell"], told["units"], told["held"]) == (cell, 3, [])
    assert [one["track"] for one in told["tracks"]] == list(TRACKS[cell])
    ranges = {one["track"]: (one["low"], one["high"]) for one in told["tracks"]}
    assert ranges["candidate"] == ranges["hidden"] == (-1, 1)
    assert ranges["update" if cell == "gru" else "forget"] == (0, 1)
    symbols = {one["track"]: one["symbol"] for one in told["tracks"]}
    assert symbols["candidate"] == ("h̃" if cell == "gru" else "g")


HINTS = {
    "reset only": "Holds z = 0 for every unit and step",
    "update only": "Holds r = 1 for every unit and step",
    "leaky": "Holds r = 1 and z constant for every unit and step",
    "no input gate": "Holds i = 1 for every unit and step",
    "no forget gate": "Holds f = 1 for every unit and step",
    "no output gate": "Holds o = 1 for every unit and step",
}


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_each_way_to_take_a_gate_away_says_what_it_holds(cell: Any) -> None:
    told = message_of(screen("holding", scene="cue", cell=cell))["controls"]["holding"]
    names = [name for name, (owner, _) in ABLATIONS.items() if owner == cell]
    assert [(one["name"], one["hint"]) for one in told["ablations"]] == [
        (name, HINTS[name]) for name in names
    ]
    assert [one["keep"] for one in told["ablations"]] == [name == "leaky" for name in names]
    assert told["keep"] == DEFAULT_KEEP


def test_a_gate_that_writes_is_taken_away_at_its_other_end() -> None:
    told = message_of(screen("holding", scene="cue", notation=CHUNG))["controls"]["holding"]
    assert told["ablations"][0]["hint"] == "Holds z = 1 for every unit and step"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gru.update.all.all_0.0", "GRU: z of every unit, steps 1 to 20, held at 0"),
        ("gru.candidate.1.4_-0.5", "GRU: n of unit 2, step 5, held at −0.5"),
        ("lstm.cell.2.17-end_2.5", "LSTM: c of unit 3, steps 18 to 20, held at 2.5"),
        ("lstm.cell.2.19-end_2.5", "LSTM: c of unit 3, step 20, held at 2.5"),
    ],
)
def test_what_is_held_is_said_in_the_lens_and_beside_the_equations(text: str, said: str) -> None:
    shown = screen("holding", "", "", text, scene="cue")
    [told] = message_of(shown)["controls"]["holding"]["held"]
    assert told["text"] == said
    assert told["place"] == text.split("_")[0]
    assert f"{said}." in notes(shown)
    span = told["first"], told["last"]
    assert f"step {span[0] + 1}" in said or f"steps {span[0] + 1} to {span[1] + 1}" in said
