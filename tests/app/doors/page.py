"""A page without a browser: tells a server whatever a test wants, and hears what comes of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import websockets
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 30.0


@dataclass
class Run:
    """What one run of the page has brought."""

    widgets: set[str] = field(default_factory=set)  # the ids of the controls on it
    exceptions: list[str] = field(default_factory=list)
    ended: int | None = None  # as ForwardMsg.ScriptFinishedStatus has it


@dataclass
class Page:
    """One that has a line to the server."""

    line: Any

    @classmethod
    async def opened(cls, port: int, origin: str | None = None, name: str = "127.0.0.1") -> Self:
        """name: of the site. Errors: websockets.InvalidStatus if there is no line for it."""
        host = f"{name}:{port}"
        line = await websockets.connect(
            f"ws://{host}/_stcore/stream",
            host="127.0.0.1",
            port=port,
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(origin or f"http://{host}"),
            max_size=None,
            ping_interval=None,
        )
        return cls(line)

    async def run(self, query: str = "", *states: WidgetState) -> Run:
        """A run of the page at this link, where its controls say this."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.widget_states.widgets.extend(states)
        await self.line.send(asked.SerializeToString())
        found = Run()
        async with asyncio.timeout(PATIENCE):
            while found.ended is None:
                told = ForwardMsg.FromString(await self.line.recv())
                element = told.delta.new_element
                found.widgets.update(_ids(told.delta))
                if element.HasField("exception"):
                    found.exceptions.append(element.exception.message)
                if told.HasField("script_finished"):
                    found.ended = told.script_finished
        return found


def _ids(told: Message) -> Iterator[str]:
    """The ids of controls anywhere in a message."""
    for described, value in told.ListFields():
        if described.name == "id" and isinstance(value, str) and value.startswith("$$ID"):
            yield value
        elif described.message_type and not described.is_repeated:
            yield from _ids(value)
