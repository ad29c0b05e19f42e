"""A visitor without a browser: speaks to the server as the page does, over one socket and posts.

Streamlit's own messages (its protobuf, over a websocket) open the page and run it; what is done on
the stage is posted as assets/stage/core/posting.js does it.
"""

import asyncio
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

HEAD_END = b"\r\n\r\n"
NOTHING = 204  # an answer that has no body, and says no length of it


@dataclass
class Known:
    """What a page knows of its screen, as assets/stage/compute/changing.js keeps it."""

    told: dict[str, Any] = field(default_factory=dict)  # its last message, with the short ones in
    computes: int | None = None  # the order of the whole one that it computes with
    own: str | None = None  # the ticket of the numbers that it has computed
    seq: int = 0

    def take(self, told: Mapping[str, Any]) -> None:
        """A message has come."""
        before = self._numbers()
        self.told |= told
        if "parts" not in told:  # it computes the numbers itself
            self.own = told["numbers"]
            return
        self.own = told["numbers"] if self.own and before == self._numbers() else None
        self.computes = told["order"] if self.told["core"] else None

    def _numbers(self) -> list[Any]:
        """What the numbers on show depend on."""
        return [self.told.get(name) for name in ("core", "edits", "held")]

    def event(self, **event: Any) -> dict[str, Any]:
        """What is posted about an event of the stage."""
        self.seq += 1
        return {
            "client": str(id(self)),
            "events": [{"seq": self.seq, "step": 4, "unit": 2, **event}],
            "computes": self.computes,
            "own": self.own,
        }


@dataclass
class Visitor:
    """One open page on the server at this port of this machine."""

    port: int
    socket: Any
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    known: Known = field(default_factory=Known)
    cores: set[str] = field(default_factory=set)  # that it has fetched
    cookie: str = ""  # the header of that name
    base: str = ""  # the path that the site is below, such as /gatescope

    @classmethod
    async def opened(cls, port: int, query: str, cookie: str = "", base: str = "") -> Self:
        """A page that has had its first message. query: of its link."""
        host = f"127.0.0.1:{port}"
        socket = await websockets.connect(
            f"ws://{host}{base}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(f"http://{host}"),
            additional_headers={"Cookie": cookie},
            max_size=None,
            ping_interval=None,
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        visitor = cls(port, socket, reader, writer, cookie=cookie, base=base)
        try:
            await visitor.go(query)
        except BaseException:
            await visitor.leave()
            raise
        return visitor

    async def go(self, query: str) -> None:
        """A run of the page at this link, to its end."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        await self.run(asked)

    async def run(self, asked: BackMsg) -> None:
        """A run of the page that is asked for so, to its end."""
        await self.socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg.FromString(await self.socket.recv())
            if told.delta.new_element.HasField("bidi_component"):
                packed = told.delta.new_element.bidi_component.bytes
                if packed:  # the lists above the stage bring none
                    await self._take(unpacked(packed))
            if told.HasField("script_finished"):
                return

    @property
    def told(self) -> dict[str, Any]:
        """The page's last message, with the short ones in."""
        return self.known.told

    async def _take(self, told: dict[str, Any]) -> None:
        """A message has come. The core of a scene is fetched once, as by the page."""
        self.known.take(told)
        key = told.get("core")
        if key and key not in self.cores:
            self.cores.add(key)
            await self.get(f"/numbers/{told['numbers']}?core=")

    async def choose(self, name: str, value: str) -> None:
        """Choose in one of the stage's lists; where that is seen above it, the page runs."""
        await self.post(kind="choose", name=name, value=value)
        if self.told["above"] == "seen":
            await self.go("")

    async def post(self, **event: Any) -> dict[str, Any]:
        """An event of the stage; gives the message that answers it. Errors: RuntimeError."""
        path = f"/events/{self.told['page']}"
        status, body = await self._asked(
            "POST", path, json.dumps(self.known.event(**event)).encode()
        )
        if status != 200:
            raise RuntimeError(f"{status}: {body[:200]!r}")
        answer = unpacked(body)
        await self._take(answer)
        return answer

    async def check(self) -> bool:
        """What the page does at rest: compare its numbers with the server's, if that has time."""
        status, _ = await self._asked("GET", f"/numbers/{self.told['numbers']}?check=", b"")
        return status == 200

    async def get(self, path: str) -> bytes:
        """A file of the server."""
        return (await self._asked("GET", path, b""))[1]

    async def _asked(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            return await self._once(method, path, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server closes what has been idle for a while; a browser connects again, too.
            self.writer.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            return await self._once(method, path, body)

    async def _once(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        self.writer.write(
            f"{method} {self.base}{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: {self.cookie}\r\n"
            f"Content-Length: {len(body)}\r\nAccept-Encoding: deflate\r\n\r\n".encode()
            + body
        )
        head = (await self.reader.readuntil(HEAD_END)).decode("latin-1").lower()
        status = int(head.split(" ")[1])
        if status == NOTHING:
            return status, b""
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        return status, await self.reader.readexactly(length)

    async def leave(self) -> None:
        """Close the page."""
        self.writer.close()
        await self.socket.close()


def unpacked(packed: bytes) -> dict[str, Any]:
    """What a message says, its arrays aside: app/messages/wire.py."""
    raw = zlib.decompress(packed)
    (length,) = struct.unpack_from("<I", raw)
    body: dict[str, Any] = json.loads(raw[4 : 4 + length])["body"]
    return body
