"""The units from top to bottom: as chosen, by the run before any edit, and never moving after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.screen import ordering
from app.screen.baseline import baseline_of
from app.screen.ordering import MANY_UNITS, offered, sort_of
from app.screen.screen import Screen, screen_of
from app.setting.setting import SORT, Setting
from app.words.say import say
from gru_core import Trace
from gru_core.analysis.behaviour import (
    Similar,
    order_by_half_life,
    order_by_keep,
    order_by_similarity,
    similar,
)
from gru_core.conventions import CHO, CHUNG
from gru_core.scenes.own import Own
from gru_core.situation import parse_edits
from tests.app.visiting import Visit

ORDERS = {
    "behaviour": order_by_keep,
    "half-life": order_by_half_life,
    "similarity": order_by_similarity,
}


def screen(edits: str = "", **setting: Any) -> Screen:
    return screen_of(Setting(edits=parse_edits(edits).edits, **setting))


def test_every_order_has_a_name_to_choose_it_by() -> None:
    names = {say(f"controls.notation.options.sort.{sort}") for sort in SORT}
    assert len(names) == len(SORT)


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("scene", ["crowd", "reader"])
def test_units_of_both_cells_stand_in_the_order_of_their_own_run(scene: str, sort: str) -> None:
    shown = screen(scene=scene, sort=sort)
    for cell, trace in shown.traces.items():
        assert shown.orders[cell] == tuple(ORDERS[sort](trace).tolist())
        assert shown.orders[cell] != tuple(range(trace.units))


@pytest.mark.parametrize("sort", SORT)
def test_a_plain_rnn_is_sorted_by_similarity_alone(sort: str) -> None:
    shown = screen(scene="crowd", alongside="rnn", sort=sort)
    by_number = tuple(range(shown.traces["rnn"].units))
    assert (shown.orders["rnn"] == by_number) == (sort != "similarity")
    said = shown.baseline.sorting["rnn"].said
    assert (said == say("screen.ordering.no_gate")) == (sort in ("behaviour", "half-life"))


def test_unasked_the_reader_is_sorted_by_keeping_and_every_other_scene_by_number() -> None:
    assert screen(scene="reader").orders == screen(scene="reader", sort="behaviour").orders
    for scene in ("crowd", "cue"):
        shown = screen(scene=scene)
        assert sort_of(None, shown.scene) == "number"
        for cell, order in shown.orders.items():
            assert order == tuple(range(shown.traces[cell].units))
            assert shown.baseline.sorting[cell].said == ""


@pytest.mark.parametrize("sort", ORDERS)
def test_no_row_moves_while_numbers_are_edited_or_written_otherwise(sort: str) -> None:
    before = screen(scene="crowd", sort=sort)
    edits = "gru.b_x.update.3_-9~gru.b_x.update.26_9~x.4.0_3"
    assert screen(edits, scene="crowd", sort=sort).orders == before.orders
    assert screen(scene="crowd", sort=sort, notation=CHUNG).orders == before.orders


def test_an_order_is_offered_where_there_are_many_units_or_a_link_has_one() -> None:
    few, many = (
        baseline_of(Setting(scene="own", own=Own(units=units))).base
        for units in (MANY_UNITS, MANY_UNITS + 1)
    )
    assert not offered(None, few)
    assert offered(None, many)
    assert offered("number", few)


def test_an_order_is_made_once_for_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(trace: Trace) -> Similar:
        made.append(trace.cell)
        return similar(trace)

    monkeypatch.setattr(ordering, "similar", counted)
    asked = Setting(scene="crowd", seed=71, sort="similarity")
    for notation in (None, CHO, CHUNG):
        assert len(screen_of(replace(asked, notation=notation)).orders) == 2
    assert made == ["gru", "lstm"]
    assert len(screen_of(replace(asked, alongside="rnn")).orders) == 2
    assert made == ["gru", "lstm", "rnn"]


# On the page ----------------------------------------------------------------------------------


def test_an_order_is_chosen_said_and_kept_in_the_link(visit: Callable[..., Visit]) -> None:
    here = visit(scene="reader")
    for sort, said in (
        ("half-life", "sorted, longest half-life on top"),
        ("similarity", "sorted, similar units together: "),
        ("behaviour", "sorted, most keeping on top"),
    ):
        here.choose("sort", sort)
        assert here.query["sort"] == sort
        order = screen(scene="reader", sort=sort).orders
        for panel in here.told["panels"]:
            assert tuple(panel["order"]) == order[panel["cell"]]
            assert said in panel["note"]
    here.choose("sort", "number")
    assert "sorted" not in here.told["panels"][0]["note"]


def test_where_nothing_keeps_the_note_says_why_rows_are_by_number(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="crowd", sort="half-life", **{"with": "rnn"})
    assert "sorted, longest half-life on top" in here.told["panels"][0]["note"]
    assert say("screen.ordering.no_gate") in here.told["panels"][1]["note"]


def orders_offered(here: Visit) -> bool:
    """Whether the order of the units can be chosen behind the button."""
    return "sort" in here.offered


def test_where_units_are_many_an_order_is_behind_the_button(visit: Callable[..., Visit]) -> None:
    here = visit(scene="crowd")
    assert orders_offered(here)
    assert here.told["chosen"]["sort"] == "number"
    here.choose("sort", "similarity")
    assert here.query["sort"] == "similarity"
    assert (
        tuple(here.told["panels"][0]["order"])
        == screen(scene="crowd", sort="similarity").orders["gru"]
    )


def test_few_units_have_no_such_choice_there(visit: Callable[..., Visit]) -> None:
    assert not orders_offered(visit(scene="cue"))
    assert orders_offered(visit(scene="cue", sort="similarity"))
    here = visit(scene="reader")
    assert orders_offered(here)
    assert here.told["chosen"]["sort"] == "behaviour"
