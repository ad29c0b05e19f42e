"""The files that Streamlit holds for its pages, seen from outside of a run."""

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager


class Held:
    """Of this process."""

    def held(self, session: str) -> int:
        """Bytes of the files of one page."""
        files = _manager()
        return sum(len(one.data) for one in files.file_storage.get(session, {}).copy().values())

    def drop(self, session: str, file: str) -> None:
        """Forget a file; nothing happens if it is gone."""
        _manager().remove_file(session, file)


def _manager() -> MemoryUploadedFileManager:
    found = runtime.get_instance().uploaded_file_mgr
    assert isinstance(found, MemoryUploadedFileManager)
    return found
