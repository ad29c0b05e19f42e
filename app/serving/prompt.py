"""Answers that leave at once, where a kept connection would hold each back for 40 ms.

An answer is written in two pieces, its head and its body. Unless a socket is told otherwise, the
second waits until the browser has acknowledged the first (Nagle's algorithm), and a browser waits
40 ms to do so. asyncio tells all sockets that are made for TCP by name; the one that Streamlit
listens on is made for it by default, which asyncio does not see (python/cpython: `_set_nodelay`).
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

# Bytes. A line full of empty messages has forty thousand of them in the 256 kB that asyncio reads,
# and nobody else is answered until all are told apart.
PIECE: Final = 16_384
# Seconds. Whoever answers everybody waits so long for a thread that computes, at each of the steps
# of an answer. With Python's own 5 ms a change beside pages that were opened took twice as long.
SWITCH: Final = 0.0005


def answer_promptly() -> None:
    """From now on every connection of this process sends what it has. To be called once."""
    sys.setswitchinterval(SWITCH)
    protocol: Any = AutoHTTPProtocol  # whichever uvicorn has
    made: Callable[[asyncio.Protocol, Any], None] = protocol.connection_made

    @wraps(made)
    def promptly(self: asyncio.Protocol, transport: Any) -> None:
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(transport, "max_size"):  # asyncio's own, of what it reads in one piece
            transport.max_size = PIECE
        made(self, transport)

    protocol.connection_made = promptly
