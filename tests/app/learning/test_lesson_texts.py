"""What the lessons say and ask for: read as they are written, and played by gru_core.

Nothing here goes through app/learning: the files are parsed and played a second time.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.lenses import view_of
from app.screen.baseline import scenes, series
from app.screen.screen import Screen, screen_of
from app.setting import link
from app.setting.claims import CLAIMS
from app.setting.setting import VIEWS, Setting
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.conventions import NOTATIONS, parse_notation
from gru_core.scenes.quoted import Change, Quoted, Source
from gru_core.scenes.stories import written
from gru_core.situation import Edit, value_at

FOLDER = Path(__file__).parents[3] / "assets" / "lessons"
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
    *("a-real-series", "trained-gates"),
)
MOST_WORDS = 60
LONGEST_SENTENCE = 45  # words
TRAINED_STEP_BY_STEP = {14}  # what training, seen as it goes, would be needed for
BLAMING = re.compile(r"\b(wrong answer|mistake|careless|obviously|of course|simply)\b", re.I)

LESSONS: Mapping[str, Mapping[str, Any]] = {
    path.stem[3:]: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.toml"))
}


@dataclass(frozen=True)
class At:
    """A step and the setting that it is about."""

    name: str  # lesson.step, as a link has it
    step: Mapping[str, Any]
    before: Setting

    @property
    def after(self) -> Setting:
        return played(self.step["play"], self.before)

    def value(self, source: str) -> float:
        """A number of the step's screen; with `try ` before it, of that after its play."""
        after, plain = source.startswith("try "), source.removeprefix("try ")
        setting = self.after if after else self.before
        polarity = screen_of(setting).notation.polarity
        return quoted_at(setting).value(Source.parse(plain), polarity)


def opened(text: str) -> Setting:
    setting, rejected = link.decode(dict(parse_qsl(text, keep_blank_values=True)), scenes())
    assert rejected == []
    return setting


def pieces(play: str) -> Iterator[tuple[str, str]]:
    for piece in filter(None, play.split("~")):
        kind, mark, what = piece.partition(":")
        yield (kind, what) if mark else ("edit", piece)


def changes(play: str) -> tuple[Change, ...]:
    read = {"edit": Edit.parse, "held": Intervention.parse}
    return tuple(read[kind](what) for kind, what in pieces(play) if kind in read)


def played(play: str, setting: Setting) -> Setting:
    for one in changes(play):
        if isinstance(one, Edit):
            setting = setting.with_edit(one.target, one.value)
        else:
            setting = setting.with_intervention(one)
    for kind, what in pieces(play):
        if kind == "at":
            step, _, unit = what.partition(".")
            setting = replace(setting, step=int(step) - 1, unit=int(unit) - 1)
        elif kind == "view":
            setting = replace(setting, view=what, of="")
        elif kind == "notation":
            setting = replace(setting, notation=parse_notation(what))
        else:
            assert kind in ("edit", "held"), kind
    return setting


def steps() -> list[At]:
    found = []
    for lesson, content in LESSONS.items():
        for place, step in enumerate(content["steps"], start=1):
            found.append(At(f"{lesson}.{place}", step, opened(step["open"])))
    return found


STEPS = steps()
CHECKED = [at for at in STEPS if "check" in at.step]
each_step = pytest.mark.parametrize("at", STEPS, ids=lambda at: at.name)
each_check = pytest.mark.parametrize("at", CHECKED, ids=lambda at: at.name)


def texts(step: Mapping[str, Any]) -> Iterator[str]:
    """Everything that a step says."""
    for name in ("text", "do", "reveal"):
        if name in step:
            yield step[name]
    ask = step.get("ask", {})
    yield from (*ask.get("choices", ()), *ask.get("because", ()))
    yield from (step[kind]["question"] for kind in ("ask", "guess") if kind in step)


@cache
def quoted_at(before: Setting) -> Quoted:
    screen = screen_of(before)
    return Quoted(screen.situation, series=series() if screen.scene.predicts else None)


def filled(text: str, at: At) -> str:
    said = []
    for literal, name, form, _ in Formatter().parse(text):
        said.append(literal)
        if name is not None:
            said.append(written(at.value(at.step["numbers"][name]), form or ""))
    return "".join(said)


def number_at(screen: Screen, source: str) -> float:
    cell, track, step, unit = source.split(".")
    return float(screen.tracks[cell][track][int(step), int(unit)])  # type: ignore[index]


def met(check: Mapping[str, Any], setting: Setting) -> bool:
    """Whether every part of a check is so on the screen of a setting."""
    screen, so = screen_of(setting), []
    if "number" in check:
        value = number_at(screen, check["number"])
        low, high = check.get("between", (-1e9, 1e9))
        ends = (max(low, check.get("above", -1e9)), min(high, check.get("below", 1e9)))
        so.append(ends[0] < value < ends[1])
    if "edited" in check:
        target = Target.parse(check["edited"])
        so.append(value_at(screen.situation, target) != value_at(screen.base, target))
    if "held" in check:
        so.append(check["held"] in {one.place for one in screen.situation.interventions})
    if "at" in check:
        step, _, unit = check["at"].partition(".")
        so.append(screen.step == int(step) - 1 and unit in ("", str(screen.unit + 1)))
    if "view" in check:
        so.append(setting.view == check["view"])
    if "notation" in check:
        so.append(screen.notation == NOTATIONS[check["notation"]])
    assert so
    return all(so)


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


# What the texts say in words --------------------------------------------------------------------


def of(name: str) -> At:
    [found] = [at for at in STEPS if at.name == name]
    return found


def said(name: str, source: str) -> float:
    return of(name).value(source)


def test_an_update_bias_of_three_brings_z_just_over_95_percent() -> None:
    setting = played("gru.b_x.update.1_3.0", of("weights-bias-sigma.4").before)
    assert 0.95 < number_at(screen_of(setting), "gru.update.7.1") < 0.96


def test_holding_the_reset_gate_changes_nothing_where_candidates_have_no_u() -> None:
    at = of("the-candidate.6")
    h = [screen_of(setting).traces["gru"]["hidden"] for setting in (at.before, at.after)]
    assert (h[0] == h[1]).all()


def test_chung_turns_z_round_and_leaves_h_bit_for_bit() -> None:
    at = of("two-conventions.2")
    before, after = screen_of(at.before), screen_of(at.after)
    assert (before.traces["gru"]["hidden"] == after.traces["gru"]["hidden"]).all()
    assert (after.tracks["gru"]["update"] == 1 - before.tracks["gru"]["update"]).all()
    said_after = f"{number_at(after, 'gru.update.3.3'):.4f}"
    assert said_after == f"{said('two-conventions.2', 'gru.update.complement.3.3'):.4f}"


def test_the_same_weights_with_the_reset_before_are_further_off_than_no_network() -> None:
    name = "before-or-after.6"
    last = said(name, "series.error.last")
    assert said(name, "series.error.gru") < last < said(name, "try series.error.gru")


def test_sets_of_weights_are_one_three_and_four() -> None:
    rnn, gru = (said("parameters-and-cost.1", f"{c}.parameters.2") for c in ("rnn", "gru"))
    assert gru == 3 * rnn
    lstm = said("parameters-and-cost.2", "lstm.parameters.2")
    assert lstm == 4 * rnn
    one = said("parameters-and-cost.4", "gru.parameters.1")
    assert gru - one == 32 * 3


def test_half_lives_fall_to_a_fiftieth_where_z_falls_by_an_eighth() -> None:
    name = "how-long-a-unit-remembers.5"
    z, half = (said(name, f"gru.{one}.7.3") for one in ("update", "half_life"))
    less = said(name, "try gru.update.7.3")
    assert 1 - less / z == pytest.approx(1 / 8, abs=0.01)
    assert half / said(name, "try gru.half_life.7.3") == pytest.approx(50, abs=2)
    asked = of("how-long-a-unit-remembers.6").step["check"]["between"]
    assert pytest.approx(asked, abs=1e-4) == [0.5 ** (1 / 17), 0.5 ** (1 / 24)]


def test_gradients_vanish_and_survive_as_the_lesson_says() -> None:
    name = "vanishing-gradients"
    assert said(f"{name}.1", "rnn.gradient.hidden.0") < 1e-6
    assert said(f"{name}.2", "gru.gradient.hidden.0") > 1
    gru, rnn = (said(f"{name}.4", f"{cell}.gradient.hidden.0") for cell in ("gru", "rnn"))
    assert gru < rnn
    assert said(f"{name}.5", "try gru.gradient.hidden.0") < 1e-40
    long, zero = (screen_of(of(f"{name}.{step}").before) for step in (3, 4))
    for part in ("w_x", "w_h"):
        pair = [getattr(one.situation.weights["gru"], part) for one in (long, zero)]
        assert (pair[0] == pair[1]).all()


def test_without_a_forget_gate_all_four_units_hold_the_pulse() -> None:
    cell = screen_of(of("the-lstm-compared.4").after).traces["lstm"]["cell"]
    assert (cell[9] > 0.98).all()


def test_a_late_input_moves_no_forward_state_before_it_and_backward_ones() -> None:
    at = of("both-directions.2")
    [words] = [one for one in view_of(screen_of(at.after)).words if "You changed" in one]
    assert "no forward state before step 18 has moved; backward states have" in words
    h = [screen_of(setting).traces["gru"]["hidden"] for setting in (at.before, at.after)]
    assert (h[0][:17] == h[1][:17]).all()
    assert (h[0][17:] != h[1][17:]).any()


def test_the_silent_letter_passes_and_the_next_is_written() -> None:
    z = screen_of(of("reading-a-trained-network.4").before).traces["gru"]["update"][:, 216]
    assert z.argmin() == 1
    assert z[0] > 0.9


def test_dozens_of_units_are_on_through_the_first_three_letters() -> None:
    h = screen_of(of("reading-a-trained-network.6").before).traces["gru"]["hidden"][:3]
    on = (h > 0.3).all(axis=0) | (h < -0.3).all(axis=0)
    assert 24 < on.sum() < 200


def test_the_plain_rnn_has_the_least_error_on_the_sea() -> None:
    at = of("a-real-series.6")
    errors = {cell: at.value(f"series.trained.{cell}") for cell in ("gru", "lstm", "rnn")}
    assert min(errors, key=lambda cell: errors[cell]) == "rnn"


def test_untrained_gates_are_never_near_an_end_and_the_readers_mostly() -> None:
    free = screen_of(of("trained-gates.2").before).traces["gru"]
    trained = screen_of(of("trained-gates.3").before).traces["gru"]
    for gate in ("reset", "update"):
        assert ((free[gate] > 0.1) & (free[gate] < 0.9)).all()
        assert ((trained[gate] < 0.1) | (trained[gate] > 0.9)).mean() > 0.6


def test_the_reader_needs_z_and_not_r_to_say_recurrent() -> None:
    word = " ".join(screen_of(of("trained-gates.4").before).phonemes or ())
    assert f": {word}." in of("trained-gates.4").step["text"]
    assert " ".join(screen_of(of("trained-gates.4").after).phonemes or ()) != word
    held = of("trained-gates.6")
    assert " ".join(screen_of(held.after).phonemes or ()) == word
    shut = played("held:gru.reset.all.all_0.0", held.before)
    assert " ".join(screen_of(shut).phonemes or ()) != word
