"""Stories are templates: filled from the scene, read strictly, and never rounded into a lie."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gru_core.conventions import POLARITIES
from gru_core.errors import TextError
from gru_core.scenes.files import load_scene
from gru_core.scenes.quoted import Source
from gru_core.scenes.scene import situation
from gru_core.scenes.stories import Story, written
from tests.core.scenes.test_files import written as copied

Change = Callable[[dict[str, Any]], object]


def told(folder: Path, change: Change, source: str = "pulse") -> Any:
    scene = load_scene(copied(folder, change, source))
    return scene.story.told(situation(scene, ("gru",)), "keep")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda s: s["story"].update(keep="it holds {hold:.2f}"),
            "pulse.json: story.keep has the field {hold}; numbers has: pulse, second, half, held, "
            "still, bias, to. Say there where it comes from.",
        ),
        (
            lambda s: s["story"].pop("write"),
            "pulse.json: story has no write; it needs: keep, write.",
        ),
        (
            lambda s: s["story"].update(before="x"),
            "pulse.json: story has the field 'before'; it can have: keep, write.",
        ),
        (lambda s: s.update(story=3), "pulse.json: story is 3; it needs a text that is not blank."),
        (
            lambda s: s["story"].update(keep="{held:.2g}"),
            "pulse.json: story.keep has '.2g' as a format of {held}; it can be .2f, .2e, % or "
            "nothing.",
        ),
        (
            lambda s: s["story"].update(keep="{held"),
            "pulse.json: story.keep has braces that do not match; write {name}.",
        ),
        (
            lambda s: s["numbers"].update(spare="gru.h0.0"),
            "pulse.json: numbers.spare is in no text of this scene; leave it out.",
        ),
        (
            lambda s: s["numbers"].update(held="lstm.hidden"),
            "pulse.json: numbers.held: 'lstm.hidden' is nothing to quote; it needs a number of x "
            "or of a cell, such as gru.hidden.19.3, or of series, such as series.error.gru.",
        ),
        (
            lambda s: s["numbers"].update(held="lstm.hidden.19.3"),
            "pulse.json: numbers.held quotes the LSTM; a story quotes x, gru and its model alone, "
            "which are there beside any cell.",
        ),
        (
            lambda s: s["numbers"].update(held="later gru.hidden.19.3"),
            "pulse.json: numbers.held: 'later gru.hidden.19.3' begins with 'later'; only try or "
            "again can.",
        ),
        (
            lambda s: s.pop("changes"),
            "pulse.json: numbers.to is taken after 'try'; changes needs that field.",
        ),
        (
            lambda s: s["changes"].update({"try": "gru.b_x.updat.3_2.0"}),
            "pulse.json: changes.try: 'gru.b_x.updat.3_2.0' is no change: GRU gate 'updat' does",
        ),
        (
            lambda s: s["changes"].update(then="x.0.0_1.0"),
            "pulse.json: changes has the field 'then'; it can have: try, again.",
        ),
        (
            lambda s: s.update(moved={"storry": "x"}),
            "pulse.json: moved has the field 'storry'; it can have: story, try, again.",
        ),
    ],
)
def test_a_mistake_is_named_with_the_file_the_field_and_what_is_needed(
    tmp_path: Path, change: Change, message: str
) -> None:
    with pytest.raises(TextError, match=re.escape(message)):
        load_scene(copied(tmp_path, change))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "gru.hidden.20.3",
            "numbers.held: there is no step 20; this scene has 20, counted from 0.",
        ),
        ("gru.hidden.19.4", "numbers.held: there is no unit 4; this scene has 4, counted from 0."),
        (
            "gru.hiden.19.3",
            "numbers.held: gru.hiden is no number of the GRU; it has: reset, update,",
        ),
        ("gru.b_x.update.4", "numbers.held: gru.b_x has no unit 4; it has 4, counted"),
        ("series.error.gru", "numbers.held: this scene has no series to quote from."),
        ("gru.constant.least", "numbers.held: "),
    ],
)
def test_what_the_scene_does_not_have_is_named_when_it_is_told(
    tmp_path: Path, source: str, message: str
) -> None:
    def change(scene: dict[str, Any]) -> None:
        scene["numbers"]["held"] = source
        if source == "gru.constant.least":  # 0.25 steps would be said to be 0
            scene["story"]["keep"] = "{held:.0f} {pulse} {second} {half} {still}"

    with pytest.raises(TextError, match=re.escape(message)):
        told(tmp_path, change)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (6.0, "", "6"), (-12.0, "", "−12"), (1 - 0.9, "", "0.1"), (0.96404, ".2f", "0.96"),
        (-0.7163, ".2f", "−0.72"), (0.5, "%", "50 %"), (0.9926, "%", "99 %"), (1.0, "%", "100 %"),
        (0.0, ".2f", "0.00"), (1.0, ".3f", "1.000"), (0.99966, ".4f", "0.9997"),
        (4.167e-47, ".2e", "4.17 · 10⁻⁴⁷"), (-2e10, ".0e", "−2 · 10¹⁰"),
    ],
)  # fmt: skip
def test_numbers_are_written_with_a_true_minus_sign(value: float, form: str, text: str) -> None:
    assert written(value, form) == text


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (0.9975, "%"),
        (0.0025, "%"),
        (0.9997, ".3f"),
        (-0.9997, ".2f"),
        (0.0003, ".2f"),
        (-1e-9, "%"),
    ],
)
def test_rounding_never_says_0_or_1_of_what_is_not(value: float, form: str) -> None:
    with pytest.raises(TextError, match=r"would be said to be .*; give it more decimals\."):
        written(value, form)


def test_a_text_without_numbers_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gru_core.scenes.quoted.run", None)
    for polarity in POLARITIES:
        words = Story.plain("Seen.", "Try.").told(None, polarity)  # type: ignore[arg-type]
        assert (words.story, words.attempt, words.again) == ("Seen.", "Try.", "")


@pytest.mark.parametrize("text", ["gru", "gru.hidden", "gru.hidden.a.0", "gru.hidden.0.end", "z",
                                  "series.error", "series.error.lstm", "series.says.x",
                                  "gru.number.third", "gru.hidden.01.0"])  # fmt: skip
def test_what_is_no_source_is_refused(text: str) -> None:
    with pytest.raises(TextError, match="is nothing to quote"):
        Source.parse(text)


def test_every_file_writes_its_numbers_as_fields(scene_names: list[str]) -> None:
    """A number with a point in a text is a field, so that it follows the notation."""
    folder = Path(__file__).parents[3] / "assets" / "scenes"
    for name in scene_names:
        content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        texts = json.dumps(
            [content.get(key) for key in ("story", "try", "again", "moved")], ensure_ascii=False
        )
        assert re.findall(r"\d+\.\d+", re.sub(r"\{.*?\}", "", texts)) == [], name


@pytest.fixture
def scene_names() -> list[str]:
    folder = Path(__file__).parents[3] / "assets" / "scenes"
    names: list[str] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return names
