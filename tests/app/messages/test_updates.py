"""What is sent after an edit: exact changes while they are small, colours and one unit if not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.messages.parts import Part, parts
from app.messages.updates import LARGEST_EXACT, Sent, size_of, updates
from app.messages.wire import pack
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core.conventions import TRACKS, track_range
from gru_core.situation import Target

FIRST_INPUT = Target.parse("x.0.0")
UPDATE_BIAS = Target.parse("gru.b_x.update.3")
SCREEN = Setting(scene="crowd")


def screen(*edits: tuple[Target, float], **choices: Any) -> Screen:
    setting = Setting(scene="crowd", **choices)
    for target, value in edits:
        setting = setting.with_edit(target, value)
    return screen_of(setting)


def made(shown: Screen) -> list[Part]:
    return list(parts(shown, {}))


def of_tracks(included: dict[str, Any]) -> dict[str, Any]:
    """Without what the opened cell needs besides: that is always sent whole."""
    return {name: one for name, one in included.items() if "content" not in one}


FIRST = made(screen())
LARGE = made(screen((FIRST_INPUT, 0.4)))
SMALL = made(screen((UPDATE_BIAS, 0.4)))
TRACK_NAMES = {f"{cell}.{track}" for cell in ("gru", "lstm") for track in TRACKS[cell]}  # type: ignore[index]


def sent_after(*screens: list[Part]) -> dict[str, Sent]:
    had: dict[str, Sent] = {}
    for present in screens:
        _, had = updates(present, had, 0)
    return had


def named(present: list[Part], name: str) -> Part:
    return next(part for part in present if part.name == name)


CONTENTS = {"gru.inside", "gru.vectors", "choices.scene", "choices.settings"}


def test_a_browser_that_has_nothing_gets_whole_figures() -> None:
    included, sent = updates(FIRST, {}, 0)
    figures = {name: one for name, one in included.items() if "content" not in one}
    assert included.keys() - figures.keys() == CONTENTS
    assert all(set(one) == {"data", "layout"} for one in figures.values())
    assert included.keys() == sent.keys() == {part.name for part in FIRST}
    assert not any(one.coarse for one in sent.values())


def test_a_browser_that_has_everything_gets_nothing() -> None:
    assert updates(FIRST, sent_after(FIRST), 0)[0] == {}


def test_a_small_change_is_sent_as_its_bits_and_is_exact() -> None:
    included, sent = updates(SMALL, sent_after(FIRST), 0)
    assert set(of_tracks(included)) == {f"gru.{track}" for track in TRACKS["gru"]}
    for name, one in of_tracks(included).items():
        old, new = named(FIRST, name), named(SMALL, name)
        assert one["over"] == old.digest
        assert old.numbers is not None
        restored = (old.numbers.view(np.uint32) ^ one["change"]).view(np.float32)
        np.testing.assert_array_equal(restored, new.numbers, strict=True)
        assert not sent[name].coarse


def test_a_change_of_the_frame_sends_the_whole_figure() -> None:
    other = list(parts(screen_of(Setting(scene="cue")), {}))
    included, _ = updates(FIRST, sent_after(other), 0)
    assert set(included["gru.update"]) == {"data", "layout"}


def test_a_large_change_is_sent_as_colours_with_the_numbers_of_the_unit_looked_at() -> None:
    shown = screen((FIRST_INPUT, 0.4))
    included, sent = updates(LARGE, sent_after(FIRST), 7)
    assert set(of_tracks(included)) == TRACK_NAMES
    for name, one in of_tracks(included).items():
        cell, track = name.split(".")
        truth = shown.traces[cell][track]  # type: ignore[index]
        low, high = track_range(track)
        painted = low + one["colours"].astype(np.float64) * (high - low) / 255
        assert np.abs(painted - truth.clip(low, high)).max() <= 0.5001 * (high - low) / 255
        assert one["rows"] == [7]
        np.testing.assert_array_equal(one["numbers"][0], truth[:, 7].astype(np.float32))
        assert sent[name].coarse


def test_units_sorted_otherwise_are_found_by_their_row() -> None:
    setting = Setting(scene="reader", unit=9)
    before, after = screen_of(setting), screen_of(setting.with_edit(FIRST_INPUT, -1.5))
    included, _ = updates(made(after), sent_after(made(before)), 9)
    one = included["gru.hidden"]
    assert one["rows"] == [before.orders["gru"].index(9)] != [9]
    truth = after.traces["gru"]["hidden"]
    np.testing.assert_array_equal(one["numbers"][0], truth[:, 9].astype(np.float32))


def test_another_unit_is_sent_when_it_is_looked_at() -> None:
    had = sent_after(FIRST, LARGE)
    included, sent = updates(LARGE, had, 0, looked=31)
    assert set(included) == TRACK_NAMES
    for name, one in included.items():
        numbers = named(LARGE, name).numbers
        assert numbers is not None
        assert set(one) == {"rows", "numbers"}
        np.testing.assert_array_equal(one["numbers"], numbers[31:32])
    assert sent == had
    assert len(pack({"included": included})) < 8_000


def test_a_part_that_is_wanted_whole_comes_exactly_and_stays_so() -> None:
    had = sent_after(FIRST, LARGE)
    included, sent = updates(LARGE, had, 0, wholes={"gru.update", "no such part"})
    assert set(included) == {"gru.update"}
    old, new = named(FIRST, "gru.update").numbers, named(LARGE, "gru.update").numbers
    assert old is not None
    restored = (old.view(np.uint32) ^ included["gru.update"]["change"]).view(np.float32)
    np.testing.assert_array_equal(restored, new)
    assert not sent["gru.update"].coarse
    assert sent["gru.reset"].coarse


def test_looking_at_a_unit_sends_nothing_where_the_numbers_are_there() -> None:
    assert updates(SMALL, sent_after(FIRST, SMALL), 0, looked=31)[0] == {}


@pytest.mark.parametrize("unit", [32, 999_999])
def test_a_unit_that_is_not_there_has_no_numbers(unit: int) -> None:
    included, _ = updates(LARGE, sent_after(FIRST, LARGE), 0, looked=unit)
    assert all(one["rows"] == [] and one["numbers"].size == 0 for one in included.values())


def test_taking_a_large_change_back_costs_next_to_nothing_and_is_exact_again() -> None:
    every, sent = updates(FIRST, sent_after(FIRST, LARGE), 0)
    included = of_tracks(every)
    assert set(included) == TRACK_NAMES
    assert not any(one["change"].any() for one in included.values())
    assert not any(one.coarse for one in sent.values())
    assert len(pack({"included": included})) < 3_000


def test_a_small_change_after_a_large_one_counts_from_the_last_complete_numbers(
    new_browser: Callable[[], Any],
) -> None:
    both = made(screen((FIRST_INPUT, 0.4), (UPDATE_BIAS, 0.4)))
    browser, had = new_browser(), {}
    for present in (FIRST, LARGE, both, SMALL, FIRST, LARGE, FIRST):
        included, had = updates(present, had, 3)
        digests = {part.name: part.digest for part in present}
        browser.take({"included": included, "parts": digests})
        for part in present:
            if not part.track:
                continue
            (trace,) = browser[part.name]["data"]
            assert part.numbers is not None
            if had[part.name].coarse:
                np.testing.assert_array_equal(trace["z"][3], part.numbers[3])
                assert np.isnan(trace["z"][4]).all()
            else:
                np.testing.assert_array_equal(trace["z"], part.numbers)


def test_the_size_of_a_change_is_what_packing_it_takes() -> None:
    """Compared with the packed bytes, so that "small" means small on the way."""
    for after in (LARGE, SMALL, made(screen((Target.parse("x.70.1"), 0.4)))):
        had = sent_after(FIRST)
        changes = {
            part.name: part.numbers.view(np.uint32) ^ had[part.name].numbers.view(np.uint32)  # type: ignore[union-attr]
            for part in after
            if part.numbers is not None and had[part.name].digest != part.digest
        }
        told = sum(map(size_of, changes.values()))
        assert 0.8 < len(pack(changes)) / told < 1.25
        assert (told > LARGEST_EXACT) == (after is LARGE)
