"""Every way in which a figure dashes a line is known where the stage draws it."""

import re
from pathlib import Path

import pytest

from app.figures import prediction
from app.figures.theme import QUANTITIES

STAGE = Path(__file__).parents[3] / "assets" / "stage" / "plots"
USED = {look.dash for look in QUANTITIES.values()} | {
    dash for _, dash in (*prediction.STYLE.values(), *prediction.NUMBERS)
}


@pytest.mark.parametrize("file", ["sketch.js", "key.js"])
def test_a_line_is_painted_and_explained_in_its_own_dashes(file: str) -> None:
    found = re.search(r"const DASHES = \{(.*)\};", (STAGE / file).read_text("utf-8"))
    assert found
    assert set(re.findall(r"(\w+):", found[1])) >= USED
