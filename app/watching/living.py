"""How a process begins and ends: the first screen before the first visitor, and no answer cut off.

Told to end (SIGTERM), it says that it is not ready, finishes the answers that are being made, cuts
the lines of its pages, which go on at another process or at this one's successor, and exits with 0.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any, Final

from anyio import to_thread
from uvicorn import Server

from app import settings
from app.watching import ended, metrics, ready
from app.words.say import say

log: Final = logging.getLogger(__name__)
LAST: Final = 2.0  # seconds for what still runs in threads when all is answered


class Living:
    """The lifespan of an ASGI app. warm: makes the first screen."""

    def __init__(self, warm: Callable[[], None], readiness: ready.Readiness = ready.THIS) -> None:
        self.warm = warm
        self.ready = readiness

    @asynccontextmanager
    async def __call__(self, app: object) -> AsyncIterator[dict[str, Any] | None]:
        """From the start to the end of the server."""
        _heed(self.ready)
        metrics.serve()
        warming = asyncio.create_task(self._warm())
        try:
            yield None
        finally:
            self.ready.state = "leaving"
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
            ended.tell()

    async def _warm(self) -> None:
        try:
            await to_thread.run_sync(self.warm, abandon_on_cancel=True)
        except Exception:
            log.exception(say("watching.ready.broken"))
            self.ready.state = "broken"
        if self.ready.state == "starting":
            self.ready.state = "open"


def _heed(readiness: ready.Readiness) -> None:
    """End as is said above, where uvicorn would wait for ever and die of the signal."""
    if threading.current_thread() is not threading.main_thread():
        return
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not isinstance(server, Server):
        return
    server.config.timeout_graceful_shutdown = settings.CLOSING_SECONDS
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True
        _exit_within(settings.CLOSING_SECONDS + LAST)

    def told(number: int, frame: FrameType | None) -> None:
        wait = 0 if readiness.state == "leaving" else settings.LEAVING_SECONDS  # told twice: now
        readiness.state = "leaving"
        loop.call_soon_threadsafe(loop.call_later, wait, end)

    signal.signal(signal.SIGTERM, told)


def _exit_within(seconds: float) -> None:
    """Whatever threads still do then is not waited for."""
    timer = threading.Timer(seconds, _exit)
    timer.daemon = True
    timer.start()


def _exit() -> None:
    telling = threading.Thread(target=ended.tell, daemon=True)
    telling.start()
    telling.join(LAST)  # longer only if nobody reads the log
    os._exit(0)
