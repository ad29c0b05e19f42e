"""Every number of a plot too large to be sent, in blocks: the core's, for whoever may ask."""

import gc
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.weights import joined
from app.messages import numbers as module
from app.messages.numbers import MOST_IN_BLOCK, GoneError, answer, malformed, matrix
from app.messages.stage import message
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.screen.tickets import MOST_HELD, Held, setting_of
from app.session.state import Session
from app.setting.setting import LOOKING, History, Setting
from app.words.say import say
from gru_core import Trace, run
from gru_core.conventions import CHUNG, GATES, TRACKS, Cell
from gru_core.errors import GatescopeError
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target, apply_edits

Unpack = Callable[[bytes], Any]
EDITS = (Edit(Target.parse("x.200.0"), 1.5), Edit(Target.parse("gru.b_x.update.3"), -2.0))
WIDE = Setting(scene="own", own=Own(source="noise", steps=451, units=96), seed=3, edits=EDITS)
# The layers differ in size, and the input is too wide for lines.
TEXT = Own(source="text", text="so it goes " * 30, units=80)
UNEQUAL = replace(WIDE, own=TEXT, match="parameters", edits=())
WRITES = replace(WIDE, notation=CHUNG)
SETTINGS = {"wide": WIDE, "unequal": UNEQUAL, "writes": WRITES, "reader": Setting(scene="reader")}


@lru_cache(maxsize=8)
def screen(setting: Setting) -> Screen:
    return screen_of(setting)


@lru_cache(maxsize=8)
def truth(setting: Setting) -> Mapping[Cell, Trace]:
    """What the core makes of a setting, apart from what the app keeps."""
    there = apply_edits(screen(setting).base, setting.edits)
    return {
        cell: run(weights, there.x, there.initials[cell], exactly=True)
        for cell, weights in there.weights.items()
    }


def shown_track(setting: Setting, cell: Cell, name: str) -> np.ndarray:
    """(step, unit), as the notation has it."""
    track = truth(setting)[cell][name]
    return 1 - track if setting.notation is CHUNG and name == "update" else track


def whole(
    unpack: Unpack, ticket: str, part: str, size: tuple[int, int], unit: int = 0
) -> np.ndarray:
    """A plot put together from its blocks, some columns at a time."""
    rows, columns = size
    found = np.full(size, np.nan, np.float32)
    tall, wide = MOST_IN_BLOCK // columns, columns // 2 + 1
    for top in range(0, rows, tall):
        for left in range(0, columns, wide):
            block = (slice(top, min(top + tall, rows)), slice(left, min(left + wide, columns)))
            asked = [f"{one.start}:{one.stop}" for one in block]
            query = {"part": part, "rows": asked[0], "columns": asked[1], "unit": str(unit)}
            received = unpack(answer(ticket, query))
            assert tuple(received["size"]) == size
            assert received["numbers"].dtype == np.float32
            found[block] = received["numbers"]
    return found


# Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETTINGS)
def test_every_number_of_every_track_comes_as_the_core_has_it(unpack: Unpack, name: str) -> None:
    setting = SETTINGS[name]
    held, orders = Held(), screen(setting).orders
    for cell, trace in truth(setting).items():
        for track in TRACKS[cell]:
            values = shown_track(setting, cell, track).T[list(orders[cell])]
            size = (trace.units, trace.steps)
            found = whole(unpack, held.name_of(setting), f"{cell}.{track}", size)
            np.testing.assert_array_equal(found, values.astype(np.float32))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_input_comes_with_its_edits(unpack: Unpack, name: str) -> None:
    setting, held = SETTINGS[name], Held()
    x = apply_edits(screen(setting).base, setting.edits).x
    found = whole(unpack, held.name_of(setting), "x", x.T.shape)
    np.testing.assert_array_equal(found, x.T.astype(np.float32))
    if setting is WIDE:
        assert found[0, 200] == 1.5


@pytest.mark.parametrize("name", SETTINGS)
def test_the_weights_come_as_the_joined_matrix_with_edits_order_and_notation(
    unpack: Unpack, name: str
) -> None:
    setting, held = SETTINGS[name], Held()
    shown = screen(setting)
    weights = apply_edits(shown.base, setting.edits).weights
    for cell, gates in ((cell, GATES[cell]) for cell in weights):
        for gate in gates:
            sign = -1 if setting.notation is CHUNG and gate == "update" else 1
            order = shown.orders[cell]
            values = joined(weights[cell], gate, order, sign, shown.biases)
            part = f"{cell}.weights.{gate}"
            found = whole(unpack, held.name_of(setting), part, values.shape)
            np.testing.assert_array_equal(found, values.astype(np.float32))


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("unit", [0, 79])
def test_the_lines_of_a_unit_have_a_column_for_each_quantity(
    unpack: Unpack, name: str, unit: int
) -> None:
    setting, held = SETTINGS[name], Held()
    x = apply_edits(screen(setting).base, setting.edits).x
    for cell, trace in truth(setting).items():
        columns = [*x.T] if x.shape[1] <= 3 else []
        if unit < trace.units:
            columns += [shown_track(setting, cell, track)[:, unit] for track in TRACKS[cell]]
        if not columns:
            with pytest.raises(GatescopeError, match="No such numbers"):
                matrix(screen(setting), f"{cell}.lines", unit)
            continue
        size = (trace.steps, len(columns))
        found = whole(unpack, held.name_of(setting), f"{cell}.lines", size, unit)
        np.testing.assert_array_equal(found, np.transpose(columns).astype(np.float32))


# Asking ---------------------------------------------------------------------------------------

SOUND = {"part": "gru.update", "rows": "0:3", "columns": "0:451"}


@pytest.mark.parametrize(
    "asked",
    [
        *({"part": part} for part in ("", "gru", "gru.", "gpu.update", "gru.forget", "x.0")),
        *({"part": part} for part in ("gru.weights", "gru.weights.forget", "gru.near", "rnn.x")),
        *({"part": part} for part in ("gru.h0", "../x", "gru.update\0", "gru.__class__")),
        *({"rows": rows} for rows in ("", "0", "0:", ":3", "3:3", "4:3", "0:97", "-1:3", "0:3:1")),
        *({"columns": text} for text in ("0:452", "0:99999999", "0x1:2", "٠:١", "0:1e2", " 0:3")),
        *({"part": "gru.lines", "unit": unit} for unit in ("-1", "1.5", "", "x", "99999999")),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused_in_words_and_stops_nothing(
    unpack: Unpack, asked: dict[str, str]
) -> None:
    held = Held()
    ticket = held.name_of(WIDE)
    with pytest.raises(GatescopeError) as caught:
        answer(ticket, SOUND | asked)
    assert str(caught.value) == str(malformed())
    assert unpack(answer(ticket, SOUND))["numbers"].shape == (3, 451)


def test_no_question_asks_for_more_than_a_block() -> None:
    held = Held()
    # 96 × 451 would fit; the Reader's weights do not.
    answer(held.name_of(WIDE), SOUND | {"rows": "0:96"})
    whole_matrix = {"part": "gru.weights.update", "rows": "0:256", "columns": "0:514"}
    with pytest.raises(GatescopeError, match=f"At most {MOST_IN_BLOCK} numbers come at once"):
        answer(held.name_of(Setting(scene="reader")), whole_matrix)


def test_the_stage_is_told_how_large_a_block_may_be() -> None:
    assert message(screen_of(WIDE), Page())[0]["limits"]["block"] == MOST_IN_BLOCK


@given(st.dictionaries(st.sampled_from(["part", "rows", "columns", "unit"]) | st.text(), st.text()))
def test_no_question_leads_to_anything_but_numbers_or_words(query: dict[str, str]) -> None:
    held, words = Held(), str(malformed())
    try:
        zlib.decompress(answer(held.name_of(Setting()), query))
    except GatescopeError as error:
        words = str(error)
    assert words == str(malformed())


# Tickets --------------------------------------------------------------------------------------


def test_without_a_ticket_there_is_nothing() -> None:
    held = Held()
    for name in ("", "x", held.name_of(WIDE)[:-1], f"{held.name_of(WIDE)}a", "\0"):
        with pytest.raises(GoneError) as caught:
            answer(name, SOUND)
        assert str(caught.value) == say("messages.numbers.gone")


def test_a_ticket_ends_with_the_page_that_holds_it() -> None:
    held = Held()
    name = held.name_of(WIDE)
    answer(name, SOUND)
    del held
    gc.collect()
    assert setting_of(name) is None
    with pytest.raises(GoneError):  # although its numbers are still kept
        answer(name, SOUND)


def test_each_page_has_tickets_of_its_own_that_cannot_be_guessed() -> None:
    pages = [Held() for _ in range(50)]
    names = {page.name_of(WIDE) for page in pages}
    assert len(names) == len(pages)
    assert min(map(len, names)) >= 24


@pytest.mark.parametrize("name", [field.name for field in fields(Setting)])
def test_looking_elsewhere_keeps_the_ticket_and_anything_else_is_another(name: str) -> None:
    held = Held()
    ticket = held.name_of(WIDE)
    other = replace(WIDE, **{name: ("something else",)})  # type: ignore[arg-type]
    assert (held.name_of(other) == ticket) == (name in (*LOOKING, "step", "unit"))
    assert held.name_of(replace(WIDE)) == ticket


def test_a_page_holds_the_tickets_of_its_last_screens() -> None:
    held = Held()
    settings = [WIDE.with_edit(EDITS[0].target, float(value)) for value in range(MOST_HELD + 1)]
    names = [held.name_of(setting) for setting in settings[:-1]]
    assert held.name_of(settings[0]) == names[0]  # gone back to
    held.name_of(settings[-1])
    kept = [setting_of(name) for name in names]
    assert kept == [settings[0], None, *settings[2:-1]]


def test_the_page_is_told_its_ticket() -> None:
    here = Session(history=History(WIDE))
    told = message(screen_of(WIDE), here.page())[0]["numbers"]
    assert setting_of(told) == WIDE
    assert message(screen_of(replace(WIDE, step=3)), here.page())[0]["numbers"] == told


def test_the_numbers_of_a_plot_are_put_together_once_for_all_its_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held, made = Held(), []
    monkeypatch.setattr(module, "matrix", lambda *about: made.append(about) or matrix(*about))
    for row in range(10):
        answer(held.name_of(WIDE), SOUND | {"rows": f"{row}:{row + 1}", "unit": str(row)})
    assert len(made) == 1
