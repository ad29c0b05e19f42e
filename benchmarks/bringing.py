"""A visitor without a browser who opens a file: sends it as Streamlit's field of files does."""

import asyncio
import urllib.request
from http.cookies import SimpleCookie
from typing import Final

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitor import Visitor

XSRF: Final = "_streamlit_xsrf"
EDGE: Final = "gatescope-benchmark"


async def opened_with(port: int, query: str, name: str, data: bytes) -> Visitor:
    """A page at this link with a file in its first field of files, once its screen is there."""
    visitor = await Visitor.opened(port, "scene=pulse")
    try:
        field = await _field(visitor, query)
        sent = await _sent(visitor, name, data)
        asked = BackMsg()
        asked.rerun_script.query_string = query
        state = asked.rerun_script.widget_states.widgets.add()
        state.id = field
        state.file_uploader_state_value.uploaded_file_info.append(sent)
        await visitor.run(asked)
    except BaseException:
        await visitor.leave()
        raise
    return visitor


async def _field(visitor: Visitor, query: str) -> str:
    """The name of the field of files on the page at this link."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    await visitor.socket.send(asked.SerializeToString())
    found = ""
    while True:
        told = ForwardMsg.FromString(await visitor.socket.recv())
        if told.delta.new_element.HasField("file_uploader"):
            found = told.delta.new_element.file_uploader.id
        if told.HasField("script_finished"):
            assert found, f"There is no field of files at {query}."
            return found


async def _sent(visitor: Visitor, name: str, data: bytes) -> Message:
    """A file on its way, as the field says it."""
    asked = BackMsg()
    asked.file_urls_request.request_id = name
    asked.file_urls_request.file_names.append(name)
    await visitor.socket.send(asked.SerializeToString())
    told = ForwardMsg()
    while not told.HasField("file_urls_response"):
        told = ForwardMsg.FromString(await visitor.socket.recv())
    (urls,) = told.file_urls_response.file_urls
    await asyncio.to_thread(_put, visitor.port, urls.upload_url, name, data)
    state = BackMsg().rerun_script.widget_states.widgets.add().file_uploader_state_value
    return state.uploaded_file_info.add(
        name=name, size=len(data), file_id=urls.file_id, file_urls=urls
    )


def _put(port: int, path: str, name: str, data: bytes) -> None:
    host = f"http://127.0.0.1:{port}"
    with urllib.request.urlopen(f"{host}/_stcore/health") as answer:
        token = SimpleCookie(answer.headers["Set-Cookie"])[XSRF].value
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    headers = {
        "Content-Type": f"multipart/form-data; boundary={EDGE}",
        "Cookie": f"{XSRF}={token}",
        "X-Xsrftoken": token,
    }
    body = head.encode() + data + f"\r\n--{EDGE}--\r\n".encode()
    request = urllib.request.Request(f"{host}{path}", body, headers, method="PUT")
    urllib.request.urlopen(request).close()
