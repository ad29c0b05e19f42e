"""Whoever minds a site: starts its processes, one in the place of each that ends, and renews them.

A process is renewed by its successor: that is started beside it, and once it is ready visitors are
led there and the old one ends. So there are never fewer of them, a page moves once, and a release
that does not start changes nothing.
"""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Final

from app.site.asking import free_port
from app.site.process import SILENT, STARTING, Plan, Process
from app.site.proxy import Proxy, StartError, begun
from app.site.state import State
from app.words.say import say

log: Final = logging.getLogger(__name__)
WAITS: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before a start, after so many that failed
STEADY: Final = 60.0  # seconds after which a process is no failure, however it ends


class Site:
    """names: of its processes. port: where a single one without a proxy serves; metrics: where the
    first one tells its figures, 0 for nowhere."""

    def __init__(
        self,
        names: list[str],
        plan: Plan,
        proxy: Proxy | None,
        state: State,
        port: int,
        metrics: int,
    ) -> None:
        self.plan = plan
        self.proxy = proxy
        self.state = state
        self.port = port
        self.metrics = {name: metrics + at if metrics else 0 for at, name in enumerate(names)}
        self.names = names
        self.there: dict[str, Process] = {}  # that are ready
        self.every: set[Process] = set()  # that run
        self.turns = {name: asyncio.Lock() for name in names}  # a place is filled by one at a time

    async def begin(self) -> bool:
        """Start everything; whether visitors can come. Errors: StartError."""
        first = await asyncio.gather(*map(self._started, self.names))
        self.there = {name: one for name, one in zip(self.names, first, strict=True) if one}
        if not self.there:
            return False
        if self.proxy:
            await begun(self.proxy, self._ports())
        self._tell()
        return True

    async def mind(self) -> None:
        """Keep it going, until this is cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self.names:
                group.create_task(self._keep(name))
            if self.proxy:
                group.create_task(self._keep_proxy(self.proxy))

    async def renew(self) -> None:
        """A new process in the place of each, one after the other; none after one that fails."""
        renewed = True
        for name in self.names:
            renewed = await self._renewed(name)
            if not renewed:
                log.error(say("site.minding.kept", name=name))
                break
        if renewed:
            log.info(say("site.minding.renewed"))
        self.state.renewals += 1
        self.state.failed = not renewed
        self._tell()

    async def end(self) -> None:
        """Let all finish what they are doing."""
        log.info(say("site.minding.ending"))
        await asyncio.gather(*(one.end() for one in self.every))
        if self.proxy:
            await self.proxy.end()

    async def _started(self, name: str) -> Process | None:
        """A process that is ready; None for one that does not become so."""
        port = free_port() if self.proxy else self.port
        try:
            process = await Process.started(self.plan, name, port, self.metrics[name])
        except OSError:  # there is no memory or no handle for one more
            log.exception(say("site.minding.never", name=name))
            return None
        self.every.add(process)
        if await process.is_ready():
            log.info(say("site.minding.ready", name=name, port=f"{port}"))
            return process
        if process.status is None:
            log.error(say("site.minding.late", name=name, seconds=f"{STARTING:.0f}"))
        await process.kill()
        self.every.discard(process)
        return None

    async def _keep(self, name: str) -> None:
        """Have a process of this name, always."""
        failures = 0
        while True:
            process, since = self.there.get(name), time.monotonic()
            silent = await process.over() if process else False
            async with self.turns[name]:
                if self.there.get(name) is not process:  # a successor has its place
                    continue
                failures = 0 if time.monotonic() - since > STEADY else failures + 1
                wait = WAITS[min(failures, len(WAITS) - 1)]
                if process:
                    await self._lost(name, process, silent, wait)
                await asyncio.sleep(wait)
                if new := await self._started(name):
                    self.there[name] = new
                    await self._lead()

    async def _lost(self, name: str, process: Process, silent: bool, wait: float) -> None:
        del self.there[name]
        self.every.discard(process)
        if silent:
            log.error(say("site.minding.silent", name=name, seconds=f"{SILENT:.0f}"))
        else:
            status, seconds = f"{process.status}", f"{wait:.0f}"
            log.error(say("site.minding.ended", name=name, status=status, seconds=seconds))
        await self._lead()

    async def _renewed(self, name: str) -> bool:
        """Whether a successor is in the place of the process."""
        async with self.turns[name]:
            old = self.there.get(name)
            if old and not self.proxy:  # it has the port
                await old.end()
            new = await self._started(name)
            if new is None:
                return False
            self.there[name] = new
            await self._lead()
            if old and self.proxy:
                await old.end()
            self.every -= {old}
        return True

    async def _keep_proxy(self, proxy: Proxy) -> None:
        failures = 0
        while True:
            status = await proxy.over()
            log.error(say("site.nginx.failed", status=f"{status}"))
            await asyncio.sleep(WAITS[min(failures, len(WAITS) - 1)])
            failures += 1
            with suppress(StartError):
                await proxy.start(self._ports())
                failures = 0

    async def _lead(self) -> None:
        if self.proxy and self.there:
            await self.proxy.lead(self._ports())
        self._tell()

    def _ports(self) -> dict[str, int]:
        return {name: self.there[name].port for name in self.names if name in self.there}

    def _tell(self) -> None:
        self.state.processes = {
            name: {"pid": one.running.pid, "port": one.port, "metrics": self.metrics[name]}
            for name, one in self.there.items()
        }
        self.state.write()
