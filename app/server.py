"""The ASGI entry: the Streamlit app, and beside it the assets folder and the numbers of plots.

Started by `streamlit run app/server.py`. Streamlit does not put custom routes under its base path,
so the prefix is added here, and the page passes it on to the stage.
"""

from pathlib import Path
from typing import Any

from app import settings

settings.settle()

import streamlit as st
from streamlit import runtime

settings.read_files_up_to(st.get_option("server.maxUploadSize"))

from anyio import CapacityLimiter, to_thread
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.compute import memory, uploads
from app.controls.mount import assets_url, claims_url, numbers_url
from app.messages import core
from app.messages.lens_at import elsewhere
from app.messages.numbers import GoneError, answer
from app.screen.baseline import ASSETS
from app.words.refusal import refusal
from gru_core.errors import GatescopeError

# Blocks of numbers that are made at the same time. A run that was pushed out is made again first,
# which takes seconds: whoever waits for one must not keep files and pages from others.
AT_ONCE = CapacityLimiter(4)


# A page beside the first one, opened by its address, looks for its server below that address too,
# and is refused four times. It is told: its server is where it lies itself, behind any prefix.
INDEX = Path(st.__file__).parent / "static" / "index.html"
BACKEND = 'window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href };'


class Assets(StaticFiles):
    """Files that browsers keep, but ask about each time.

    Without this a browser guesses how long a module is fresh, and after an update of the server it
    could run old and new modules together.
    """

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, or 304 if the browser's copy is the same."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def beside(_request: Request) -> Response:
    """A page beside the first one: Streamlit's, which knows where its server is."""
    page = INDEX.read_text(encoding="utf-8")
    told = page.replace("<head>", f"<head><script>{BACKEND}</script>", 1)
    return HTMLResponse(told, headers={"Cache-Control": "no-cache"})


async def numbers(request: Request) -> Response:
    """A block of the numbers of a plot, a lens at a place, or the core; or why there is none."""
    ticket, query = request.path_params["ticket"], dict(request.query_params)
    private = {"Cache-Control": "no-store"}
    told = core.answer if "core" in query else elsewhere if "view" in query else answer
    try:
        packed = await to_thread.run_sync(told, ticket, query, limiter=AT_ONCE)
    except GatescopeError as error:
        status = 404 if isinstance(error, GoneError) else 400
        return PlainTextResponse(refusal(error), status, private)
    # What is packed is deflated (RFC 9110, 8.4.1.2): saying so keeps it from being gzipped again.
    return Response(packed, headers=private | {"Content-Encoding": "deflate"})


def has_page(session: str) -> bool:
    """Whether a page of this session is open; all are while the server only starts."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


# However large, an upload goes to no temporary file: nothing of a visitor's model is written to
# disk, and a full disk is no matter. Streamlit ends one above server.maxUploadSize.
MultiPartParser.spool_max_size = 0
memory.settle()
uploads.pages_by(has_page)
app = st.App(
    "main.py",
    routes=[
        Mount(assets_url(), Assets(directory=ASSETS)),
        Route(f"{numbers_url()}/{{ticket}}", numbers),
        Route(claims_url(), beside),
    ],
)
