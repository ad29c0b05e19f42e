"""The command line of a store: `python -m app.store upgrade`, `backup`, `restore`, `expire`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from app import settings
from app.store import backup, schema, short, site
from app.store.errors import StoreError
from app.words.say import say

PROGRAM: Final = "python -m app.store"
FAILED: Final = 2
PATIENCE: Final = 600  # seconds: nobody on a page waits for this


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; what goes wrong is one line on stderr and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        engine = site.engine(PATIENCE)
        if options.do is not _upgrade and (said := schema.problem(engine)):
            raise StoreError(said)
        print(options.do(engine, options))
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except OSError as error:
        why = error.strerror or type(error).__name__
        print(say("store.main.file_failed", file=str(error.filename), why=why), file=sys.stderr)
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog=PROGRAM, description=say("store.main.about"))
    made = whole.add_subparsers(required=True, metavar="COMMAND")
    for name, do in {"upgrade": _upgrade, "expire": _expire}.items():
        made.add_parser(name, help=say(f"store.main.{name}")).set_defaults(do=do)
    for name, with_file in {"backup": _backup, "restore": _restore}.items():
        one = made.add_parser(name, help=say(f"store.main.{name}"))
        one.add_argument("file", metavar="FILE", type=Path, help=say("store.main.file"))
        one.set_defaults(do=with_file)
    return whole


def _upgrade(engine: Engine, _: argparse.Namespace) -> str:
    before, now = schema.upgrade(engine)
    if before:
        return say("store.main.upgraded", schema=now)
    return say("store.main.made", schema=now)


def _backup(engine: Engine, options: argparse.Namespace) -> str:
    count = backup.backup(engine, options.file)
    return say("store.main.backed", n=count, file=str(options.file))


def _restore(engine: Engine, options: argparse.Namespace) -> str:
    read, added = backup.restore(engine, options.file)
    return say("store.main.restored", n=read, added=added)


def _expire(engine: Engine, _: argparse.Namespace) -> str:
    return say("store.main.expired", n=short.expire(engine, site.today(), settings.SHORT_DAYS))


if __name__ == "__main__":
    raise SystemExit(main())
