"""Short questions to a server on this machine."""

import asyncio
import socket


async def asked(port: int, path: str, seconds: float, host: str = "127.0.0.1") -> tuple[int, str]:
    """Status and text of what is at this path; (0, "") if no answer comes in time."""
    try:
        async with asyncio.timeout(seconds):
            return await _asked(host, port, path)
    except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
        return 0, ""


async def _asked(host: str, port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), body.decode("utf-8", "replace")
    except IndexError:  # nothing has come
        return 0, ""
    finally:
        writer.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
