"""The lenses: questions asked of the screen, each a module of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from app import contract
from app.compute.store import Shelf
from app.compute.weight import weight_of
from app.lenses import (
    cell,
    cost,
    directions,
    find,
    gradients,
    holding,
    kept,
    many,
    memory,
    phase,
    pinned,
    saturation,
    unrolled,
    why,
    wirings,
)
from app.lenses.base import Chart, Lens, View, axis_message
from app.lenses.wiring import wiring
from app.screen.screen import Screen
from app.words.numbers import count
from app.words.say import say

__all__ = ["LENSES", "Lens", "View", "charts", "lens_of", "told", "view_of"]

# Every lens under the question that it answers: the order of the list on the page.
QUESTIONS: Final[Mapping[str, tuple[Lens, ...]]] = MappingProxyType(
    {
        "step": (cell.LENS, why.LENS, wirings.LENS, unrolled.LENS),
        "memory": (kept.LENS, memory.LENS, gradients.LENS),
        "units": (saturation.LENS, many.LENS, find.LENS, phase.LENS),
        "otherwise": (holding.LENS, pinned.LENS),
        "built": (directions.LENS, cost.LENS),
    }
)
LENSES: Final[Mapping[str, Lens]] = MappingProxyType(
    {lens.name: lens for lenses in QUESTIONS.values() for lens in lenses}
)


@cache
def questions() -> list[contract.Question]:
    """Every view under the question it answers, with its name and a line on what it shows."""
    return [
        {
            "question": say(f"lenses.questions.{question}"),
            "views": [
                {"view": lens.name, "label": lens.label, "help": lens.help} for lens in lenses
            ],
        }
        for question, lenses in QUESTIONS.items()
    ]


# What each lens says of a hidden state that is projected, and has fewer numbers than units.
_OF_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        unrolled.LENS.name: "blank",
        find.LENS.name: "units",
        holding.LENS.name: "last",
        pinned.LENS.name: "last",
        directions.LENS.name: "last",
    }
)


def lens_of(screen: Screen) -> Lens:
    """The lens that is chosen."""
    return LENSES[screen.setting.view]


# Of scenes as they were prepared: each is made once, for all visitors.
_views: Shelf[View] = Shelf("views")


def view_of(screen: Screen) -> View:
    """What the chosen lens shows, and what it calls the numbers of a state that is projected.

    That of a scene as it was prepared is made once for all, if it lasts.
    """
    if not screen.is_as_prepared:
        return _made(screen)
    key = (replace(screen.setting, step=screen.step, unit=screen.unit),)
    found = _views.find(key)
    if found is not None:
        return found
    made = _made(screen)
    if not made.lasts:
        return made
    return _views.get(key, weight_of(made), lambda: made)


def _made(screen: Screen) -> View:
    lens = lens_of(screen)
    view, said = lens.view(screen), _OF_NUMBERS.get(lens.name)
    if said is None or screen.opened not in screen.projected:
        return view
    numbers = count(screen.situation.weights[screen.opened].hidden_size, "number")
    return replace(view, notes=[*view.notes, say(f"lenses.projection.{said}", numbers=numbers)])


def told(screen: Screen, view: View) -> contract.Lens:
    """The lens for the stage, less its figures, and every view there is."""
    lens = lens_of(screen)
    at: Any = {axis: getattr(screen, axis) for axis in (*lens.follows, *view.follows)}
    return {
        "view": lens.name,
        "questions": questions(),
        "inside": lens.inside,
        "look": lens.look,
        "of": view.chosen,
        "asks": view.asks,
        "choices": [{"value": one.value, "label": one.label} for one in view.choices],
        "tracks": lens.tracks,
        "at": at,
        "controls": view.controls,
        "wirings": [wiring(screen, cell) for cell in view.wirings],
        "unrolled": _unrolled(screen, view) if view.unrolled else None,
        "words": list(view.words),
        "offers": [
            {"does": one.does, "label": one.label, "name": one.name, "hold": one.hold}
            for one in view.offers
        ],
        "waiting": view.waiting,
        "notes": list(view.notes),
        "charts": [_about(chart) for chart in view.charts],
    }


def _about(chart: Chart) -> contract.Chart:
    return {
        "part": part_name(chart),
        "title": chart.title,
        "symbol": chart.symbol,
        "reads": chart.reads,
        "height": chart.height,
        "width": chart.width,
        "says": chart.says,
        "ends": list(chart.ends),
        "key": [{"color": color, "dash": dash, "name": name} for color, dash, name in chart.key],
    }


def _unrolled(screen: Screen, view: View) -> contract.Unrolled:
    backward = f"lens.{view.backward}" if view.backward else ""
    return {"wiring": wiring(screen, screen.opened), "backward": backward}


def _data(chart: Chart) -> list[dict[str, Any]]:
    """The figure's data. Numbers of a heatmap that stand in its table too are sent once."""
    data = [dict(trace) for trace in chart.figure.traces]
    z = data[0].get("z")
    if (
        chart.reads == "grid"
        and z is not None
        and np.array_equal(z, chart.values.astype(np.float32))
    ):
        del data[0]["z"]
    return data


def part_name(chart: Chart) -> str:
    """The name of a chart's part in a message."""
    return f"lens.{chart.name}"


def charts(view: View) -> Iterator[tuple[str, contract.LensFigure]]:
    """Each chart as it is sent: its part's name, and its figure with its numbers as a table."""
    for chart in view.charts:
        yield (
            part_name(chart),
            {
                "data": _data(chart),
                "layout": chart.figure.fields,
                "sheet": {
                    "title": " ".join(filter(None, (chart.title, chart.symbol))),
                    "corner": chart.corner,
                    "rows": axis_message(chart.rows),
                    "columns": axis_message(chart.columns),
                    "values": np.asarray(chart.values, dtype=np.float64),
                },
            },
        )
