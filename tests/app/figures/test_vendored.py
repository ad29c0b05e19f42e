"""The plotly.js that draws is the one that plotly.py makes figures for; the font is as it came."""

import hashlib
import re
from pathlib import Path

from plotly.offline import get_plotlyjs_version

VENDOR = Path(__file__).parents[3] / "assets" / "vendor" / "plotly"
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


def test_the_mathematical_font_is_the_one_its_note_tells_of() -> None:
    folder = VENDOR.parent / "stix"
    font = (folder / "stix-two-math.woff2").read_bytes()
    note = (folder / "README.md").read_text(encoding="utf-8")
    assert f"`{hashlib.sha256(font).hexdigest()}`" in note
    assert font[:4] == b"wOF2"
    assert len(font) < 150_000
    assert "SIL Open Font License" in (folder / "LICENSE").read_text(encoding="utf-8")
