"""What a request is for, by a name of ours: its path may hold a ticket, its query an input."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

PROBES: Final = ("livez", "readyz")
QUIET: Final = ""  # not counted and not logged: files, and who asks whether we are there
FIRST, BESIDE, LINE = "first", "beside", "line"
NUMBERS: Final = {b"core": "core", b"check": "check", b"view": "lens"}  # by what is asked for
OURS: Final = {
    "events": "events",
    "numbers": "numbers",
    "media": "download",
    "opening": "opening",
    "short": "short",
    "s": "short",
}
FILES: Final = ("assets", "static", "component", "favicon.png", *PROBES)
STREAMLIT: Final = {"upload_file": "upload", "stream": LINE, "bidi-components": QUIET}
ASKED: Final = ("health", "host-config")


@dataclass(frozen=True)
class Routes:
    """base: the path of the site, without slashes around; beside: names of pages below it."""

    base: str
    beside: Collection[str]

    def name(self, scope: Scope) -> str:
        """One of few names; QUIET for what is of no interest."""
        path = scope["path"].strip("/")
        head, _, rest = (self._below(path) if self.base else path).partition("/")
        if head in OURS:
            return _numbers(scope["query_string"]) if head == "numbers" else OURS[head]
        if head == "":
            return FIRST
        if head in self.beside:
            return BESIDE
        if head == "_stcore":
            inner = rest.partition("/")[0]
            return QUIET if inner in ASKED else STREAMLIT.get(inner, "other")
        return QUIET if head in FILES else "other"

    def is_probe(self, scope: Scope) -> bool:
        """Whether it asks if this process lives or is ready."""
        return self._below(scope["path"].strip("/")) in PROBES

    def _below(self, path: str) -> str:
        if self.base and (path == self.base or path.startswith(f"{self.base}/")):
            return path[len(self.base) + 1 :]
        return path


def _numbers(query: bytes) -> str:
    asked = (part.partition(b"=")[0] for part in query.split(b"&"))
    return next((NUMBERS[one] for one in asked if one in NUMBERS), "numbers")
