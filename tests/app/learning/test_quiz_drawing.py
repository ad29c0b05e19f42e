"""A seed is a quiz: the same for all who have it, now and when other questions are added."""

import pytest

from app.learning.quiz.drawing import LARGEST_SEED, another_seed, quiz, read_seed
from app.learning.quiz.questions import Number
from app.screen.baseline import scenes
from app.setting import link
from tests.app.learning.quizzes import QUESTIONS


def test_the_same_seed_gives_the_same_quiz_and_another_seed_another() -> None:
    assert quiz(QUESTIONS, 7) == quiz(QUESTIONS, 7)
    seven, eight = quiz(QUESTIONS, 7), quiz(QUESTIONS, 8)
    assert [one.name for one in seven] != [one.name for one in eight]
    numbers = [
        {one.name: one.answers.value for one in found if isinstance(one.answers, Number)}
        for found in (seven, eight)
    ]
    assert sum(numbers[0][name] != numbers[1][name] for name in numbers[0]) > len(numbers[0]) / 2


def test_a_seed_is_the_same_quiz_tomorrow() -> None:
    """Courses have handed out its link: another one here would be another exam."""
    first = quiz(QUESTIONS, 7)[0]
    assert (first.name, first.answers.value) == ("half-life", pytest.approx(1.0294093524633))  # type: ignore[union-attr]


def test_without_a_seed_questions_come_as_they_are_written() -> None:
    assert [one.name for one in quiz(QUESTIONS, 0)] == [one.name for one in QUESTIONS]


@pytest.mark.parametrize("seed", [0, 7])
def test_a_question_more_or_less_changes_nothing_of_the_others(seed: int) -> None:
    whole = quiz(QUESTIONS, seed)
    without = quiz([one for one in QUESTIONS if one.name != "blend"], seed)
    assert without == tuple(one for one in whole if one.name != "blend")


def test_every_seed_has_every_question_once() -> None:
    for seed in (1, 2, LARGEST_SEED):
        names = [one.name for one in quiz(QUESTIONS, seed)]
        assert sorted(names) == sorted(one.name for one in QUESTIONS)


@pytest.mark.parametrize(
    ("text", "seed"),
    [("0", 0), ("7", 7), ("007", 7), ("999999", 999_999), ("1000000", None), ("-1", None)]
    + [(text, None) for text in ("", "a", "1.5", " 1", "١", "1" * 400)],
)
def test_a_seed_is_a_whole_number_of_a_link(text: str, seed: int | None) -> None:
    assert read_seed(text) == seed


def test_another_draw_is_never_that_of_no_seed() -> None:
    assert (another_seed(0), another_seed(1), another_seed(LARGEST_SEED)) == (1, 2, 1)


@pytest.mark.parametrize("seed", [0, 7])
def test_a_link_is_written_as_the_app_writes_it_and_opens_what_the_file_says(seed: int) -> None:
    """Else the app would put its own in its place, and the back button would not lead back."""
    by_name = {one.name: dict(one.sight.query) for one in QUESTIONS}
    for one in quiz(QUESTIONS, seed):
        setting, rejected = link.decode(dict(one.sight.query), scenes())
        assert (tuple(link.encode(setting)[0].items()), rejected) == (one.sight.query, [])
        if not isinstance(one.answers, Number):
            assert setting == link.decode(by_name[one.name], scenes())[0]
