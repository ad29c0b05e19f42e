"""What every answer tells the browser not to do: a policy of this site, said on each page."""

from typing import Final, TypeAlias

from app import settings

Headers: TypeAlias = list[tuple[bytes, bytes]]

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
    """Adds them to an answer (app/watching/watched.py). embedders: as `policy` has them.

    secure: whether every cookie is for TLS alone; Streamlit's are for any line.
    """

    def __init__(
        self,
        embedders: str = settings.EMBEDDERS,
        secure: bool = settings.SITE.startswith("https:"),
    ) -> None:
        self.secure = secure
        told = ALWAYS | {"Content-Security-Policy": policy(embedders)}
        self.headers = [(name.lower().encode(), said.encode()) for name, said in told.items()]
        self.names = frozenset(name for name, _ in self.headers)

    def __call__(self, own: Headers) -> Headers:
        """Those that an answer has itself, and these."""
        told = [one for one in own if one[0].lower() not in self.names]
        if self.secure:
            told = [_secured(*one) for one in told]
        told += self.headers
        return told


def _secured(name: bytes, said: bytes) -> tuple[bytes, bytes]:
    if name.lower() != b"set-cookie" or b"; secure" in said.lower():
        return name, said
    return name, said + b"; Secure"
