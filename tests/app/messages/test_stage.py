"""The message to the stage: the whole screen, less what the browser has already."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.messages.stage import message
from app.messages.wire import pack
from app.screen.baseline import baseline_of, own_notation, scenes
from app.screen.page import Grab, Page
from app.screen.screen import screen_of
from app.session.state import Session
from app.setting.setting import History, Setting
from app.words.names import CELL_NAMES
from gru_core.conventions import CHO, CHUNG, GATES, PYTORCH, STATES, TRACKS
from gru_core.scenes.own import Own
from gru_core.situation import Target, parse_edits
from gru_core.weights import parameter_count
from tests.app.drawing import in_32_bits

Unpack = Callable[[bytes], Any]


def told_and_sent(setting: Setting, **page: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message, and what the server remembers to have sent."""
    return message(screen_of(setting), Page(**page))


def told(setting: Setting, **page: Any) -> dict[str, Any]:
    return told_and_sent(setting, **page)[0]


def with_edits(setting: Setting, edits: str) -> Setting:
    for edit in parse_edits(edits).edits:
        setting = setting.with_edit(edit.target, edit.value)
    return setting


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


# Every screen ---------------------------------------------------------------------------------


@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
@pytest.mark.parametrize("scene", list(scenes()))
def test_every_screen_is_restored_from_its_bytes(
    unpack: Unpack, scene: str, alongside: str
) -> None:
    setting = Setting(scene=scene, alongside=alongside)  # type: ignore[arg-type]
    sent = told(setting)
    assert not any(isinstance(leaf, float) and leaf != leaf for leaf in leaves(sent))
    received = unpack(pack(sent))
    assert received["scene"]["title"] == scenes()[scene].title
    assert received["parts"] == sent["parts"]
    assert set(received["included"]) == set(sent["parts"])
    for name, part in sent["included"].items():
        if "content" in part:
            for one, back in zip(leaves(part), leaves(received["included"][name]), strict=True):
                np.testing.assert_array_equal(one, back, err_msg=name)
            continue
        for trace, back in zip(part["data"], received["included"][name]["data"], strict=True):
            for key in {"x", "y", "z"} & set(trace):
                assert np.array_equal(np.asarray(trace[key]), back[key], equal_nan=True), name
                assert back[key].dtype == np.float32, f"{name}.{key} is larger than it need be"


@pytest.mark.parametrize("scene", list(scenes()))
def test_the_heatmaps_of_a_screen_are_its_traces(unpack: Unpack, scene: str) -> None:
    setting = Setting(scene=scene)
    shown, received = screen_of(setting), unpack(pack(told(setting)))
    for panel in received["panels"]:
        cell = panel["cell"]
        assert sorted(panel["order"]) == list(range(panel["units"]))
        for track in panel["tracks"]:
            z = received["included"][f"{cell}.{track['track']}"]["data"][0]["z"]
            truth = shown.traces[cell][track["track"]].T[panel["order"]]
            np.testing.assert_array_equal(z, in_32_bits(truth))


@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
def test_panels_name_what_they_show(alongside: str) -> None:
    panels = told(Setting(scene="cue", alongside=alongside))["panels"]  # type: ignore[arg-type]
    assert [panel["cell"] for panel in panels] == ["gru", alongside][: 1 + (alongside != "none")]
    for panel in panels:
        cell = panel["cell"]
        assert [track["track"] for track in panel["tracks"]] == list(TRACKS[cell])
        assert [gate["gate"] for gate in panel["gates"]] == list(GATES[cell])
        assert [initial["of"] for initial in panel["initials"]] == list(STATES[cell])
        assert panel["name"] == CELL_NAMES[cell]
        symbols = {track["track"]: track["symbol"] for track in panel["tracks"]}
        assert symbols["hidden"] == "h"
        assert symbols.get("candidate") == {"gru": "n", "lstm": "g", "rnn": None}[cell]


@pytest.mark.parametrize("match", ["units", "parameters"])
def test_the_parameters_of_each_cell_are_counted(match: str) -> None:
    setting = Setting(scene="crowd", match=match)  # type: ignore[arg-type]
    inputs = len(screen_of(setting).channels)
    for panel in told(setting)["panels"]:
        count = parameter_count(panel["cell"], inputs, panel["units"])
        assert f"{panel['units']} units" in panel["note"]
        assert f"{count:,} parameters".replace(",", "\u202f") in panel["note"]


def test_one_unit_is_one_unit() -> None:
    setting = Setting(scene="own", own=Own(source="sine", units=1))
    assert [panel["note"].split(" · ")[0] for panel in told(setting)["panels"]] == ["1 unit"] * 2


@pytest.mark.parametrize("match", ["units", "parameters"])
def test_with_one_bias_in_the_notation_there_is_no_second_to_see_or_count(match: str) -> None:
    setting = Setting(scene="crowd", match=match, notation=CHUNG)  # type: ignore[arg-type]
    inputs = len(screen_of(setting).channels)
    for panel in told(setting)["panels"]:
        assert [segment["part"] for segment in panel["segments"]] == ["w_x", "w_h", "b_x"]
        count = len(panel["gates"]) * panel["units"] * (inputs + panel["units"] + 1)
        assert f"{count:,} parameters".replace(",", "\u202f") in panel["note"]


def test_a_second_bias_that_is_in_use_is_shown_under_any_notation() -> None:
    for setting in (
        Setting(scene="reader", notation=CHO),
        Setting(scene="crowd", notation=CHUNG).with_edit(Target.parse("gru.b_h.reset.2"), 0.0),
    ):
        panel = told(setting)["panels"][0]
        assert panel["segments"][-1]["part"] == "b_h"
    assert told(setting)["panels"][1]["segments"][-1]["part"] == "b_h"  # shown as the GRU's are


def test_drawn_weights_say_their_seed_and_given_ones_do_not() -> None:
    notes = [panel["note"] for panel in told(Setting(scene="pulse"))["panels"]]
    assert not any("seed" in note for note in notes)
    gru, lstm = told(Setting(scene="pulse", match="parameters", seed=12))["panels"]
    assert "seed" not in gru["note"]
    assert lstm["note"].endswith("random weights, seed 12")


def test_the_reader_says_its_word_and_its_phonemes() -> None:
    reading = told(Setting(scene="reader"))["scene"]["reading"]
    assert reading["word"] == "recurrent"
    assert " ".join(reading["phonemes"]) == "R IH0 K ER1 AH0 N T"
    assert told(Setting(scene="pulse"))["scene"]["reading"] is None
    other = told(Setting(scene="reader", word="gate"))
    assert other["labels"] == ("g", "a", "t", "e", "end")
    assert " ".join(other["scene"]["reading"]["phonemes"]) == "G EY1 T"


# What the browser has -------------------------------------------------------------------------


def test_figures_that_the_browser_has_are_not_sent_again() -> None:
    setting = Setting(scene="crowd")
    first, sent = told_and_sent(setting)
    again = told(setting, sent=sent)
    assert again["included"] == {}
    assert again["parts"] == first["parts"]
    edited = told(setting.with_edit(Target.parse("gru.h0.0"), 0.5), sent=sent)
    changed = {name for name in first["parts"] if first["parts"][name] != edited["parts"][name]}
    assert set(edited["included"]) == changed
    assert 0 < len(changed) < len(first["parts"])


# Edits, cursor, problems ----------------------------------------------------------------------


def test_an_edited_cell_comes_with_its_old_value() -> None:
    edits = told(with_edits(Setting(), "gru.b_x.update.3_2.0~x.3.0_0.5"))["edits"]
    assert edits == [
        {"target": "gru.b_x.update.3", "value": 2.0, "was": 6.0},
        {"target": "x.3.0", "value": 0.5, "was": 1.0},
    ]


def test_an_edit_of_a_cell_not_on_screen_waits_without_a_word() -> None:
    setting = with_edits(Setting(alongside="none"), "lstm.h0.0_0.5~x.0.0_0.5")
    sent = told(setting)
    assert [edit["target"] for edit in sent["edits"]] == ["x.0.0"]
    assert sent["problems"] == []
    back = told(setting.with_choice("alongside", "lstm"))
    assert [edit["target"] for edit in back["edits"]] == ["lstm.h0.0", "x.0.0"]


def test_an_edit_outside_the_scene_is_named_and_the_others_stand() -> None:
    sent = told(with_edits(Setting(), "x.0.0_0.5~gru.w_h.update.4.0_1.0~gru.h0.1_0.5"))
    assert [edit["target"] for edit in sent["edits"]] == ["x.0.0", "gru.h0.1"]
    (problem,) = sent["problems"]
    assert problem.startswith("The edit of “gru.w_h.update.4.0” was left out: ")


def test_edits_beyond_the_room_of_the_link_are_said_to_be_lost_on_reload() -> None:
    edits = "~".join(
        f"gru.w_x.update.{unit}.0_0.123456789012345{gate}"
        for gate in range(9)
        for unit in range(32)
    )
    assert told(with_edits(Setting(scene="crowd"), edits))["problems"] == []
    many = Setting(scene="crowd")
    for unit in range(32):
        for column in range(32):
            value = 0.1 + (32 * unit + column) / 7  # none like another: nothing to shorten
            many = many.with_edit(Target("gru", "w_h", (1, unit, column)), value)
    (problem,) = told(many)["problems"]
    assert "no room" in problem
    assert "reloading" in problem


def test_a_word_that_cannot_be_read_is_explained_and_the_scenes_own_is_shown() -> None:
    sent = told(Setting(scene="reader", word="two words"))
    assert sent["scene"]["reading"]["word"] == "recurrent"
    (problem,) = sent["problems"]
    assert "space" in problem


@pytest.mark.parametrize(("asked", "got"), [(None, 11), (0, 0), (19, 19), (20, 19), (10**6, 19)])
def test_the_cursor_stays_inside_the_scene(asked: int | None, got: int) -> None:
    assert told(Setting(step=asked))["cursor"] == {"step": got, "unit": 3}


def test_the_cursors_unit_stays_inside_the_layer() -> None:
    assert told(Setting(unit=999))["cursor"]["unit"] == 3


def test_a_smaller_cell_alongside_shows_its_last_unit() -> None:
    # Matched by parameters the LSTM has fewer units than the GRU's cursor may point to.
    sent = told(Setting(scene="crowd", match="parameters", unit=31))
    sizes = {panel["cell"]: panel["units"] for panel in sent["panels"]}
    assert sizes["lstm"] < 32
    assert "lstm.lines" in sent["parts"]


def test_what_can_be_undone_is_said() -> None:
    setting = Setting().with_edit(Target.parse("x.0.0"), 0.5)
    history = History().push(setting)
    for here, can in (
        (Session(history=History()), {"undo": False, "redo": False, "reset": False}),
        (Session(history=history), {"undo": True, "redo": False, "reset": True}),
        (Session(history=history.undo()), {"undo": False, "redo": True, "reset": False}),
    ):
        assert message(screen_of(here.history.present), here.page())[0]["can"] == can


def test_a_sweep_comes_only_with_a_grab() -> None:
    assert told(Setting())["sweep"] is None
    grab = Grab(Target.parse("gru.b_x.update.3"), 3, 3)
    assert told(Setting(), grab=grab)["sweep"]["target"] == "gru.b_x.update.3"


def test_what_went_wrong_and_how_far_the_events_were_handled_is_passed_on() -> None:
    sent = told(Setting(), answer="No.", problems=("A.", "B."), ack={"client": "c", "seq": 7})
    assert sent["answer"] == "No."
    assert sent["problems"] == ["A.", "B."]
    assert sent["ack"] == {"client": "c", "seq": 7}


def test_the_number_to_drag_first_is_there_where_the_story_asks_for_it() -> None:
    for scene in ("book", "elnino", "crowd"):
        assert told(Setting(scene=scene))["scene"]["handle"] is not None
        own = own_notation(baseline_of(Setting(scene=scene)).scene)
        other = CHO if own.placement == "after" else PYTORCH
        moved = told(Setting(scene=scene, notation=other))["scene"]
        assert moved["handle"] is None
        assert moved["first"]
    assert told(Setting(scene="pulse", notation=CHO))["scene"]["handle"] is not None
