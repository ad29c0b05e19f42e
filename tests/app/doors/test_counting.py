"""Places are given back, and a pace allows a burst."""

import pytest

from app.doors.counting import FullError, Pace, Paces, Places


def test_an_address_has_its_share_and_all_have_theirs() -> None:
    places = Places(each=2, all=3)
    with places.one("a"), places.one("a"), places.one("b"):
        for address in ("a", "b", "c"):
            assert places.are_full_for(address)
            with pytest.raises(FullError), places.one(address):
                pass
    assert not places.taken


def test_a_place_is_given_back_by_whoever_fails() -> None:
    places = Places(each=1, all=1)
    with pytest.raises(ZeroDivisionError), places.one("a"):
        _ = 1 / 0
    with places.one("b"):
        assert places.are_full_for("a")


def test_a_burst_goes_at_once_and_the_rest_at_the_pace() -> None:
    pace = Pace(second=10, burst=3)
    assert [pace.wait(0.0) for _ in range(5)] == pytest.approx([0, 0, 0, 0.1, 0.2])


def test_who_rests_may_burst_again_and_no_more_than_that() -> None:
    pace = Pace(second=10, burst=3)
    for _ in range(3):
        pace.wait(0.0)
    assert [pace.wait(100.0) for _ in range(4)] == pytest.approx([0, 0, 0, 0.1])


def test_who_asks_too_early_is_told_when_and_asking_is_not_counted() -> None:
    paces = Paces(second=0.5, burst=2)
    assert [paces.wait("a", 0.0) for _ in range(5)] == pytest.approx([0, 0, 2, 2, 2])
    assert paces.wait("b", 0.0) == 0.0
    assert [paces.wait("a", 2.0) for _ in range(2)] == pytest.approx([0, 2])


def test_addresses_that_have_rested_are_forgotten() -> None:
    paces = Paces(second=1, burst=10)
    for i in range(100):
        paces.wait(f"{i}", 0.0)
    for _ in range(5):
        paces.wait("late", 8.0)
    paces.wait("later", 11.0)
    assert set(paces.of) == {"late", "later"}
