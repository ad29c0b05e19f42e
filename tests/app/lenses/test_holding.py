"""What is held: by events, in links, in every number on the screen; and how it is let go of."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.session.events import Outcome, handle
from app.session.typed import LARGEST_VALUE
from app.setting import link
from app.setting.link import MOST_HELD
from app.setting.setting import History, Setting
from gru_core import Intervention
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP, ablation
from gru_core.changes.interventions import parse_interventions
from gru_core.conventions import CELLS, CHUNG, MAX_MAGNITUDE, SIGMOID_TRACKS, STATES, TRACKS, Cell
from tests.app.lensing import message_of, screen
from tests.app.places import at_of

START = History(Setting(scene="cue", step=3, unit=1))


def held(text: str) -> tuple[Intervention, ...]:
    found = parse_interventions(text)
    assert found.rejected == []
    return found.interventions


def sent(history: History, kind: str, **details: Any) -> Outcome:
    return handle(history, {"seq": 1, "kind": kind, **details})


def hold(history: History, place: Any, value: Any, **more: Any) -> Outcome:
    return sent(history, "hold", at=at_of(place), value=value, **more)


def texts(outcome: Outcome) -> list[str]:
    assert outcome.problem == ""
    return list(map(str, outcome.history.present.interventions))


# Events ---------------------------------------------------------------------------------------


def test_a_number_is_held_and_held_otherwise_and_let_go_of() -> None:
    first = hold(START, "gru.reset.1.all", 0.25)
    assert texts(first) == ["gru.reset.1.all_0.25"]
    second = hold(first.history, "gru.hidden.all.4-9", -2)
    third = hold(second.history, "gru.reset.1.all", 1)
    assert texts(third) == ["gru.hidden.all.4-9_-2.0", "gru.reset.1.all_1.0"]
    freed = sent(third.history, "free", place="gru.hidden.all.4-9")
    assert texts(freed) == ["gru.reset.1.all_1.0"]
    assert texts(sent(third.history, "free")) == []
    assert [len(one.history.past) for one in (first, second, third, freed)] == [1, 2, 3, 4]
    assert freed.history.undo().present == third.history.present


def test_letting_go_of_what_is_not_held_is_answered() -> None:
    held = hold(START, "gru.reset.1.all", 0.25).history
    free = sent(held, "free", place="gru.reset.1.all").history
    for history, place in ((free, "gru.reset.1.all"), (held, "gru.reset.2.all")):
        said = refused(sent(history, "free", place=place), history)
        assert said == f"Nothing is held at “{place}”, so there is nothing to let go of."
    said = refused(sent(free, "free"), free)
    assert said == "Nothing is held, so there is nothing to let go of."


def test_a_place_is_the_same_however_it_is_written() -> None:
    once = hold(START, "gru.reset.1.4-4", 0.5).history
    assert texts(hold(once, "gru.reset.1.4", 0.75)) == ["gru.reset.1.4_0.75"]


@pytest.mark.parametrize("track", ["update", "reset", "candidate", "hidden"])
def test_a_value_is_that_of_the_notation_and_is_kept_as_the_core_s(track: str) -> None:
    write = History(Setting(scene="cue", notation=CHUNG))
    found = hold(write, f"gru.{track}.all.all", 0.25)
    expected = 0.75 if track == "update" else 0.25
    assert texts(found) == [f"gru.{track}.all.all_{expected}"]
    shown = screen_of(found.history.present)
    np.testing.assert_array_equal(shown.tracks["gru"][track], np.full((20, 3), 0.25))
    asked = screen("holding", "", "", str(found.history.present.interventions[0]), scene="cue",
                   notation=CHUNG)  # fmt: skip
    [told] = message_of(asked)["controls"]["holding"]["held"]
    assert told["value"] == 0.25
    assert told["text"].endswith("of every unit, steps 1 to 20, held at 0.25")


def test_a_drag_is_one_step_to_undo() -> None:
    history = hold(START, "gru.reset.all.all", 0.5).history
    for value in (0.4, 0.3, 0.2):
        history = hold(history, "gru.reset.all.all", value, live=True).history
    assert [str(one) for one in history.present.interventions] == ["gru.reset.all.all_0.2"]
    assert history.undo().present == START.present
    assert history.undo().redo().present == history.present


def test_what_was_undone_is_gone_once_a_hand_moves_on() -> None:
    history = hold(START, "gru.reset.all.all", 0.5).history
    undone = hold(history, "gru.update.all.all", 0.5).history.undo()
    assert hold(undone, "gru.reset.all.all", 0.6, live=True).history.future == ()


@pytest.mark.parametrize("live", [1, "true", None, [True]])
def test_only_a_live_hand_amends(live: Any) -> None:
    history = hold(START, "gru.reset.all.all", 0.5).history
    assert len(hold(history, "gru.reset.all.all", 0.6, live=live).history.past) == 2


@pytest.mark.parametrize("name", ABLATIONS)
def test_a_gate_is_taken_away_in_place_of_whatever_is_held(name: str) -> None:
    before = hold(START, "gru.hidden.0.all", 0.5).history
    found = sent(before, "ablate", name=name)
    assert found.history.present.interventions == ablation(name)
    assert found.history.undo().present == before.present
    shown = screen_of(found.history.present)
    cell, gates = ABLATIONS[name]
    for gate, value in gates.items():
        constant = DEFAULT_KEEP if value is None else value
        assert (shown.traces[cell][gate] == constant).all()
    kept = sent(before, "ablate", name=name, value=0.5).history.present.interventions
    assert kept == ablation(name, 0.5)


def test_no_more_is_held_than_a_link_has_room_for() -> None:
    history = START
    for step in range(MOST_HELD):
        history = hold(history, f"gru.reset.0.{step}", 0.5).history
    assert len(history.present.interventions) == MOST_HELD
    refused = hold(history, "gru.update.0.0", 0.5)
    assert refused.history == history
    assert refused.problem == (
        f"{MOST_HELD} things are held, as many as there can be; let go of some."
    )
    again = hold(history, "gru.reset.0.7", 0.75)
    assert texts(again)[-1] == "gru.reset.0.7_0.75"


def test_reset_lets_go_of_everything_and_can_be_taken_back() -> None:
    changed = hold(START, "gru.reset.0.all", 0.5).history
    changed = sent(changed, "commit", target="x.3.0", value=0.5).history
    reset = sent(changed, "reset").history
    assert (reset.present.edits, reset.present.interventions) == ((), ())
    assert reset.undo().present == changed.present


BAD_PLACES: tuple[Any, ...] = (
    *(None, "", "gru", "gru.reset", "gru.reset.0", "gru.reset.0.all.1", "gru.nothing.0.all"),
    *("gpu.reset.0.all", "gru.forget.0.all", "gru.reset.-1.all", "gru.reset.x.all", "gru.x.0.0"),
    *("gru.reset.0.5-3", "gru.reset.0.-3", "gru.reset.0.3-", "gru.reset.0.all-end", "gru.reset..0"),
    *("gru.reset.0.1e3", "gru.reset.٣.all", "gru.reset." + "9" * 5000 + ".all", "." * 10_000),
    *([], {}, 3, True, ["gru.reset.0.all"], "gru.reset.0.all_0.5", "gru.reset.0.0~gru.reset.0.1"),
    *("\0", "\ud800", "gru.reset.0.all ", "GRU.reset.0.all", "gru.reset.00.all"),
)
BAD_VALUES: tuple[Any, ...] = (
    *(None, "", "0.5", True, [], [0.5], {}, float("nan"), float("inf"), -float("inf"), 10**400),
    *(1.0000001, -0.0000001, 2, -1, 1e300),
)


def refused(outcome: Outcome, history: History = START) -> str:
    assert outcome.history == history
    assert outcome.problem.endswith(".")
    assert len(outcome.problem) < 400
    json.dumps(outcome.problem).encode()
    return outcome.problem


@pytest.mark.parametrize("place", BAD_PLACES, ids=lambda place: repr(place)[:30])
def test_a_place_that_is_none_is_refused(place: Any) -> None:
    refused(hold(START, place, 0.5))
    assert refused(sent(START, "free", place=place)).startswith("Nothing is held at “")


@pytest.mark.parametrize(
    "change",
    [
        *({"cell": "gpu"}, {"cell": None}, {"track": "forget"}, {"track": 3}, {"unit": -1}),
        *({"unit": True}, {"unit": "1"}, {"unit": 1.0}, {"first": None}, {"first": -1}),
        *({"first": 9}, {"last": -1}, {"last": 10**9}, {"last": "end"}, {"last": [4]}),
    ],
    ids=repr,
)
def test_fields_of_no_place_are_refused(change: dict[str, Any]) -> None:
    at = {"cell": "gru", "track": "reset", "unit": 1, "first": 4, "last": 7}
    assert sent(START, "hold", at=at, value=0.5).problem == ""
    refused(sent(START, "hold", at=at | change, value=0.5))


@pytest.mark.parametrize("value", BAD_VALUES, ids=repr)
def test_a_value_that_no_gate_can_have_is_refused(value: Any) -> None:
    assert "number" in refused(hold(START, "gru.reset.0.all", value))


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("gru.update.0.all", 1.5, "what the sigmoid of a gate gives lies between 0 and 1"),
        ("lstm.cell.0.all", 10_001, "a number from −10000 to 10000 is needed."),
        ("gru.hidden.0.9-4", 0.5, "the first step cannot come after the last: swap them."),
    ],
)
def test_the_sentence_says_what_can_be_held(place: str, value: float, said: str) -> None:
    assert said in refused(hold(START, place, value))


def test_what_a_candidate_cannot_be_is_left_out_with_the_reason() -> None:
    """What it can be is for its layer to say: a relu gives more than a tanh."""
    [said] = screen_of(hold(START, "lstm.candidate.0.all", -1.5).history.present).problems
    assert "what the tanh of a candidate gives lies between −1 and 1" in said


@pytest.mark.parametrize(
    "details",
    [{}, {"name": "nothing"}, {"name": ["leaky"]}, {"name": "leaky", "value": 1.5}]
    + [{"name": "leaky", "value": value} for value in (None, "0.5", float("nan"), -0.5)]
    + [{"name": "x" * 5000}, {"name": "\ud800"}],
    ids=lambda details: repr(details)[:40],
)
def test_a_gate_that_cannot_be_taken_away_is_refused(details: dict[str, Any]) -> None:
    refused(sent(START, "ablate", **details))


# Links ----------------------------------------------------------------------------------------


@st.composite
def interventions(draw: st.DrawFn) -> Intervention:
    cell: Cell = draw(st.sampled_from(CELLS))
    track = draw(st.sampled_from(TRACKS[cell]))
    most = MAX_MAGNITUDE if track in STATES[cell] else 1.0
    low = 0.0 if track in SIGMOID_TRACKS else -most
    first = draw(st.integers(0, 10**9 - 1))
    return Intervention(
        *(cell, track, draw(st.floats(low, most))),
        unit=draw(st.none() | st.integers(0, 10**9 - 1)),
        first=first,
        last=draw(st.none() | st.integers(first, 10**9 - 1)),
    )


@given(several=st.lists(interventions(), max_size=20))
def test_a_link_opens_what_is_held(several: list[Intervention]) -> None:
    setting = Setting(scene="cue", interventions=tuple(several))
    query, _ = link.encode(setting)
    assert ("do" in query) == bool(several)
    assert link.decode(query, tuple(scenes())) == (setting, [])


PLACES = st.sampled_from(
    ["gru.update.all.all", "gru.reset.1.4-9", "lstm.cell.0.3", "rnn.hidden.0.0"]
)
FIELDS = st.sampled_from(["cell", "track", "unit", "first", "last"])
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
EVENTS = st.one_of(
    st.builds(
        dict,
        kind=st.just("hold"),
        at=PLACES.map(at_of) | st.text(max_size=20) | st.dictionaries(FIELDS, ANYTHING),
        value=st.floats(-2, 2) | st.floats(),
        live=st.booleans(),
    ),
    st.builds(dict, kind=st.just("free"), place=PLACES | st.text(max_size=20)),
    st.builds(dict, kind=st.just("ablate"), name=st.sampled_from([*ABLATIONS, "none"])),
    st.sampled_from([{"kind": "undo"}, {"kind": "redo"}, {"kind": "reset"}, {"kind": "free"}]),
)


@given(events=st.lists(EVENTS, max_size=12), notation=st.sampled_from([None, CHUNG]))
@settings(max_examples=60)
def test_whatever_is_done_everything_held_is_sound_and_has_a_link(
    events: list[dict[str, Any]], notation: Any
) -> None:
    history = History(Setting(scene="cue", notation=notation))
    for event in events:
        before, outcome = history, handle(history, event)
        history = outcome.history
        assert not outcome.problem or history == before
    present = history.present
    assert all(abs(one.value) <= LARGEST_VALUE for one in present.interventions)
    places = [one.place for one in present.interventions]
    assert len(set(places)) == len(places)
    assert link.decode(link.encode(present)[0], tuple(scenes())) == (present, [])


@pytest.mark.parametrize(
    "text",
    [
        *("gru.reset.0.all", "gru.reset.0.all_", "gru.reset.0.all_1.5", "gru.reset.0.all_nan", "_"),
        *("gru.reset.0.all_0x1", "gru.reset.0.all_1e999", "gpu.reset.0.all_0.5", "x_0.5", "é_1"),
        *("gru.reset.0.9-4_0.5", "gru.reset.0.all_0.5_0.5", "gru.hidden.0.all_1e16", "~"),
    ],
)
def test_what_a_link_cannot_hold_is_quoted_with_its_reason(text: str) -> None:
    setting, rejected = link.decode({"do": f"{text}~gru.reset.1.all_0.5"}, tuple(scenes()))
    assert list(map(str, setting.interventions)) == ["gru.reset.1.all_0.5"]
    for sentence in rejected:
        assert sentence.startswith("The link's do=“")
        assert "was left out: " in sentence
        assert len(sentence) < 400
    assert len(rejected) == text.count("~") + 1


def test_a_link_that_holds_too_much_says_how_much_of_it_is_held() -> None:
    text = "~".join(f"gru.reset.0.{step}_0.5" for step in range(MOST_HELD + 3))
    setting, rejected = link.decode({"do": text}, tuple(scenes()))
    assert len(setting.interventions) == MOST_HELD
    assert rejected == [
        f"The link holds numbers at {MOST_HELD + 3} places; the first {MOST_HELD} are held."
    ]
