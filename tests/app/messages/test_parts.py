"""An edit sends the figures it changes and no other; a digest stands for its figure's numbers."""

import itertools
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import app.messages.parts as module
from app.compute.store import ENTRY, STORE, Shelf, Store
from app.figures.figure import Figure
from app.lenses import view_of
from app.lenses.wiring import substeps
from app.messages.parts import Part, parts, shared_parts
from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.analysis.inside import inside
from gru_core.conventions import GATES, TRACKS
from gru_core.situation import parse_edits

OPENED = (".inside", ".vectors")


def made(setting: Setting, gates: dict[str, str] | None = None) -> dict[str, Part]:
    return {part.name: part for part in parts(screen_of(setting), gates or {})}


def edited(setting: Setting, edits: str) -> Setting:
    found, rejected = parse_edits(edits)
    assert rejected == []
    for edit in found:
        setting = setting.with_edit(edit.target, edit.value)
    return setting


def resent(before: Setting, after: Setting) -> set[str]:
    """The names of the figures that the second screen needs anew."""
    return {name for name in every_resent(before, after) if not name.endswith(OPENED)}


def every_resent(before: Setting, after: Setting) -> set[str]:
    """The same with what the opened cell needs besides."""
    had = {name: part.digest for name, part in made(before).items()}
    return {name for name, part in made(after).items() if had.get(name) != part.digest}


# What there is --------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", list(scenes()))
@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
def test_a_screen_has_the_tracks_states_lines_and_weights_of_its_cells(
    scene: str, alongside: str
) -> None:
    names = list(made(Setting(scene=scene, alongside=alongside)))  # type: ignore[arg-type]
    cells = ["gru"] if alongside == "none" else ["gru", alongside]
    assert len(set(names)) == len(names)
    predicted = {"prediction"} if scene in ("elnino", "speech") else set()
    assert {name.split(".")[0] for name in names} == {"x", "choices", *cells, *predicted}
    for cell in cells:
        assert {f"{cell}.{track}" for track in TRACKS[cell]} <= set(names)
        assert {f"{cell}.lines", f"{cell}.h0"} <= set(names)
        shown = [name for name in names if name.startswith(f"{cell}.weights.")]
        # Every gate of a small cell; of a large one the gate that was chosen.
        assert len(shown) == (1 if scene in ("reader", "speech") else len(GATES[cell]))
    assert ("lstm.c0" in names) == (alongside == "lstm")


def test_a_large_cell_shows_the_gate_that_was_chosen() -> None:
    reader = Setting(scene="reader", alongside="none")
    assert "gru.weights.update" in made(reader)
    chosen = made(reader, {"gru": "candidate"})
    assert "gru.weights.candidate" in chosen
    assert "gru.weights.update" not in chosen
    assert made(reader, {"gru": "no such gate"}).keys() == made(reader).keys()


# What an edit sends ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "names"),
    [
        # The pulse scene has no recurrent weights, so only the gate itself and the state change.
        ("gru.b_x.update.3_2.0", {"gru.update", "gru.hidden"}),
        ("gru.b_x.update.0_2.0", {"gru.update", "gru.hidden"}),
        ("gru.w_x.candidate.3.0_1.0", {"gru.candidate", "gru.hidden"}),
        ("gru.w_h.reset.3.3_1.0", {"gru.reset"}),
        ("gru.h0.3_0.5", {"gru.hidden"}),
        # Without a weight to act through, a change of the reset gate changes nothing else.
        ("gru.b_h.reset.1_1.0", {"gru.reset"}),
        ("lstm.b_x.output.3_0.0", {"lstm.output", "lstm.hidden"}),
        ("lstm.c0.0_1.0", {"lstm.cell", "lstm.hidden"}),
        ("lstm.h0.0_1.0", set()),
        (
            "x.3.0_0.5",
            {
                *("gru.update", "gru.candidate", "gru.hidden"),
                *("lstm.input", "lstm.forget", "lstm.candidate", "lstm.cell", "lstm.hidden"),
            },
        ),
    ],
)
def test_an_edit_resends_exactly_the_figures_it_changes(edits: str, names: set[str]) -> None:
    scene = Setting(scene="pulse")
    after = edited(scene, edits)
    assert resent(scene, after) == names
    assert resent(after, scene) == names


def test_an_edit_of_a_recurrent_gru_weight_leaves_the_input_matrices_and_the_lstm_alone() -> None:
    scene = Setting(scene="crowd")
    sent = resent(scene, edited(scene, "gru.w_h.update.3.5_0.7"))
    assert sent == {f"gru.{track}" for track in TRACKS["gru"]}


def test_an_edit_to_the_same_number_resends_nothing() -> None:
    scene = Setting(scene="pulse")
    assert resent(scene, edited(scene, "gru.b_x.update.3_6.0")) == set()


def test_moving_the_cursor_resends_nothing() -> None:
    first = Setting(scene="crowd", step=3, unit=1)
    assert resent(first, Setting(scene="crowd", step=50, unit=2)) == set()


@pytest.mark.parametrize("edit", ["lstm.c0.3_2.5", "gru.h0.3_2.5", "x.3.0_1.5"])
def test_no_edit_moves_the_axis_of_the_lines(edit: str) -> None:
    scene = Setting(scene="pulse")
    assert {"gru.lines", "lstm.lines"}.isdisjoint(resent(scene, edited(scene, edit)))


def test_only_the_opened_cell_sends_what_is_inside_it() -> None:
    for cell in ("gru", "lstm"):
        names = made(Setting(cell=cell))  # type: ignore[arg-type]
        assert {name for name in names if name.endswith(OPENED)} == {
            f"{cell}.inside",
            f"{cell}.vectors",
        }
    assert "gru.inside" in made(Setting(cell="lstm", alongside="rnn"))  # there is no LSTM


def test_what_is_inside_follows_what_it_is_made_of() -> None:
    scene, lstm = Setting(scene="pulse"), Setting(scene="pulse", cell="lstm")
    changed = "gru.b_x.update.3_2.0"
    assert {"gru.inside", "gru.vectors"} <= every_resent(scene, edited(scene, changed))
    assert not {"lstm.inside", "lstm.vectors"} & every_resent(lstm, edited(lstm, changed))


def test_a_small_layer_sends_the_inside_of_every_unit_and_a_large_one_that_of_the_cursor() -> None:
    small, large = (
        made(Setting(scene=scene, unit=2))["gru.inside"].content for scene in ("pulse", "crowd")
    )
    assert small is not None
    assert large is not None
    assert (small["units"], large["units"]) == ([0, 1, 2, 3], [2])
    assert every_resent(Setting(scene="pulse", unit=0), Setting(scene="pulse", unit=1)) == set()
    other = every_resent(Setting(scene="crowd", unit=0), Setting(scene="crowd", unit=1))
    assert other == {"gru.inside"}


def test_the_numbers_inside_are_those_of_the_core() -> None:
    shown = screen_of(Setting(scene="cue", cell="lstm"))
    content = made(Setting(scene="cue", cell="lstm"))["lstm.inside"].content
    assert content is not None
    for unit in content["units"]:
        truth = inside(shown.situation.weights["lstm"], shown.traces["lstm"], unit)
        for name, series in content["series"].items():
            np.testing.assert_array_equal(series[unit], truth[name].astype(np.float32))
    # Everything that the equations name, and nothing else: three units, so all sums are short.
    named = set().union(*(substep.numbers for substep in substeps(shown)))
    assert set(content["series"]) == named


def test_a_view_with_equations_has_their_numbers() -> None:
    assert "lstm.inside" in made(Setting(scene="cue", cell="lstm", view="why"))
    assert "lstm.inside" not in made(Setting(scene="cue", cell="lstm", view="memory"))


def test_another_cell_alongside_sends_that_cell() -> None:
    sent = resent(Setting(scene="cue"), Setting(scene="cue", alongside="rnn"))
    assert {name.split(".")[0] for name in sent} == {"rnn", "choices"}  # its size has its name


def test_matrices_show_the_scenes_own_numbers_for_the_stage_to_write_edits_over() -> None:
    scene = Setting(scene="pulse")
    after = edited(scene, "gru.b_x.update.3_2.0~x.3.0_0.5~gru.h0.1_0.5~lstm.c0.0_1.0")
    fixed = {"x", "gru.h0", "lstm.h0", "lstm.c0"}
    before = made(scene)
    names = {name for name in before if name in fixed or ".weights." in name}
    assert {name: made(after)[name].digest for name in names} == {
        name: before[name].digest for name in names
    }


# Digests --------------------------------------------------------------------------------------

SCREENS = [
    *(Setting(scene=name, alongside=cell) for name in ("pulse", "cue") for cell in ("lstm", "rnn")),
    Setting(scene="pulse", match="parameters"),
    Setting(scene="crowd"),
    Setting(scene="crowd", seed=2),
    Setting(scene="pulse", unit=0),
    edited(Setting(scene="pulse"), "gru.b_x.update.3_2.0"),
    edited(Setting(scene="pulse"), "gru.b_x.update.3_2.0000000000000004"),
    edited(Setting(scene="pulse"), "x.3.0_-0.0"),
    edited(Setting(scene="pulse"), "x.0.0_-0.0"),
]


def test_parts_have_the_same_digest_if_and_only_if_they_are_the_same_figure() -> None:
    made_of = [made(screen) for screen in SCREENS]
    drawn = [
        {name: part.build().checked.to_json() for name, part in found.items() if part.build}
        for found in made_of
    ]
    compared, wasted = 0, []
    for one, other in itertools.combinations(range(len(SCREENS)), 2):
        for name in drawn[one].keys() & drawn[other].keys():
            compared += 1
            same_digest = made_of[one][name].digest == made_of[other][name].digest
            if same_digest:
                assert drawn[one][name] == drawn[other][name], name
            elif drawn[one][name] == drawn[other][name]:
                wasted.append(name)
    assert compared > 300
    assert wasted == []


def test_the_same_setting_has_the_same_digests_each_time() -> None:
    for screen in SCREENS:
        again = {name: part.digest for name, part in made(screen).items()}
        assert again == {name: part.digest for name, part in made(screen).items()}
        assert all(
            re.fullmatch(r"[0-9a-f]{18}\.([0-9a-f]{18})?", digest) for digest in again.values()
        )


def test_what_must_be_sent_is_known_without_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_: object) -> None:
        raise AssertionError("a figure was drawn before anyone asked for it")

    for figure in ("track_heatmap", "input_heatmap", "initial_strip", "unit_lines", "gate_weights"):
        assert hasattr(module, figure)
        monkeypatch.setattr(module, figure, drawn)
    assert len(list(parts(screen_of(Setting()), {}))) > 10


# What is made anew ----------------------------------------------------------------------------


def test_a_scene_that_was_open_before_is_opened_without_making_a_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = Setting(scene="cue", alongside="rnn")
    first = {name: part.whole() for name, part in made(setting).items()}
    monkeypatch.setattr(Figure, "__init__", lambda *_, **__: pytest.fail("a figure was made"))
    again = {name: part.whole() for name, part in made(setting).items()}
    for name, figure in first.items():
        np.testing.assert_equal(again[name], figure, name)


def test_a_kept_figure_has_the_numbers_of_its_own_screen() -> None:
    one = made(Setting(scene="pulse"))
    other = made(edited(Setting(scene="pulse"), "gru.b_x.update.1_3.0"))
    for screen in (one, other, one):
        part = screen["gru.update"]
        np.testing.assert_array_equal(part.whole()["data"][0]["z"], part.numbers)
    assert one["gru.update"].frame == other["gru.update"].frame
    assert not np.array_equal(one["gru.update"].numbers, other["gru.update"].numbers)


def test_kept_figures_hold_no_tracks(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are kept for all visitors, and would be large."""
    parts = made(Setting(scene="crowd", sort="similarity"))
    figures: Shelf[Any] = Shelf("figures", Store(STORE.most), each=0)
    monkeypatch.setattr(module, "_figures", figures)
    parts["gru.hidden"].whole()
    assert figures.store.size <= module.FRAME + ENTRY


@pytest.mark.parametrize("view", ["cell", "memory"])
def test_a_scene_as_it_was_prepared_is_made_once_for_all(view: str) -> None:
    screen = screen_of(Setting(scene="cue", view=view))
    seen = view_of(screen)
    once, again = (shared_parts(screen, {}, seen) for _ in range(2))
    assert again is once
    fresh = list(parts(screen, {}, seen))
    assert [(one.name, one.digest) for one in once] == [(one.name, one.digest) for one in fresh]
    for other in ({"step": 2}, {"unit": 1}, {"form": "joined"}):
        there = screen_of(Setting(scene="cue", view=view, **other))
        mine = [one.digest for one in shared_parts(there, {}, view_of(there))]
        assert mine == [one.digest for one in parts(there, {}, view_of(there))]


@pytest.mark.parametrize(
    "setting",
    [
        Setting(scene="cue", edits=parse_edits("x.1.0_0.5").edits),
        Setting(scene="cue", pinned=Setting(scene="cue")),
        Setting(scene="own"),
    ],
)
def test_what_is_a_visitor_s_own_is_not_kept(setting: Setting) -> None:
    screen = screen_of(setting)
    once, again = (shared_parts(screen, {}, view_of(screen)) for _ in range(2))
    assert again is not once


@pytest.mark.parametrize("why", ["waiting", "of_server"])
def test_a_view_that_is_another_later_is_not_kept(why: str) -> None:
    screen = screen_of(Setting(scene="cue", view="memory"))
    passing = replace(view_of(screen), **{why: True})
    once, again = (shared_parts(screen, {}, passing) for _ in range(2))
    assert again is not once
