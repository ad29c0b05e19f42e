"""What networks say at each step, drawn over what is so."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.figures.figure import Fields, Figure, scatter
from app.figures.heatmap import INPUT_MARGIN, layout
from app.words.numbers import brief

CELL_STYLE = {"gru": ("#D55E00", "solid"), "lstm": ("#0072B2", "dash"), "rnn": ("#009E73", "dot")}
STYLE = {**CELL_STYLE, "calendar": ("#CC79A7", "dashdot")}
TRUTH = "#8A8A8A"
# Of the numbers of a prediction, the first ones first.
NUMBERS = (
    ("#D55E00", "solid"),
    ("#0072B2", "dash"),
    ("#009E73", "dot"),
    ("#CC79A7", "dashdot"),
    ("#8A6D00", "longdash"),
    ("#5A5A9A", "longdashdot"),
)
ROOM = 0.04  # of the axis, above and below


def prediction_lines(
    truth: np.ndarray, predictions: Mapping[str, np.ndarray], labels: Sequence[str], unit: str
) -> Figure:
    """What is so at each step, wide and grey, and over it what each network says.

    truth and predictions: (step,), in `unit`, the latter by STYLE; the axis ends at round numbers
    that hold the truth.
    """
    steps = np.arange(1, len(truth) + 1, dtype=np.float32)
    figure = Figure(layout=layout(labels, [], len(truth), 1))
    figure.add_trace(_line(steps, truth, "truth", TRUTH, "solid", 4.0))
    for name, values in predictions.items():
        color, dash = STYLE[name]
        figure.add_trace(_line(steps, values, name, color, dash, 1.6))
    low, high = float(np.floor(truth.min())), float(np.ceil(truth.max()))
    figure.update_layout(
        margin=INPUT_MARGIN | {"t": 6},
        yaxis={
            "range": [low - ROOM * (high - low), high + ROOM * (high - low)],
            "tickvals": [low, high],
            "ticktext": [f"{brief(value)} {unit}" for value in (low, high)],
        },
    )
    return figure


def number_lines(
    values: np.ndarray, names: Sequence[str], labels: Sequence[str], ends: tuple[float, float]
) -> Figure:
    """Numbers of a prediction over the steps, each a line as NUMBERS has it.

    values: (step, line), as many lines as names, at most len(NUMBERS); ends: of the axis.
    """
    steps = np.arange(1, len(values) + 1, dtype=np.float32)
    figure = Figure(layout=layout(labels, [], len(values), 1))
    for name, column, (color, dash) in zip(names, values.T, NUMBERS, strict=False):
        figure.add_trace(_line(steps, column, name, color, dash, 1.8))
    low, high = ends
    figure.update_layout(
        margin=INPUT_MARGIN | {"t": 6},
        yaxis={
            "range": [low - ROOM * (high - low), high + ROOM * (high - low)],
            "tickvals": [low, high],
            "ticktext": [brief(value) for value in ends],
        },
    )
    return figure


def _line(
    steps: np.ndarray,
    values: np.ndarray,
    meta: str,
    color: str,
    dash: str,
    width: float,
) -> Fields:
    return scatter(
        x=steps,
        y=np.asarray(values, dtype=np.float32),
        mode="lines",
        line={"color": color, "width": width, "dash": dash},
        meta=meta,
        hoverinfo="skip",
    )
