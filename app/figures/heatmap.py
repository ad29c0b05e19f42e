"""Heatmaps of tracks, inputs, initial states and weights."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from app.figures import theme
from app.figures.condensing import Grid, as_float32
from app.figures.figure import Fields, Figure, heatmap_trace

# Every plot over steps has the same margins, so that steps line up from plot to plot. The left one
# has room for the strip of an initial state between the unit numbers and the heatmap.
MARGIN = {"l": 36, "r": 8, "t": 3, "b": 17}
INPUT_MARGIN = MARGIN | {"l": 68}
STRIP_MARGIN = {"l": 4, "r": 2, "t": 3, "b": 17}
STRIP_ROOM = 17
FONT_SIZE = 11
MOST_TICKS = 26
MOST_ROW_TICKS = 9  # as the stage is high enough for
STATE_TRACKS = ("hidden", "cell")
MOST_CELL_TEXTS = 14
NUMBER = re.compile(r"[−-]?\d+(\.\d+)?\+?")  # a plus marks a number that counts
MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")


def track_heatmap(
    values: np.ndarray, track: str, labels: Sequence[str], order: Sequence[int], scale: str = ""
) -> Figure:
    """One track as a heatmap: units down, steps across, input labels on the step axis.

    values: (step, unit). order: the units from top to bottom. scale: the track whose range it is
    drawn in, by default its own.
    """
    stops, limits = theme.track_scale(scale or track)
    figure = heatmap(rows_of(values, order), stops, limits, labels, unit_names(order))
    return _with_room(figure, track)


def track_picture(
    picture: np.ndarray,
    track: str,
    scale: str,
    labels: Sequence[str],
    order: Sequence[int],
    grid: Grid,
) -> Figure:
    """A track too large to be sent. picture: (row, column), the bytes of the grid's blocks."""
    stops, limits = theme.track_scale(scale)
    figure = heatmap(picture, stops, limits, labels, unit_names(order), grid)
    return _with_room(figure, track)


def _with_room(figure: Figure, track: str) -> Figure:
    return figure.update_yaxes(ticklabelstandoff=STRIP_ROOM) if track in STATE_TRACKS else figure


def rows_of(values: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """The numbers of a track as drawn, (unit, step) float32. values: (step, unit)."""
    return as_float32(values.T[list(order)])


def unit_names(order: Sequence[int]) -> list[str]:
    """The numbers of the units; none where they are sorted, or too many for two digits."""
    in_order = all(unit == row for row, unit in enumerate(order))
    return [str(unit + 1) for unit in order] if in_order and len(order) < 100 else []


def input_heatmap(
    x: np.ndarray, labels: Sequence[str], channels: Sequence[str], bound: float
) -> Figure:
    """The input sequence: channels down, steps across. x: (step, input)."""
    figure = heatmap(x.T, theme.DIVERGING, (-bound, bound), labels, channels)
    return figure.update_layout(margin=INPUT_MARGIN)


def input_picture(
    picture: np.ndarray, labels: Sequence[str], channels: Sequence[str], bound: float, grid: Grid
) -> Figure:
    """An input too large to be sent. picture: (row, column), the bytes of the grid's blocks."""
    figure = heatmap(picture, theme.DIVERGING, (-bound, bound), labels, channels, grid)
    return figure.update_layout(margin=INPUT_MARGIN)


def initial_strip(values: np.ndarray, track: str, name: str, order: Sequence[int]) -> Figure:
    """An initial state as a strip one cell wide. values: (unit,). name: its letter."""
    stops, limits = theme.track_scale(track)
    figure = heatmap(values[list(order)][:, None], stops, limits, [f"{name}₀"], [])
    return figure.update_layout(margin=STRIP_MARGIN)


def heatmap(
    z: np.ndarray,
    stops: tuple[str, ...],
    limits: tuple[float, float],
    columns: Sequence[str],
    rows: Sequence[str],
    grid: Grid | None = None,
) -> Figure:
    """A heatmap with fixed colour limits, row 0 at the top.

    z: (row, column), numbers, or bytes that the stage turns into colours. grid: what each stands
    for; by default for one number.
    """
    grid = grid or Grid(*z.shape)
    trace = heatmap_trace(
        z=z if z.dtype == np.uint8 else np.asarray(z, dtype=np.float32),
        x0=1 + (grid.wide - 1) / 2,
        dx=grid.wide,
        y0=(grid.tall - 1) / 2,
        dy=grid.tall,
        zmin=limits[0],
        zmax=limits[1],
        colorscale=theme.colorscale(stops),
        showscale=False,
        hoverinfo="skip",
    )
    return Figure([trace], layout(columns, rows, grid.columns, grid.rows))


def layout(columns: Sequence[str], rows: Sequence[str], width: int, height: int) -> Fields:
    """The shared frame: no grid, no title, fixed margins so that stacked plots line up."""
    at_columns = step_ticks(columns)
    at_rows = ticks(rows, MOST_ROW_TICKS)
    axis = {"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True}
    return {
        "margin": MARGIN,
        "font": {"size": FONT_SIZE},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": {
            **axis,
            "range": [0.5, width + 0.5],
            "tickvals": [index + 1 for index in at_columns],
            "ticktext": list(at_columns.values()),
            "tickangle": 0,
        },
        "yaxis": {
            **axis,
            "range": [height - 0.5, -0.5],
            "tickvals": at_rows,
            "ticktext": [rows[index] for index in at_rows],
        },
    }


def step_ticks(labels: Sequence[str], most: int = MOST_TICKS) -> Mapping[int, str]:
    """What is written where on an axis of steps, by position from 0: at most `most` labels.

    Labels that are numbers themselves, but do not count, would read as a broken scale: the steps
    are counted instead. Of months (Jan 1997) the first of each year is marked, by its year.
    """
    return _step_ticks(tuple(labels), most)


@lru_cache(maxsize=16)
def _step_ticks(labels: tuple[str, ...], most: int) -> Mapping[int, str]:
    """All plots of a screen have the same steps, and there may be ten thousand."""
    years = [at for at, label in enumerate(labels) if label.startswith("Jan ")]
    if len(years) > 1 and all(map(MONTH.fullmatch, labels)):
        return {years[i]: labels[years[i]][4:] for i in ticks(years, most)}
    values = all(map(NUMBER.fullmatch, labels)) and not _counts(labels)
    return {at: str(at + 1) if values else labels[at] for at in ticks(labels, most)}


def _counts(labels: Sequence[str]) -> bool:
    """Whether these are the numbers of steps, some perhaps left out."""
    if not all(map(str.isdecimal, labels)):
        return False
    numbers = list(map(int, labels))
    return all(one < other for one, other in pairwise(numbers))


def ticks(texts: Sequence[object], most: int) -> list[int]:
    """Positions of at most `most` evenly spaced labels, the first one included."""
    if len(texts) <= most:
        return list(range(len(texts)))
    stride = next(
        step * decade
        for decade in (1, 10, 100, 1000, 10000)
        for step in (2, 5, 10)
        if len(texts) / (step * decade) <= most / 2
    )
    return [0, *range(stride - 1, len(texts), stride)]
