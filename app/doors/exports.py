"""Files that a page asks to be made: one of a page at a time, large ones one after the other.

Streamlit makes as many as are asked for, each in a thread of a pool that everybody shares, and
goes on when the page has been left. A small file never waits for a large one here.
"""

import asyncio
import logging
from typing import Any, Final, Protocol, runtime_checkable

from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError

from app.doors.counting import FullError
from app.doors.turns import Turns
from app.words.refusal import refusal
from app.words.say import say
from gru_core.errors import GatescopeError

log: Final = logging.getLogger(__name__)
SMALL: Final = Turns(at_once=2, each=2, waiting=100, own=8)
LARGE: Final = Turns(at_once=1, each=1, waiting=20, own=2)


@runtime_checkable
class Sized(Protocol):
    """What makes a file, and knows before whether it takes long."""

    def is_large(self) -> bool:
        """Whether it does."""


def take_turns() -> None:
    """From now on files are made so. To be called once."""
    DeferredFileHandler.handle = _made  # type: ignore[method-assign]


async def _made(self: DeferredFileHandler, request: Any, session_id: str) -> Any:
    """The address of a file that has been made, or why there is none."""
    answer = BackendOperationResponse(request_id=request.request_id)
    files, name = self._get_media_file_mgr(), request.deferred_file.file_id
    try:
        async with (await _turns(files, name)).one(session_id, session_id):
            answer.deferred_file.url = await asyncio.to_thread(files.execute_deferred, name)
    except FullError:
        answer.error_msg = say("doors.exports.full")
    except MediaFileStorageError as error:
        if isinstance(error.__cause__, GatescopeError):
            answer.error_msg = refusal(error.__cause__)
        else:  # a fault of ours, or a button that is long gone
            log.warning("exports: %r", error)
            answer.error_msg = say("doors.exports.failed")
    return answer


async def _turns(files: MediaFileManager, name: str) -> Turns:
    entry = files._deferred_callables.get(name)
    make = entry["callable"] if entry else None
    large = isinstance(make, Sized) and await asyncio.to_thread(make.is_large)
    return LARGE if large else SMALL
