"""A line of some length between a browser and a server: bytes arrive later, in their order.

Nothing is lost and nothing is narrow; only the way is long. A new connection costs one way there
and back before its first byte leaves, as TCP does.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536  # bytes


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A port that leads to that one of this machine, so many seconds away each way."""
    loop = asyncio.new_event_loop()
    opened = asyncio.run_coroutine_threadsafe(_listening(port, seconds), loop)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = opened.result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listening(port: int, seconds: float) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(asyncio.CancelledError):  # the line is closed: nothing to complain of
            await asyncio.gather(
                _carried(reader, there_writer, seconds, 2 * seconds),
                _carried(there_reader, writer, seconds, 0),
            )

    return await asyncio.start_server(connected, "127.0.0.1", 0)


async def _closed(server: asyncio.Server) -> None:
    server.close()
    here = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not here:
            task.cancel()
    await asyncio.sleep(0.05)


async def _carried(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float, shaking: float
) -> None:
    """Everything from one end to the other. shaking: seconds until the line is there."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    ready = loop.time() + shaking

    async def read() -> None:
        chunk = b"."
        while chunk:
            chunk = await reader.read(CHUNK)
            queue.put_nowait((max(loop.time(), ready) + seconds, chunk))

    async def write() -> None:
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not chunk:
                return
            writer.write(chunk)
            await writer.drain()

    with suppress(ConnectionError, asyncio.CancelledError):
        await asyncio.gather(read(), write())
    writer.close()
