"""nginx while it runs: started, led to other servers, started anew, ended."""

import asyncio
import logging
import os
import signal
from asyncio.subprocess import DEVNULL
from asyncio.subprocess import Process as Running
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.site.asking import asked
from app.site.nginx import Entrance, configured
from app.words.say import say

log: Final = logging.getLogger(__name__)
PATIENCE: Final = 10.0  # seconds for nginx to have read its text
LOOK: Final = 0.02
# Seconds in which workers that have read the text of before still take requests (nginx ends them
# 0.1 s after it has started new ones).
AFTER: Final = 0.3


class StartError(Exception):
    """nginx does not start; says what it said."""


class Proxy:
    """nginx in a folder of its own. at: with a control port."""

    def __init__(self, program: str, folder: Path, at: Entrance) -> None:
        self.program = program
        self.folder = folder
        self.told = folder / "told"  # what it says; a pipe would be open as long as its workers are
        self.at = at
        self.number = 0  # of the text
        self.running: Running | None = None
        self.turn = asyncio.Lock()

    async def start(self, ports: Mapping[str, int]) -> None:
        """Begin with these servers, by their names. Errors: StartError."""
        self._write(ports)
        command = [self.program, "-p", f"{self.folder}/", "-c", f"{self.folder}/nginx.conf"]
        with self.told.open("wb") as told:
            self.running = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=DEVNULL, stderr=told, start_new_session=True
            )
        if not await self._has_read():
            await self.end()
            raise StartError(self.told.read_text(encoding="utf-8", errors="replace").strip())

    async def lead(self, ports: Mapping[str, int]) -> bool:
        """From now on to these servers; whoever is being answered by another one still is.

        Gives whether nginx has taken that up.
        """
        async with self.turn:
            if self.running is None or self.running.returncode is not None:
                return False
            self._write(ports)
            self.running.send_signal(signal.SIGHUP)
            read = await self._has_read()
            await asyncio.sleep(AFTER)
            return read

    async def over(self) -> int:
        """Wait until it has ended, and end what it has left: workers, which have its port.

        Gives its status.
        """
        assert self.running is not None
        status = await self.running.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)  # it was started with a group of its own
        return status

    async def end(self) -> None:
        """At once: whoever it served has been answered before."""
        if self.running is not None and self.running.returncode is None:
            self.running.terminate()
            await self.running.wait()

    def _write(self, ports: Mapping[str, int]) -> None:
        self.number += 1
        text = configured(self.at, ports, self.number)
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")

    async def _has_read(self) -> bool:
        assert self.running is not None
        assert self.at.control is not None
        end = asyncio.get_running_loop().time() + PATIENCE
        while self.running.returncode is None and asyncio.get_running_loop().time() < end:
            if (await asked(self.at.control, "/", 1.0))[1] == f"{self.number}":
                return True
            await asyncio.sleep(LOOK)
        return False


async def begun(proxy: Proxy, ports: Mapping[str, int]) -> None:
    """Start it. Errors: StartError, with a sentence."""
    try:
        await proxy.start(ports)
    except StartError as error:
        at = proxy.at
        text = say("site.nginx.nowhere", host=at.host, port=f"{at.port}", told=f"{error}")
        raise StartError(text) from None
