"""Every message of the stage does what it says; a hostile one changes nothing and is answered."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.session.events import Outcome, handle
from app.session.typed import LARGEST_VALUE, number
from app.setting.setting import History, Setting
from gru_core.conventions import CHUNG
from gru_core.errors import GatescopeError
from gru_core.situation import Edit, Target, parse_edits

X = Target.parse("x.3.0")
BIAS = Target.parse("gru.b_x.update.3")
BEFORE = History(Setting(step=3, unit=1)).push(Setting(step=3, unit=1).with_edit(X, 0.5))


def edits(outcome: Outcome) -> dict[str, float]:
    return {str(edit.target): edit.value for edit in outcome.history.present.edits}


def event(kind: str, **details: Any) -> dict[str, Any]:
    return {"seq": 1, "kind": kind, **details}


# Each kind ------------------------------------------------------------------------------------


def test_commit_sets_a_cell_to_an_exact_number() -> None:
    outcome = handle(BEFORE, event("commit", target=str(BIAS), value=0.1 + 0.2))
    assert edits(outcome) == {"x.3.0": 0.5, str(BIAS): 0.1 + 0.2}
    assert outcome.problem == ""
    assert outcome.history.undo().present == BEFORE.present


def test_commit_of_a_whole_number_is_a_number() -> None:
    outcome = handle(BEFORE, event("commit", target="x.3.0", value=-1))
    assert edits(outcome) == {"x.3.0": -1.0}
    assert isinstance(outcome.history.present.edits[0].value, float)


def test_type_reads_a_number_as_people_write_it() -> None:
    assert edits(handle(BEFORE, event("type", target="x.3.0", text=" −1.25 "))) == {"x.3.0": -1.25}


def test_revert_takes_one_cell_back_and_reset_all_of_them() -> None:
    two = handle(BEFORE, event("commit", target=str(BIAS), value=1)).history
    assert edits(handle(two, event("revert", target="x.3.0"))) == {str(BIAS): 1}
    assert edits(handle(two, event("reset"))) == {}
    assert handle(two, event("reset")).history.undo().present == two.present


def test_undo_and_redo_move_along_the_history() -> None:
    undone = handle(BEFORE, event("undo")).history
    assert undone.present.edits == ()
    assert handle(undone, event("redo")).history == BEFORE
    assert handle(undone, event("undo")).history == undone


def test_grab_asks_for_a_sweep_at_the_cursor_and_changes_nothing() -> None:
    outcome = handle(BEFORE, event("grab", target=str(BIAS), step=7, unit=2))
    assert outcome.grab is not None
    assert (outcome.grab.target, outcome.grab.step, outcome.grab.unit) == (BIAS, 7, 2)
    assert outcome.looked == 2
    assert outcome.history == BEFORE.moved(7, 2)


def test_show_names_the_gate_whose_weights_are_wanted() -> None:
    outcome = handle(BEFORE, event("show", cell="gru", gate="reset"))
    assert outcome.gate == ("gru", "reset")
    assert outcome.history == BEFORE


def test_need_asks_for_everything_again() -> None:
    assert handle(BEFORE, event("need")).resend
    assert not handle(BEFORE, event("undo")).resend


def test_what_is_drawn_changes_its_steps_in_one_change() -> None:
    outcome = handle(BEFORE, event("draw", channel=0, first=2, values=[0.1, -0.25, 1]))
    assert edits(outcome) == {"x.2.0": 0.1, "x.3.0": -0.25, "x.4.0": 1.0}
    assert outcome.history.undo().present == BEFORE.present


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"channel": 0, "first": 0},
        {"channel": -1, "first": 0, "values": [1.0]},
        {"channel": 0, "first": "0", "values": [1.0]},
        {"channel": 0, "first": 0, "values": [1.0, "2"]},
        {"channel": 0, "first": 0, "values": [True]},
        {"channel": 0, "first": 0, "values": 3},
    ],
)
def test_a_drawing_that_is_not_one_changes_nothing(details: dict[str, Any]) -> None:
    outcome = handle(BEFORE, event("draw", **details))
    assert outcome.problem == "What was drawn did not arrive whole; draw it again."
    assert outcome.history == BEFORE


def test_a_drawing_of_more_steps_than_can_be_changed_changes_nothing() -> None:
    for count in (2000, 2001, 50_000):
        outcome = handle(BEFORE, event("draw", channel=0, first=9, values=[0.5] * count))
        assert "more than 2000 numbers" in outcome.problem
        assert outcome.history == BEFORE


def test_a_view_is_no_change_to_undo() -> None:
    outcome = handle(BEFORE, event("view", cell="lstm", form="joined"))
    present = outcome.history.present
    assert (present.cell, present.form) == ("lstm", "joined")
    assert outcome.history.past == BEFORE.past
    assert outcome.history.undo().present.cell == "lstm"


def test_large_type_stays_whatever_is_opened_or_taken_back() -> None:
    history = handle(BEFORE, event("view", type="large")).history
    assert history.past == BEFORE.past
    elsewhere = history.push(history.present.with_choice("scene", "cue"))
    assert elsewhere.present.type == "large"
    changed = handle(elsewhere, event("view", type="normal")).history
    assert changed.undo().present == replace(history.present, type="normal")
    refused = handle(BEFORE, event("view", type="huge"))
    assert refused.history == BEFORE
    assert refused.problem == "There is no such view; choose another one."


def test_under_the_write_polarity_numbers_of_the_update_gate_are_kept_negated() -> None:
    write = History(Setting(notation=CHUNG))
    for target, kept in ((BIAS, 2.0), (Target.parse("gru.b_x.reset.3"), -2.0)):
        for kind, what in (("commit", {"value": -2.0}), ("type", {"text": "-2"})):
            assert edits(handle(write, event(kind, target=str(target), **what))) == {
                str(target): kept
            }
    zero = handle(write, event("commit", target=str(BIAS), value=0.0))
    assert str(edits(zero)[str(BIAS)]) == "0.0"


def test_look_asks_for_the_numbers_of_a_unit_without_moving_the_cursor() -> None:
    outcome = handle(BEFORE, event("look", of=12, step=3, unit=1))
    assert outcome.looked == 12
    assert outcome.history == BEFORE


@pytest.mark.parametrize("unit", [None, -1, "1", 1.0, True, 10**9])
def test_looking_at_no_unit_is_answered_in_words(unit: Any) -> None:
    outcome = handle(BEFORE, event("look", of=unit))
    assert outcome.looked is None
    assert outcome.problem == "There is no such unit to look at; choose another one."


@pytest.mark.parametrize("kind", ["commit", "grab", "undo", "need", "no such thing"])
def test_every_event_brings_the_cursor_along(kind: str) -> None:
    outcome = handle(
        BEFORE.push(BEFORE.present.with_edit(BIAS, 1)) if kind == "commit" else History(Setting()),
        event(kind, target="x.0.0", value=0, step=11, unit=5),
    )
    assert (outcome.history.present.step, outcome.history.present.unit) == (11, 5)


@pytest.mark.parametrize(
    "cursor", [{"step": 4}, {"step": -1, "unit": 0}, {"step": 1.5, "unit": 0}, {"step": True}]
)
def test_half_a_cursor_or_an_impossible_one_is_not_followed(cursor: dict[str, Any]) -> None:
    assert handle(BEFORE, event("need", **cursor)).history == BEFORE


# Hostile messages -----------------------------------------------------------------------------

TARGETED = ("commit", "type", "revert", "grab")
BAD_TARGETS: tuple[Any, ...] = (
    *(None, "", 0, True, [], {}, "x", "x.", "x.0", "x.0.0.0", "x.-1.0", "x.0.a", "X.0.0", "gru"),
    *("gru.w_x", "gru.w_x.nothing.0.0", "gru.c0.0", "gpu.h0.0", "gru.b_x.update.1e3", "x.0.0 "),
    *("gru.__class__.0", "../../etc/passwd", "x.٣.0", "x." + "9" * 10**6 + ".0", "." * 10**5),
    *(["x.0.0"], {"owner": "x"}, "\0", "\ud800", "x.0.0~x.1.0", "gru.b_x.update.0000"),
)
BAD_VALUES: tuple[Any, ...] = (
    *(None, "", "0.5", True, False, [], [0.5], {}, {"value": 0.5}, float("nan")),
    *(float("inf"), float("-inf"), 1e300, -1e300, 10**400, -(10**400), 10_001, -10_001),
)
BAD_TEXTS: tuple[Any, ...] = (
    *(None, "", " ", "abc", "0x10", "1_000", "1,5", "1e5", "1e400", "inf", "-inf", "nan", "1 2"),
    *("NaN", True, [], {}, [1], "9" * 10**6, "1e" + "9" * 10**6, "−−1", "½", "0.5\0", "--1", "e5"),
)
BAD_KINDS: tuple[Any, ...] = (None, "", 0, True, "Commit", "__init__", "commit ", [], {}, ["undo"])


def refused(message: dict[str, Any]) -> str:
    """The sentence a message is answered with, after a look at what it must not do."""
    outcome = handle(BEFORE, message)
    assert outcome.history == BEFORE
    assert outcome.grab is None
    assert not outcome.resend
    assert outcome.problem.rstrip().endswith(".")
    assert len(outcome.problem) < 400
    json.dumps(outcome.problem).encode()
    return outcome.problem


def ids(value: Any) -> str:
    return repr(value)[:30]


@pytest.mark.parametrize("target", BAD_TARGETS, ids=ids)
@pytest.mark.parametrize("kind", TARGETED)
def test_a_target_that_is_none_is_refused(kind: str, target: Any) -> None:
    refused(event(kind, target=target, value=0.5, text="0.5"))


@pytest.mark.parametrize("kind", TARGETED)
def test_a_message_without_its_fields_is_refused(kind: str) -> None:
    refused(event(kind))


@pytest.mark.parametrize("value", BAD_VALUES, ids=ids)
def test_a_value_that_is_no_fitting_number_is_refused(value: Any) -> None:
    assert "number" in refused(event("commit", target="x.3.0", value=value))


@pytest.mark.parametrize("text", BAD_TEXTS, ids=ids)
def test_a_text_that_is_no_fitting_number_is_refused(text: Any) -> None:
    assert "number" in refused(event("type", target="x.3.0", text=text))


@pytest.mark.parametrize("kind", BAD_KINDS, ids=ids)
def test_a_kind_that_is_none_is_refused(kind: Any) -> None:
    refused({"seq": 1, "kind": kind, "target": "x.3.0", "value": 0.1})


def test_a_message_of_nothing_is_refused() -> None:
    refused({})


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"cell": "gpu", "gate": "reset"},
        {"cell": "gru", "gate": "forget"},
        {"cell": [], "gate": 1},
    ],
    ids=ids,
)
def test_a_gate_that_no_cell_has_is_refused(asked: dict[str, Any]) -> None:
    assert handle(BEFORE, event("show", **asked)).gate is None
    refused(event("show", **asked))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
KINDS = (
    "grab",
    "commit",
    "type",
    "revert",
    "reset",
    "undo",
    "redo",
    "show",
    "look",
    "view",
    "draw",
    "need",
)
FIELDS = ("target", "value", "text", "step", "unit", "cell", "gate", "seq")


@given(
    kind=st.sampled_from(KINDS) | JUNK,
    details=st.dictionaries(st.sampled_from(FIELDS) | st.text(), JUNK, max_size=8),
)
@example(kind="commit", details={"target": "x.0.0", "value": 10**400})
@example(kind=[], details={})
def test_no_message_raises_and_every_reachable_setting_is_sound(
    kind: Any, details: dict[str, Any]
) -> None:
    outcome = handle(BEFORE, {"kind": kind, **details})
    found = outcome.history.present
    assert all(abs(edit.value) <= LARGEST_VALUE for edit in found.edits)
    assert found.step is None or (type(found.step) is int and found.step >= 0)
    if outcome.problem:
        assert found.edits == BEFORE.present.edits


@given(target=st.text(max_size=40) | st.sampled_from(["x.3.0", "gru.h0.1"]), value=st.floats())
def test_what_a_commit_leaves_behind_can_stand_in_a_link(target: str, value: float) -> None:
    outcome = handle(BEFORE, event("commit", target=target, value=value))
    for edit in outcome.history.present.edits:
        assert parse_edits(str(edit)).edits == (edit,)


# Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("1e-3", 0.001), ("−0.5", -0.5), ("-0.5", -0.5), ("+2", 2.0), (".5", 0.5), ("5.", 5.0)],
        *[(" 7 ", 7.0), ("1E2", 100.0), ("10000", 10_000.0), ("−1e4", -10_000.0), ("1e−3", 0.001)],
        *[("0", 0.0), ("007", 7.0), ("1e-400", 0.0), ("0.1", 0.1)],
    ],
)
def test_a_number_is_read_as_written(text: str, value: float) -> None:
    assert number(text) == value


@given(value=st.floats(-LARGEST_VALUE, LARGEST_VALUE))
def test_every_number_in_range_can_be_typed_in_full(value: float) -> None:
    assert number(repr(value)) == value
    assert number(repr(value).replace("-", "−")) == value


OUT_OF_RANGE = ("NaN", "inf", "1e400", "99999")  # as they were typed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0x10", "“0x10” is not a number, like 0.5 or 1e-3."),
        ("1_000", "“1_000” is not a number, like 0.5 or 1e-3."),
        ("1,5", "“1,5” is not a number, like 0.5 or 1e-3. Write decimals with a point."),
        (" ", "Nothing is typed; a number from −10000 to 10000 is needed."),
        ("z" * 50, f"“{'z' * 39}…” is not a number, like 0.5 or 1e-3."),
        *((text, f"“{text}” is not a number from −10000 to 10000.") for text in OUT_OF_RANGE),
    ],
    ids=ids,
)
def test_what_is_no_number_is_said_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(GatescopeError) as caught:
        number(text)
    assert str(caught.value) == message


def test_an_edit_takes_the_value_that_was_read() -> None:
    outcome = handle(History(), event("type", target="x.0.0", text="1e-3"))
    assert outcome.history.present.edits == (Edit(Target.parse("x.0.0"), 0.001),)


def test_a_page_that_computes_otherwise_is_noted_and_gets_every_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd = {"kind": "differ", "cell": "gru\n" * 30, "track": ["x"], "most": "?"}
    outcome = handle(History(), odd)
    assert outcome.resend
    assert outcome.history == History()
    (told,) = caplog.messages
    assert "otherwise than this server" in told
    assert "“?” of “?”" in told
    handle(History(), {"kind": "differ", "cell": "gru", "track": "update", "most": 1e-9})
    assert "“update” of “gru”" in caplog.messages[-1]


@pytest.mark.parametrize("value", [None, 3, [], {}, ["pulse"], "nonsense", "", "x" * 5000])
@pytest.mark.parametrize("name", ["scene", "notation", "biases", "sort", "nonsense", None, []])
def test_a_list_is_told_only_what_it_offers(name: object, value: object) -> None:
    before = History()
    outcome = handle(before, {"kind": "choose", "name": name, "value": value})
    assert outcome.history == before
    assert outcome.problem
