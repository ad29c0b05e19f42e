"""Find: what a link asks is answered in numbers, places and words, or said to make no sense."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lenses.find import MOST_BARS, MOST_PLACES
from app.lenses.finding import MOST_NAMED
from app.lenses.question import question_of
from app.screen.screen import Screen
from app.setting.parameters import LONGEST_ASKED
from app.setting.question import GATE_THRESHOLD, STATE_THRESHOLD, Question
from app.setting.setting import Setting
from gru_core.analysis.patterns import Span, matches, pattern, reaction
from gru_core.conventions import CHUNG, MAX_MAGNITUDE, TRACKS
from gru_core.scenes.own import Own
from tests.app.lensing import as_written, chart, column, looked, message_of, screen
from tests.app.visiting import Visit


def find(of: str = "", **setting: Any) -> Screen:
    return screen("find", of, **setting)


def seeking(shown: Screen) -> dict[str, Any]:
    """What the controls of the stage are told."""
    found: dict[str, Any] = message_of(shown)["controls"]["seeking"]
    return found


def texted(text: str, **own: Any) -> Own:
    return Own(source="text", text=text, units=16, **own)


# The numbers ----------------------------------------------------------------------------------

CASES = [
    ("crowd", "gru", "hidden", Span(49, 54), 0.3, {}),
    ("crowd", "gru", "update", Span(9, 9), 0.9, {"ends": True}),
    ("crowd", "lstm", "cell", Span(97, 97), 0.2, {"begins": True}),
    ("crowd", "rnn", "hidden", Span(0, 0), 0.4, {"begins": True, "ends": True}),
    ("reader", "gru", "candidate", Span(0, 1), 0.8, {}),
    ("cue", "lstm", "forget", Span(3, 19), 0.25, {}),
]


@pytest.mark.parametrize(("scene", "cell", "track", "span", "threshold", "more"), CASES)
def test_the_charts_are_what_the_core_finds(
    scene: str, cell: Any, track: str, span: Span, threshold: float, more: dict[str, bool]
) -> None:
    question = Question(track, span, threshold, **more)
    alongside: Any = "rnn" if cell == "rnn" else "lstm"
    shown = find(str(question), scene=scene, cell=cell, alongside=alongside)
    trace = shown.traces[cell]
    initial = trace.initial[-1 if track == "cell" else 0] if track in ("hidden", "cell") else None
    found = pattern(trace[track], span, threshold, initial, **more)
    reacted = reaction(trace[track], span)
    bars = chart(shown, "reaction")
    units = [int(name.removeprefix("unit ")) - 1 for name in bars.rows.names]
    assert units == list(bars.rows.order) == reacted.ranked[:MOST_BARS].tolist()
    for name in ("inside", "outside", "difference"):
        np.testing.assert_array_equal(column(bars, name), getattr(reacted, name)[units])
    assert column(bars, "on throughout").tolist() == np.isin(units, found.units).tolist()
    assert as_written(bars.figure.data[0].x) == as_written(column(bars, "difference"))
    assert len(found.units)
    together = chart(shown, "together")
    for at, counts in enumerate((found.at_step, found.best_around)):
        shares = counts / len(found.units)
        np.testing.assert_array_equal(together.values[:, at], shares)
        np.testing.assert_array_equal(together.figure.data[at].y, shares)
    inside = slice(span.first, span.last + 1)
    assert (together.values[inside] == 1).all()
    listed = [(one["first"], one["last"], one["on"], one["others"]) for one in _places(shown)]
    assert listed == [(*one.span, one.on, one.others) for one in matches(found, MOST_PLACES)]
    assert seeking(shown)["count"] == len(found.units)


def _places(shown: Screen) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = seeking(shown)["places"]
    return places


def test_units_of_the_span_are_coloured_and_places_are_marked_above_the_lines() -> None:
    shown = find("hidden.50-55.0.3", scene="crowd")
    bars, together = chart(shown, "reaction"), chart(shown, "together")
    on = column(bars, "on throughout")
    colors = bars.figure.data[0].marker.color
    assert len({color for color, one in zip(colors, on, strict=True) if one}) == 1
    assert {color for color, one in zip(colors, on, strict=True) if one} == {bars.key[0][0]}
    assert {color for color, one in zip(colors, on, strict=True) if not one} == {bars.key[1][0]}
    span, *places = together.figure.layout.shapes
    assert (span.x0, span.x1) == (49.55, 55.45)
    assert [(one.x0, one.x1) for one in places] == [
        (one["first"] + 0.55, one["last"] + 1.45) for one in _places(shown)
    ]
    assert {one.line.width for one in places} == {2}
    assert span.line.width > 2


def test_a_gate_that_writes_is_looked_at_as_it_is_on_screen() -> None:
    keeps, writes = (find("update.10-12.0.9", scene="crowd", notation=n) for n in (None, CHUNG))
    on = pattern(1 - keeps.traces["gru"]["update"], Span(9, 11), 0.9).units
    assert seeking(writes)["count"] == len(on) != seeking(keeps)["count"]


def test_the_lens_is_of_the_run_with_everything_held_and_edited() -> None:
    held = find("hidden.4-8.0.3", scene="cue", held="gru.hidden.1.all_0.75")
    assert 2 in [int(one) for one in re.findall(r"\d+", looked(held).words[0].split(":")[-1])]


# What was read --------------------------------------------------------------------------------


def test_places_are_listed_with_the_letters_that_were_read_there() -> None:
    own = texted("say abra then abra and abra", alphabet="")
    shown = find("candidate.5-8.0.05", scene="own", own=own)
    text = "say␣abra␣then␣abra␣and␣abra"
    read = {one["read"]: one for one in _places(shown)}
    assert read
    assert shown.labels == tuple(text)
    for letters, one in read.items():
        first, end = one["first"], one["last"] + 1
        assert letters == text[first:end]
        assert (one["before"], one["after"]) == (text[max(first - 6, 0) : first], text[end:][:6])


def test_in_a_word_the_same_letters_are_found_again() -> None:
    shown = find("hidden.1-2.0.3", scene="reader", word="recurrent")
    assert looked(shown).words[1] == (
        "Nearest to it: 82 of 112 are on again through steps 6 to 7 (re)."
    )
    best = _places(shown)[0]
    assert (best["before"], best["read"], best["after"]) == ("recur", "re", "")  # then n, t, end


def test_months_are_named_by_the_first_and_the_last() -> None:
    shown = find("hidden.49-51.0.3", scene="elnino")
    assert "steps 49 to 51 (Jan 2001 … Mar 2001)" in looked(shown).words[0]
    best = _places(shown)[0]
    assert best["read"] == "Jan 2002 … Mar 2002"
    assert (best["before"], best["after"]) == ("", "")


def test_steps_that_are_only_counted_have_no_letters() -> None:
    shown = find("hidden.50-55.0.3", scene="crowd")
    assert {one["read"] for one in _places(shown)} == {""}
    assert "(" not in "".join(looked(shown).words)


# In words -------------------------------------------------------------------------------------


def test_a_few_units_are_named_and_many_counted() -> None:
    few, many = (looked(find(f"hidden.50-55.{at}", scene="crowd")).words[0] for at in (0.9, 0.05))
    assert re.fullmatch(
        r"GRU: [1-9] of 32 units (is|are) on through steps 50 to 55: units? [\d, ]+\.", few
    )
    assert re.search(rf": units (\d+, ){{{MOST_NAMED - 1}}}\d+ and \d+ more\.$", many)


def test_one_unit_is_said_to_be_one() -> None:
    shown = find("hidden.50-55.0.3.b", scene="crowd")
    assert looked(shown).words[:-1] == [
        "GRU: 1 of 32 units is on through steps 50 to 55: unit 22.",
        "It is on again through steps 88 to 93.",
    ]
    assert chart(shown, "together").title == "Share of this unit on"


def test_where_no_unit_is_on_the_words_say_which_threshold_has_one() -> None:
    shown = find("hidden.50-55.0.999", scene="crowd")
    [said] = looked(shown).words
    hint = re.fullmatch(
        r"GRU: no unit is on through steps 50 to 55\. Lower the threshold: unit (\d+) is on "
        r"below ([\d.]+)\.",
        said,
    )
    assert hint
    lower = find(f"hidden.50-55.{float(hint[2]) - 0.001:.3f}", scene="crowd")
    assert f": unit {hint[1]}." in looked(lower).words[0]
    assert [one.name for one in looked(shown).charts] == ["reaction"]
    assert _places(shown) == []


def test_units_that_were_on_before_are_said_to_have_been() -> None:
    shown = find("hidden.56-57.0.3.be", scene="crowd")
    [said] = looked(shown).words
    assert said == (
        "GRU: every unit that is on through steps 56 to 57 is on before it or after it too."
    )


def test_units_that_only_change_their_sign_need_a_shorter_span() -> None:
    shown = find("hidden.1-24.0", scene="binary")
    assert looked(shown).words == [
        "GRU: no unit is on through steps 1 to 24. Every one of them changes its sign or is 0 "
        "there; choose a shorter span."
    ]


def test_the_whole_sequence_has_nothing_to_react_against_and_no_other_place() -> None:
    shown = find("hidden.1-100.0.01", scene="crowd")
    view = looked(shown)
    assert [one.name for one in view.charts] == ["together"]
    assert view.words[-2] == "Beside the span there are no other 100 steps in a row."
    assert view.notes[0].startswith("The span is the whole sequence: ")


def test_a_pattern_that_never_comes_again_is_said_not_to() -> None:
    held = "gru.hidden.1.4-5_0.95"
    two = find("hidden.5-6.0.94", scene="cue", held=held)
    assert looked(two).words[-2] == "Through no other 2 steps in a row is it on."
    one = find(
        "hidden.5-5.0.94", scene="cue", held=f"{held}~gru.hidden.0.4_0.95~gru.hidden.0.5_0.0"
    )
    assert looked(one).words[-2] == "Nearest to it: 1 of 2 is on again at step 6."
    both = find("hidden.5-5.0.94", scene="cue", held="gru.hidden.all.4_0.95~gru.hidden.all.5_0.0")
    assert looked(both).words[-2] == "At no other step is any of them on."


# What is asked --------------------------------------------------------------------------------


@given(
    track=st.sampled_from([track for tracks in TRACKS.values() for track in tracks]),
    first=st.integers(0, 9_999),
    length=st.integers(0, 9_999),
    threshold=st.floats(0, MAX_MAGNITUDE).map(lambda x: float(f"{x:.6g}")),
    begins=st.booleans(),
    ends=st.booleans(),
)
def test_every_question_fits_into_a_link(
    track: str, first: int, length: int, threshold: float, begins: bool, ends: bool
) -> None:
    span = Span(first, min(first + length, 9_999))
    text = str(Question(track, span, threshold, begins, ends))
    assert text.isascii()
    assert len(text) <= LONGEST_ASKED


@pytest.mark.parametrize(
    "text", ["hidden.5-12.0.3", "update.1-1.0", "candidate.100-100.0.25.b", "reset.2-3.1e-07.be"]
)
def test_a_question_is_read_as_it_is_written(text: str) -> None:
    shown = find(text, scene="crowd")
    question, problems = question_of(shown)
    assert (str(question), problems) == (text, [])
    assert looked(shown).chosen == text


def test_unasked_the_span_begins_where_the_scene_opens() -> None:
    shown = find(scene="crowd")
    assert looked(shown).chosen == "hidden.50-52.0.3"
    assert looked(find(scene="crowd", step=9, unit=2)).chosen == "hidden.50-52.0.3"
    assert looked(find(scene="own", own=Own(source="sine", steps=1, units=1))).chosen == (
        "hidden.1-1.0.3"
    )


def test_another_track_is_asked_the_same_with_a_threshold_of_its_kind() -> None:
    values = [choice.value for choice in looked(find("hidden.5-9.0.3.e", scene="cue")).choices]
    assert values == [
        *(f"{gate}.5-9.{GATE_THRESHOLD}.e" for gate in ("reset", "update")),
        *(f"{state}.5-9.{STATE_THRESHOLD}.e" for state in ("candidate", "hidden")),
    ]
    chosen = [choice.value for choice in looked(find("hidden.5-9.0.42", scene="cue")).choices]
    assert chosen == [f"{track}.5-9.0.42" for track in TRACKS["gru"]]


NONSENSE = {
    "hidden.12-5.0.3": "The span goes from step 12 to step 5, which comes before",
    "hidden.12-500.0.3": "The span goes from step 12 to step 500; there are the steps 1 to 100",
    "hidden.0-3.0.3": "The span goes from step 0 to step 3; there are the steps 1 to 100",
    "hidden.5-12.nan": "The threshold is not a number; it needs a number from 0",
    "hidden.5-12.inf": "The threshold is ∞; it needs a number from 0",
    "hidden.5-12.-1": "The threshold is −1; magnitudes are held against it",
    "hidden.5-12.high": "The threshold “high” is not a number from 0, like 0.3.",
    "hidden.5-12.": "The threshold “” is not a number from 0, like 0.3.",
    "hidden.5-12.1_0": "The threshold “1_0” is not a number from 0, like 0.3.",
    "hidden.5-12.0.3.x": "The threshold “0.3.x” is not a number from 0, like 0.3.",
    "forget.5-12.0.3": "This cell has no “forget”: the hidden state is shown.",
    "hidden.5.0.3": "The link asks “hidden.5.0.3”; a question reads like hidden.5-12.0.3.",
    "..": "The link asks “..”; a question reads like hidden.5-12.0.3.",
}


@pytest.mark.parametrize(("of", "said"), NONSENSE.items(), ids=NONSENSE)
def test_what_cannot_be_asked_is_named_and_the_rest_is_answered(of: str, said: str) -> None:
    shown = find(of, scene="crowd")
    view = looked(shown)
    assert view.words[0].startswith(said)
    assert len(view.words) > 1
    assert view.chosen in [choice.value for choice in view.choices]
    question, _ = question_of(shown)
    if "span" in said:
        assert question == Question("hidden", Span(49, 51), 0.3)
    elif "threshold" in said or "cell" in said:
        assert question == Question("hidden", Span(4, 11), 0.3)


@given(of=st.text("hidenupat.-0123456789bex ", max_size=40))
def test_no_question_breaks_the_lens(of: str) -> None:
    shown = find(of, scene="pulse")
    view = looked(shown)
    assert view.words
    again = find(view.chosen, scene="pulse")
    assert looked(again).chosen == view.chosen
    assert question_of(again)[1] == []


def test_a_scene_with_fewer_steps_keeps_what_it_can_of_the_question() -> None:
    setting = Setting(scene="crowd", view="find", of="hidden.50-55.0.42.b").with_choice(
        "scene", "cue"
    )
    question, problems = question_of(find(setting.of, scene="cue"))
    assert (question.threshold, question.begins) == (0.42, True)
    assert problems == [
        "The span goes from step 50 to step 55; there are the steps 1 to 20: choose among these."
    ]


# On the page ----------------------------------------------------------------------------------


def test_a_span_is_chosen_and_kept_in_the_link_without_anything_to_undo(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="crowd").send({"kind": "view", "view": "find"})
    assert here.query == {"scene": "crowd", "view": "find"}
    here.send({"kind": "view", "of": "hidden.50-55.0.3"})
    assert here.query["of"] == "hidden.50-55.0.3"
    assert here.told["lens"]["controls"]["seeking"]["first"] == 49
    assert here.told["lens"]["of"] == "hidden.50-55.0.3"
    assert not here.told["can"]["undo"]
    there = visit(**here.query)
    assert there.told["lens"]["words"] == here.told["lens"]["words"]
    assert there.told["problems"] == []


def test_edits_stay_whatever_is_asked(visit: Callable[..., Visit]) -> None:
    here = visit(scene="crowd", view="find", e="x.4.0_0.5~")
    here.send({"kind": "view", "of": "hidden.12-5.nan"})
    assert here.query["e"] == "x.4.0_0.5~"
    assert here.told["lens"]["words"][0].startswith("The span goes from step 12")
