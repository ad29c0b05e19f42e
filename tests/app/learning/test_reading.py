"""A lesson is read strictly: a mistake names file, field, what was found, what is needed."""

from pathlib import Path

import pytest

from app.learning.reading import read_lesson, read_lessons
from app.learning.steps import Check, Place, Play
from app.screen.baseline import scenes
from app.setting.setting import Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import NOTATIONS
from gru_core.errors import GatescopeError
from gru_core.situation import Edit

WHOLE = """
title = "A gate"
question = "What does it let through?"
minutes = 4
claims = [3, 4]

[[steps]]
text = "r is {r:.2f}."
open = "scene=book&t=1&u=1"
do = "Drag the bias down."
check = { number = "gru.reset.0.0", below = 0.05 }
play = "gru.b_x.reset.0_-6~held:gru.update.all.all_1.0~at:2.3~view:why~notation:pytorch"
reveal = "Now r is {after:.3f}."
numbers = { r = "gru.reset.0.0", after = "try gru.reset.0.0" }

[[steps]]
text = "And now?"

[steps.ask]
question = "How much is left?"
choices = ["All", "Nothing"]
right = 2
because = ["Then r would be 1.", "r is near 0."]
"""


def read(folder: Path, text: str, name: str = "03-a-gate.toml"):
    (folder / name).write_text(text, encoding="utf-8")
    return read_lesson(folder / name, scenes())


def test_a_lesson_as_it_is_written(tmp_path: Path) -> None:
    lesson = read(tmp_path, WHOLE)
    assert (lesson.name, lesson.title, lesson.minutes) == ("a-gate", "A gate", 4)
    assert (lesson.claims, lesson.look) == ((3, 4), "all")
    first, second = lesson.steps
    assert first.check == Check(number=Place("gru", "reset", 0, 0), high=0.05)
    assert first.play == Play(
        edits=(Edit.parse("gru.b_x.reset.0_-6"),),
        held=(Intervention.parse("gru.update.all.all_1.0"),),
        step=1,
        unit=2,
        view="why",
        notation=NOTATIONS["pytorch"],
    )
    assert second.ask is not None
    assert second.ask.choices[second.ask.right] == "Nothing"


def test_what_a_step_asks_for_is_done_to_a_setting(tmp_path: Path) -> None:
    play = read(tmp_path, WHOLE).steps[0].play
    done = play(Setting(scene="book", view="cell"))
    assert [str(edit) for edit in done.edits] == ["gru.b_x.reset.0_-6.0"]
    assert (done.step, done.unit, done.view) == (1, 2, "why")
    assert done.notation == NOTATIONS["pytorch"]
    assert [held.place for held in done.interventions] == ["gru.update.all.all"]


def test_a_lesson_that_the_first_view_is_enough_for_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, f'look = "first"\n{WHOLE}').look == "first"


def test_lessons_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    for name in ("02-second.toml", "01-first.toml"):
        (tmp_path / name).write_text(WHOLE, encoding="utf-8")
    assert list(read_lessons(tmp_path, scenes())) == ["first", "second"]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('title = "A gate"', "", "the lesson has no title"),
        ('title = "A gate"', "title = 3", "title is 3; it needs a text"),
        ("minutes = 4", "minutes = 40", "minutes is 40; it needs a whole number from 1 to 15"),
        ("minutes = 4", "minutes = 2026-11-29", "minutes is"),
        ("claims = [3, 4]", "claims = [21]", "claims[1] is 21"),
        ("claims = [3, 4]", 'claims = "3"', "it needs a list"),
        ("minutes = 4", 'minutes = 4\nlook = "last"', "choose one of: all, first"),
        ('text = "And now?"', 'text = "And {now}?"', "steps[2].text has the field {now}"),
        ('text = "And now?"', 'text = "{"', "steps[2].text has braces that do not match"),
        ('text = "And now?"', f'text = "{"word " * 61}"', "has 61 words; it needs at most 60"),
        ('text = "And now?"', 'text = "x"\nplay = "at:1"', "needs a play with a check"),
        ('text = "And now?"', 'text = "x"\nextra = 1', "steps[2] has the field 'extra'"),
        ('open = "scene=book&t=1&u=1"', "", "steps[1] has no open"),
        ("scene=book", "scene=bok", "steps[1].open is not understood"),
        ("scene=book&", "", "names no scene"),
        ("below = 0.05", "below = nan", "it needs a number"),
        ("below = 0.05", "beneath = 0.05", "it can have: number, below"),
        (", below = 0.05", "", "needs a number with below, above or between"),
        ("below = 0.05", "between = [2, 1]", "allows no number"),
        ("below = 0.05", "between = [2]", "needs two numbers"),
        ('"gru.reset.0.0", below', '"gru.rest.0.0", below', "it needs a number of a track"),
        ("gru.b_x.reset.0_-6~", "gru.b_x.rest.0_-6~", "steps[1].play: "),
        ("at:2.3", "at:0", "it needs a step"),
        ("view:why", "view:how", "steps[1].play is"),
        ("view:why", "look:why", "it can have edits, held:"),
        ("notation:pytorch", "notation:mine", "steps[1].play: "),
        ('after = "try gru.reset.0.0"', 'after = "tri gru.reset.0.0"', "numbers.after: "),
        ('after = "try', 'more = "gru.h0.0", after = "try', "numbers.more is in no text"),
        ("right = 2", "right = 3", "steps[2].ask.right is 3"),
        ('choices = ["All", "Nothing"]', 'choices = ["All"]', "choices needs at least two"),
        ('"Then r would be 1.", ', "", "one for each choice"),
        ("[steps.ask]", "[steps.guess]", "steps[2].guess"),
        ('question = "How', 'check = 1\nquestion = "How', "'check'"),
        ("right = 2", "right = 2\nright = 1", "is not TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert WHOLE.count(right) == 1
    with pytest.raises(GatescopeError) as error:
        read(tmp_path, WHOLE.replace(right, wrong))
    assert str(error.value).startswith("03-a-gate.toml: ")
    assert said in str(error.value)


def test_a_wrong_file_name_and_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(GatescopeError, match=r"such as 03-the-reset-gate\.toml"):
        read(tmp_path, WHOLE, "gate.toml")
    (tmp_path / "04-bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(GatescopeError, match=r"04-bytes\.toml: is not TOML"):
        read_lesson(tmp_path / "04-bytes.toml", scenes())
