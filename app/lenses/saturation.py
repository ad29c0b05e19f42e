"""How often gates are near 0 and near 1: one point for each unit and gate."""

import numpy as np

from app.figures import theme
from app.figures.saturated import MARKS, SIZE, saturation_points
from app.lenses.at_cursor import value_of
from app.lenses.base import Axis, Chart, Lens, View
from app.lenses.naming import step_name, unit_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from app.words.say import say
from gru_core.analysis import saturation
from gru_core.conventions import SATURATION, SIGMOID_TRACKS, Cell


def view(screen: Screen) -> View:
    """One chart for each cell that has gates."""
    gated = [cell for cell, trace in screen.traces.items() if SIGMOID_TRACKS & set(trace)]
    low, high = SATURATION
    notes = [
        say(
            "lenses.saturation.near",
            high=number(high),
            low=number(low),
            steps=len(screen.labels),
        ),
        *(_meant(screen, cell) for cell in gated),
    ]
    words = [" ".join(_counted(screen, cell)) for cell in gated]
    charts = [chart for cell in gated for chart in _charts(screen, cell)]
    marks = [trace["marker"]["size"] for chart in charts for trace in chart.figure.traces]
    if any(np.max(sizes) > SIZE for sizes in marks):
        notes.append(say("lenses.saturation.larger"))
    if "rnn" in screen.traces:
        notes.append(say("lenses.saturation.rnn"))
    return View(charts, notes=notes, words=words)


def _counted(screen: Screen, cell: Cell) -> list[str]:
    """At how many steps each gate of the cursor's unit is near 1 and near 0, and what it is now."""
    steps, unit = len(screen.labels), unit_of(screen, screen.traces[cell].units)
    return [
        say(
            "lenses.saturation.counted",
            symbol=letter_of(cell, gate),
            right=round(float(found.right[unit]) * steps),
            left=round(float(found.left[unit]) * steps),
            steps=steps,
            value=number(value_of(screen, cell, gate)),
            cell=CELL_NAMES[cell],
            unit=unit + 1,
            at=step_name(screen, screen.step),
        )
        for gate, found in saturation(screen.traces[cell], screen.notation.polarity).items()
    ]


def _charts(screen: Screen, cell: Cell) -> list[Chart]:
    found = saturation(screen.traces[cell], screen.notation.polarity)
    units = screen.traces[cell].units
    names = [
        say("lenses.saturation.point", symbol=letter_of(cell, gate), unit=unit + 1)
        for gate in found
        for unit in range(units)
    ]
    columns = [say("lenses.saturation.near_one"), say("lenses.saturation.near_zero")]
    values = np.concatenate([np.stack([one.right, one.left], axis=1) for one in found.values()])
    return [
        Chart(
            name=f"{cell}.saturation",
            title=say("lenses.saturation.title", cell=CELL_NAMES[cell]),
            figure=saturation_points({gate: (one.left, one.right) for gate, one in found.items()}),
            reads="points",
            corner="unit",
            rows=Axis(
                "names",
                names,
                order=[unit for _ in found for unit in range(units)],
                noun="points",
            ),
            columns=Axis("names", columns, noun="shares"),
            values=values,
            height=260,
            key=[
                (theme.QUANTITIES[gate].color, mark, theme.QUANTITIES[gate].name)
                for gate, mark in zip(found, MARKS, strict=False)
            ],
        )
    ]


def _meant(screen: Screen, cell: Cell) -> str:
    """What both ends are of each gate: z keeps or writes, all others open and shut."""
    if cell == "lstm":
        return say("lenses.saturation.lstm")
    return say(f"lenses.saturation.gru_{screen.notation.polarity}")


LENS = Lens(
    "saturation",
    view,
    follows=("step", "unit"),
)
