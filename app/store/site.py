"""The store that GATESCOPE_STORE names, of this process."""

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from urllib.parse import parse_qsl

from sqlalchemy import Engine

from app import settings
from app.setting.link import CURSOR, SHORT
from app.store import schema, short
from app.store.engine import PATIENCE, engine_of
from app.store.errors import StoreError
from app.words.say import say

log: Final = logging.getLogger(__name__)


@cache
def engine(seconds: int = PATIENCE) -> Engine:
    """seconds: of patience with one statement. Errors: StoreError where there is none."""
    if not settings.HAS_STORE:
        raise StoreError(say("store.main.no_store"))
    return engine_of(settings.STORE, seconds)


def check() -> str:
    """Why this process cannot use its store, in a sentence; empty where it can, or has none."""
    if not settings.HAS_STORE:
        return ""
    try:
        return schema.problem(engine())
    except StoreError as error:
        return str(error)


def hold() -> None:
    """Nothing where this process can use its store. Errors: StoreError."""
    if said := check():
        raise StoreError(said)


def whole(query: Mapping[str, str]) -> dict[str, str]:
    """A link with the name of a long one in it: that one, with the cursor's place as it stands.

    Errors: StoreError where there is no such name, or the store is away; for who opened it.
    """
    try:
        found = short.find(engine(), query[SHORT], today(), settings.SHORT_DAYS)
    except StoreError as error:
        log.warning("%s", error)
        raise StoreError(say("store.page.again")) from None
    if found is None:
        raise StoreError(say("store.page.gone"))
    here = {name: query[name] for name in CURSOR if name in query}
    return dict(parse_qsl(found, keep_blank_values=True)) | here


def today() -> date:
    """The day by which links are kept and dropped: the world's, the same for all processes."""
    return datetime.now(UTC).date()
