"""Sizes of a message's parts, against what protobuf itself makes of it."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.doors import sockets
from app.doors.parts import MOST, are_small

RUN = sockets.NUMBER


def names(count: int) -> bytes:
    told = BackMsg()
    told.file_urls_request.file_names.extend(["a"] * count)
    return told.SerializeToString()


def run(length: int) -> bytes:
    told = BackMsg()
    told.rerun_script.query_string = "a" * length
    return told.SerializeToString()


def test_a_run_may_be_told_much_and_anything_else_little() -> None:
    assert are_small(run(5000), 1000, RUN)
    assert are_small(names(300), 1000, RUN)
    assert not are_small(names(400), 1000, RUN)
    assert not are_small(run(5) + names(400), 1000, RUN)
    assert not are_small(names(400) + run(5), 1000, RUN)
    assert are_small(BackMsg(app_heartbeat=True).SerializeToString() + run(5000), 1000, RUN)


@pytest.mark.parametrize(
    "sent", [b"\xff" * 30, b"\x0b", run(5)[:-1], run(5) * (MOST + 1), b"\x12", b"\x12\xff"]
)
def test_what_cannot_be_told_apart_is_not_small(sent: bytes) -> None:
    assert not are_small(sent, 1000, RUN)


def test_a_long_list_is_not_read_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError

    sent = names(900_000)
    monkeypatch.setattr(sockets, "BackMsg", lambda: type("Unread", (), {"ParseFromString": refuse}))
    assert sockets._read(sent) is None
