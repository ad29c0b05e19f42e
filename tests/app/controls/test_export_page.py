"""Files of the screen: each holds what is on it, and one that there is not is refused in words."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.compute.workshop import LeftError
from app.controls.export import label
from app.screen import exporting
from app.screen.screen import screen_of
from app.setting.setting import Setting
from app.words.say import say
from gru_core.changes.interventions import parse_interventions
from gru_core.conventions import CHUNG
from gru_core.errors import UnknownNameError
from gru_core.export import kinds
from gru_core.scenes.own import Own
from gru_core.situation import parse_edits
from tests.app.modelling import ModelVisit
from tests.app.visiting import Unpack, Visit

CHANGED = Setting(
    scene="cue",
    edits=parse_edits("gru.b_x.update.1_-1.25~x.4.0_0.5").edits,
    interventions=parse_interventions("gru.update.2.3-9_1.0").interventions,
)


@pytest.fixture
def visit(unpack: Unpack, new_browser: Callable[[], Any]) -> Callable[..., Visit]:
    """With the files on show."""
    return lambda **query: opened(Visit(unpack, new_browser(), query))


def opened(here: Visit) -> Visit:
    """After a press on the button."""
    here.page.session_state["export"] = True
    return here.look()


def captions(here: Visit) -> list[str]:
    """As they are read, less the backslashes that keep Markdown from making something of them."""
    return [re.sub(r"\\(.)", r"\1", caption.value) for caption in here.page.caption]


def arrays(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)


# The page -------------------------------------------------------------------------------------


def test_every_kind_of_file_is_offered_for_every_cell_on_the_stage(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="pulse", **{"with": "rnn"})
    assert here.page.radio(key="export_cell").options == ["GRU", "plain RNN"]
    buttons = [(one.label, one.disabled) for one in here.page.download_button]
    assert buttons == [(label(ending), False) for ending in kinds.KINDS]
    alone = visit(scene="pulse", **{"with": "none"})
    assert [radio.key for radio in alone.page.radio if radio.key == "export_cell"] == []


def test_what_is_behind_the_button_is_not_drawn_before_it_is_pressed(
    unpack: Unpack, new_browser: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the CPU of opening a page it was a fifth."""
    monkeypatch.setattr(exporting, "refusal", None)
    here = Visit(unpack, new_browser(), {"scene": "pulse"})
    assert not here.page.download_button
    assert [one.key for one in here.page.radio if one.key == "export_cell"] == []
    monkeypatch.undo()
    assert len(opened(here).page.download_button) == len(kinds.KINDS)
    here.page.session_state["export"] = False
    assert not here.look().page.download_button


def test_files_are_of_what_is_on_the_stage_when_they_are_looked_at(
    visit: Callable[..., Visit],
) -> None:
    """The row above the stage has not been drawn since."""
    here = visit(scene="pulse")
    here.page.session_state["export"] = False
    here.look().send({"kind": "choose", "name": "alongside", "value": "rnn"})
    assert opened(here).page.radio(key="export_cell").options == ["GRU", "plain RNN"]


def test_no_file_is_made_before_it_is_asked_for(
    visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> bytes:
        raise AssertionError("made")

    monkeypatch.setattr(exporting, "content", never)
    here = visit(scene="pulse")
    here.page.radio(key="export_cell").set_value("lstm")
    assert len(here.look().page.download_button) == len(kinds.KINDS)


def test_what_torch_has_no_layer_for_is_disabled_with_the_reason(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="book")
    disabled = [one.label for one in here.page.download_button if one.disabled]
    assert disabled == [label(".safetensors")]
    reason = "This GRU resets before the product U h; torch.nn.GRU resets after it, and neither"
    assert [text.startswith(reason) for text in captions(here)].count(True) == 1
    here.page.radio(key="export_cell").set_value("lstm")
    here.look()
    assert not any(one.disabled for one in here.page.download_button)


def test_the_notation_decides_where_the_reset_gate_of_the_file_acts(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="pulse", notation="cho")
    assert [one.label for one in here.page.download_button if one.disabled] == [
        label(".safetensors")
    ]


def test_a_script_that_reads_files_names_them(visit: Callable[..., Visit]) -> None:
    here = visit(scene="crowd")
    assert "It reads gatescope-crowd-gru.safetensors, to be put beside it." in captions(here)
    assert not any("beside it" in text for text in captions(visit(scene="pulse")))


@pytest.mark.parametrize("notation", ["chung", "pytorch"])
def test_the_page_says_what_the_files_hold_in_every_notation(
    visit: Callable[..., Visit], notation: str
) -> None:
    assert say("controls.export.keeps") in captions(visit(scene="pulse", notation=notation))


# The files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("ending", kinds.KINDS)
def test_a_file_holds_what_is_on_screen(cell: Any, ending: str) -> None:
    shown, stream = screen_of(CHANGED), io.BytesIO()
    kinds.write(stream, exporting.cell_run(shown, cell), ending)
    assert exporting.content(CHANGED, cell, ending) == stream.getvalue()


def test_edits_and_what_is_held_are_in_the_trace() -> None:
    found = arrays(exporting.content(CHANGED, "gru", ".npz"))
    trace = screen_of(CHANGED).traces["gru"]
    assert found["x"][4, 0] == 0.5
    assert (found["gru.update"][3:10, 2] == 1).all()
    np.testing.assert_array_equal(found["gru.hidden"], trace["hidden"])
    free = arrays(exporting.content(Setting(scene="cue"), "gru", ".npz"))
    assert np.abs(free["gru.hidden"] - found["gru.hidden"]).max() > 0.1


def test_a_button_makes_the_file_of_the_setting_when_it_is_pressed() -> None:
    settings = [Setting(scene="cue")]
    make = exporting.Export(lambda: settings[-1], "gru", ".npz")
    before = arrays(make())
    settings.append(CHANGED)
    after = arrays(make())
    np.testing.assert_array_equal(after["gru.hidden"], screen_of(CHANGED).traces["gru"]["hidden"])
    assert np.abs(before["gru.hidden"] - after["gru.hidden"]).max() > 0.1


def test_a_cell_that_has_left_the_stage_is_not_made_up() -> None:
    with pytest.raises(UnknownNameError, match="There is no RNN on the stage any more"):
        exporting.content(CHANGED, "rnn", ".npz")


def test_the_csv_shows_the_update_gate_of_the_notation() -> None:
    setting = replace(CHANGED, notation=CHUNG)
    text = exporting.content(setting, "gru", ".csv").decode()
    header, _, *rows = csv.reader(io.StringIO(text))
    at = header.index("update (writes) 1")
    shown = screen_of(setting).tracks["gru"]["update"]
    np.testing.assert_array_equal(np.array([float(row[at]) for row in rows]), shown[:, 0])


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_exported_weights_opened_as_a_model_give_the_same_numbers(
    unpack: Unpack, new_browser: Callable[[], Any], cell: Any
) -> None:
    setting = replace(CHANGED, interventions=())
    data = exporting.content(setting, cell, ".weights.npz")
    here = ModelVisit(unpack, new_browser(), {"scene": "model"}).upload(data, "a.weights.npz")
    x = io.BytesIO()
    np.save(x, screen_of(setting).situation.x)
    here.set("selectbox", "model_source", "numbers").upload(x.getvalue(), "x.npy", "numbers")
    assert here.problems == []
    truth = screen_of(setting).traces[cell]["hidden"]
    np.testing.assert_array_equal(here.hidden(cell), truth.astype(np.float32))


# Sizes ----------------------------------------------------------------------------------------


def own(steps: int, units: int) -> Setting:
    return Setting(scene="own", own=Own(source="noise", steps=steps, units=units))


def test_a_file_too_large_for_memory_is_refused_and_nothing_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("run")

    monkeypatch.setattr(exporting, "screen_of", never)
    large = own(5000, 512)
    assert exporting.refusal(large, "lstm", ".csv") == (
        "The CSV would be about 200 MB, and up to 64 are made here: the menu of each plot saves "
        "that plot's numbers."
    )
    rest = [ending for ending in kinds.KINDS if ending != ".csv"]
    assert [exporting.refusal(large, "lstm", ending) for ending in rest] == [""] * len(rest)
    assert {exporting.refusal(own(3000, 300), "gru", ending) for ending in kinds.KINDS} == {""}


def test_a_script_is_refused_with_the_file_that_it_would_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(exporting.MOST_BYTES, ".npz", 1_000_000)
    setting = own(3000, 64)
    refusal = exporting.refusal(setting, "gru", ".py")
    assert refusal.startswith("The script reads the trace. The NPZ would be about 3 MB")
    assert exporting.refusal(replace(setting, scene="crowd"), "gru", ".py") == ""


# Who waits for it ------------------------------------------------------------------------------


def test_what_nobody_waits_for_any_more_is_not_made_to_its_end() -> None:
    looked: list[bool] = []

    def gone() -> bool:
        looked.append(len(looked) > 1)
        return looked[-1]

    long = Setting(scene="own", own=Own(steps=400, units=32))
    whole = exporting.content(long, "gru", ".csv")
    with pytest.raises(LeftError):
        exporting.content(long, "gru", ".csv", gone)
    assert len(looked) == 3  # before it is begun, then now and then
    assert len(whole) > 3 * exporting.LOOKING
    with pytest.raises(LeftError):
        exporting.Export(lambda: long, "gru", ".npz", lambda: True)()


def test_what_takes_long_is_known_before() -> None:
    def large(cell: Any, ending: str, **own: int) -> bool:
        setting = Setting(scene="own", own=Own(**own))
        return exporting.Export(lambda: setting, cell, ending).is_large()

    assert large("gru", ".csv", steps=400, units=64)
    assert not large("gru", ".onnx", steps=400, units=64)
    assert not large("gru", ".csv", steps=100, units=16)
    assert not large("rnn", ".csv", steps=400, units=64)  # which is not on the stage
