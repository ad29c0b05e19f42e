"""The ASGI entry: the Streamlit app, and beside it the assets folder and the numbers of plots.

Started by `streamlit run app/server.py`. Streamlit does not put custom routes under its base path,
so the prefix is added here, and the page passes it on to the stage.
"""

import importlib
import logging
from asyncio import sleep
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app import settings

settings.settle()

import streamlit as st
from streamlit import config, logger, runtime
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.secrets import SecretsValue

from app.watching import logs

if settings.LOG == "json":
    logs.settle()
    logger.setup_formatter = logs.speak  # of Streamlit's modules that are loaded later

settings.read_files_up_to(st.get_option("server.maxUploadSize"))

from anyio import to_thread
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from app import answers
from app.compute import memory, uploads
from app.compute.load import Load
from app.compute.store import STORE
from app.compute.turns import CrowdedError
from app.compute.workshop import WORKSHOP, NotMadeError
from app.controls.mount import (
    BESIDE,
    assets_url,
    beside_urls,
    events_url,
    first_url,
    health_urls,
    numbers_url,
    opened_url,
    opening_url,
    short_url,
)
from app.doors import exports, handles, heads, widgets
from app.doors.counting import FullError
from app.doors.files import Held
from app.doors.headers import Told
from app.doors.hosts import Hosts
from app.doors.requests import Requests
from app.doors.sockets import RUNS, Sockets, address_of
from app.doors.turns import Turns
from app.messages import asked
from app.messages.numbers import GoneError
from app.messages.opening import opening
from app.screen import tickets
from app.screen.baseline import ASSETS
from app.serving import index, prompt
from app.serving.bundle import entry, is_bundled
from app.serving.files import Assets, Static, page_response
from app.serving.straight import Straight
from app.watching import counts, ready
from app.watching.living import Living
from app.watching.probes import probes
from app.watching.routes import Routes
from app.watching.watched import Watched
from app.words.refusal import refusal
from gru_core.errors import GatescopeError

log = logging.getLogger(__name__)

# Once one file has been checked with Keras, Streamlit would clear Keras after every run of every
# page, and with it all garbage, while everybody waits. Nothing of ours is left there.
script_runner._clean_problem_modules = lambda: None

# Numbers of plots and lenses, answers to events: past what the processors can do, more at a time
# would only be slower. A run that was pushed out is made again first, which takes seconds, so that
# what is large waits for what is large alone, and no address has all turns of it.
OPENINGS = Turns(at_once=4, each=4, waiting=1000)
NUMBERS = Turns(at_once=4, each=3, waiting=400)
LARGE_NUMBERS = Turns(at_once=2, each=1, waiting=40)
ANSWERS = Turns(at_once=2, each=2, waiting=400)  # seconds of work
LARGE_ANSWERS = Turns(at_once=2, each=1, waiting=40)
QUEUES = {
    "first": OPENINGS,
    "runs": RUNS,
    "numbers": NUMBERS,
    "large_numbers": LARGE_NUMBERS,
    "small": ANSWERS,
    "large": LARGE_ANSWERS,
    "files": exports.SMALL,
    "large_files": exports.LARGE,
}
LOAD = Load()
WITHIN = 60_000  # bytes of a first message that a page has in it; a longer one comes beside it
PENALTY = 0.5  # seconds until somebody is refused, who could ask again at once a thousand times
NOT_NOW = {"Cache-Control": "no-store"}
BUSY = {"Cache-Control": "no-store", "Retry-After": "5"}

BASE = st.get_option("server.baseUrlPath").strip("/")

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
        packed = await _opened(request, query)
        if packed is not None:
            long = f"./opening?{request.url.query}" if len(packed) > WITHIN else packed
            page = index.painted(page, stage[0], long, PAPERS)
    return page_response(request.scope, page)


async def told_first(request: Request) -> Response:
    """The first message of a link, for a picture of it: packed, as a page has it within it."""
    packed = await _opened(request, dict(request.query_params))
    return Response(packed or b"", 200 if packed else 404, {"Cache-Control": "no-store"})


def beside(request: Request) -> Response:
    """A page beside the first one: Streamlit's, which knows where its server is."""
    return page_response(request.scope, index.beside(PAGE))


async def _opened(request: Request, query: dict[str, str]) -> bytes | None:
    """The first message of a link; none while very many wait: the page is whole without it."""
    try:
        async with OPENINGS.one(f"{id(request)}", address_of(request.scope)):
            return await to_thread.run_sync(opening, query)
    except FullError:
        return None


async def numbers(request: Request) -> Response:
    """A block of the numbers of a plot, a lens at a place, or the core; or why there is none."""
    ticket, query = request.path_params["ticket"], dict(request.query_params)
    turns = LARGE_NUMBERS if tickets.is_large(ticket) else NUMBERS
    told = partial(asked.answer, ticket, query)
    if "check" not in query:
        return await _in_turn(turns, ticket, request, told)
    found = None if busy() else await _in_turn(turns, ticket, request, told)
    # Browsers write what failed into their console, and that there is no time now is no failure.
    return found if found and found.status_code != 503 else Response(None, 204, NOT_NOW)


def busy() -> bool:
    """Whether much is being done: what nobody waits for is left until later."""
    return LOAD.is_high() or ANSWERS.taken > 0


async def events(request: Request) -> Response:
    """What a page reports, taken in; the answer is the message after it."""
    reported = bytearray()
    async for piece in request.stream():
        reported += piece
        if len(reported) > answers.LARGEST:
            counts.refused("events")
            return PlainTextResponse("", 413)
    LOAD.is_high()  # what is asked often is of the last second
    name = request.path_params["page"]
    turns = LARGE_ANSWERS if answers.is_large(name) else ANSWERS
    given = (name, bytes(reported))
    told = partial(answers.answer, *given)
    return await _in_turn(turns, name, request, told, partial(answers.at_once, *given))


async def _in_turn(
    turns: Turns,
    page: str,
    request: Request,
    told: Callable[[], bytes],
    at_once: Callable[[], bytes | None] = lambda: None,
) -> Response:
    """Packed bytes, when it is this page's turn; or that the server is busy.

    at_once: what takes so little that a thread would take more; None where there is no such.
    """
    address = address_of(request.scope)
    waited = False
    if not turns.begin(page, address):
        try:
            waited = await turns.wait(page, address)
        except FullError:
            counts.refused("busy")
            await sleep(PENALTY)
            return PlainTextResponse("", 503, BUSY)
    try:
        if waited and await request.is_disconnected():  # it has asked again, or is gone
            return PlainTextResponse("", 503, BUSY)
        quick = at_once()
        return _deflated(quick) if quick else await _packed(told)
    finally:
        turns.end(page, address)


async def _packed(told: Callable[[], bytes]) -> Response:
    """Packed bytes made in a thread of their own; or why there are none."""
    try:
        packed = await to_thread.run_sync(told)
    except (CrowdedError, NotMadeError):
        counts.refused("busy")
        return PlainTextResponse("", 503, BUSY)
    except GatescopeError as error:
        status = 404 if isinstance(error, GoneError) else 400
        return PlainTextResponse(refusal(error), status, NOT_NOW)
    return _deflated(packed)


def _deflated(packed: bytes) -> Response:
    """What is packed is deflated (RFC 9110, 8.4.1.2): saying so, it is not gzipped again."""
    return Response(packed, headers=NOT_NOW | {"Content-Encoding": "deflate"})


def short_links() -> list[Route]:
    """The addresses of short links, where this site has a store."""
    if not settings.HAS_STORE:
        return []
    from app.short import Short  # and with it what only a store needs
    from app.store import site

    links = Short(site.engine())
    if said := site.check():
        log.error("%s", said)
    ready.add("store", site.hold)
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
    memory.keep()


def secrets() -> dict[str, SecretsValue] | None:
    """What Streamlit's login has to know, where this site has one."""
    if not settings.HAS_LOGIN:
        return None
    # For what keeps a sign-in that is going on, too: any process may be led back to.
    config.set_option("server.cookieSecret", settings.COOKIE_SECRET)
    told = {
        "redirect_uri": f"{settings.SITE}/oauth2callback",
        "cookie_secret": settings.COOKIE_SECRET,
        "client_id": settings.LOGIN_CLIENT,
        "client_secret": settings.LOGIN_SECRET,
        "server_metadata_url": f"{settings.LOGIN}/.well-known/openid-configuration",
    }
    return {"auth": {**told}}


def watch() -> None:
    """Let the figures of this process be asked for; to be called once."""
    for name, turns in QUEUES.items():
        counts.queue(name, partial(len, turns), partial(getattr, turns, "taken"))
    counts.CACHE.set_function(lambda: STORE.size)
    counts.UPLOADS.set_function(uploads.held)


def failed(error: Exception) -> None:
    """A run of a page has gone wrong; Streamlit logs it and shows a sentence."""
    counts.failed("run")


def has_page(session: str) -> bool:
    """Whether a page of this session is open; all are while the server only starts."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


# However large, an upload goes to no temporary file: nothing of a visitor's model is written to
# disk, and a full disk is no matter. Streamlit ends one above server.maxUploadSize.
MultiPartParser.spool_max_size = 0
prompt.answer_promptly()
heads.read_so()
memory.settle()
handles.open_as_many_as_may_be()
widgets.mistrust()
exports.take_turns()
WORKSHOP.begin()
if not WORKSHOP.open:  # what is large is made here
    STORE.most = max(STORE.most, settings.LARGE_CACHE_MB * 1_000_000)
uploads.pages_by(has_page)
watch()
STRAIGHT = (
    Route(f"{numbers_url()}/{{ticket}}", numbers),
    Route(f"{events_url()}/{{page}}", events, methods=["POST"]),
)
GUARDS = (
    Middleware(Watched, routes=Routes(BASE, BESIDE), heads=Told()),
    Middleware(Hosts, health=health_urls()),
    Middleware(Sockets),
    Middleware(Requests, files=Held()),
)
app = st.App(
    "main.py",
    lifespan=Living(warm),
    on_script_error=failed,
    secrets=secrets(),
    routes=[
        Mount(assets_url(), Assets(directory=ASSETS)),
        Route(first_url(), first),
        Route(opening_url(), told_first),
        *(Route(address, beside) for address in beside_urls()),
        *probes(BASE),
        *short_links(),
    ],
    middleware=[
        *GUARDS,
        Middleware(Straight, routes=STRAIGHT),
        Middleware(Static, folder=STREAMLIT / "static", below=first_url().rstrip("/")),
    ],
)
