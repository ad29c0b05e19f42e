"""How often gates are near 0 and near 1: one point for each unit and gate."""

import numpy as np

from app.figures import theme
from app.figures.saturated import MARKS, SIZE, saturation_points
from app.lenses.base import Axis, Chart, Lens, View
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from gru_core.analysis import saturation
from gru_core.conventions import SATURATION, SIGMOID_TRACKS, Cell


def view(screen: Screen) -> View:
    """One chart for each cell that has gates."""
    gated = [cell for cell, trace in screen.traces.items() if SIGMOID_TRACKS & set(trace)]
    low, high = SATURATION
    notes = [
        f"Near 1: above {number(high)}. Near 0: below {number(low)}. "
        f"Shares of the {len(screen.labels)} steps.",
        *(_meant(screen, cell) for cell in gated),
    ]
    charts = [chart for cell in gated for chart in _charts(screen, cell)]
    marks = [trace.marker.size for chart in charts for trace in chart.figure.data]
    if any(np.max(sizes) > SIZE for sizes in marks):
        notes.append("A larger mark is several units in the same place.")
    if "rnn" in screen.traces:
        notes.append("The plain RNN has no gates.")
    return View(charts, notes=notes)


def _charts(screen: Screen, cell: Cell) -> list[Chart]:
    found = saturation(screen.traces[cell], screen.notation.polarity)
    units = screen.traces[cell].units
    names = [
        f"{letter_of(cell, gate)} of unit {unit + 1}" for gate in found for unit in range(units)
    ]
    values = np.concatenate([np.stack([one.right, one.left], axis=1) for one in found.values()])
    return [
        Chart(
            name=f"{cell}.saturation",
            title=f"{CELL_NAMES[cell]}: share near 1 → and near 0 ↑",
            figure=saturation_points({gate: (one.left, one.right) for gate, one in found.items()}),
            reads="points",
            corner="unit",
            rows=Axis(
                "names",
                names,
                order=[unit for _ in found for unit in range(units)],
                plural="points",
            ),
            columns=Axis("names", ["near 1", "near 0"], plural="shares"),
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
        return "LSTM: near 1 the gates i, f and o are open, near 0 they are shut."
    near_one, near_zero = ("keeps", "writes")
    if screen.notation.polarity == "write":
        near_one, near_zero = near_zero, near_one
    return f"GRU: near 1 z {near_one} and near 0 it {near_zero}; r is open near 1 and shut near 0."


LENS = Lens(
    "saturation",
    "How often each gate of each unit is near 0 or near 1",
    "A point at the lower right is a gate that is nearly always near 1, one at the upper left "
    "nearly always near 0; towards the origin it is in between. Rings mark the cursor's unit: "
    "click a point to go to another.",
    view,
)
