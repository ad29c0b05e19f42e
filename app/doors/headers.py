"""What every answer tells the browser not to do: a policy of this site, said on each page."""

from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import settings

# Scripts: ours and Streamlit's, from here; Streamlit makes a module of a component's few lines, and
# the page's own first lines stand in it. Nothing is made of text by `eval`. Styles are written by
# both at run time. Pictures are saved by way of a blob.
SELF: Final = "'self'"
INLINE: Final = "'unsafe-inline'"
SOURCES: Final = {
    "default-src": (SELF,),
    "script-src": (SELF, INLINE, "blob:"),
    "style-src": (SELF, INLINE),
    "img-src": (SELF, "data:", "blob:"),
    "font-src": (SELF, "data:"),
    "connect-src": (SELF, "ws:", "wss:", "data:", "blob:"),
    "worker-src": (SELF, "blob:"),
    "object-src": ("'none'",),
    "base-uri": (SELF,),
    "form-action": (SELF,),
}
UNUSED: Final = ("camera", "geolocation", "microphone", "payment", "usb")
ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{one}=()" for one in UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(embedders: str) -> str:
    """What a page may load, and who may show it in a frame: hosts, * for all, or none but us."""
    others = "" if embedders == settings.EMBEDDING.default else embedders
    told = SOURCES | {"frame-ancestors": (SELF, *others.split())}
    return "; ".join(" ".join([name, *sources]) for name, sources in told.items())


class Told:
    """Adds them. embedders: as `policy` has them.

    secure: whether every cookie is for TLS alone; Streamlit's are for any line.
    """

    def __init__(
        self,
        app: ASGIApp,
        embedders: str = settings.EMBEDDERS,
        secure: bool = settings.SITE.startswith("https:"),
    ) -> None:
        self.app = app
        self.secure = secure
        told = ALWAYS | {"Content-Security-Policy": policy(embedders)}
        self.headers = [(name.lower().encode(), said.encode()) for name, said in told.items()]
        self.names = frozenset(name for name, _ in self.headers)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)

        def tell(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                own = [one for one in message["headers"] if one[0].lower() not in self.names]
                message["headers"] = [*own, *self.headers]
                if self.secure:
                    message["headers"] = [_secured(*one) for one in message["headers"]]
            return send(message)

        return self.app(scope, receive, tell)


def _secured(name: bytes, said: bytes) -> tuple[bytes, bytes]:
    if name.lower() != b"set-cookie" or b"; secure" in said.lower():
        return name, said
    return name, said + b"; Secure"
