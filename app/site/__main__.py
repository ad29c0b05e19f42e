"""`python -m app.site` runs a site; with `restart` it renews one, with `status` it shows one.

SIGTERM or Ctrl-C ends it, SIGHUP is the same as `restart`.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from app import settings
from app.site.asking import free_port
from app.site.minding import Site
from app.site.nginx import Entrance, program
from app.site.process import Plan
from app.site.proxy import Proxy, StartError
from app.site.state import State, folder_of, held, own_folder
from app.watching import logs
from app.words.say import say

log: Final = logging.getLogger(__name__)
WORDS: Final = ("serve", "restart", "status")
LOOK: Final = 0.2


def main(words: list[str]) -> int:
    """Do what is asked; gives the status of the command."""
    word = words[0] if words else WORDS[0]
    if word not in WORDS or len(words) > 1:
        return _say(say("site.main.unknown", word=" ".join(words)), 2)
    if word == "serve":
        return _serve()
    state = State.read(folder_of(settings.SITE_PORT))
    if state is None:
        return _say(say("site.main.nobody", port=f"{settings.SITE_PORT}"), 1)
    if word == "status":
        sys.stdout.write(json.dumps(asdict(state), indent=1) + "\n")
        return 0
    return _restart(state)


def _say(text: str, status: int) -> int:
    (sys.stderr if status else sys.stdout).write(f"{text}\n")
    return status


def _restart(state: State) -> int:
    os.kill(state.pid, signal.SIGHUP)
    now: State | None = state
    while now and now.renewals == state.renewals:
        time.sleep(LOOK)
        now = State.read(folder_of(settings.SITE_PORT))
    if now is None:
        return _say(say("site.main.nobody", port=f"{settings.SITE_PORT}"), 1)
    return _say(say("site.main.kept"), 1) if now.failed else _say(say("site.main.renewed"), 0)


def _serve() -> int:
    if settings.handed_on({settings.LOGGING.variable: "json"})[settings.LOGGING.variable] == "text":
        logging.basicConfig(level=logging.INFO, format="%(message)s")
    else:
        logs.settle()
    folder = own_folder(settings.SITE_PORT)
    if folder is None:
        return _say(say("site.main.foreign", folder=f"{folder_of(settings.SITE_PORT)}"), 1)
    lock = held(folder)
    if lock is None:
        return _say(say("site.main.twice", port=f"{settings.SITE_PORT}"), 1)
    with lock:
        return asyncio.run(_run(folder))


def planned(folder: Path) -> Site:
    """The site that the settings describe."""
    nginx, base = program(), settings.BASE
    state = State(f"{folder}", os.getpid())
    if nginx is None:
        log.warning(" ".join([say("site.nginx.missing"), say("site.minding.alone")]))
        plan = Plan(settings.SITE_HOST.strip("[]"), base, alone=True)
        return Site(["s0"], plan, None, state, settings.SITE_PORT, settings.METRICS_PORT)
    at = Entrance(
        settings.SITE_PORT,
        settings.SITE_HOST,
        base,
        settings.TRUSTED,
        framed=settings.EMBEDDING.default != settings.EMBEDDERS,
        control=free_port(),
    )
    names = [f"s{number}" for number in range(settings.SITE_PROCESSES or os.cpu_count() or 1)]
    proxy = Proxy(nginx, folder, at)
    return Site(names, Plan(base=base), proxy, state, settings.SITE_PORT, settings.METRICS_PORT)


async def _run(folder: Path) -> int:
    site, loop = planned(folder), asyncio.get_running_loop()
    told, renew = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    loop.add_signal_handler(signal.SIGHUP, renew.set)
    working = asyncio.create_task(_work(site, renew))
    ending = asyncio.create_task(told.wait())
    await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
    failed = working.done()
    working.cancel()
    ending.cancel()
    found = await asyncio.gather(working, return_exceptions=True)
    if failed and isinstance(found[0], StartError):
        log.error(f"{found[0]}")
    elif failed and isinstance(found[0], Exception):
        log.error(say("site.main.fault"), exc_info=found[0])
    await site.end()
    site.state.remove()
    return 1 if failed else 0


async def _work(site: Site, renew: asyncio.Event) -> None:
    """Begin, and mind it; ends only where it cannot begin. Errors: StartError."""
    if not await site.begin():
        raise StartError(say("site.minding.none"))
    base = f"/{settings.BASE}" if settings.BASE else ""
    at = {"host": settings.SITE_HOST, "port": f"{settings.SITE_PORT}", "base": base}
    log.info(say("site.minding.begun", n=len(site.there), **at))

    async def renewing() -> None:
        while True:
            await renew.wait()
            renew.clear()
            await site.renew()

    async with asyncio.TaskGroup() as group:
        group.create_task(site.mind())
        group.create_task(renewing())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
