"""Every lens answers on every screen: its charts, its tables and its words fit together."""

import re
import string
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.lenses import LENSES, QUESTIONS, charts, told, view_of
from app.lenses.base import Axis, Chart, View, chosen_of
from app.messages.wire import pack
from app.screen.baseline import scenes
from app.screen.screen import Screen, screen_of
from app.setting.parameters import LONGEST_ASKED
from app.setting.setting import ALONGSIDE, CELL_VIEW, LOOKING, VIEWS, Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CHUNG
from gru_core.scenes.own import Own
from tests.app.lensing import asked, looked, message_of, nothing_is_measured, screen
from tests.app.lensing import chart as chart_of
from tests.app.visiting import Unpack, Visit

__all__ = ["nothing_is_measured"]
pytestmark = pytest.mark.usefixtures("nothing_is_measured")

# Of the pairs of units of a phase portrait; its fixed points are those of all pairs.
MOST_PAIRS = 2
# Of the opened cell itself every screen tells the same, whichever view is open.
ASKING = [view for view, lens in LENSES.items() if not lens.inside]
# The looks that assets/stage/plots/key.js can draw.
DASHES = {"solid", "dash", "dot", "dashdot"} | {
    *("circle", "circle-open", "square", "square-open", "diamond", "triangle-up")
}
PLACES = {"row", "column", "value", "percent", "steps"}  # that it puts into `says`
# Factors that a term does not have, a count that nobody has published, a part of nothing.
WITH_GAPS = {"why": "terms", "cost": "published", "gradients": "share"}


def some_asked(shown: Screen) -> list[str]:
    found = asked(shown)
    return [found[0], *found[1 - MOST_PAIRS :]] if shown.setting.view == "phase" else found


def length(axis: Axis, shown: Screen) -> int:
    steps = len(shown.labels) + 1 - axis.first
    return {"steps": steps, "units": len(axis.order), "names": len(axis.names)}[axis.kind]


def points(chart: Chart) -> int:
    """As assets/stage/lens/lens.js counts them."""
    return sum(len(trace.x) for trace in chart.figure.data if trace.meta != "behind")


def is_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"\S.*[.…]", text)) and (text[0].isupper() or text[1] in " \u0303")


def assert_chart_is_whole(chart: Chart, shown: Screen) -> None:
    """Its axes name every number; its figure has as many places as there are rows."""
    name, size = chart.name, (length(chart.rows, shown), length(chart.columns, shown))
    assert chart.values.shape == size, name
    for axis in (chart.rows, chart.columns):
        assert len(set(axis.names)) == len(axis.names), f"{name}: two of {axis.noun} are alike"
        assert bool(axis.noun) == (axis.kind == "names"), name
        assert len(set(axis.order)) == len(axis.order) or axis.kind == "names", name
        assert len(axis.order) in (0, length(axis, shown)), name
    if WITH_GAPS.get(shown.setting.view) != name:
        assert not np.isnan(chart.values).any(), name
    data = chart.figure.data
    if chart.reads == "grid":
        assert data[0].z.shape == chart.values.shape, name
    elif chart.reads == "across":
        assert {len(trace.x) for trace in data} == {len(chart.values)}, name
    elif chart.reads == "points":
        assert points(chart) == len(chart.values), name
    assert chart.title
    assert chart.corner.isalpha()
    assert chart.height > 0
    assert {place for _, place, _, _ in string.Formatter().parse(chart.says) if place} <= PLACES
    assert all(dash in DASHES and color and said for color, dash, said in chart.key), name


def assert_sound(shown: Screen, unpack: Unpack) -> View:
    """The lens is built, and what it tells reaches the stage whole."""
    view = looked(shown)
    names = [chart.name for chart in view.charts]
    assert len(set(names)) == len(names)
    for chart in view.charts:
        assert_chart_is_whole(chart, shown)
    assert view.chosen in [choice.value for choice in view.choices] or not view.choices
    assert all(map(is_sentence, (*view.words, *view.notes))), (view.words, view.notes)
    assert view.charts or view.words or view.controls, "there is nothing to see"
    sent = unpack(pack({"lens": told(shown, view), "parts": dict(charts(view))}))
    assert [chart["part"] for chart in sent["lens"]["charts"]] == list(sent["parts"])
    for chart in view.charts:
        sheet = sent["parts"][f"lens.{chart.name}"]["sheet"]
        np.testing.assert_array_equal(sheet["values"], chart.values.astype(np.float64))
        assert len(sheet["rows"].get("names", chart.rows.names)) == len(chart.rows.names)
    return view


def every_question(shown: Screen) -> Iterator[Screen]:
    for of in some_asked(shown):
        yield replace(shown, setting=replace(shown.setting, of=of))


# Every screen ---------------------------------------------------------------------------------


@pytest.mark.sampled(60)
@pytest.mark.parametrize("alongside", ALONGSIDE)
@pytest.mark.parametrize("scene", list(scenes()))
@pytest.mark.parametrize("view", ASKING)
def test_a_lens_answers_every_question_on_every_screen(
    unpack: Unpack, view: str, scene: str, alongside: Any
) -> None:
    """The cell alongside is opened, or the GRU where there is none."""
    cell = "gru" if alongside == "none" else alongside
    shown = screen(view, scene=scene, alongside=alongside, cell=cell)
    assert shown.problems == ()
    for one in every_question(shown):
        assert assert_sound(one, unpack).chosen == one.setting.of


CHANGED = "x.3.0_0.7~gru.w_x.candidate.1.0_-1.5~lstm.h0.0_0.25"
HELD = "gru.reset.1.2-9_0.25~gru.update.all.4_0.0~lstm.cell.0.all_-2.0~gru.hidden.0.7_0.5"


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("view", ASKING)
def test_a_lens_answers_while_numbers_are_changed_held_pinned_and_written_otherwise(
    unpack: Unpack, view: str, cell: Any
) -> None:
    pinned = Setting(scene="cue")
    shown = screen(view, "", CHANGED, HELD, scene="cue", cell=cell, notation=CHUNG, pinned=pinned)
    assert (len(shown.edits), len(shown.situation.interventions)) == (3, 4)
    for one in every_question(shown):
        assert_sound(one, unpack)


@pytest.mark.parametrize("view", ASKING)
@pytest.mark.parametrize("alongside", ALONGSIDE)
def test_a_single_unit_over_a_single_step_is_enough_for_every_lens(
    unpack: Unpack, view: str, alongside: Any
) -> None:
    """Warnings are errors."""
    own = Own(source="parity", steps=1, units=1)
    held = "gru.update.0.0_1.0"
    cell = "gru" if alongside == "none" else alongside
    for more in ({}, {"held": held, "pinned": Setting(scene="own", own=own)}):
        shown = screen(view, scene="own", own=own, alongside=alongside, cell=cell, **more)
        for one in every_question(shown):
            assert_sound(one, unpack)


FAR = "x.3.0_1e15~gru.w_x.candidate.1.0_1e15~lstm.w_x.candidate.0.0_1e15~rnn.w_h.hidden.0.1_1e15"
EXTREMES: dict[str, dict[str, Any]] = {
    "far inputs and weights": {"scene": "cue", "edits": FAR},
    "far states": {"scene": "cue", "edits": "gru.h0.0_-1e15~lstm.c0.1_1e15~rnn.h0.0_1e15"},
    "far states held": {"scene": "cue", "held": "gru.hidden.0.all_1e15~lstm.cell.1.all_-1e15"},
    "tiny": {"scene": "cue", "edits": "x.3.0_1e-300", "held": "gru.update.0.all_5e-324"},
    "zeros": {"scene": "own", "own": Own(source="noise", steps=9, units=3, scheme="zeros")},
    "computed by PyTorch": {"scene": "crowd", "engine": "torch"},
    "computed by PyTorch in float32": {"scene": "reader", "engine": "torch"},
}


@pytest.mark.sampled(20)
@pytest.mark.parametrize("extreme", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("view", ASKING)
def test_a_lens_answers_whatever_a_link_says(
    unpack: Unpack, view: str, extreme: dict[str, Any]
) -> None:
    """The largest numbers, no weights at all, and an engine that rounds otherwise."""
    for alongside, cell in (("lstm", "gru"), ("lstm", "lstm"), ("rnn", "rnn")):
        assert_sound(screen(view, **extreme, alongside=alongside, cell=cell), unpack)


LARGE = {"long": Own(source="noise", steps=2000, units=64), "wide": Own("noise", 1000, 256)}
MOST_MEMORY = 200_000_000
# Seconds of the processor, above what they take by a factor that a busy machine needs.
MOST_SECONDS = 30.0


@pytest.mark.sampled(6)
@pytest.mark.parametrize("own", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("view", ASKING)
def test_a_large_screen_is_answered_in_bounded_memory_and_time(
    unpack: Unpack, view: str, own: Own
) -> None:
    base = Setting(scene="own", own=own)
    held = (Intervention("gru", "reset", 0.0),) if view == "holding" else ()
    shown = screen_of(replace(base, view=view, interventions=held, pinned=base))
    assert shown.condensed
    assert shown.traces["gru"]["hidden"].dtype == np.float32
    questions = asked(shown)[:2]
    for of in questions:
        one = replace(shown, setting=replace(shown.setting, of=of))
        began = time.process_time()
        tracemalloc.start()
        view_of(one)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < MOST_MEMORY
        assert time.process_time() - began < MOST_SECONDS
    assert_sound(one, unpack)


# What is drawn --------------------------------------------------------------------------------


def drawn_numbers(chart: Chart) -> np.ndarray:
    """The numbers of a figure as its table has them, (row, column)."""
    data = chart.figure.data
    if chart.reads == "grid":
        return np.asarray(data[0].z)
    if chart.name == "terms":
        return np.asarray(data[0].x)[:, None]
    if chart.reads == "points":
        return np.concatenate([np.stack([t.x, t.y], axis=1) for t in data if t.meta != "behind"])
    order = reversed(data) if chart.name == "both" else data  # the present run is drawn last
    return np.stack([trace.y for trace in order], axis=1)


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("why", ["terms"]),
        ("kept", ["gru.kept", "lstm.kept"]),
        ("memory", ["gru.map", "lstm.map", "gru.age", "lstm.half"]),
        ("gradients", ["state", "paths", "share", "input"]),
        ("saturation", ["gru.saturation", "lstm.saturation"]),
        ("pinned", ["both", "less.update", "less.hidden"]),
        ("phase", ["portrait", "eigenvalues"]),
    ],
)
def test_what_is_drawn_are_the_numbers_of_the_table(view: str, names: list[str]) -> None:
    pinned = Setting(scene="crowd", edits=screen("why", edits="x.3.0_0.9").edits)
    shown = screen(view, scene="crowd", unit=11, step=30, pinned=pinned)
    for name in names:
        found, table = chart_of(shown, name), chart_of(shown, name).values
        drawn, width = drawn_numbers(found), drawn_numbers(found).shape[1]
        if view == "gradients" and name != "share":
            drawn, table = np.nan_to_num(10.0**drawn), np.where(table >= 1e-16, table, 0)
        if name.endswith((".age", ".half")):
            table = np.minimum(table, len(shown.labels))
        expected = table[:, -1:] if name == "terms" else table[:, :width]
        near = 0 if view == "gradients" else 1e-7
        np.testing.assert_allclose(drawn, expected, rtol=1e-6, atol=near, err_msg=name)


# What is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ASKING)
@pytest.mark.parametrize("of", ["nothing", "Update", "unit0"])
def test_what_a_lens_is_not_for_falls_to_what_it_shows_unasked(view: str, of: str) -> None:
    first, other = (screen(view, of=of, scene="cue") for of in ("", of))
    assert looked(other).chosen == looked(first).chosen
    assert looked(other).words == looked(first).words
    for one, same in zip(looked(first).charts, looked(other).charts, strict=True):
        np.testing.assert_array_equal(one.values, same.values)


def test_the_first_choice_is_taken_where_there_is_no_such_thing() -> None:
    choices = looked(screen("memory")).choices
    assert [chosen_of(of, choices) for of in ("", "layer", "no")] == ["unit", "layer", "unit"]


@pytest.mark.parametrize("scene", ["crowd", "reader"])
def test_every_choice_can_stand_in_a_link(scene: str) -> None:
    for view in ASKING:
        for of in asked(screen(view, scene=scene, cell="lstm")):
            assert of.isascii()
            assert len(of) <= LONGEST_ASKED


# What a view depends on -----------------------------------------------------------------------


def said(view: View) -> list[Any]:
    """All that a view says and shows, to be compared."""
    sheets = [(one.name, one.title, one.symbol, one.values.tobytes()) for one in view.charts]
    return [list(view.words), list(view.notes), view.chosen, sheets]


@pytest.mark.parametrize("axis", ["step", "unit"])
@pytest.mark.parametrize("view", ASKING)
def test_a_view_that_changes_with_the_cursor_is_asked_for_again_when_it_moves(
    view: str, axis: str
) -> None:
    """The stage asks where `at` is no longer where the cursor is (assets/stage/lens/lens.js)."""
    pinned = Setting(scene="cue", edits=screen("why", edits="x.3.0_0.1").edits)
    for of in asked(screen(view, scene="cue")):
        here, there = (
            screen(
                *(view, of, "", HELD),
                **{"scene": "cue", "pinned": pinned, "step": 9, "unit": 1, axis: place},
            )
            for place in (0, 2)
        )
        follows = axis in message_of(here)["at"]
        if said(looked(here)) != said(looked(there)):
            assert follows, f"{view} of {of} changes with the {axis}"
        if follows:
            assert message_of(here)["at"][axis] == 0


# The table of lenses --------------------------------------------------------------------------


def test_a_link_can_name_the_cell_and_every_lens() -> None:
    assert tuple(LENSES) == VIEWS
    assert {"view", "of"} <= set(LOOKING)


@pytest.mark.parametrize("view", ASKING)
def test_a_lens_says_in_two_sentences_what_to_look_for(view: str) -> None:
    lens = LENSES[view]
    for look in lens.look.values():
        assert len(re.findall(r"[.!?](?= [A-Z]|$)", look)) == 2
        assert look.endswith(".")
    assert lens.help
    assert not lens.help.endswith(".")
    assert lens.label == lens.label.strip() != ""


def test_no_two_lenses_are_called_alike() -> None:
    labels = [lens.label for lens in LENSES.values()]
    assert len(set(labels)) == len(labels)


def test_every_view_answers_one_question() -> None:
    answers = [lens.name for lenses in QUESTIONS.values() for lens in lenses]
    assert sorted(answers) == sorted(VIEWS)


# On the page ----------------------------------------------------------------------------------


def test_a_lens_is_opened_asked_and_left_without_anything_to_undo(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="cue").send({"kind": "view", "view": "memory"})
    assert (here.told["lens"]["view"], here.told["lens"]["of"]) == ("memory", "unit")
    assert here.query == {"scene": "cue", "view": "memory"}
    listed = [one["view"] for group in here.told["lens"]["questions"] for one in group["views"]]
    assert sorted(listed) == sorted(VIEWS)
    here.send({"kind": "view", "of": "layer"})
    assert here.query == {"scene": "cue", "view": "memory", "of": "layer"}
    assert "lens.gru.map" in here.told["parts"]
    here.send({"kind": "view", "view": "saturation"})
    assert (here.told["lens"]["of"], here.query) == ("", {"scene": "cue", "view": "saturation"})
    assert "lens.gru.map" not in here.told["parts"]
    here.send({"kind": "view", "view": CELL_VIEW})
    assert here.told["lens"]["inside"]
    assert here.query == {"scene": "cue"}
    assert not here.told["can"]["undo"]


@pytest.mark.parametrize("view", ASKING)
def test_a_link_opens_every_lens_without_a_word_of_trouble(
    visit: Callable[..., Visit], view: str
) -> None:
    here = visit(scene="cue", view=view)
    assert here.told["problems"] == []
    assert here.told["lens"]["view"] == view
    assert here.told["lens"]["look"] == LENSES[view].look
    assert {f"lens.{chart.name}" for chart in looked(screen(view, scene="cue")).charts} == {
        part for part in here.told["parts"] if part.startswith("lens.")
    }


@pytest.mark.parametrize(
    "details",
    [{"view": "nothing"}, {"view": ["memory"]}, {"view": None}, {"of": "\ud800"}, {"of": "größer"}],
)
def test_a_view_that_is_none_is_refused_and_the_page_goes_on(
    visit: Callable[..., Visit], details: dict[str, Any]
) -> None:
    here = visit(view="memory").send({"kind": "view", **details})
    assert here.told["answer"] == "There is no such view; choose another one."
    assert here.query == {"view": "memory"}
    assert here.send({"kind": "view", "of": "layer"}).told["lens"]["of"] == "layer"
