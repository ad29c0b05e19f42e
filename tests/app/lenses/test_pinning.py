"""A and B: a setting that is pinned stays what it was, in the history, the link and the numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages.stage import message
from app.screen.baseline import scenes
from app.screen.page import Page
from app.screen.screen import screen_of
from app.session.events import handle
from app.setting import link
from app.setting.link import LONGEST_LINK, LONGEST_PIN, MOST_HELD
from app.setting.setting import History, Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CHUNG, NOTATIONS
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target
from tests.app.lensing import chart, looked, screen
from tests.app.setting.test_link import settings as any_setting
from tests.app.visiting import Visit, assert_shows

NAMES = tuple(scenes())
EDIT = {"kind": "commit", "target": "x.3.0", "value": 0.5}


def sent(history: History, *kinds: str | dict[str, Any]) -> History:
    for kind in kinds:
        event = kind if isinstance(kind, dict) else {"kind": kind}
        outcome = handle(history, {"seq": 1, **event})
        assert outcome.problem == ""
        history = outcome.history
    return history


def opened(**query: str) -> tuple[Setting, list[str]]:
    return link.decode(query, NAMES)


def through_a_browser(setting: Setting) -> tuple[Setting, list[str]]:
    query = dict(parse_qsl(urlencode(link.encode(setting)[0]), keep_blank_values=True))
    return link.decode(query, NAMES)


# Events ---------------------------------------------------------------------------------------


def test_what_is_pinned_stays_while_the_present_changes() -> None:
    pinned = sent(History(Setting(scene="cue")), EDIT, "pin")
    before = replace(pinned.present, pinned=None)
    later = sent(pinned, {**EDIT, "value": 0.75}, "reset")
    assert later.present.pinned == before
    assert later.present.edits == ()


def test_pinning_and_letting_go_can_be_taken_back() -> None:
    start = History(Setting(scene="cue"))
    pinned = sent(start, "pin")
    assert (pinned.present.pinned, pinned.undo().present) == (start.present, start.present)
    freed = sent(pinned, "unpin")
    assert freed.present == start.present
    assert freed.undo().present == pinned.present
    assert sent(start, "unpin") == start


def test_another_a_takes_the_place_of_the_first_and_never_holds_one_of_its_own() -> None:
    history = sent(History(Setting(scene="cue")), "pin", EDIT, "pin", {**EDIT, "value": 0.1})
    assert history.present.pinned is not None
    assert history.present.pinned.pinned is None
    assert [edit.value for edit in history.present.pinned.edits] == [0.5]


def test_another_scene_is_compared_with_nothing() -> None:
    pinned = sent(History(Setting(scene="cue")), "pin").present
    assert pinned.with_choice("scene", "pulse").pinned is None
    assert pinned.with_choice("alongside", "rnn").pinned == Setting(scene="cue")


# Links ----------------------------------------------------------------------------------------


@given(present=any_setting(2), pinned=any_setting(2))
def test_a_link_opens_both_a_and_b(present: Setting, pinned: Setting) -> None:
    """Less where one looked in A."""
    setting = replace(present, pinned=pinned)
    assert link.pin_fits(setting)
    assert through_a_browser(setting) == (
        replace(setting, pinned=replace(pinned, step=None, unit=None)),
        [],
    )


@pytest.mark.parametrize(
    ("pinned", "text"),
    [
        (Setting(), "."),
        (Setting(scene="cue"), ".scene=cue"),
        (Setting(scene="cue", step=3, unit=1), ".scene=cue"),
        (Setting(notation=CHUNG, alongside="none"), ".with=none&notation=chung"),
        (
            Setting(interventions=(Intervention("gru", "reset", 0.5, 1),)),
            ".do=gru.reset.1.all_0.5",
        ),
    ],
)
def test_a_stands_in_the_link_as_a_link_of_its_own(pinned: Setting, text: str) -> None:
    assert link.encode(Setting(pinned=pinned)) == ({"a": text}, 0)
    assert opened(a=text) == (Setting(pinned=replace(pinned, step=None, unit=None)), [])


def test_a_pinned_within_a_is_left_out() -> None:
    inner = replace(Setting(scene="book"), pinned=Setting(scene="slate"))
    outer = Setting(pinned=inner)
    assert link.encode(outer)[0] == {"a": ".scene=book"}
    setting, rejected = opened(a=".scene=book&a=.scene%3Dslate%26a%3D.")
    assert (setting, rejected) == (Setting(pinned=Setting(scene="book")), [])


HOSTILE = (
    *("", "x", "scene=cue", " .", "a", "%2E", "~", "\ud7ff", "．scene=cue"),
    *("." + "x" * LONGEST_PIN, "." + "scene=cue&" * 400),
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:20])
def test_a_text_that_is_no_a_is_named_and_compared_with_nothing(text: str) -> None:
    setting, [sentence] = opened(a=text, scene="cue")
    assert setting == Setting(scene="cue")
    assert sentence == f"The link's a={link.shortened(text)} is no setting to compare with."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".scene=zzz", "The link names the scene “zzz”; it must be one of "),
        (".seed=-1", "The link says seed=“-1”; it must be a whole number"),
        (".e=x.1.0_half~", "The link's edit “x.1.0_half” was left out: "),
        (".do=gru.reset.0.all_7", "The link's do=“gru.reset.0.all_7” was left out: "),
        (".nonsense=1", "The link's “nonsense” is not something this page knows"),
        (".scene=own&source=numbers&x=1_2,3", "The link says x=“1_2,3”; it must be rows"),
        (".scene=own&source=adding&steps=1", "The link's own scene was left out: steps is 1"),
        (".%", "The link's “%” is not something this page knows"),
    ],
)
def test_what_is_not_understood_in_a_is_said_to_be_of_a(text: str, said: str) -> None:
    setting, [sentence] = opened(a=text)
    assert setting.pinned is not None
    assert sentence.startswith(f"In the link's A: {said}")
    assert len(sentence) < 300


@given(text=st.text() | st.text(".=&%+~_abcdeotux0123456789", max_size=60).map(lambda t: f".{t}"))
def test_no_a_raises_and_what_it_opens_has_a_link(text: str) -> None:
    setting, rejected = opened(a=text)
    assert all(sentence.endswith(".") for sentence in rejected)
    pinned = setting.pinned and replace(setting.pinned, step=None, unit=None)
    assert through_a_browser(setting) == (replace(setting, pinned=pinned), [])


# What is too long -----------------------------------------------------------------------------


def edited(count: int) -> Setting:
    edits = tuple(Edit(Target.parse(f"x.{step}.0"), (step + 1) / 7) for step in range(count))
    return Setting(scene="crowd", edits=edits)


TOO_LONG = {
    "edits": edited(200),
    "text": Setting(scene="own", own=Own(source="text", text="word " * 600)),
    "a text beyond any link": Setting(scene="own", own=Own(source="text", text="é" * 2000)),
    "numbers beyond any link": Setting(
        scene="own", own=Own(source="numbers", numbers=np.arange(3000.0)[:, None])
    ),
}


@pytest.mark.parametrize("pinned", TOO_LONG.values(), ids=TOO_LONG)
def test_an_a_that_a_link_could_not_open_again_is_left_out_of_it_and_the_page_says_so(
    pinned: Setting,
) -> None:
    setting = Setting(scene="crowd", pinned=pinned)
    assert not link.pin_fits(setting)
    assert link.encode(setting) == ({"scene": "crowd"}, 0)
    told, _ = message(screen_of(setting), Page())
    assert told["problems"] == ["The link has no room for A; reloading the page loses it."]
    assert told["link"]["a"] is None


@pytest.mark.parametrize("setting", [Setting(), Setting(pinned=Setting()), edited(100)])
def test_what_fits_needs_no_word(setting: Setting) -> None:
    assert link.pin_fits(setting)
    told, _ = message(screen_of(setting), Page())
    assert told["problems"] == []


@given(letters=st.integers(0, 700), pinned=st.integers(0, 420), count=st.integers(0, MOST_HELD))
@settings(max_examples=60)
def test_no_link_with_an_a_is_longer_than_an_address_may_be(
    letters: int, pinned: int, count: int
) -> None:
    """Each é takes six characters, and ten within A."""
    held = tuple(Intervention("gru", "reset", 1 / 3, 10, step, step + 9) for step in range(count))
    own, other = (Own(source="text", text="é" * (n + 1)) for n in (letters, pinned))
    setting = replace(
        edited(300),
        scene="own",
        own=own,
        interventions=held,
        pinned=Setting(scene="own", own=other),
    )
    query, left_out = link.encode(setting)
    assert len(urlencode(query)) <= LONGEST_LINK
    reopened, rejected = link.decode(query, NAMES)
    assert rejected == []
    assert reopened.pinned == (setting.pinned if link.pin_fits(setting) else None)
    assert reopened.edits == setting.edits[: len(setting.edits) - left_out]


# The lens -------------------------------------------------------------------------------------


def test_nothing_is_compared_before_something_is_pinned() -> None:
    view = looked(screen("pinned", scene="cue"))
    assert (list(view.charts), view.words[0]) == ([], "Nothing is pinned yet.")
    assert view.controls == {"pin": {"pinned": False}}


def test_b_is_compared_with_the_run_of_a() -> None:
    pinned = Setting(scene="cue", interventions=(Intervention("gru", "reset", 0.5),))
    shown = screen("pinned", "", "x.9.0_1.0", scene="cue", pinned=pinned)
    there = screen_of(pinned)
    apart = np.abs(shown.traces["gru"]["hidden"] - there.traces["gru"]["hidden"])
    first = int(np.flatnonzero(apart.any(axis=1))[0])
    assert looked(shown).words[0].startswith(f"GRU: h differs from A from step {first + 1} on, ")
    found = chart(shown, "less.hidden").values
    truth = shown.traces["gru"]["hidden"] - there.traces["gru"]["hidden"]
    np.testing.assert_allclose(found, truth.T, rtol=0, atol=1e-12)  # below is rounding
    assert looked(shown).controls == {"pin": {"pinned": True}}
    assert looked(screen("pinned", scene="cue", pinned=Setting(scene="cue"))).words == [
        "GRU: h is that of A at every step.",
        "LSTM: h is that of A at every step.",
    ]


@pytest.mark.parametrize("notation", NOTATIONS.values())
def test_a_that_is_written_otherwise_differs_by_its_numbers_alone(notation: Any) -> None:
    """Polarity changes no number of the core; placement does."""
    pinned = Setting(scene="crowd")
    shown = screen("pinned", scene="crowd", notation=notation, pinned=pinned)
    same = notation.placement == "after"
    assert (
        looked(shown)
        .words[0]
        .startswith("GRU: h is that of A" if same else "GRU: h differs from A from step ")
    )


def test_where_a_has_other_sizes_there_is_nothing_to_compare() -> None:
    own = Own(source="sine", steps=12, units=4)
    shown = screen("pinned", scene="own", own=own, pinned=Setting(scene="own"))
    assert looked(shown).words == [
        "GRU: A has other sizes, nothing to compare.",
        "LSTM: A has other sizes, nothing to compare.",
    ]
    assert list(looked(shown).charts) == []


def test_a_cell_that_a_has_not_is_named() -> None:
    shown = screen("pinned", scene="cue", alongside="rnn", cell="rnn", pinned=Setting(scene="cue"))
    assert looked(shown).words == [
        "GRU: h is that of A at every step.",
        "A has no plain RNN: nothing to compare.",
    ]


def test_what_is_wrong_with_a_is_said_of_a(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue", view="pinned", a=".scene=cue&e=gru.h0.99_0.5~&do=gru.reset.9.all_0.5")
    assert here.told["problems"] == []
    edit, intervention = here.told["lens"]["words"][-2:]
    assert edit.startswith("In A: The edit of “gru.h0.99” was left out: ")
    assert intervention.startswith("In A: What was to be held was left out: ")


# On the page ----------------------------------------------------------------------------------


def test_a_pair_is_one_event_in_the_address_and_one_undo(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue", view="pinned").send({"kind": "pair"})
    assert here.query["a"] == ".scene=cue&view=pinned"
    assert here.query["e"] == "x.11.1_1.0~"
    differs = here.told["lens"]["words"]
    assert differs[0].startswith("GRU: h differs from A from step 12 on, ")
    again = visit(**here.query)
    assert again.told["problems"] == []
    assert again.told["lens"]["words"] == differs
    assert_shows(again, Setting(scene="cue").with_edit(Target.parse("x.11.1"), 1.0))
    here.send({"kind": "undo"})
    assert not {"a", "e"} & set(here.query)
    assert here.told["lens"]["words"][0] == "Nothing is pinned yet."
    here.send({"kind": "redo"})
    assert here.told["lens"]["words"] == differs


@pytest.mark.parametrize("scene", ["reader", "own"])
def test_a_pair_without_a_story_holds_z_and_is_taken_back_too(scene: str) -> None:
    edited = History(Setting(scene=scene, view="pinned"))
    paired = sent(edited, "pair")
    assert [str(one) for one in paired.present.interventions] == ["gru.update.all.all_0.5"]
    assert opened(**link.encode(paired.present)[0])[0] == paired.present
    assert sent(paired, "undo").present == edited.present


def test_pinning_stands_in_the_address_and_is_taken_back(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue", view="pinned").send(EDIT, {"kind": "pin"}, {**EDIT, "value": 0.75})
    assert here.query["a"] == ".scene=cue&view=pinned&e=x.3.0_0.5~"
    assert here.query["e"] == "x.3.0_0.75~"
    assert "differs from A from step 4 on" in here.told["lens"]["words"][0]
    again = visit(**here.query)
    assert again.told["problems"] == []
    assert again.told["lens"]["words"] == here.told["lens"]["words"]
    assert_shows(again, Setting(scene="cue").with_edit(Target.parse("x.3.0"), 0.75))
    here.send({"kind": "undo"}, {"kind": "undo"})
    assert "a" not in here.query
    assert here.told["lens"]["words"][0] == "Nothing is pinned yet."
    here.send({"kind": "redo"})
    assert here.told["lens"]["words"][0] == "GRU: h is that of A at every step."
    assert "a" not in here.send({"kind": "unpin"}).query
