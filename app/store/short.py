"""Short links: each is the name of a link, made of the link itself.

The same link has the same name on every site and at every time, and a name never leads elsewhere.
"""

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.setting import link
from app.setting.link import LONGEST_LINK, LONGEST_SHORT
from app.setting.setting import Setting
from app.store.engine import connected
from app.store.errors import FullError, StoreError
from app.store.tables import SHORT
from app.words.say import say

NAME: Final = re.compile(r"[a-z2-7]{12,52}")
# Characters of a name: 60 bits. The longer ones are for two links that share the first ones.
LENGTHS: Final = (12, 20, 52)
LONGEST_POST: Final = 3 * LONGEST_LINK  # characters, of somebody who writes each letter as %41
ALWAYS: Final = date.max  # the day on which a link that is kept for good was used last
Row = tuple[str, date, date, str]  # a name, the days it was made and used last, its link


def parsed(text: str) -> dict[str, str]:
    """The parameters of a query, with or without its mark. Errors: StoreError for too many."""
    try:
        pieces = parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise StoreError(say("store.short.unknown")) from None
    return {name: value for name, value in pieces if not name.startswith(link.FOREIGN)}


def read(query: Mapping[str, str], scenes: Collection[str]) -> Setting:
    """What a link of this site is of. Errors: StoreError for any other."""
    setting, rejected = link.decode(query, scenes)
    if rejected:
        raise StoreError(say("store.short.rejected", why=rejected[0]))
    return setting


def written(setting: Setting) -> str:
    """All of a setting as a link. Errors: StoreError for one that is too long to be kept."""
    query = link.whole(setting, LONGEST_SHORT)
    if query is None:
        raise StoreError(say("store.short.long", most=LONGEST_SHORT))
    return urlencode(query)


def is_canonical(text: str) -> bool:
    """Whether a text is a query that an address can carry as it is, and no longer than ours."""
    try:
        again = urlencode(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
    except ValueError:
        return False
    return len(text) <= LONGEST_SHORT and again == text


def names_of(text: str) -> list[str]:
    """The names that a link may have, the shortest first."""
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()
    return [digest[:length] for length in LENGTHS]


def keep(engine: Engine, text: str, today: date, most: int, for_good: bool = False) -> str:
    """The name of a canonical link, which is kept from now on.

    most: links that a store holds. for_good: whether it stays though nobody opens it. Errors:
    StoreError, also for a store that is full.
    """
    used = ALWAYS if for_good else today
    with connected(engine) as connection:
        for name in names_of(text):
            found = _link(connection, name)
            if found is None:
                _check_room(connection, most)
                added = add(connection, [(name, today, used, text)])
                found = text if added else _link(connection, name)  # another was first
            if found == text:
                _use(connection, name, used)
                return name
    raise StoreError(say("store.short.unknown"))  # two links with one SHA-256


def find(engine: Engine, name: str, today: date, days: int) -> str | None:
    """The link of a name; None for one that is unknown, or was not used for so many days."""
    if not NAME.fullmatch(name):
        return None
    with connected(engine) as connection:
        row = connection.execute(
            select(SHORT.c.link, SHORT.c.used).where(SHORT.c.name == name)
        ).first()
        if row is None or row.used < today - timedelta(days=days):
            return None
        if row.used < today:
            _use(connection, name, today)
        found: str = row.link
        return found


def expire(engine: Engine, today: date, days: int) -> int:
    """Drop the links that were not used for so many days: how many. Errors: StoreError."""
    with connected(engine) as connection:
        gone = delete(SHORT).where(SHORT.c.used < today - timedelta(days=days))
        return connection.execute(gone).rowcount


def add(connection: Connection, rows: Collection[Row]) -> int:
    """Add those whose names are free: how many."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    columns = ("name", "created", "used", "link")
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    insert = dialect.insert(SHORT).values(told).on_conflict_do_nothing()
    return len(connection.execute(insert.returning(SHORT.c.name)).all())


def _link(connection: Connection, name: str) -> str | None:
    return connection.execute(select(SHORT.c.link).where(SHORT.c.name == name)).scalar()


def _use(connection: Connection, name: str, today: date) -> None:
    """Note that it was used; a clock that is behind takes nothing back."""
    connection.execute(
        update(SHORT).where(SHORT.c.name == name, SHORT.c.used < today).values(used=today)
    )


def _check_room(connection: Connection, most: int) -> None:
    count = connection.execute(select(func.count()).select_from(SHORT)).scalar_one()
    if count >= most:
        raise FullError(say("store.short.full"))
