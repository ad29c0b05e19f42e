"""Figures are what plotly.py takes for one, though it checks them here only."""

import pytest

from app.figures.figure import Figure, bar, heatmap_trace, scatter
from app.lenses import view_of
from app.messages.parts import parts
from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.setting.setting import VIEWS, Setting


@pytest.mark.parametrize("scene", scenes())
def test_every_figure_of_a_screen_is_one_of_plotly_s(scene: str) -> None:
    for part in parts(screen_of(Setting(scene=scene)), {}):
        if part.build:
            assert part.build().checked is not None


@pytest.mark.parametrize("view", VIEWS)
def test_every_chart_of_a_view_is_one_of_plotly_s(view: str) -> None:
    setting = Setting(scene="cue", view=view, pinned=Setting(scene="cue"))
    for choice in ("", *(one.value for one in view_of(screen_of(setting)).choices)):
        shown = screen_of(Setting(scene="cue", view=view, of=choice, pinned=setting.pinned))
        for chart in view_of(shown).charts:
            assert chart.figure.checked is not None


def test_what_plotly_does_not_know_is_found() -> None:
    with pytest.raises(ValueError, match="colour"):
        assert Figure([scatter(x=[1], y=[1], colour="red")]).data


def test_a_figure_can_be_changed_field_by_field() -> None:
    figure = Figure([heatmap_trace(z=[[1]], zmin=0), bar(y=[1])], {"xaxis": {"range": [0, 1]}})
    figure.update_traces(zmin=None, hoverinfo="skip").update_xaxes(tickvals=[1])
    figure.update_layout(margin={"l": 3}).add_shape(type="line").add_shape(type="rect")
    assert figure.traces == [
        {"type": "heatmap", "z": [[1]], "hoverinfo": "skip"},
        {"type": "bar", "y": [1], "hoverinfo": "skip"},
    ]
    assert figure.frame == {
        "xaxis": {"range": [0, 1], "tickvals": [1]},
        "margin": {"l": 3},
        "shapes": [{"type": "line"}, {"type": "rect"}],
    }
