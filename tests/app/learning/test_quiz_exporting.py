"""What courses get is the quiz: read back by parsers that are not ours."""

import csv
import html
import io
import os
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.learning.quiz.drawing import quiz
from app.learning.quiz.exporting import BOM, escaped, gift, table
from app.learning.quiz.questions import Choice, Drawn, Number
from app.screen.baseline import scenes
from app.setting import link
from app.setting.claims.made import see
from tests.app.learning.quizzes import QUESTIONS
from tests.app.node import SCRIPTS, told

ADDRESS = "https://gates.example/course/"
QUIZ = quiz(QUESTIONS, 7)
MARKS = "~=#{}:\\"
LINK = re.compile(r'<a href="([^"]*)" target="_blank">([^<]*)</a>$')
needs_node = pytest.mark.skipif(
    not (SCRIPTS / "node_modules" / "gift-pegjs").exists()
    and "GATESCOPE_REQUIRE_BROWSER" not in os.environ,
    reason="needs the packages that `make test` installs",
)


def read_back(text: str) -> list[dict[str, Any]]:
    """The questions that gift-pegjs finds."""
    found = told("gift.js", text.encode())
    return [one for one in found if one["type"] != "Category"]


def assert_same(found: dict[str, Any], one: Drawn) -> None:
    assert found["title"] == one.name
    assert found["stem"] == {"format": "plain", "text": plain(one.text)}
    assert found["hasEmbeddedAnswers"] is False
    assert found["globalFeedback"]["format"] == "html"
    written = found["globalFeedback"]["text"]
    proof = html.unescape(LINK.sub(r"\2", written))
    assert proof.endswith(f"{ADDRESS}?{plain(one.sight.link)}")
    assert plain(one.sight.look) in proof
    [(address, shown)] = LINK.findall(written)
    assert html.unescape(address) == html.unescape(shown) == f"{ADDRESS}?{one.sight.link}"
    if isinstance(one.answers, Number):
        assert found["type"] == "Numerical"
        choice = found["choices"]
        assert (choice["type"], choice["range"]) == ("range", one.answers.near)
        assert choice["number"] == pytest.approx(one.answers.value, abs=1e-9)
        assert proof.startswith(plain(one.answers.because))
        return
    assert found["type"] == "MC"
    assert [
        (choice["text"]["text"], choice["isCorrect"], choice["feedback"]["text"], choice["weight"])
        for choice in found["choices"]
    ] == [(plain(one.text), one.right, plain(one.because), None) for one in one.answers]


def plain(text: str) -> str:
    return " ".join(text.split())


@needs_node
def test_a_gift_file_read_by_another_parser_is_the_quiz() -> None:
    found = read_back(gift(QUIZ, ADDRESS))
    for read, one in zip(found, QUIZ, strict=True):
        assert_same(read, one)
    assert {mark for one in QUIZ for mark in MARKS if mark in one.text + one.sight.link} >= {*"=:~"}


texts = st.text(
    alphabet=st.sampled_from([*MARKS, *"abnt1 .,%→-/$[]\n\"'<>&|“é−"]), min_size=1, max_size=24
).map(lambda text: f"a{text}b")


@st.composite
def made_up(draw: st.DrawFn) -> list[Drawn]:
    """Quizzes of whatever texts."""
    found = []
    for at in range(draw(st.integers(1, 4))):
        answers: Any = tuple(
            Choice(f"{i} {draw(texts)}", i == 1, draw(texts))
            for i in range(draw(st.integers(2, 4)))
        )
        if draw(st.booleans()):
            value = draw(st.floats(-1e6, 1e6).map(lambda value: round(value, 6)))
            answers = Number(
                value, str(value), draw(st.sampled_from([0.0, 0.005, 0.05])), draw(texts)
            )
        sight = see(draw(texts), scene="pulse", e="x.0.0_1~")
        found.append(Drawn(f"q-{at}", "T", draw(texts), answers, sight, ""))
    return found


@needs_node
@settings(max_examples=25)
@given(made_up())
def test_whatever_a_text_has_in_it_the_other_parser_reads_it_as_it_is(found: list[Drawn]) -> None:
    for read, one in zip(read_back(gift(found, ADDRESS)), found, strict=True):
        assert_same(read, one)


@needs_node
def test_what_begins_as_a_weight_or_a_format_of_moodles_is_read_as_text() -> None:
    """%50% before an answer is its weight, and [html] before any text its form."""
    texts = ("%50% of h stays", "[html] is a word", "[0, 1]")
    sight = see("Look.", scene="pulse", e="x.0.0_1~")
    for right in range(len(texts)):
        choices = tuple(Choice(text, i == right, text) for i, text in enumerate(texts))
        one = Drawn("q-0", "T", "Which?", choices, sight, "")
        [read] = read_back(gift([one], ADDRESS))
        assert_same(read, one)


def test_a_number_is_written_as_php_reads_it() -> None:
    """With a plain minus, without a power of ten, and its tolerance after a colon."""
    sight = see("Look.", scene="pulse", e="x.0.0_1~")
    for value, near, said in (
        (-0.5, 0.005, "-0.5:0.005"),
        (2e-5, 0.0, "0.00002:0"),
        (40, 1, "40:1"),
    ):
        written = gift([Drawn("q-0", "T", "−1?", Number(value, "", near, "b"), sight, "")], ADDRESS)
        assert written.splitlines()[4].endswith(f"[plain]−1? {{#{said}")


def test_every_mark_of_gift_is_escaped() -> None:
    assert escaped(MARKS) == "".join(f"\\{mark}" for mark in MARKS)
    assert escaped("a\n\nb") == "a b"


def test_a_table_read_by_python_is_the_quiz() -> None:
    text = table(QUIZ, ADDRESS)
    assert text.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))
    for row, one in zip(rows, QUIZ, strict=True):
        assert (row["name"], row["theme"], row["question"]) == (one.name, one.theme, one.text)
        if isinstance(one.answers, Number):
            assert float(row["answer"]) == pytest.approx(one.answers.value, abs=1e-9)
            assert float(row["tolerance"]) == one.answers.near
            assert row["because"] == one.answers.because
            assert row["choice_1"] == ""
            continue
        pairs = [(row[f"choice_{at}"], row[f"because_{at}"]) for at in range(1, 5)]
        assert pairs == [(choice.text, choice.because) for choice in one.answers]
        [right] = [choice for choice in one.answers if choice.right]
        assert (row["answer"], row["because"]) == (right.text, right.because)


def test_a_table_has_no_cell_that_a_spreadsheet_would_run() -> None:
    rows = csv.reader(io.StringIO(table(QUIZ, ADDRESS).removeprefix(BOM), newline=""))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")] == []


def test_links_in_both_files_open_the_screens() -> None:
    rows = csv.DictReader(io.StringIO(table(QUIZ, ADDRESS).removeprefix(BOM), newline=""))
    for row, one in zip(rows, QUIZ, strict=True):
        assert row["link"].startswith(ADDRESS)
        query = dict(parse_qsl(urlsplit(row["link"]).query))
        assert link.decode(query, scenes()) == link.decode(dict(one.sight.query), scenes())
        assert link.decode(query, scenes())[1] == []
