"""Whether this process lives and is ready, for whoever leads visitors to it or starts it anew."""

from collections.abc import Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.watching import ready
from app.words.say import say

NEVER: Final = {"Cache-Control": "no-store"}


async def livez(request: Request) -> Response:
    """It answers, so it lives."""
    return PlainTextResponse(say("watching.probes.lives"), headers=NEVER)


async def readyz(request: Request) -> Response:
    """200, or 503 with a sentence that says why not."""
    status, text = await ready.THIS.answer()
    return PlainTextResponse(text, status, headers=NEVER)


def probes(base: str) -> Iterator[Route]:
    """Below the path of the site, and at the root: who asks may know nothing of paths."""
    for prefix in dict.fromkeys(("", f"/{base}" if base else "")):
        yield Route(f"{prefix}/livez", livez)
        yield Route(f"{prefix}/readyz", readyz)
