"""Lessons as they are written, played by gru_core.

Nothing here goes through app/learning: the files are parsed and played a second time.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import parse_qsl

from app.screen.baseline import listener, scenes, series
from app.screen.screen import Screen, screen_of
from app.setting import link
from app.setting.setting import Setting
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.conventions import NOTATIONS, parse_notation
from gru_core.scenes.quoted import Change, Quoted, Source
from gru_core.scenes.stories import written
from gru_core.situation import Edit, value_at

FOLDER = Path(__file__).parents[2] / "assets" / "lessons"
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
    scene = screen.scene
    return Quoted(
        screen.situation,
        series=series() if scene.predicts else None,
        listener=listener() if scene.listens else None,
    )


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


def of(name: str) -> At:
    [found] = [at for at in STEPS if at.name == name]
    return found


def said(name: str, source: str) -> float:
    return of(name).value(source)
