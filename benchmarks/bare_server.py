"""The app with nothing around it, for benchmarks.pair: what it costs to be watched and limited.

No middleware but the two that answer sooner, no turns, no queues, nothing counted, timed or logged,
no headers, no checks of what a browser claims. Never to be reached by anybody else. What Streamlit
does by itself, by `.streamlit/config.toml`, it does here too.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from streamlit.runtime.state.session_state import WStates
from uvicorn import Server

from app import server
from app.controls.mount import assets_url, beside_urls, first_url, opening_url
from app.screen.baseline import ASSETS
from app.serving.files import Assets, Static
from app.serving.straight import Straight
from app.watching import counts
from app.watching.living import Living

ROOT = Path(__file__).parent.parent


async def at_once(
    _turns: object,
    _page: str,
    _request: Request,
    told: Callable[[], bytes],
    quick: Callable[[], bytes | None] = lambda: None,
) -> Response:
    """Packed bytes, whoever else is there."""
    found = quick()
    return server._deflated(found) if found else await server._packed(told)


def nothing(*_: Any) -> None:
    """Is not counted."""


Server.startup = Server.startup.__wrapped__  # type: ignore[method-assign, attr-defined]
WStates.__getitem__ = WStates.__getitem__.__wrapped__  # type: ignore[method-assign, attr-defined]
server._in_turn = at_once  # type: ignore[assignment]
server.busy = lambda: False
server.LOAD.is_high = lambda: False  # type: ignore[method-assign]
counts.took = nothing
app = st.App(
    ROOT / "app" / "main.py",
    lifespan=Living(server.warm),
    routes=[
        Mount(assets_url(), Assets(directory=ASSETS)),
        Route(first_url(), server.first),
        Route(opening_url(), server.told_first),
        *(Route(address, server.beside) for address in beside_urls()),
    ],
    middleware=[
        Middleware(Straight, routes=server.STRAIGHT),
        Middleware(Static, folder=server.STREAMLIT / "static", below=first_url().rstrip("/")),
    ],
)
