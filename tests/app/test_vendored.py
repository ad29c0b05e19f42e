"""The plotly.js that draws is the one that plotly.py makes figures for."""

import re
from pathlib import Path

from plotly.offline import get_plotlyjs_version

VENDOR = Path(__file__).parents[2] / "assets" / "vendor" / "plotly"
SCRIPT = VENDOR / "plotly-cartesian.min.js"


def header() -> str:
    with SCRIPT.open(encoding="utf-8") as file:
        return file.read(400)


def test_the_vendored_version_is_the_one_that_plotly_py_bundles() -> None:
    found = re.search(r"plotly\.js \(cartesian - minified\) v(\S+)", header())
    assert found
    assert found[1] == get_plotlyjs_version()


def test_the_vendored_library_comes_with_its_licence() -> None:
    assert "MIT" in header()
    assert "Plotly" in (VENDOR / "LICENSE").read_text(encoding="utf-8")


def test_the_note_beside_it_names_the_version() -> None:
    assert get_plotlyjs_version() in (VENDOR / "README.md").read_text(encoding="utf-8")
