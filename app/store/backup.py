"""A store as a file that any other one can be made of: JSON, one line each, checked when read.

The first line says what the file is, the last one how many came between; so a file that was cut
short is known.
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, select

from app.setting.link import LONGEST_SHORT
from app.store.engine import connected
from app.store.errors import StoreError
from app.store.short import Row, add, is_canonical, names_of
from app.store.tables import SHORT
from app.words.say import say

HEAD: Final = {"gatescope": "store", "format": 1}
KIND: Final = "short link"
LONGEST: Final = LONGEST_SHORT + 1000  # characters of a line
AT_ONCE: Final = 500  # rows
PRIVATE: Final = 0o600


def backup(engine: Engine, path: Path) -> int:
    """Write a file with all that is in the store: how many links. Errors: StoreError, OSError.

    A file that is there is replaced once the new one is whole.
    """
    coming = path.with_name(f"{path.name}.part")
    coming.unlink(missing_ok=True)
    coming.touch(PRIVATE)
    count = 0
    with connected(engine) as connection, coming.open("w", encoding="utf-8") as out:
        _write(out, HEAD)
        rows = connection.execution_options(yield_per=AT_ONCE).execute(
            select(SHORT).order_by(SHORT.c.name)
        )
        for row in rows:
            told = {"created": f"{row.created}", "used": f"{row.used}", "link": row.link}
            _write(out, {"kind": KIND, "name": row.name, **told})
            count += 1
        _write(out, {"end": count})
        out.flush()
        os.fsync(out.fileno())  # a backup is there once this has answered
    coming.replace(path)
    return count


def restore(engine: Engine, path: Path) -> tuple[int, int]:
    """Add what a file has and the store has not: links in the file, and added.

    All of them or, where the file is damaged, none. Errors: StoreError, OSError.
    """
    read = added = 0
    with path.open("rb") as lines, connected(engine) as connection:
        rows = _rows(lines)
        while some := list(islice(rows, AT_ONCE)):
            read += len(some)
            added += add(connection, some)
    return read, added


def _write(out: Any, told: Mapping[str, object]) -> None:
    out.write(json.dumps(told, ensure_ascii=True) + "\n")


def _rows(lines: Any) -> Iterator[Row]:
    """The links of a file, each checked. Errors: StoreError, naming the line."""
    numbered = enumerate(_lines(lines), start=1)
    first = next(numbered, (1, {}))[1]
    if first != HEAD:
        raise StoreError(say("store.backup.head"))
    for at, told in numbered:
        if told == {"end": at - 2}:
            if next(numbered, None) is not None:
                raise StoreError(say("store.backup.line", at=at + 1))
            return
        yield _row(told, at)
    raise StoreError(say("store.backup.end"))


def _lines(lines: Any) -> Iterator[object]:
    for at, line in enumerate(iter(lambda: lines.readline(LONGEST + 1), b""), start=1):
        if len(line) > LONGEST:
            raise StoreError(say("store.backup.line", at=at))
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            raise StoreError(say("store.backup.line", at=at)) from None


def _row(told: object, at: int) -> Row:
    fields = ("kind", "name", "created", "used", "link")
    if not isinstance(told, dict) or set(told) != set(fields) or told["kind"] != KIND:
        raise StoreError(say("store.backup.line", at=at))
    name, link = told["name"], told["link"]
    try:
        created, used = date.fromisoformat(told["created"]), date.fromisoformat(told["used"])
    except (TypeError, ValueError):
        raise StoreError(say("store.backup.line", at=at)) from None
    if not isinstance(link, str) or not is_canonical(link) or name not in names_of(link):
        raise StoreError(say("store.backup.name", at=at))
    return name, created, used, link
