"""The real series: what the cells predict, and how far off they are beside "same as last time"."""

from typing import Any

import numpy as np

from app import theme
from app.figures.prediction import CELL_STYLE, TRUTH
from app.opening import series
from app.shown import Shown

UNIT = "°C"
NAME = "prediction"


def figure(shown: Shown) -> tuple[Any, ...]:
    """What prediction_lines takes: truth and predictions in °C, and the labels."""
    model = series()
    predictions = {
        cell: model.degrees(model.predict(trace["hidden"], cell))
        for cell, trace in shown.traces.items()
    }
    return model.degrees(model.truth), predictions, shown.labels, UNIT


def told(shown: Shown) -> dict[str, Any] | None:
    """The caption: whose line is which, and their errors; None where nothing is predicted."""
    if shown.scene.model != "series":
        return None
    model = series()
    lines = [{"name": "what came", "color": TRUTH, "dash": "solid", "error": ""}]
    for cell, trace in shown.traces.items():
        color, dash = CELL_STYLE[cell]
        error = model.rmse(model.predict(trace["hidden"], cell))
        name = theme.CELL_NAMES[cell]
        lines.append({"name": name, "color": color, "dash": dash, "error": _degrees(error)})
    return {
        "part": NAME,
        "lines": lines,
        "baseline": f"“same as last time” {_degrees(model.rmse(model.baseline))}",
        "label": "The next month's temperature and what each cell predicts of it, over "
        f"{len(shown.labels)} steps.",
    }


def _degrees(value: float) -> str:
    return f"{np.round(value, 2):.2f} {UNIT}"
