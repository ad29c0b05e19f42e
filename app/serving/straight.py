"""What pages ask for most, answered past what Streamlit does for its own pages."""

from collections.abc import Awaitable, Sequence

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Routes of our own, for which nothing is to be packed, signed, or looked up in a folder.

    Streamlit's way there, cookies, paths and gzip, is a sixth of the processor that the change of
    a number takes.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self.app = app
        self.places = tuple(route.path.partition("{")[0] for route in routes)
        self.routes = ExceptionMiddleware(Router(routes))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request for one of them; all else goes on."""
        is_own = scope["type"] == "http" and scope["path"].startswith(self.places)
        return (self.routes if is_own else self.app)(scope, receive, send)
