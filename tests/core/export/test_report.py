"""A report says what ran, exactly and in escaped words, and what another program makes of it."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gru_core import run
from gru_core.conventions import CELLS, SIGMOID_TRACKS
from gru_core.export.cell_run import CellRun
from gru_core.export.picture import MOST, heatmap
from gru_core.export.report import MOST_UNITS, report
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.trace import Trace
from tests.core.exporting import exported

NAMELESS = "<img src=x onerror=alert(1)> & “quotes” \ud800"


class Page(HTMLParser):
    """The elements of a page by name, its texts, and its pictures by what they are of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.words: list[str] = []
        self.pictures: dict[str, np.ndarray[Any, Any]] = {}
        self.cells: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag == "tr":
            self.cells.append([])
        if tag == "img":
            found = {name: value or "" for name, value in attrs}
            kind, data = found["src"].split(",")
            assert kind == "data:image/png;base64"
            image = Image.open(io.BytesIO(base64.b64decode(data)))
            self.pictures.setdefault(found["alt"].split(":")[0], np.asarray(image))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.lasttag in ("td", "th") and data.strip():
            self.cells[-1].append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.mark.parametrize("cell", CELLS)
def test_every_track_is_there_with_its_numbers_as_colours(cell: Any) -> None:
    made = exported(cell=cell)
    page = Page(report(made))
    for name, track in made.trace.items():
        picture = page.pictures[name]
        assert picture.shape == track.T.shape
        high = 1.0 if name in SIGMOID_TRACKS else max(1.0, float(abs(track).max()))
        low = 0.0 if name in SIGMOID_TRACKS else -high
        read = low + (high - low) * picture / 255
        np.testing.assert_allclose(read, track.T, atol=(high - low) / 509)


def test_a_picture_of_more_numbers_than_fit_is_of_their_means() -> None:
    numbers = np.random.default_rng(3).uniform(0, 1, (MOST[0] + 5, 2 * MOST[1] + 1))
    picture = heatmap(numbers, 0, 1, ("#000000", "#ffffff"))
    assert picture.each == (2, 3)
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.address.split(",")[1]))))
    assert image[1, 2] == round(255 * numbers[2:4, 6:9].mean())
    assert image[-1, -1] == round(255 * numbers[516:, 2400:].mean())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("edits", ["", "x.3.0_0.75~gru.h0.0_0.5~lstm.c0.1_2.0~rnn.h0.0_-0.5"])
def test_pytorch_agrees_and_the_report_says_on_how_many_numbers(cell: Any, edits: str) -> None:
    made = exported(cell=cell, edits=edits)
    said = Page(report(made)).text
    count = made.trace["hidden"].size
    assert f"{count:,} of {count:,} numbers are the same to 1e-09" in said
    assert "either something is wrong" not in said


@pytest.mark.parametrize(
    ("changes", "who"),
    [({"reset_after": False}, "onnxruntime"), ({"gate_activation": "hard_sigmoid"}, "onnxruntime")],
)
def test_what_pytorch_has_no_layer_for_is_computed_by_onnxruntime(
    changes: dict[str, Any], who: str
) -> None:
    pytest.importorskip(who)
    made = exported(edits="gru.h0.0_0.5", **changes)
    count = made.trace["hidden"].size
    assert f"{count} of {count} numbers are the same to 1e-05" in Page(report(made)).text


def test_a_wrong_trace_is_called_so() -> None:
    made = exported()
    tracks = {name: np.array(track) for name, track in made.trace.items()}
    tracks["hidden"][7, 1] += 1e-6
    wrong = Trace("gru", made.trace.x, made.trace.initial, tracks)
    said = Page(report(replace(made, trace=wrong))).text
    count = made.trace["hidden"].size
    assert f"{count - 1} of {count} numbers are the same" in said
    assert "either something is wrong" in said


def test_what_is_held_is_named_and_compared_with_nobody() -> None:
    said = Page(report(exported(held="gru.update.1.3-9_1.0"))).text
    assert "Held at a value, not computed update" in re.sub(r"\s+", " ", said)
    assert "Not compared: what is held here no layer of another program can hold." in said
    assert "hold(" in said


def test_the_table_has_the_means_of_the_units_those_that_keep_most_first() -> None:
    made = exported("crowd")
    head, *rows = Page(report(made)).cells[-made.weights.units - 1 :]
    update = made.trace["update"]
    assert [int(row[0]) - 1 for row in rows] == list(
        np.argsort(-update.mean(axis=0), kind="stable")
    )
    at = head.index("update above 0.9")
    assert [row[at] for row in rows] == [
        f"{int((update[:, int(row[0]) - 1] > 0.9).sum())} of {len(update)}" for row in rows
    ]
    mean = head.index("hidden")
    for row in rows:
        found = float(row[mean].replace("−", "-"))
        assert found == float(f"{made.trace['hidden'][:, int(row[0]) - 1].mean():.3g}")


def test_where_the_update_gate_writes_it_is_shown_so() -> None:
    made = replace(exported(), polarity="write")
    page = Page(report(made))
    np.testing.assert_allclose(
        page.pictures["update (writes)"] / 255, 1 - made.trace["update"].T, atol=1 / 509
    )
    assert "An update gate of 1 means" in page.text
    assert "the candidate is written" in page.text
    assert "In these lines update keeps" in page.text


def test_words_of_a_file_are_words_and_nothing_runs() -> None:
    made = replace(exported(), title=NAMELESS, notes=(NAMELESS,))
    text = report(made)
    page = Page(text.encode("utf-8", "replace").decode())
    assert page.names.isdisjoint({"script", "iframe", "link", "object", "form", "a"})
    assert "<img src=x" not in text
    assert "default-src 'none'" in text


def test_a_large_layer_makes_a_page_of_its_size() -> None:
    scene = own_scene(Own(source="noise", steps=2000, units=300), 0)
    base = situation(scene, ("gru",))
    trace = run(base.weights["gru"], base.x, base.initials["gru"])
    assert scene.sequence is not None
    made = CellRun(*("a", "own", "Own"), base.weights["gru"], trace, scene.sequence.labels, ("a",))
    text = report(made)
    assert len(text) < 3_000_000
    page = Page(text)
    assert page.pictures["update"].shape == (300, 1000)
    assert "each place is the mean of 1 unit and 2 steps" in page.text
    assert f"{300 - MOST_UNITS} units more are left out" in page.text
