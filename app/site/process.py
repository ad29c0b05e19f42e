"""One process of the server: started, waited for, watched, told to end."""

import asyncio
import secrets
import sys
from asyncio.subprocess import Process as Running
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app import settings
from app.site.asking import asked

ROOT: Final = Path(__file__).parents[2]
LOOK: Final = 0.1  # seconds from one look whether it is ready to the next
STARTING: Final = 120.0  # seconds to be ready
EVERY: Final = 5.0  # seconds from one look whether it still answers to the next
SILENCE: Final = 10.0  # seconds for that answer: a busy process is slow and alive
MISSES: Final = 3  # answers that do not come, one after the other, before it is killed
SILENT: Final = (EVERY + SILENCE) * MISSES  # seconds
SECRET: Final = secrets.token_hex(32)  # with which Streamlit signs cookies: all have the same
ENDING: Final = 5.0  # seconds beyond those that it may take itself


@dataclass(frozen=True)
class Plan:
    """What all processes have in common. alone: no proxy leads to it."""

    host: str = "127.0.0.1"
    base: str = ""
    alone: bool = False


@dataclass(eq=False)
class Process:
    """A running one. Compared by identity. host: where it is asked; below: the path of the site."""

    port: int
    running: Running
    ended: asyncio.Task[int]
    host: str = "127.0.0.1"
    below: str = ""

    @classmethod
    async def started(cls, plan: Plan, name: str, port: int, metrics: int) -> Self:
        """One that begins now. name: of its place; metrics: a port for its figures, 0 for none."""
        options = {
            "server.port": port,
            "server.address": plan.host,
            "server.baseUrlPath": plan.base,
            "logger.hideWelcomeMessage": "true",
        }
        command = ["-m", "streamlit", "run", "app/server.py"]
        command += [f"--{name}={value}" for name, value in options.items()]
        usual = {settings.LOGGING.variable: "json", "STREAMLIT_SERVER_COOKIE_SECRET": SECRET}
        fixed = {settings.METRICS.variable: f"{metrics}"}
        if not plan.alone:  # the visitor's address comes from our proxy, which has asked the others
            fixed |= {settings.PROXIES.variable: "127.0.0.1", settings.PROCESS_NAME.variable: name}
        # Ctrl-C in a terminal goes to whoever minds it, not to it too.
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, *command),
            cwd=ROOT,
            env=settings.handed_on(usual, **fixed),
            start_new_session=True,
        )
        below = f"/{plan.base}" if plan.base else ""
        ended = asyncio.create_task(running.wait())
        return cls(port, running, ended, _asked_at(plan.host), below)

    @property
    def status(self) -> int | None:
        """With which it has ended; None while it runs."""
        return self.running.returncode

    async def is_ready(self) -> bool:
        """Whether visitors may come; False if it ends before, or takes too long."""
        end = asyncio.get_running_loop().time() + STARTING
        while self.status is None and asyncio.get_running_loop().time() < end:
            if await self._says("readyz"):
                return True
            await asyncio.sleep(LOOK)
        return False

    async def over(self) -> bool:
        """Wait until it has ended, or does not answer any more: then it is killed. Gives which."""
        misses = 0
        while misses < MISSES:
            await asyncio.wait({self.ended}, timeout=EVERY)
            if self.ended.done():
                return False
            misses = 0 if await self._says("livez") else misses + 1
        await self.kill()
        return True

    async def end(self) -> None:
        """Let it finish what it is doing, within the time that it may take."""
        if self.status is None:
            self.running.terminate()
        within = settings.LEAVING_SECONDS + settings.CLOSING_SECONDS + ENDING
        await asyncio.wait({self.ended}, timeout=within)
        if not self.ended.done():
            await self.kill()

    async def _says(self, what: str) -> bool:
        return (await asked(self.port, f"{self.below}/{what}", SILENCE, self.host))[0] == 200

    async def kill(self) -> None:
        """At once."""
        if self.status is None:
            self.running.kill()
        await asyncio.wait({self.ended})


def _asked_at(host: str) -> str:
    """Where a server that listens there is asked from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
