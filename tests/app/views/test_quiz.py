"""The page of the quiz, from the server's side: what it is told, and what courses get of it."""

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.learning.quiz.drawing import quiz
from app.learning.quiz.exporting import FILES
from app.learning.quiz.message import message
from app.messages.wire import THOROUGH, pack
from app.serving import bundle
from tests.app.learning.quizzes import QUESTIONS
from tests.app.visiting import APP, Unpack

MOST = 75_000  # bytes of the page's own code and of its questions, compressed
TYPES = bundle.ASSETS / "learn" / "types.d.ts"


def visit(query: Mapping[str, str] = {}) -> AppTest:
    page = AppTest.from_file(APP / "main.py", default_timeout=30)
    page.query_params.update(query)
    page.switch_page("views/quiz.py").run()
    page.query_params.update(query)
    assert not page.run().exception
    return page


def packed(page: AppTest) -> bytes:
    """What the component was given."""
    [found] = page.get("bidi_component")
    data: bytes = found.proto.bytes
    return data


@pytest.mark.parametrize(
    ("query", "seed"), [({}, 0), ({"seed": "7"}, 7), ({"seed": "999999"}, 999_999)]
)
def test_the_page_asks_the_quiz_of_the_seed_in_its_link(
    unpack: Unpack, query: dict[str, str], seed: int
) -> None:
    told = unpack(packed(visit(query)))
    assert told == json.loads(json.dumps(message(quiz(QUESTIONS, seed), seed)))
    assert told["seed"] == seed


@pytest.mark.parametrize("seed", ["", "x", "-1", "1000000", "<b>1</b>"])
def test_a_seed_that_is_none_is_named_and_the_first_quiz_is_there(
    unpack: Unpack, seed: str
) -> None:
    page = visit({"seed": seed})
    assert unpack(packed(page))["seed"] == 0
    [said] = [text.value for text in page.text]
    assert said == (
        f"The seed {seed} is not understood; it needs a whole number from 0 to 999,999. This is "
        "draw 0."
    )


def test_courses_are_offered_both_files_of_the_same_draw() -> None:
    page = visit({"seed": "7"})
    buttons = page.get("download_button")
    assert [one.proto.label for one in buttons] == ["Moodle (GIFT)", "Spreadsheet (CSV)"]
    assert list(FILES) == ["gift", "csv"]
    assert all(one.proto.url for one in buttons)


def members(name: str) -> set[str]:
    found = re.search(rf"interface {name} \{{\n([^}}]*)\}}", TYPES.read_text(encoding="utf-8"))
    assert found is not None
    return set(re.findall(r"^  (\w+):", found[1], re.MULTILINE))


def test_the_message_is_what_the_browser_s_types_say() -> None:
    told: Any = message(quiz(QUESTIONS, 1), 1)
    assert told.keys() == members("Message")
    for one in told["questions"]:
        assert one.keys() == members("Question")
        assert (one["choices"] is None) != (one["number"] is None)
        for choice in one["choices"] or []:
            assert choice.keys() == members("Choice")
        if one["number"]:
            assert one["number"].keys() == members("Numeric")


def test_code_and_questions_are_few_bytes_and_those_of_the_stage_have_none_of_them() -> None:
    code = gzip.compress((bundle.BUILT / "quiz.js").read_bytes(), mtime=0)
    data = pack(message(quiz(QUESTIONS, 7), 7), THOROUGH)
    assert len(code) + len(data) < MOST
    stage = (bundle.BUILT / "stage.js").read_text(encoding="utf-8")
    page = Path(bundle.ASSETS, "stage", "css", "page.css").read_text(encoding="utf-8")
    assert "gs-quiz" not in stage + page
    assert "Leitner" not in stage
