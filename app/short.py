"""Short links at the door: a page posts its link and gets a name, and a name leads to the page."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from html import escape
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from app import settings
from app.doors.counting import Paces
from app.doors.sockets import address_of, is_from_here
from app.screen.baseline import scenes
from app.session.state import page_of
from app.setting import link
from app.setting.link import CURSOR, LONGEST_LINK, LONGEST_SHORT, SHORT
from app.store import schema, short
from app.store.errors import FullError, StoreError
from app.store.site import today
from app.words.say import say

log: Final = logging.getLogger(__name__)
T = TypeVar("T")
MINUTE: Final = 60.0
MOST_WAITING: Final = 100  # for the store: more than it answers in the time that a page waits
PRIVATE: Final = {"Cache-Control": "no-store"}
LATER: Final = PRIVATE | {"Retry-After": f"{MINUTE:.0f}"}
PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" '
    'content="light dark"><title>{title}</title><p>{text}</p><p><a href="../">{first}</a></p>'
)


class AwayError(Exception):
    """The store is not to be used now; its log says why."""


class Short:
    """Short links in one store. today: the day by the world's clock."""

    def __init__(self, engine: Engine, today: Callable[[], date] = today) -> None:
        self.engine = engine
        self.today = today
        self.at_once = CapacityLimiter(4)  # statements; a store that is away keeps others waiting
        minute = settings.ADDRESS_SHORT
        self.paces = Paces(minute / MINUTE, minute)
        self.well = False  # the schema has been seen to fit
        self.expired: date | None = None  # the day that old links were dropped last

    async def make(self, request: Request) -> Response:
        """The name of a posted link, as an address beside this one; or a sentence why not."""
        if not is_from_here(request.headers):
            return PlainTextResponse(say("store.short.elsewhere"), 403, PRIVATE)
        waits = math.ceil(self.paces.wait(address_of(request.scope), time.monotonic()))
        if waits:
            again = PRIVATE | {"Retry-After": f"{waits}"}
            return PlainTextResponse(say("store.short.pace", n=waits), 429, again)
        text = await _read(request)
        if text is None:
            long = say("store.short.long", most=LONGEST_SHORT)
            return PlainTextResponse(long, 413, PRIVATE)
        page = request.path_params.get("page", "")
        try:
            told = partial(_whole, text, page)
            written = await to_thread.run_sync(told, limiter=self.at_once)
        except StoreError as error:
            return PlainTextResponse(str(error), 400, PRIVATE)
        try:
            name = await self._ask(partial(self._keep, written, _by_instructor(page)))
        except AwayError as error:
            return PlainTextResponse(str(error), 503, LATER)
        address = f"s/{name}"
        return PlainTextResponse(address, 201, PRIVATE | {"Location": address})

    async def lead(self, request: Request) -> Response:
        """To the page with the whole link of a name; or a page that says that there is none."""
        name = request.path_params["name"]
        try:
            found = await self._ask(partial(self._find, name))
        except AwayError:
            return _page(say("store.page.again"), 503)
        if found is None:
            return _page(say("store.page.gone"), 404)
        if len(found) > LONGEST_LINK:
            found = f"{SHORT}={name}"  # the page asks the store for it: app/session/state.py
        # Seen from here: a proxy may have taken off what stands before.
        return RedirectResponse(f"../?{found}" if found else "../", 303, PRIVATE)

    async def _ask(self, asked: Callable[[], T]) -> T:
        """What the store answers. Errors: AwayError, with a sentence for who asked."""
        if self.at_once.statistics().tasks_waiting >= MOST_WAITING:
            raise AwayError(say("store.short.away"))
        try:
            return await to_thread.run_sync(partial(self._asked, asked), limiter=self.at_once)
        except StoreError as error:
            if isinstance(error, FullError):
                raise AwayError(str(error)) from None
            log.warning("%s", error)
            raise AwayError(say("store.short.away")) from None

    def _asked(self, asked: Callable[[], T]) -> T:
        if not self.well:  # it may have been brought to this schema since
            if said := schema.problem(self.engine):
                raise StoreError(said)
            self.well = True
        return asked()

    def _keep(self, written: str, for_good: bool) -> str:
        today = self.today()
        if self.expired != today:
            self.expired = today
            short.expire(self.engine, today, settings.SHORT_DAYS)
        return short.keep(self.engine, written, today, settings.SHORT_LINKS, for_good)

    def _find(self, name: str) -> str | None:
        return short.find(self.engine, name, self.today(), settings.SHORT_DAYS)


async def _read(request: Request) -> str | None:
    """What was posted; None for more than a link can be."""
    posted = bytearray()
    async for piece in request.stream():
        posted += piece
        if len(posted) > short.LONGEST_POST:
            return None
    return posted.decode("utf-8", "replace")


def _whole(text: str, page: str) -> str:
    """A posted link, with all that it leaves out of the page that it is of.

    page: its name; empty, or any other, for the link alone. Errors: StoreError.
    """
    query, here = short.parsed(text), page_of(page)
    if here is not None:
        present = here.history.present
        if link.without_cursor(query) == link.without_cursor(link.encode(present)[0]):
            at, _ = link.decode({one: query[one] for one in CURSOR if one in query}, scenes())
            return short.written(replace(present, step=at.step, unit=at.unit))
    return short.written(short.read(query, scenes()))


def _by_instructor(page: str) -> bool:
    here = page_of(page)
    return here is not None and here.person is not None and here.person.listed


def _page(text: str, status: int) -> Response:
    told = {"title": say("store.page.title"), "text": text, "first": say("store.page.first")}
    page = PAGE.format(**{name: escape(one) for name, one in told.items()})
    return HTMLResponse(page, status, PRIVATE)
