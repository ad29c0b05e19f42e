"""Those who mean ill: each a way to ask one server for more than anybody needs."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import safetensors.numpy
import websockets
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.bringing import opened_with
from benchmarks.visitor import Visitor

LARGE: Final = "scene=own&steps=1600&units=512"
OWN: Final = "scene=model&steps=2000"
FAILURES: Final = (Exception,)  # whatever a server does with them, they go on


def attack(name: str, port: int, seconds: float) -> None:
    """Do it for so long."""
    until = time.perf_counter() + seconds

    async def again() -> None:
        while time.perf_counter() < until:
            with suppress(*FAILURES):
                async with asyncio.timeout(max(0.1, until - time.perf_counter())):
                    await ALL[name](port)
            await asyncio.sleep(0)

    asyncio.run(again())


async def line(port: int, origin: str = "") -> Any:
    """A line to Streamlit."""
    host = f"127.0.0.1:{port}"
    return await websockets.connect(
        f"ws://{host}/_stcore/stream",
        subprotocols=[websockets.Subprotocol("streamlit")],
        origin=websockets.Origin(origin or f"http://{host}"),
        max_size=None,
        ping_interval=None,
    )


async def nothing(port: int) -> None:
    """Nobody attacks."""
    await asyncio.sleep(1)


async def file_lists(port: int) -> None:
    """A list of very many files, again and again."""
    asked = BackMsg()
    asked.file_urls_request.file_names.extend(["a"] * 900_000)
    sent = asked.SerializeToString()
    while True:
        one = await line(port)
        await one.send(sent)
        await one.wait_closed()


async def uploads(port: int) -> None:
    """Many bodies at once that never end, and whole ones of nobody's."""

    async def never(size: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"PUT /_stcore/upload_file/{random.random()}/a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        )
        writer.write(f"{head}Content-Length: {size}\r\n\r\n".encode())
        for _ in range(30):
            writer.write(b"a" * 1_000_000)
            await writer.drain()
        await reader.read()

    await asyncio.gather(*(never(30_000_001) for _ in range(40)), return_exceptions=True)


async def controls(port: int) -> None:
    """Values of controls, 2.9 MB of them in a message."""
    asked = BackMsg()
    for n in range(29):
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.json_value = f"$$ID-{n}", "[" * 100_000
    await _said(port, asked)


async def messages(port: int) -> None:
    """As many small messages as go, on twenty lines."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""

    async def one() -> None:
        asked = BackMsg()
        asked.app_heartbeat = True
        said = await line(port)
        for _ in range(100_000):
            await said.send(asked.SerializeToString())

    await asyncio.gather(*(one() for _ in range(20)), return_exceptions=True)


async def _said(port: int, asked: BackMsg) -> None:
    said = await line(port)
    sent = asked.SerializeToString()
    for _ in range(1000):
        await said.send(sent)
        await asyncio.sleep(0)


async def idle(port: int) -> None:
    """Lines that say nothing."""
    lines = [await line(port) for _ in range(280)]
    await asyncio.sleep(60)
    for one in lines:
        await one.close()


async def origins(port: int) -> None:
    """Pages of other sites."""

    async def one() -> None:
        while True:
            with suppress(websockets.InvalidStatus):
                await line(port, f"https://site{random.random()}.example")

    await asyncio.gather(*(one() for _ in range(8)))


async def openings(port: int) -> None:
    """Eight that open one page after the other."""
    await asyncio.gather(*(_opened(port, "scene=cue") for _ in range(8)), return_exceptions=True)


async def _opened(port: int, query: str) -> None:
    visitor = await Visitor.opened(port, query)
    await visitor.leave()


async def large(port: int) -> None:
    """Twelve pages with scenes of 512 units and 1,600 steps, each with another seed."""

    async def one() -> None:
        seed = random.randrange(10**6)
        await _opened(port, f"{LARGE}&seed={seed}")

    await asyncio.gather(*(one() for _ in range(12)), return_exceptions=True)


async def large_edits(port: int) -> None:
    """Ten pages that change a large scene as fast as it goes."""
    pages = await asyncio.gather(
        *(Visitor.opened(port, f"{LARGE}&seed={n}") for n in range(10)), return_exceptions=True
    )

    async def edit(page: Visitor) -> None:
        while True:
            await page.post(kind="commit", target="x.0.0", value=random.uniform(-1, 1))

    await asyncio.gather(
        *(edit(page) for page in pages if isinstance(page, Visitor)), return_exceptions=True
    )


async def models(port: int) -> None:
    """Three pages that change what a large model of their own reads as fast as it goes."""
    rng = np.random.default_rng(0)
    arrays = {
        name: rng.normal(size=shape).astype(np.float32) / 23
        for name, shape in (
            *(("weight_ih_l0", (1536, 8)), ("weight_hh_l0", (1536, 512))),
            *(("bias_ih_l0", (1536,)), ("bias_hh_l0", (1536,))),
        )
    }
    data = safetensors.numpy.save(arrays)

    async def one() -> None:
        page = await opened_with(port, OWN, "a.safetensors", data)
        while True:
            await page.post(kind="commit", target="x.0.0", value=random.uniform(-1, 1))

    await asyncio.gather(*(one() for _ in range(3)), return_exceptions=True)


async def links(port: int) -> None:
    """Links with as many changes as an address holds, one of them bad."""
    edits = "~".join(f"x.{n % 20}.0_{random.random():.3f}" for n in range(1000))
    query = f"scene=pulse&e={quote(edits + '~x.0.0_bad')}"[:15_900]
    await asyncio.gather(*(_opened(port, query) for _ in range(8)), return_exceptions=True)


async def events(port: int) -> None:
    """A thousand events in a post, on every page that can be had."""
    page = await Visitor.opened(port, "scene=crowd")

    async def post() -> None:
        many = [
            {"seq": page.seq + n + 1, "kind": "commit", "step": 1, "unit": 1,
             "target": f"x.{n % 90}.0", "value": random.random()}
            for n in range(1000)
        ]  # fmt: skip
        page.seq += 1000
        other = Visitor(port, None, *await asyncio.open_connection("127.0.0.1", port))
        body = json.dumps({"client": "a", "events": many, "computes": None}).encode()
        await other._asked("POST", f"/events/{page.told['page']}", body)

    while True:
        await asyncio.gather(*(post() for _ in range(20)), return_exceptions=True)


async def lenses(port: int) -> None:
    """Views at many places at once, by the route of numbers."""
    page = await Visitor.opened(port, "scene=crowd")
    ticket = page.told["numbers"]

    async def one(n: int) -> None:
        other = Visitor(port, None, *await asyncio.open_connection("127.0.0.1", port))
        for step in range(90):
            await other.get(f"/numbers/{ticket}?view=memory&of=&cell=gru&step={step}&unit={n % 32}")

    await asyncio.gather(*(one(n) for n in range(60)), return_exceptions=True)


async def exports(port: int) -> None:
    """Every file of a large scene at once, on one line, again and again."""
    host = f"127.0.0.1:{port}"
    assert host
    said = await line(port)
    asked = BackMsg()
    asked.rerun_script.query_string = "scene=own&steps=2000&units=64"
    await said.send(asked.SerializeToString())
    session, files = "", []
    while True:
        told = ForwardMsg.FromString(await said.recv())
        if told.HasField("new_session"):
            session = told.new_session.initialize.session_id
        files += list(_files(told.delta))
        if told.HasField("script_finished"):
            break
    while True:
        for n, name in enumerate(files * 8):
            asked = BackMsg()
            operation = asked.backend_operation_request
            operation.request_id, operation.session_id = f"{n}", session
            operation.deferred_file.file_id = name
            await said.send(asked.SerializeToString())
        for _ in files * 8:
            await said.recv()


def _files(told: Message) -> Any:
    for described, value in told.ListFields():
        if described.name == "deferred_file_id":
            yield value
        elif described.message_type and not described.is_repeated:
            yield from _files(value)


ALL: Final[dict[str, Callable[[int], Awaitable[None]]]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        *(nothing, file_lists, uploads, controls, messages, idle, origins, openings, large),
        *(large_edits, models, links, events, lenses, exports),
    )
}
