"""Files as browsers get them: text is compressed, and what cannot change is kept for good.

A file under `kept/` has a digest of what is in it in its address: browsers do not ask about it
again. All others are asked about each time: without that a browser guesses how long a module is
fresh, and after an update of the server it could run old and new modules together.
"""

import gzip
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

KEPT: Final = "kept/"
FOREVER: Final = "public, max-age=31536000, immutable"
ASKED: Final = "no-cache"
TEXT: Final = frozenset({".js", ".css", ".svg", ".json", ".html"})
SMALL: Final = 1000  # bytes: fewer are one packet as they are
QUICK: Final = 3  # how thoroughly what is sent once is compressed
MOST: Final = 400  # files that are held compressed: all that pages of Streamlit ask for, and ours


def address_of(folder: Path, path: str) -> str:
    """Where a file of the folder is found under a name that says what is in it."""
    return f"{KEPT}{_digest(*_state(folder / path))}/{path}"


class Assets(StaticFiles):
    """The files of a folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or that the browser has it; of `kept/DIGEST/path` the one at that path."""
        path, named = path.replace(os.sep, "/"), ""
        if path.startswith(KEPT) and path.count("/") > 1:
            _, named, path = path.split("/", 2)
        response = await super().get_response(path, scope)
        stays = await self.stays(path, named)
        if isinstance(response, FileResponse) and _wants_gzip(scope, Path(response.path)):
            response = await _packed(response)
        response.headers["Cache-Control"] = FOREVER if stays else ASKED
        response.headers.add_vary_header("Accept-Encoding")
        return response

    async def stays(self, path: str, named: str) -> bool:
        """Whether what is at this address will never be anything else."""
        if not named or self.directory is None:
            return False
        file = Path(self.directory, path)
        return file.is_file() and named == await to_thread.run_sync(_digest, *_state(file))


class Hashed(Assets):
    """Files with names that say what is in them: Streamlit's own."""

    async def stays(self, path: str, named: str) -> bool:
        """All do."""
        return True


class Static:
    """Streamlit's own scripts and styles, which Streamlit itself would send as they lie there.

    Only plain names are taken up, so that no path leads out of the folder; all else goes on.
    """

    def __init__(self, app: ASGIApp, folder: Path, below: str) -> None:
        self.app = app
        self.files = Hashed(directory=folder)
        self.folder = folder
        self.address = re.compile(rf"{re.escape(below)}/static/((?:js|css)/\w[\w.@~-]*)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file that is there."""
        found = scope["type"] == "http" and self.address.fullmatch(scope["path"])
        if not found or scope["method"] != "GET" or not (self.folder / found[1]).is_file():
            await self.app(scope, receive, send)
            return
        response = await self.files.get_response(found[1], scope)
        await response(scope, receive, send)


def page_response(scope: Scope, page: str) -> Response:
    """A page that is made for each who asks."""
    body, headers = page.encode(), {"Cache-Control": ASKED, "Vary": "Accept-Encoding"}
    if _takes_gzip(scope):
        body, headers = gzip.compress(body, QUICK), headers | {"Content-Encoding": "gzip"}
    return Response(body, headers=headers, media_type="text/html")


def _takes_gzip(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "gzip" in headers.get("accept-encoding", "") and "range" not in headers


def _wants_gzip(scope: Scope, path: Path) -> bool:
    return _takes_gzip(scope) and path.suffix in TEXT and path.stat().st_size > SMALL


async def _packed(response: FileResponse) -> Response:
    """The same file in fewer bytes: made once, not at every visit."""
    packed = await to_thread.run_sync(_gzip, *_state(Path(response.path)))
    headers = {"Content-Encoding": "gzip", "Last-Modified": response.headers["last-modified"]}
    headers["ETag"] = f"W/{response.headers['etag']}"  # not the same bytes, but the same file
    return Response(packed, headers=headers, media_type=response.media_type)


def _state(path: Path) -> tuple[Path, int, int]:
    """A file, and what changes with it."""
    found = path.stat()
    return path, found.st_mtime_ns, found.st_size


@lru_cache(MOST)
def _digest(path: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@lru_cache(MOST)
def _gzip(path: Path, _changed: int, _size: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
