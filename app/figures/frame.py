"""The frame of a chart beside the stage: no grid, fixed margins, axes that end where told."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.figures.figure import Fields
from app.figures.heatmap import FONT_SIZE, MARGIN, step_ticks

QUIET = "rgba(128,128,128,0.35)"  # zero lines and rules, on light and dark alike
AXIS = {"showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True}


def frame(
    across: tuple[float, float],
    up: tuple[float, float],
    x_ticks: Mapping[float, str],
    y_ticks: Mapping[float, str],
    *,
    left: int = 44,
    bottom: int = 17,
    right: int = 8,
    log: bool = False,
    **more: Any,
) -> Fields:
    """Axes from and to, and where what is written on them.

    across, up: the ends of both axes. log: `up` and y_ticks are powers of ten.
    """
    return dict(
        margin={"l": left, "r": right, "t": 6, "b": bottom},
        font={"size": FONT_SIZE},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        xaxis={**AXIS, "range": list(across), **_ticks(x_ticks), "tickangle": 0},
        yaxis={
            **AXIS,
            "range": list(up),
            **_ticks(y_ticks, log),
            **({"type": "log"} if log else {}),
        },
        **more,
    )


def rule(axis: str, at: float) -> dict[str, Any]:
    """A thin line across the plot where an axis has this value."""
    other = "x" if axis == "y" else "y"
    return {
        "type": "line",
        f"{axis}0": at,
        f"{axis}1": at,
        f"{other}ref": f"{other} domain",
        f"{other}0": 0,
        f"{other}1": 1,
        "line": {"color": QUIET, "width": 1},
        "layer": "below",
    }


def steps_frame(
    labels: Sequence[str], up: tuple[float, float], y_ticks: Mapping[float, str], **more: Any
) -> Fields:
    """The frame of lines over the steps, which are named by their inputs."""
    at = {float(i + 1): text for i, text in step_ticks(labels).items()}
    return frame((0.5, len(labels) + 0.5), up, at, y_ticks, **more)


def even_frame(labels: Sequence[str], bound: float, **more: Any) -> Fields:
    """The frame of lines over the steps from −bound to bound, with a line at zero."""
    return steps_frame(
        labels,
        (-1.06 * bound, 1.06 * bound),
        {-bound: f"−{bound:g}", 0.0: "0", bound: f"{bound:g}"},
        left=MARGIN["l"],
        shapes=[rule("y", 0.0)],
        **more,
    )


def _ticks(texts: Mapping[float, str], log: bool = False) -> dict[str, Any]:
    values = [10.0**value for value in texts] if log else list(texts)
    return {"tickvals": values, "ticktext": list(texts.values())}
