"""Of a file that was read, and of one that was refused, Streamlit keeps no copy."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFileRec

from app.controls.model import _read_once
from app.session import state
from app.setting.source import Model
from gru_core.errors import GatescopeError


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    made = MemoryUploadedFileManager("/upload")
    made.add_file("here", UploadedFileRec("one", "a.npz", "", b"abc"))
    made.add_file("here", UploadedFileRec("two", "b.npz", "", b"abc"))
    context = SimpleNamespace(session_id="here", uploaded_file_mgr=made)
    monkeypatch.setattr(state, "get_script_run_ctx", lambda: context)
    return made


def left(files: MemoryUploadedFileManager) -> list[str]:
    return [one.file_id for one in files.get_files("here", ["one", "two"])]


def test_a_file_that_was_read_is_let_go(files: MemoryUploadedFileManager) -> None:
    assert _read_once(lambda file: Model(file="key"), SimpleNamespace(file_id="one")).file == "key"
    assert left(files) == ["two"]


def test_one_that_was_refused_too(files: MemoryUploadedFileManager) -> None:
    def refuse(file: object) -> Model:
        raise GatescopeError("no")

    with pytest.raises(GatescopeError):
        _read_once(refuse, SimpleNamespace(file_id="two"))
    assert left(files) == ["one"]


def test_taking_a_file_out_of_its_field_lets_go_of_nothing(
    files: MemoryUploadedFileManager,
) -> None:
    _read_once(lambda file: Model(), None)
    assert left(files) == ["one", "two"]


def test_a_file_that_was_let_go_chooses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit tells a field whose file is gone that it has another one, on the next run."""
    monkeypatch.setattr(state.st, "session_state", {"field": DeletedFile("one")})
    monkeypatch.setattr(state, "_change", lambda name, value: pytest.fail("it was read again"))
    state.choose("model", "field", lambda file: Model(file=file.getvalue()))
    state.choose("model", "another field")
