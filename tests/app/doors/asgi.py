"""An app behind a door, and what it and its visitor get to see."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.types import Message, Receive, Scope, Send


def request(path: str = "/", query: bytes = b"", **more: Any) -> Scope:
    """A request without a body. more: parts of an ASGI scope, and `headers` as text."""
    headers = more.pop("headers", {})
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "client": ("192.0.2.1", 5000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    } | more


def line(**more: Any) -> Scope:
    """A page that opens its line."""
    headers = {"host": "course.example", "origin": "https://course.example"}
    return request("/_stcore/stream", type="websocket", headers=headers | more.pop("headers", {}))


class Inner:
    """An app that reads all there is, answers 204, and knows what it got."""

    def __init__(self, until: asyncio.Event | None = None) -> None:
        self.until = until  # an answer takes until then
        self.got: list[Message] = []
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        while True:
            message = await receive()
            self.got.append(message)
            ended = message["type"] in ("websocket.disconnect", "http.disconnect")
            if ended or (message["type"] == "http.request" and not message.get("more_body")):
                break
        if self.until:
            await self.until.wait()
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})


class Visitor:
    """Sends some messages, then nothing more; keeps what it is answered."""

    def __init__(self, messages: Sequence[Message], hangs_up: bool = True) -> None:
        self.messages = list(messages)
        self.hangs_up = hangs_up
        self.answers: list[Message] = []

    async def receive(self) -> Message:
        if self.messages:
            return self.messages.pop(0)
        if self.hangs_up:
            return {"type": "websocket.disconnect", "code": 1001}
        return await asyncio.Event().wait() and {}

    async def send(self, message: Message) -> None:
        self.answers.append(message)

    @property
    def status(self) -> int:
        """Of the answer to a request."""
        return next(int(one["status"]) for one in self.answers if "status" in one)

    @property
    def text(self) -> str:
        """The body of the answer to a request."""
        return b"".join(one.get("body", b"") for one in self.answers).decode()
