"""The ASGI entry: the Streamlit app, and beside it the assets folder and the numbers of plots.

Started by `streamlit run app/server.py`. Streamlit does not put custom routes under its base path,
so the prefix is added here, and the page passes it on to the stage.
"""

import importlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app import settings

settings.settle()

import streamlit as st
from streamlit import runtime

settings.read_files_up_to(st.get_option("server.maxUploadSize"))

from anyio import CapacityLimiter, to_thread
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from app import answers
from app.compute import memory, uploads
from app.controls.mount import (
    assets_url,
    beside_urls,
    events_url,
    first_url,
    health_urls,
    numbers_url,
    opened_url,
    short_url,
)
from app.doors import handles, widgets
from app.doors.files import Held
from app.doors.headers import Told
from app.doors.hosts import Hosts
from app.doors.requests import Requests
from app.doors.sockets import Sockets
from app.messages import check, core
from app.messages.lens_at import elsewhere
from app.messages.numbers import GoneError, answer
from app.messages.opening import opening
from app.screen.baseline import ASSETS
from app.serving import index, prompt
from app.serving.bundle import entry, is_bundled
from app.serving.files import Assets, Static, page_response
from app.words.refusal import refusal
from gru_core.errors import GatescopeError

log = logging.getLogger(__name__)

# Blocks of numbers that are made at the same time. A run that was pushed out is made again first,
# which takes seconds: whoever waits for one must not keep files and pages from others.
AT_ONCE = CapacityLimiter(4)
# Answers to events: past what the processors can do, more at a time would only be slower. Who waits
# is served in the order of coming, and a page has one answer at a time. Large screens wait for
# each other, not the others for them.
ANSWERS = CapacityLimiter(2)
LARGE_ANSWERS = CapacityLimiter(2)
MOST_WAITING = 400  # for an answer: seconds of work. Who comes then is told so, and asks again
BUSY = {"Cache-Control": "no-store", "Retry-After": "5"}


# Where Streamlit's own page and its scripts lie.
STREAMLIT = Path(st.__file__).parent / "static"
INDEX = STREAMLIT / "index.html"
PAGE = INDEX.read_text(encoding="utf-8")
SCRIPTS = STREAMLIT / "static" / "js"
STAGE = index.needed(PAGE, SCRIPTS, index.STAGE)
PAPERS = {
    paper: {
        "text-color": st.get_option(f"theme.{paper}.textColor"),
        "background-color": st.get_option(f"theme.{paper}.backgroundColor"),
        "primary-color": st.get_option(f"theme.{paper}.primaryColor"),
        "font": '"Source Sans",sans-serif',
    }
    for paper in ("light", "dark")
}
AROUND = [one for one in index.needed(PAGE, SCRIPTS, index.AROUND) if one not in STAGE]


async def first(request: Request) -> Response:
    """The first page, which asks early for what the stage is made of, and has its first picture."""
    stage = [f"./assets/{entry()}"] if is_bundled() else []
    page = index.first(PAGE, [*STAGE, *stage], AROUND)
    if stage:
        query = dict(request.query_params)
        packed = await to_thread.run_sync(opening, query, limiter=AT_ONCE)
        page = index.painted(page, stage[0], packed, PAPERS) if packed else page
    return page_response(request.scope, page)


def beside(request: Request) -> Response:
    """A page beside the first one: Streamlit's, which knows where its server is."""
    return page_response(request.scope, index.beside(PAGE))


async def numbers(request: Request) -> Response:
    """A block of the numbers of a plot, a lens at a place, or the core; or why there is none."""
    ticket, query = request.path_params["ticket"], dict(request.query_params)
    if "check" in query and busy():
        return PlainTextResponse("", 503, BUSY)
    asked = {"core": core.answer, "check": check.answer, "view": elsewhere}
    told = next((asked[name] for name in asked if name in query), answer)
    return await _packed(partial(told, ticket, query), AT_ONCE)


def busy() -> bool:
    """Whether answers to changes are being made: what nobody waits for is left until later."""
    return ANSWERS.borrowed_tokens > 0


async def events(request: Request) -> Response:
    """What a page reports, taken in; the answer is the message after it."""
    reported = bytearray()
    async for piece in request.stream():
        reported += piece
        if len(reported) > answers.LARGEST:
            return PlainTextResponse("", 413)
    name = request.path_params["page"]
    limiter = LARGE_ANSWERS if answers.is_large(name) else ANSWERS
    if limiter.statistics().tasks_waiting >= MOST_WAITING:
        return PlainTextResponse("", 503, BUSY)
    async with limiter:
        if await request.is_disconnected():  # it has asked again meanwhile, or is gone
            return PlainTextResponse("", 503, BUSY)
        return await _packed(partial(answers.answer, name, bytes(reported)), None)


async def _packed(told: Callable[[], bytes], limiter: CapacityLimiter | None) -> Response:
    """Packed bytes made in a thread of their own; or why there are none."""
    private = {"Cache-Control": "no-store"}
    try:
        packed = await to_thread.run_sync(told, limiter=limiter)
    except GatescopeError as error:
        status = 404 if isinstance(error, GoneError) else 400
        return PlainTextResponse(refusal(error), status, private)
    # What is packed is deflated (RFC 9110, 8.4.1.2): saying so keeps it from being gzipped again.
    return Response(packed, headers=private | {"Content-Encoding": "deflate"})


def short_links() -> list[Route]:
    """The addresses of short links, where this site has a store."""
    if not settings.HAS_STORE:
        return []
    from app.short import Short  # and with it what only a store needs
    from app.store import site

    links = Short(site.engine())
    if said := site.check():
        log.error("%s", said)
    return [
        Route(short_url(), links.make, methods=["POST"]),
        Route(f"{short_url()}/{{page}}", links.make, methods=["POST"]),
        Route(f"{opened_url()}/{{name}}", links.lead),
    ]


def warm() -> None:
    """Make the first screen before anybody asks for it: all who come share its figures.

    The first figures of a process take ten times as long as what is the visitor's own, and so does
    what the row above the stage loads.
    """
    importlib.import_module("app.controls.choices")
    opening({})


def has_page(session: str) -> bool:
    """Whether a page of this session is open; all are while the server only starts."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


# However large, an upload goes to no temporary file: nothing of a visitor's model is written to
# disk, and a full disk is no matter. Streamlit ends one above server.maxUploadSize.
MultiPartParser.spool_max_size = 0
prompt.answer_promptly()
memory.settle()
handles.open_as_many_as_may_be()
widgets.mistrust()
uploads.pages_by(has_page)
warm()
app = st.App(
    "main.py",
    routes=[
        Mount(assets_url(), Assets(directory=ASSETS)),
        Route(f"{numbers_url()}/{{ticket}}", numbers),
        Route(f"{events_url()}/{{page}}", events, methods=["POST"]),
        Route(first_url(), first),
        *(Route(address, beside) for address in beside_urls()),
        *short_links(),
    ],
    middleware=[
        Middleware(Told),
        Middleware(Hosts, health=health_urls()),
        Middleware(Sockets),
        Middleware(Requests, files=Held()),
        Middleware(Static, folder=STREAMLIT / "static", below=first_url().rstrip("/")),
    ],
)
