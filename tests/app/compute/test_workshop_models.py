"""A large model of a visitor's own is run in the workshop, which has its file as long as we do."""

import os
import time
from dataclasses import replace

import numpy as np
import pytest

from app.compute import uploads
from app.compute.store import STORE
from app.compute.workshop import WORKSHOP, EndedError
from app.messages import asked
from app.messages.stage import made, told_of
from app.screen import exporting, loaded, many
from app.screen.at_hand import find
from app.screen.baseline import Baseline, baseline_of, is_long
from app.screen.page import Page
from app.screen.tickets import Held
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.errors import GatescopeError
from gru_core.formats.answers import questions
from tests.app.modelling import packed
from tests.core.scenes.test_loaded import entry
from tests.formats.entries import make_entry
from tests.formats.torch_files import saved
from tests.formats.whole_making import Classifier

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "nice"), reason="no priorities here"),
    pytest.mark.usefixtures("open_workshop"),
]
GONE = "The model of this link is not here any more: open its file again."


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: the workshop does what it is told."""
    STORE.empty()
    monkeypatch.setattr("app.screen.loaded.TOGETHER", 0)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError


@pytest.fixture
def nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("app.compute.runs._run", refuse)
    monkeypatch.setattr("app.screen.around.run_whole", refuse)
    monkeypatch.setattr("app.screen.loaded.run", refuse)
    return monkeypatch


def of(content: bytes, name: str, page: str = "page", **model: object) -> Setting:
    upload = uploads.model(content, name)
    uploads.hold(upload, page)
    return Setting(scene="model", model=Model(file=upload.key, **model))  # type: ignore[arg-type]


def classifier() -> Setting:
    return of(saved(Classifier("GRU", False)), "model.pt", steps=9)


def test_its_screen_its_numbers_and_its_file_are_the_same_and_nothing_is_run_here(
    nothing_is_run: pytest.MonkeyPatch,
) -> None:
    setting, held = classifier(), Held()
    ticket = held.name_of(setting)
    held.mark(large=True)
    plot = {"part": "gru.update", "rows": "0:2", "columns": "0:9"}
    (told, sent), block = told_of(setting, Page()), asked.answer(ticket, plot)
    file = exporting.content(setting, "gru", ".csv")
    weights = exporting.content(setting, "gru", ".weights.npz")
    nothing_is_run.undo()
    STORE.empty()
    own, own_sent = made(setting, Page())
    assert told == own
    assert sent.keys() == own_sent.keys()
    assert block == asked.answered(ticket, plot)
    assert file == exporting.written(setting, "gru", ".csv", lambda: False)
    assert weights == exporting.written(setting, "gru", ".weights.npz", lambda: False)


def test_what_is_here_of_it_are_its_numbers(nothing_is_run: pytest.MonkeyPatch) -> None:
    setting = classifier()
    there = baseline_of(setting)
    assert there.large
    assert is_long(Setting(pinned=setting))
    assert not is_long(Setting())
    assert there.loaded is not None
    nothing_is_run.undo()
    STORE.empty()
    nothing_is_run.setattr(WORKSHOP, "open", False)
    here = baseline_of(setting)
    np.testing.assert_array_equal(here.base.x, there.base.x)
    np.testing.assert_array_equal(here.base.weights["gru"].w_h, there.base.weights["gru"].w_h)
    assert (here.scene.title, here.problems) == (there.scene.title, there.problems)


def test_what_an_answer_would_change_is_worked_out_there_too(
    monkeypatch: pytest.MonkeyPatch, nothing_is_run: pytest.MonkeyPatch
) -> None:
    setting = of(packed(make_entry(says={})), "model.npz")
    model = find(setting.model)
    assert model is not None
    question = questions(model.entry)[0]
    found = loaded.effect(model, question, 0)
    nothing_is_run.undo()
    monkeypatch.setattr(WORKSHOP, "open", False)
    assert found == loaded.effect(model, question, 0)
    assert found


def test_the_check_with_its_framework_is_made_there_too(
    monkeypatch: pytest.MonkeyPatch, nothing_is_run: pytest.MonkeyPatch
) -> None:
    setting = classifier()
    model = find(setting.model)
    assert model is not None
    nothing_is_run.setattr("app.screen.loaded.run_ready", refuse)
    nothing_is_run.setattr("app.screen.loaded.check_safely", refuse)
    there = loaded.checked(model, 0)
    assert loaded.checked(model, 0, begin=False) is there
    nothing_is_run.undo()
    STORE.empty()
    monkeypatch.setattr(WORKSHOP, "open", False)
    here = loaded.checked(model, 0)
    assert here == there
    assert here is not None
    assert here.agrees


def test_many_texts_are_run_there_too(
    monkeypatch: pytest.MonkeyPatch, nothing_is_run: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.screen.many.TOGETHER", 0)
    monkeypatch.setattr("app.compute.background.PATIENCE", 60.0)
    texts = uploads.texts(b"text\nw3 w17 w9\nw9\nw1 w2 w4\n", "t.csv")
    uploads.hold(texts, "page")
    setting = classifier()
    model = find(replace(setting.model, texts=texts.key))
    assert model is not None
    nothing_is_run.setattr(many, "over_texts_here", refuse)
    there = many.over_texts(model)
    nothing_is_run.undo()
    here = many.over_texts_here(model)
    assert there is not None
    assert there.gates is not None
    assert here.gates is not None
    assert (there.texts, there.words, there.gates.steps) == (3, 7, 7)
    for name, one in here.gates.tracks.items():
        np.testing.assert_array_equal(there.gates.tracks[name].mean, one.mean)
    uploads.let_go([texts.key])
    gone = many.over_texts_here(model)
    assert gone.problem == "The texts of this link are not here any more; give them again."


def test_why_there_is_no_check_is_said_in_the_same_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = of(packed(make_entry(says={})), "model.npz")
    model = find(setting.model)
    assert model is not None
    with pytest.raises(GatescopeError) as there:
        loaded.checked(model, 0)
    monkeypatch.setattr(WORKSHOP, "open", False)
    with pytest.raises(GatescopeError) as here:
        loaded.checked(model, 0)
    assert str(here.value) == str(there.value)


def test_a_file_that_is_dropped_here_is_dropped_there() -> None:
    setting = of(packed(entry(layers=1, directions=1)), "model.npz", page="another")
    assert baseline_of(setting).problems == ()
    one = uploads.find(setting.model.file)
    assert one is not None
    there: Baseline = WORKSHOP.make("model", setting)
    assert GONE not in there.problems
    uploads.sweep(lambda page: page != "another", time.monotonic())
    uploads.sweep(lambda page: page != "another", time.monotonic() + uploads.LINGER + 1)
    end = time.monotonic() + 10
    while GONE not in there.problems and time.monotonic() < end:
        time.sleep(0.1)
        there = WORKSHOP.make("model", setting)
    assert there.problems == (GONE,)


def test_where_the_workshop_has_ended_it_is_said_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ended(*_: object, **__: object) -> None:
        raise EndedError

    setting = classifier()
    with monkeypatch.context() as here:
        here.setattr(WORKSHOP, "make", ended)
        found = baseline_of(setting)
    assert found.problems == ("What works out large scenes was interrupted; ask again.",)
    again = baseline_of(replace(setting))
    assert again.problems == ()
    assert again.large
