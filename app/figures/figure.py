"""Figures as plotly.js takes them, written down without being checked one by one.

plotly.py checks every field of a figure each time one is made: the view "memory", eight heatmaps,
took the server 45 ms so, and 3 without. So figures are made as plain dictionaries, under Plotly's
own names, and plotly.py checks them in the tests, which look at each by `data` and `layout`.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Self, TypeAlias

Fields: TypeAlias = dict[str, Any]  # of a trace or a layout, under Plotly's names
AXES = ("xaxis", "yaxis")
# Plotly reads some of HTML in labels, links among it. After a word joiner, which nobody sees, a
# name stands for itself, also where the stage writes it before Plotly does.
OPENED = {"<": "<\N{WORD JOINER}"}


class Figure:
    """Traces and the layout that they are drawn in."""

    def __init__(self, traces: Iterable[Fields] = (), layout: Mapping[str, Any] | None = None):
        self.traces = list(traces)
        self.frame: Fields = dict(layout or {})

    @property
    def fields(self) -> Fields:
        """The layout as a browser gets it: no name that a visitor has given is markup there."""
        axes = {name: _literal(self.frame[name]) for name in AXES if name in self.frame}
        return self.frame | axes

    def add_trace(self, trace: Fields) -> Self:
        """One trace more, over the others."""
        self.traces.append(trace)
        return self

    def update_layout(self, **changes: Any) -> Self:
        """Other fields of the layout; of a field with fields of its own those that are named."""
        self.frame = _updated(self.frame, changes)
        return self

    def update_xaxes(self, **changes: Any) -> Self:
        """Other fields of the axis across."""
        return self.update_layout(xaxis=changes)

    def update_yaxes(self, **changes: Any) -> Self:
        """Other fields of the axis up."""
        return self.update_layout(yaxis=changes)

    def add_shape(self, **fields: Any) -> Self:
        """One line or box more, over the others."""
        return self.update_layout(shapes=[*self.frame.get("shapes", ()), fields])

    def update_traces(self, **changes: Any) -> Self:
        """Other fields of every trace; None takes one away."""
        self.traces = [_updated(trace, changes) for trace in self.traces]
        return self

    @cached_property
    def checked(self) -> Any:
        """The same as plotly.py has it. Errors: ValueError for what plotly.js does not know."""
        import plotly.graph_objects as go  # takes a second, and only tests need it

        return go.Figure(self.traces, {"template": "none", **self.frame})

    @property
    def data(self) -> Any:
        """The traces as plotly.py has them."""
        return self.checked.data

    @property
    def layout(self) -> Any:
        """The layout as plotly.py has it."""
        return self.checked.layout


def heatmap_trace(**fields: Any) -> Fields:
    """A heatmap, under Plotly's names."""
    return {"type": "heatmap", **fields}


def scatter(**fields: Any) -> Fields:
    """Points and lines, under Plotly's names."""
    return {"type": "scatter", **fields}


def bar(**fields: Any) -> Fields:
    """Bars, under Plotly's names."""
    return {"type": "bar", **fields}


def _literal(axis: Fields) -> Fields:
    texts = axis.get("ticktext")
    opened = str.maketrans(OPENED)
    return axis | {"ticktext": [text.translate(opened) for text in texts]} if texts else axis


def _updated(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(fields)
    for name, value in changes.items():
        before = found.get(name)
        if value is None:
            found.pop(name, None)
        elif isinstance(before, Mapping) and isinstance(value, Mapping):
            found[name] = _updated(before, value)
        else:
            found[name] = value
    return found
