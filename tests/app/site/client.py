"""A page without a browser that goes on elsewhere when its server ends, as one with does."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from websockets import WebSocketException

from app.setting.link import decode
from benchmarks.proxy import first_page
from benchmarks.visitor import Visitor

BIAS = "gru.b_x.update.3"
LOST = (OSError, EOFError, WebSocketException)
PATIENCE = 20.0  # seconds to be answered
AGAIN = 0.1  # seconds from one try to the next


@dataclass
class Client:
    """moves: how often it has begun again at a server that did not know it."""

    visitor: Visitor
    moves: int = 0

    @classmethod
    async def opened(cls, port: int, base: str) -> Self:
        """A first visit."""
        cookie = await first_page(port, "scene=pulse", base)
        return cls(await Visitor.opened(port, "scene=pulse", cookie, base))

    @property
    def home(self) -> str:
        """The name of the process that it is led to."""
        return self.visitor.cookie.split("=")[1]

    @property
    def value(self) -> float | None:
        """Of the number that it changes, as its link has it."""
        setting, _ = decode(self._link, ["pulse"])
        edits = {f"{edit.target}": edit.value for edit in setting.edits}
        return edits.get(BIAS)

    @property
    def _link(self) -> dict[str, str]:
        told = self.visitor.told["link"]
        return {"scene": "pulse"} | {name: text for name, text in told.items() if text is not None}

    async def commit(self, value: float) -> None:
        """Let go of a number; sent again, to whoever answers, until it has been taken in."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.visitor.post(kind="commit", target=BIAS, value=value)
                    return
                except (RuntimeError, *LOST):
                    await self._move()

    async def _move(self) -> None:
        """Open a line again and run the page at its link: the message that comes has its state."""
        old = self.visitor
        query = urlencode(self._link)
        while True:
            with suppress(LOST):
                await old.leave()
            try:
                cookie = await first_page(old.port, "scene=pulse", old.base, old.cookie)
                self.visitor = await Visitor.opened(old.port, query, cookie, old.base)
                break
            except LOST:  # its process has ended meanwhile
                await asyncio.sleep(AGAIN)
        self.moves += 1

    async def leave(self) -> None:
        """Close the page."""
        await self.visitor.leave()
