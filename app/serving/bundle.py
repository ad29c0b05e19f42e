"""The stage as one file for browsers; while that is older than its sources, the modules themselves.

`python -m scripts.bundle` makes the file and writes into its first line what it was made of, so
that a server knows once, when it starts, whether it may hand it out.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.serving.files import address_of

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
BUILT = ASSETS / "built"
HEAD = "// Gatescope's stage in one file, made by `python -m scripts.bundle` of "
ENTRY = "stage/stage.js"
VENDORED = ("vendor/plotly/plotly-cartesian.min.js", "vendor/stix/stix-two-math.woff2")


def sources() -> Iterator[Path]:
    """Everything that a bundle is made of."""
    for kind in ("*.js", "*.css", "*.json"):
        yield from sorted((ASSETS / "stage").rglob(kind))
    yield from (ASSETS / one for one in VENDORED)


def digest() -> str:
    """Another one for every change of a source."""
    found = hashlib.sha256()
    for path in sources():
        found.update(f"{path.relative_to(ASSETS).as_posix()}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def made_of(text: str) -> str:
    """The digest of the sources that a bundle was made of, as its first line has it."""
    head = text.partition("\n")[0]
    return head.removeprefix(HEAD) if head.startswith(HEAD) else ""


@cache
def entry() -> str:
    """The path among the assets of what a page imports."""
    built = BUILT / "stage.js"
    if built.exists() and made_of(built.read_text(encoding="utf-8")) == digest():
        return address_of(ASSETS, "built/stage.js")
    return ENTRY


def is_bundled() -> bool:
    """Whether pages get one file."""
    return entry() != ENTRY
