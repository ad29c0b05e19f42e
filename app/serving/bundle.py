"""What a page draws itself with, as one file for browsers: the stage, and the quiz.

While a file is older than its sources, browsers get the modules themselves. `python -m
scripts.bundle` makes the files and writes into the first line of each what it was made of, so that
a server knows once, when it starts, whether it may hand it out.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.serving.files import address_of

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
BUILT = ASSETS / "built"
HEAD = "// Gatescope's {name} in one file, made by `python -m scripts.bundle` of "
STAGE, QUIZ = "stage.js", "quiz.js"
ENTRIES = {STAGE: "stage/stage.js", QUIZ: "learn/quiz.js"}
FOLDERS = {STAGE: ("stage",), QUIZ: ("learn", "stage/core")}  # with all that it imports
VENDORED = ("vendor/plotly/plotly-cartesian.min.js", "vendor/stix/stix-two-math.woff2")


def sources(name: str = STAGE) -> Iterator[Path]:
    """Everything that a bundle is made of."""
    for kind in ("*.js", "*.css", "*.json"):
        for folder in FOLDERS[name]:
            yield from sorted((ASSETS / folder).rglob(kind))
    if name == STAGE:
        yield from (ASSETS / one for one in VENDORED)


def digest(name: str = STAGE) -> str:
    """Another one for every change of a source."""
    found = hashlib.sha256()
    for path in sources(name):
        found.update(f"{path.relative_to(ASSETS).as_posix()}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def head(name: str = STAGE) -> str:
    """What the first line of a bundle begins with."""
    return HEAD.format(name=name.removesuffix(".js"))


def made_of(text: str, name: str = STAGE) -> str:
    """The digest of the sources that a bundle was made of, as its first line has it."""
    first, begin = text.partition("\n")[0], head(name)
    return first.removeprefix(begin) if first.startswith(begin) else ""


@cache
def entry(name: str = STAGE) -> str:
    """The path among the assets of what a page imports."""
    built = BUILT / name
    if built.exists() and made_of(built.read_text(encoding="utf-8"), name) == digest(name):
        return address_of(ASSETS, f"built/{name}")
    return ENTRIES[name]


def is_bundled() -> bool:
    """Whether the first page gets one file."""
    return entry() != ENTRIES[STAGE]
