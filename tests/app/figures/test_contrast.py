"""Every line and mark stands out from the paper of both themes (WCAG 1.4.11)."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.figures import theme
from app.figures.figure import Figure
from app.figures.frame import QUIET
from app.figures.prediction import CELL_STYLE, TRUTH
from app.figures.sequence import unit_lines
from app.lenses import LENSES
from gru_core import run
from gru_core.conventions import CELLS, Cell
from tests.app.drawing import weights_of
from tests.app.lensing import looked, screen

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
THEMES = tomllib.loads(CONFIG.read_text())["theme"]
PAPERS = [THEMES[name]["backgroundColor"] for name in ("light", "dark")]
LEAST = 3.0
HEX = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(color: str) -> float:
    """WCAG 2's relative luminance of a hex colour."""
    shares = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two hex colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(figure: Figure) -> Iterator[tuple[Any, float]]:
    """Colour and opacity of every line and mark; heatmaps have scales instead."""
    for trace in figure.data:
        for part in (trace.to_plotly_json().get(name, {}) for name in ("line", "marker")):
            found = part.get("color")
            for color in [found] if isinstance(found, str) else found if found is not None else []:
                yield color, (trace.opacity or 1.0) * part.get("opacity", 1.0)


def assert_seen(figure: Figure) -> None:
    for color, opacity in colours(figure):
        if color == QUIET:
            continue  # leads the eye from bar to bar, and says nothing
        assert HEX.fullmatch(color), color  # one that is not clear would fade into the paper
        assert opacity == 1.0, color
        for paper in PAPERS:
            assert contrast(color, paper) >= LEAST, (color, paper)


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # of WebAIM's checker


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", list(theme.QUANTITIES))
def test_a_quantity_stands_out_from_the_paper(name: str, paper: str) -> None:
    assert contrast(theme.QUANTITIES[name].color, paper) >= LEAST


@pytest.mark.parametrize("paper", PAPERS)
def test_predictions_stand_out_from_the_paper(paper: str) -> None:
    for color in (TRUTH, *(color for color, _ in CELL_STYLE.values())):
        assert contrast(color, paper) >= LEAST


@pytest.mark.parametrize("cell", CELLS)
def test_lines_of_a_unit_are_drawn_in_their_whole_colour(cell: Cell) -> None:
    weights = weights_of(cell)
    x = [[0.5] * weights.input_size] * 4
    assert_seen(unit_lines(run(weights, x), 0, ["1", "2", "3", "4"]))


@pytest.mark.parametrize("view", [one.name for one in LENSES.values() if not one.inside])
def test_lines_and_marks_of_a_lens_stand_out_from_the_paper(view: str) -> None:
    shown = looked(screen(view, scene="crowd", alongside="rnn"))
    for chart in shown.charts:
        assert_seen(chart.figure)
        for color, *_ in chart.key:
            for paper in PAPERS:
                assert contrast(color, paper) >= LEAST, (color, paper)
