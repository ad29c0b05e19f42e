"""How often gates are open or shut: one point for each unit and gate."""

import numpy as np

from app import theme
from app.figures.saturated import MARKS, SIZE, saturation_points
from app.shown import Shown
from app.widgets.lenses.base import Axis, Chart, Lens, View
from gru_core.analysis import saturation
from gru_core.conventions import SATURATION, SIGMOID_TRACKS, Cell


def view(shown: Shown) -> View:
    """One chart for each cell that has gates."""
    gated = [cell for cell, trace in shown.traces.items() if SIGMOID_TRACKS & set(trace)]
    low, high = SATURATION
    notes = [f"Shut: below {low:g}. Open: above {high:g}. Shares of the {len(shown.labels)} steps."]
    charts = [chart for cell in gated for chart in _charts(shown, cell)]
    marks = [trace.marker.size for chart in charts for trace in chart.figure.data]
    if any(np.max(sizes) > SIZE for sizes in marks):
        notes.append("A larger mark is several units in the same place.")
    if "rnn" in shown.traces:
        notes.append("The plain RNN has no gates.")
    return View(charts, notes=notes)


def _charts(shown: Shown, cell: Cell) -> list[Chart]:
    found = saturation(shown.traces[cell], shown.notation.polarity)
    units = shown.traces[cell].units
    names = [
        f"{theme.symbol(cell, gate)} of unit {unit + 1}" for gate in found for unit in range(units)
    ]
    values = np.concatenate([np.stack([one.right, one.left], axis=1) for one in found.values()])
    return [
        Chart(
            name=f"{cell}.saturation",
            title=f"{theme.CELL_NAMES[cell]}: share open → and shut ↑",
            figure=saturation_points({gate: (one.left, one.right) for gate, one in found.items()}),
            reads="points",
            corner="unit",
            rows=Axis(
                "names",
                names,
                order=[unit for _ in found for unit in range(units)],
                plural="points",
            ),
            columns=Axis("names", ["open", "shut"], plural="shares"),
            values=values,
            height=260,
            key=[
                (theme.QUANTITIES[gate].color, mark, theme.QUANTITIES[gate].name)
                for gate, mark in zip(found, MARKS, strict=False)
            ],
        )
    ]


LENS = Lens(
    "saturation",
    "How often each gate of each unit is open or shut",
    "A point at the lower right is a gate that is nearly always open, one at the upper left nearly "
    "always shut; towards the origin it is in between. Rings mark the cursor's unit: click a point "
    "to go to another.",
    view,
)
