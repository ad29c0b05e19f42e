"""Places are given back, and a pace allows a burst."""

import pytest

from app.doors.counting import FullError, Pace, Places


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
