"""What the lessons say and ask for: short, quoted, and played by gru_core."""

import re
from string import Formatter

import pytest

from app.screen.screen import screen_of
from app.setting.claims import CLAIMS
from app.setting.setting import VIEWS
from tests.app.teaching import FOLDER, LESSONS, STEPS, At, filled, met, played, texts

ORDER = (
    *(
        "what-a-state-is",
        "weights-bias-sigma",
        "the-reset-gate",
        "the-candidate",
        "the-update-gate",
        "the-blend",
    ),
    *("two-conventions", "before-or-after", "parameters-and-cost", "how-long-a-unit-remembers"),
    *("vanishing-gradients", "the-lstm-compared", "both-directions", "reading-a-trained-network"),
    *("a-real-series", "trained-gates", "speech-or-music"),
)
MOST_WORDS = 60
LONGEST_SENTENCE = 45  # words
TRAINED_STEP_BY_STEP = {14}  # what training, seen as it goes, would be needed for
BLAMING = re.compile(r"\b(wrong answer|mistake|careless|obviously|of course|simply)\b", re.I)

CHECKED = [at for at in STEPS if "check" in at.step]
each_step = pytest.mark.parametrize("at", STEPS, ids=lambda at: at.name)
each_check = pytest.mark.parametrize("at", CHECKED, ids=lambda at: at.name)


def test_the_lessons_stand_in_an_order_of_ideas() -> None:
    assert tuple(LESSONS) == ORDER
    numbers = [path.name[:2] for path in sorted(FOLDER.glob("*.toml"))]
    assert numbers == [f"{place:02}" for place in range(1, len(ORDER) + 1)]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_four_to_eight_steps_and_takes_three_to_eight_minutes(name: str) -> None:
    lesson = LESSONS[name]
    assert 4 <= len(lesson["steps"]) <= 8
    assert 3 <= lesson["minutes"] <= 8
    assert lesson["question"].endswith("?")


@pytest.mark.parametrize("name", LESSONS)
def test_the_first_step_says_what_one_can_do_at_the_end(name: str) -> None:
    assert LESSONS[name]["steps"][0]["text"].startswith("At the end you can ")


@each_step
def test_a_step_is_short_and_blames_nobody(at: At) -> None:
    for text in texts(at.step):
        plain = re.sub(r"\{.*?\}", "0", text)
        assert len(plain.split()) <= MOST_WORDS, text
        assert max(len(one.split()) for one in re.split(r"[.?:] ", plain)) <= LONGEST_SENTENCE, text
        assert not BLAMING.search(text), text


@each_step
def test_a_step_asks_or_has_something_to_do(at: At) -> None:
    asks = [kind for kind in ("check", "ask", "guess") if kind in at.step]
    assert len(asks) == 1
    assert ("check" in at.step) == ("do" in at.step) == ("play" in at.step)
    assert "reveal" in at.step or "ask" in at.step


@each_step
def test_every_choice_has_its_own_sentence(at: At) -> None:
    ask = at.step.get("ask")
    if ask is None:
        return
    assert len(ask["choices"]) == len(set(ask["choices"])) == len(ask["because"])
    assert len(set(ask["because"])) == len(ask["because"])
    assert 1 <= ask["right"] <= len(ask["choices"])
    assert ask["question"].endswith("?")


def test_the_right_choice_stands_at_every_place() -> None:
    right = [at.step["ask"]["right"] for at in STEPS if "ask" in at.step]
    for place in (1, 2, 3):
        assert right.count(place) >= len(right) / 6, right


@each_step
def test_numbers_are_quoted_and_not_typed(at: At) -> None:
    """What is typed is a task, or whole: a place, a count, a share that follows from the text."""
    for text in (one for one in texts(at.step) if one != at.step.get("do")):
        plain = re.sub(r"\{.*?\}", "", text)
        assert re.findall(r"\d+\.\d+(?!\d)", plain) in ([], ["1406.1078"], ["0.9"]), text
    fields = {name for one in texts(at.step) for _, name, _, _ in Formatter().parse(one) if name}
    assert fields == set(at.step.get("numbers", {}))


@each_step
def test_every_number_can_be_said(at: At) -> None:
    for text in texts(at.step):
        said = filled(text, at)
        assert "{" not in said
        assert "nan" not in said
        assert "inf" not in said.replace("influence", "").replace("infor", "").replace("infin", "")


@each_step
def test_the_screen_of_a_step_has_no_problem(at: At) -> None:
    assert screen_of(at.before).problems == ()
    if "play" in at.step:
        assert screen_of(at.after).problems == ()
        assert at.after.view in VIEWS


@each_step
def test_what_is_to_be_guessed_is_not_under_the_cursor(at: At) -> None:
    guess = at.step.get("guess")
    if guess is None:
        return
    screen = screen_of(at.before)
    value = at.value(guess["number"])
    assert value == value
    assert 0 < guess["near"] < max(abs(value), 0.1)
    *_, step, unit = guess["number"].split(".")
    cursor = (str(screen.step), str(screen.unit))
    track = re.fullmatch(r"\w+\.(hidden|update|reset|candidate)\.\w+\.\w+", guess["number"])
    assert not track or (step, unit) != cursor


@each_check
def test_a_check_is_not_met_at_first_and_met_after_its_play(at: At) -> None:
    assert not met(at.step["check"], at.before)
    assert met(at.step["check"], at.after)


@each_check
def test_every_part_of_a_play_is_needed(at: At) -> None:
    parts = at.step["play"].split("~")
    for left_out in range(len(parts)) if len(parts) > 1 else ():
        some = "~".join(part for place, part in enumerate(parts) if place != left_out)
        assert not met(at.step["check"], played(some, at.before)), parts[left_out]


def test_every_claim_is_used_that_needs_no_training_step_by_step() -> None:
    used = {number for lesson in LESSONS.values() for number in lesson["claims"]}
    known = {claim.number for claim in CLAIMS}
    assert known - TRAINED_STEP_BY_STEP <= used <= known
