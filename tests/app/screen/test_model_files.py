"""Files of a visitor's own model: as long as a page has them, and no longer."""

import gc
import time
import weakref

import numpy as np
import pytest

from app.compute import uploads
from app.compute.store import STORE
from app.screen.baseline import baseline_of, scenes
from app.screen.screen import screen_of
from app.setting import link
from app.setting.setting import Setting
from tests.app.modelling import Open, packed
from tests.core.scenes.test_loaded import entry


def test_a_second_page_at_the_same_link_has_the_model_as_long_as_the_first(
    open_model: Open,
) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    other = open_model(file=here.query["file"])
    assert other.problems == []
    np.testing.assert_array_equal(other.hidden("gru"), here.hidden("gru"))


def test_files_of_a_page_that_is_gone_are_dropped_after_a_while(open_model: Open) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    key, now = here.query["file"], time.monotonic()
    upload = uploads.find(key)
    assert upload is not None
    uploads.sweep(lambda page: page in upload.pages, now + 1000)  # still open
    uploads.sweep(lambda page: False, now + 1000 + uploads.LINGER - 1)  # a reload takes its time
    assert uploads.find(key) is upload
    uploads.sweep(lambda page: False, now + 1000 + uploads.LINGER + 1)
    assert uploads.find(key) is None
    assert here.look().problems == [
        "The model of this link is not here any more: open its file again."
    ]


def test_a_file_that_goes_takes_what_was_made_of_it_and_nothing_else(open_model: Open) -> None:
    def kept() -> set[object]:
        return set(STORE._entries)

    screen_of(Setting(scene="crowd"))
    others = kept()
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    here.send({"kind": "view", "view": "memory"})
    own, now = kept() - others, time.monotonic()
    assert {key[0] for key in own if isinstance(key, tuple)} >= {"runs", "memory"}
    page = next(iter(uploads.find(here.query["file"]).pages))  # type: ignore[union-attr]
    uploads.sweep(lambda one: one != page, now + 1000)
    uploads.sweep(lambda one: one != page, now + 1000 + uploads.LINGER + 1)
    assert kept() >= others, "what anybody else has stays"
    gone = {key for key in own if isinstance(key, tuple) and key[0] in ("runs", "memory")}
    assert not kept() & gone


def test_a_page_holds_its_last_files_only(open_model: Open) -> None:
    here, keys = open_model(), []
    for _ in range(uploads.MOST_HELD + 1):
        here.upload(packed(entry(layers=1, directions=1)))
        keys.append(here.query["file"])
    held = [bool(upload and upload.pages) for upload in map(uploads.find, keys)]
    assert held == [False] + [True] * uploads.MOST_HELD


def test_a_file_that_a_page_has_given_up_is_dropped_at_once(open_model: Open) -> None:
    here, keys = open_model(), []
    for _ in range(uploads.MOST_HELD + 2):
        here.upload(packed(entry(layers=1, directions=1)))
        keys.append(here.query["file"])
        if len(keys) == 2:
            upload = uploads.find(keys[1])
            assert upload is not None
            uploads.hold(upload, "another page")
    assert [uploads.find(key) is None for key in keys[:3]] == [True, False, False]


def test_large_files_are_given_up_sooner(open_model: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    here, keys = open_model(), []
    monkeypatch.setattr(uploads, "MOST_BYTES", 3000)  # one file has 1.5 kB and more
    for _ in range(4):
        here.upload(packed(entry(layers=1, directions=1)))
        keys.append(here.query["file"])
        size = uploads.find(keys[-1]).size  # type: ignore[union-attr]
        assert 1000 < size < 3000
    held = [uploads.find(key) is not None for key in keys]
    assert held == [at >= 4 - 3000 // size for at in range(4)]


def test_the_model_stays_however_many_inputs_it_is_tried_with(open_model: Open) -> None:
    here = open_model().upload(packed(entry(layers=1, directions=1)))
    here.set("selectbox", "model_source", "numbers")
    for at in range(uploads.MOST_HELD + 2):
        here.upload(f"{at},0,0\n".encode(), "x.csv", "numbers")
    upload = uploads.find(here.query["file"])
    assert upload is not None
    assert upload.pages
    assert here.look().problems == []


def test_nothing_keeps_the_weights_of_files_that_were_given_up(open_model: Open) -> None:
    here, weights = open_model(), []
    for _ in range(uploads.MOST_HELD + 3):
        here.upload(packed(entry(layers=1, directions=1)))
        weights.append(
            weakref.ref(baseline_of(link.decode(here.query, scenes())[0]).base.weights["gru"])
        )
    STORE.empty()
    gc.collect()
    assert sum(one() is not None for one in weights) <= uploads.MOST_HELD
