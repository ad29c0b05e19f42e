"""What a visitor downloads is what they asked for: two ways of Streamlit that we mend.

Streamlit keeps a download under a fingerprint and gives whoever asks for that the file that came
first. Above 1 MiB the fingerprint is of the beginning, the middle and the end alone: weights that
were edited elsewhere, by the same visitor or by another one, would be those from before. Here a
file is kept under a digest of all its bytes.

A button whose file is made on demand gets another name in each run, and the name before is
forgotten at the end of it. Who presses in the moment between would get nothing, and the log a
traceback: here it is forgotten a while later.
"""

from collections.abc import Callable
from hashlib import blake2b
from time import monotonic

from streamlit.runtime import memory_media_file_storage as storage
from streamlit.runtime.media_file_manager import MediaFileManager

from app.words.say import say

NAMING = "_calculate_file_id"  # what Streamlit's storage calls for the name of a file
FORGETTING = "_remove_orphaned_deferred_callables"  # what its manager calls after each run
GRACE = 30.0  # seconds in which a slow line brings the next name to the page


def file_id(data: bytes, mimetype: str, filename: str | None = None) -> str:
    """The name that a file is kept under: two that differ in one byte have two."""
    found = blake2b(digest_size=32)
    for part in (mimetype.encode(), (filename or "").encode()):
        found.update(f"{len(part)}:".encode() + part)
    found.update(data)
    return found.hexdigest()


def forget_later(manager: MediaFileManager, now: Callable[[], float] = monotonic) -> None:
    """Forget the buttons that no page has had for a while. The manager's lock is held."""
    on_pages = {
        name for names in manager._files_by_session_and_coord.values() for name in names.values()
    }
    since = manager.__dict__.setdefault("gatescope_gone_since", {})
    for name in list(since.keys() - (manager._deferred_callables.keys() - on_pages)):
        del since[name]
    for name in manager._deferred_callables.keys() - on_pages:
        if now() - since.setdefault(name, now()) > GRACE:
            manager._drop_deferred_id(name)
            del since[name]


def mend() -> None:
    """Let Streamlit do so. Errors: RuntimeError for a Streamlit that does not have the hooks."""
    for owner, hook, ours in (
        (storage, NAMING, file_id),
        (MediaFileManager, FORGETTING, forget_later),
    ):
        if not callable(getattr(owner, hook, None)):
            missing = f"{owner.__name__}.{hook}"
            raise RuntimeError(say("controls.downloads.no_hook", hook=missing))
        setattr(owner, hook, ours)
