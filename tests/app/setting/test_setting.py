"""A setting is one value; undo, redo and choices change what they say and nothing else."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.setting.model import Model
from app.setting.parameters import MODEL_TABLE, OWN_TABLE, TABLE
from app.setting.setting import ALONGSIDE, LONGEST_HISTORY, MATCH, SORT, History, Setting
from gru_core.changes.interventions import parse_interventions
from gru_core.scenes.own import Own
from gru_core.situation import Target

TARGETS = st.sampled_from(
    [
        Target.parse(text)
        for text in (
            *("x.0.0", "x.4.1", "gru.h0.2", "lstm.c0.0", "rnn.h0.1", "gru.w_x.update.3.0"),
            *(
                "gru.w_h.candidate.1.2",
                "gru.b_x.reset.0",
                "lstm.b_h.forget.1",
                "rnn.w_h.hidden.0.0",
            ),
        )
    ]
)
VALUES = st.floats(-10_000, 10_000)
EDITS = st.lists(st.tuples(TARGETS, VALUES), max_size=8)
CURSORS = st.none() | st.integers(0, 300)


@st.composite
def settings(draw: st.DrawFn) -> Setting:
    """Any setting that a visitor can reach."""
    setting = Setting(
        scene=draw(st.sampled_from(["pulse", "cue", "reader"])),
        word=draw(st.sampled_from(["", "gate", "memory"])),
        alongside=draw(st.sampled_from(ALONGSIDE)),
        match=draw(st.sampled_from(MATCH)),
        seed=draw(st.none() | st.integers(0, 2**32 - 1)),
        sort=draw(st.none() | st.sampled_from(SORT)),
        step=draw(CURSORS),
        unit=draw(CURSORS),
    )
    for target, value in draw(EDITS):
        setting = setting.with_edit(target, value)
    return setting


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A history after any pushes, then any undos."""
    history = History(draw(settings()))
    for setting in draw(st.lists(settings(), max_size=5)):
        history = history.push(setting)
    for _ in range(draw(st.integers(0, 5))):
        history = history.undo()
    return history


# Undo and redo --------------------------------------------------------------------------------


@given(history=histories(), setting=settings())
def test_undo_takes_back_the_last_push(history: History, setting: Setting) -> None:
    pushed = history.push(setting)
    assert pushed.present == setting
    if setting != history.present:
        assert pushed.undo().present == seen_from(setting, history.present)
        assert pushed.undo().past == history.past


def seen_from(here: Setting, other: Setting) -> Setting:
    """Another setting with the cursor where it is now, if it is of the same sequence."""
    if (here.scene, here.word) != (other.scene, other.word):
        return other
    return replace(other, step=here.step, unit=here.unit)


def less_cursors(history: History) -> tuple[tuple[Setting, ...], ...]:
    """Everything of a history but where one looked."""
    rows = (history.past, (history.present,), history.future)
    return tuple(tuple(replace(one, step=None, unit=None) for one in row) for row in rows)


def test_undo_and_redo_leave_the_cursor_where_it_is() -> None:
    history = History(Setting(step=3, unit=1)).push(Setting(step=3, unit=1, alongside="rnn"))
    moved = history.moved(12, 2).undo()
    assert (moved.present.alongside, moved.present.step, moved.present.unit) == ("lstm", 12, 2)
    assert moved.moved(5, 0).redo().present == Setting(step=5, unit=0, alongside="rnn")


@given(history=histories())
def test_redo_after_undo_and_undo_after_redo_change_nothing(history: History) -> None:
    if history.past:
        assert less_cursors(history.undo().redo()) == less_cursors(history)
    if history.future:
        assert less_cursors(history.redo().undo()) == less_cursors(history)


@given(history=histories(), setting=settings())
def test_a_push_forgets_what_had_been_undone_unless_it_changes_nothing(
    history: History, setting: Setting
) -> None:
    assert history.push(history.present) is history
    if setting != history.present:
        assert history.push(setting).future == ()
        assert history.push(setting).redo() == history.push(setting)


@given(history=histories())
def test_undoing_and_redoing_everything_comes_back_to_the_same_screen(history: History) -> None:
    steps = len(history.past)
    moved = history
    for _ in range(steps):
        moved = moved.undo()
    assert moved.undo() == moved
    first, present = (
        replace(one, step=None, unit=None) for one in (moved.present, history.present)
    )
    assert first == (replace(history.past[0], step=None, unit=None) if steps else present)
    for _ in range(steps):
        moved = moved.redo()
    assert less_cursors(moved) == less_cursors(history)


@given(history=histories(), step=st.integers(0, 50), unit=st.integers(0, 50))
def test_moving_the_cursor_is_not_undoable_and_undoes_nothing(
    history: History, step: int, unit: int
) -> None:
    moved = history.moved(step, unit)
    assert (moved.present.step, moved.present.unit) == (step, unit)
    assert (moved.past, moved.future) == (history.past, history.future)
    assert replace(moved.present, step=None, unit=None) == replace(
        history.present, step=None, unit=None
    )


def test_a_history_keeps_only_so_many_settings_the_latest_ones() -> None:
    history = History()
    for value in range(LONGEST_HISTORY + 50):
        history = history.push(history.present.with_edit(Target.parse("x.0.0"), value))
    assert len(history.past) == LONGEST_HISTORY
    assert history.undo().present.edits[0].value == LONGEST_HISTORY + 48


# Edits ----------------------------------------------------------------------------------------


@given(setting=settings(), target=TARGETS, first=VALUES, last=VALUES)
def test_a_cell_has_one_edit_the_last(
    setting: Setting, target: Target, first: float, last: float
) -> None:
    edited = setting.with_edit(target, first).with_edit(target, last)
    assert [edit.value for edit in edited.edits if edit.target == target] == [last]
    others = [edit for edit in setting.edits if edit.target != target]
    assert [edit for edit in edited.edits if edit.target != target] == others
    assert replace(edited, edits=()) == replace(setting, edits=())


@given(setting=settings(), target=TARGETS, value=VALUES)
def test_reverting_a_cell_leaves_the_other_edits(
    setting: Setting, target: Target, value: float
) -> None:
    reverted = setting.with_edit(target, value).without_edit(target)
    assert reverted.edits == tuple(edit for edit in setting.edits if edit.target != target)
    assert reverted.without_edit(target) == reverted


@given(setting=settings())
def test_resetting_drops_every_edit_and_nothing_else(setting: Setting) -> None:
    assert setting.without_edits().edits == ()
    assert replace(setting.without_edits(), edits=setting.edits) == setting


# Choices --------------------------------------------------------------------------------------


@given(setting=settings())
def test_another_scene_keeps_only_how_to_compare(setting: Setting) -> None:
    assert setting.with_choice("scene", "crowd") == Setting(
        scene="crowd", alongside=setting.alongside, match=setting.match
    )


@given(setting=settings())
def test_another_word_keeps_the_weights_and_drops_the_edited_input(setting: Setting) -> None:
    changed = setting.with_choice("word", "gate")
    kept = tuple(edit for edit in setting.edits if edit.target.owner != "x")
    assert changed == replace(setting, word="gate", edits=kept, step=None, unit=None)


@given(setting=settings(), choice=st.sampled_from([("match", "parameters"), ("seed", 3)]))
def test_redrawn_weights_keep_what_was_changed_in_them(
    setting: Setting, choice: tuple[str, object]
) -> None:
    assert setting.with_choice(*choice) == replace(setting, **{choice[0]: choice[1]})


CHANGED = Setting(scene="own").with_edit(Target.parse("gru.b_x.update.1"), 2.0)


@pytest.mark.parametrize(
    "own", [Own(steps=7), Own(units=2), Own(scheme="zeros"), Own(source="noise")]
)
def test_another_scene_of_ones_own_keeps_what_was_changed(own: Own) -> None:
    changed = replace(CHANGED, interventions=parse_interventions("gru.update.0_0.5").interventions)
    after = changed.with_choice("own", own)
    assert (after.own, after.edits) == (own, changed.edits)
    assert after.interventions == changed.interventions


def test_changes_of_one_s_own_are_there_again_after_another_scene() -> None:
    there = CHANGED.with_choice("scene", "cue")
    assert there.edits == ()
    edited = there.with_edit(Target.parse("gru.b_x.reset.0"), 1.0)
    assert edited.with_choice("scene", "own").edits == CHANGED.edits
    assert edited.with_choice("scene", "own").with_choice("scene", "cue").edits == ()


def test_each_layer_of_a_model_has_its_own_changes() -> None:
    model = Model(file="k", layer="a")
    first = replace(CHANGED, scene="model", model=model)
    other = first.with_choice("model", model.of_layer("b"))
    assert other.edits == ()
    edited = other.with_edit(Target.parse("gru.h0.0"), 1.0)
    again = edited.with_choice("model", model)
    assert again.edits == CHANGED.edits
    assert again.with_choice("model", replace(model, steps=9)).edits == CHANGED.edits
    assert again.with_choice("model", model.of_layer("b")).edits == edited.edits


LOOKS = [("alongside", "rnn"), *(("sort", sort) for sort in SORT)]


@given(setting=settings(), choice=st.sampled_from(LOOKS))
def test_looking_otherwise_drops_no_edit(setting: Setting, choice: tuple[str, object]) -> None:
    assert setting.with_choice(*choice) == replace(setting, **{choice[0]: choice[1]})


# The table ------------------------------------------------------------------------------------


def test_every_field_stands_in_the_link() -> None:
    assert {parameter.field for parameter in TABLE} | {
        "edits",
        "own",
        "own_seed",
        "away",
        "model",
        "interventions",
        "pinned",
    } == {field.name for field in fields(Setting)}
    assert {parameter.field for parameter in OWN_TABLE} == {f.name for f in fields(Own) if f.init}
    assert {parameter.field for parameter in MODEL_TABLE} == {f.name for f in fields(Model)}


@pytest.mark.parametrize("choices", [ALONGSIDE, MATCH])
def test_the_default_is_the_first_choice(choices: tuple[str, ...]) -> None:
    default = Setting()
    assert choices[0] in (default.alongside, default.match)


def test_the_order_of_units_is_the_scene_s_own_until_somebody_chooses() -> None:
    assert Setting().sort is None
    sorted_one = Setting(scene="crowd").with_choice("sort", "similarity")
    assert sorted_one.with_choice("scene", "reader").sort is None
