"""Files of questions are read strictly: a mistake names file and field, what is there, the need."""

import re
from pathlib import Path

import pytest

from app.learning.quiz.questions import Choices, Numeric
from app.learning.quiz.reading import read_file, read_questions
from gru_core.errors import GatescopeError

SCENES = ("pulse", "book")
CHOOSING = """
title = "Memory"
[[questions]]
name = "kept"
claims = [16]
belief = "It is lost."
question = "z keeps and is 1. What is left?"
choices = ["All", "Nothing"]
right = 1
because = ["z·h is all of it.", "That is z = 0."]
open = "scene=pulse&t=8"
look = "The state."
"""
NUMERIC = """
title = "Memory"
[[questions]]
name = "blend"
question = "z = {z}, h = {h}, n = {n}: h?"
maker = "blend"
because = "It is {answer}."
near = 0.005
shows = "gru.hidden.0.0"
open = "scene=book&t=1&u=1"
look = "z is {z}."
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.toml"


def test_a_question_to_choose_is_read(path: Path) -> None:
    path.write_text(CHOOSING, encoding="utf-8")
    [one] = read_file(path, SCENES)
    assert (one.name, one.theme, one.claims, one.belief) == ("kept", "Memory", (16,), "It is lost.")
    reasons = ("z·h is all of it.", "That is z = 0.")
    assert one.answers == Choices(("All", "Nothing"), 0, reasons)
    assert (one.sight.link, one.sight.look) == ("scene=pulse&t=8", "The state.")


def test_a_question_with_a_number_is_read(path: Path) -> None:
    path.write_text(NUMERIC, encoding="utf-8")
    [one] = read_file(path, SCENES)
    assert one.answers == Numeric("blend", "It is {answer}.", 0.005, "gru.hidden.0.0")


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (CHOOSING, 'name = "kept"', 'name = "Kept!"', "questions[1].name is Kept!; it needs small"),
        (CHOOSING, "right = 1", "right = 3", "questions[1] (kept).right is 3; it needs a whole"),
        (CHOOSING, "right = 1", "", "questions[1] (kept) needs choices, right and because, or ma"),
        (CHOOSING, "right = 1", 'right = 1\nmaker = "blend"', "not of both; look at: choices, ri"),
        (CHOOSING, "right = 1", "right = 1\nnear = 0.1", "not of both; look at: near."),
        (CHOOSING, "right = 1", "right = 1\nrigth = 2", "questions[1] has the field 'rigth'; it c"),
        (CHOOSING, ', "Nothing"]', "]", "questions[1] (kept).choices has 1 texts; it needs at le"),
        (CHOOSING, '"Nothing"', '"All"', "questions[1] (kept).choices has All twice; each needs"),
        (CHOOSING, '["All", "Nothing"]', '"All"', '(kept).choices is "All"; it needs a list.'),
        (CHOOSING, ', "That is z = 0."', "", "(kept).because has 1 texts; it needs 2, one for ea"),
        (CHOOSING, '"The state."', '""', '(kept).look is ""; it needs a text that is not blank.'),
        (
            CHOOSING,
            "is 1. What",
            "is {z}. What",
            "(kept).question has the field z; it can have: no",
        ),
        (CHOOSING, "is 1. What", "is {. What", "questions[1] (kept).question: "),
        (CHOOSING, "is left?", "is left? " * 40, "(kept).question has 86 words; it needs 60 at m"),
        (CHOOSING, "[16]", "[21]", "(kept).claims[1] is 21; it needs a whole number from 1 to 20."),
        (
            CHOOSING,
            "scene=pulse&",
            "",
            "questions[1] (kept).open is t=8; it needs a link with scen",
        ),
        (CHOOSING, "scene=pulse", "scene=plus", "questions[1] (kept).open: "),
        (CHOOSING, "t=8", "t=eight", "questions[1] (kept).open: "),
        (CHOOSING, 'title = "Memory"', "", "the file has no title; it needs: title, questions."),
        (CHOOSING, 'title = "Memory"', "title = Memory", " is not TOML: Invalid value"),
        (NUMERIC, '"blend"\nbecause', '"bland"\nbecause', '(blend).maker is "bland"; choose one o'),
        (NUMERIC, "{n}: h", "{m}: h", "(blend).question has the field m; it can have: h, n, rest"),
        (NUMERIC, "{n}: h", "{answer}: h", "(blend).question has the field answer; it can have:"),
        (NUMERIC, "near = 0.005", "near = -1", "(blend).near is -1; it needs a number above 0."),
        (NUMERIC, "gru.hidden.0.0", "gru.hiden", "questions[1] (blend).shows: "),
    ],
)
def test_a_mistake_names_file_field_what_was_found_and_what_is_needed(
    path: Path, text: str, old: str, new: str, said: str
) -> None:
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GatescopeError, match=f"^memory.toml.*{re.escape(said)}"):
        read_file(path, SCENES)


def test_a_file_that_is_no_text_is_named(path: Path) -> None:
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(GatescopeError, match=r"^memory\.toml is not TOML"):
        read_file(path, SCENES)


def test_two_files_cannot_have_one_name(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CHOOSING, encoding="utf-8")
    with pytest.raises(GatescopeError, match=r"^b\.toml: name has kept twice"):
        read_questions(tmp_path, SCENES)
