"""What an ASGI app answers, asked without a network."""

import asyncio
from typing import Any


def answered(
    app: Any, path: str, *headers: tuple[bytes, bytes], query: str = "", method: str = "GET"
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and content of an answer."""
    sent: list[Any] = []

    async def ask() -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "headers": headers,
            "query_string": query.encode(),
        }

        async def receive() -> dict[str, str]:
            return await asyncio.Future()  # the browser says no more

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await app(scope, receive, send)

    asyncio.run(ask())
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), content
