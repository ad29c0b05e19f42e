"""What is downloaded is what was asked for, however alike two files are."""

from types import SimpleNamespace

import pytest
from streamlit.runtime import memory_media_file_storage as streamlit_storage
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError

from app.controls import downloads
from app.screen.exporting import content
from app.setting.setting import Setting
from gru_core.conventions import PYTORCH
from gru_core.export.kinds import KINDS
from gru_core.situation import parse_edits

LARGE = 3 << 20  # bytes: above 1 MiB Streamlit looks at three pieces of 64 KiB
PLACES = (0, 100_000, LARGE // 2, LARGE // 2 + 100_000, LARGE - 1)


def edited(place: int, value: int = 1) -> bytes:
    found = bytearray(LARGE)
    found[place] = value
    return bytes(found)


def stored(*files: bytes) -> list[bytes]:
    """What the server hands out under the name of each file, once all of them are there."""
    storage = streamlit_storage.MemoryMediaFileStorage("/media")
    given = [
        storage.load_and_get_id(file, "application/octet-stream", MediaFileKind.DOWNLOADABLE, "a")
        for file in files
    ]
    return [storage.get_file(one).content for one in given]


def test_files_that_differ_in_one_byte_anywhere_are_two() -> None:
    files = [bytes(LARGE), *map(edited, PLACES), edited(PLACES[1], 2)]
    assert stored(*files) == files


def test_the_name_and_the_kind_of_a_file_keep_it_apart_too() -> None:
    names = [("a/b", "c"), ("a/b", "d"), ("a/bc", ""), ("a/b", None), ("a/c", "c")]
    assert len({downloads.file_id(b"x", *name) for name in names}) == len(names)


def test_a_button_gives_each_visitor_their_own_file_and_a_changed_one_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streamlit's own manager, with two sessions that press the same button."""
    visitor = SimpleNamespace(name="A")
    monkeypatch.setattr(
        "streamlit.runtime.media_file_manager._get_session_id", lambda: visitor.name
    )
    storage = streamlit_storage.MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)
    present = {"A": edited(100_000, 1), "B": edited(100_000, 2)}
    buttons = {}
    for name in present:
        visitor.name = name
        make = lambda name=name: present[name]  # noqa: E731
        buttons[name] = manager.add_deferred(make, "application/zip", "1.0", "weights.npz")

    def pressed(name: str) -> bytes:
        url = manager.execute_deferred(buttons[name])
        return storage.get_file(url.rsplit("/", 1)[1]).content

    assert [pressed(name) == present[name] for name in "ABAB"] == [True] * 4
    present["A"] = edited(100_000, 3)
    assert pressed("A") == present["A"]
    assert pressed("B") == present["B"]


@pytest.mark.parametrize("ending", KINDS)
def test_every_kind_of_file_of_two_edits_is_two_files(ending: str) -> None:
    """Of an edit amid the Reader's weights; its script has none, the one of a small scene has."""
    scene, place = ("cue", "0.1") if ending == ".py" else ("reader", "40.41")
    edits = (parse_edits(f"gru.w_h.update.{place}_{value}").edits for value in (0.5, 0.75))
    settings = (Setting(scene=scene, notation=PYTORCH, edits=edit) for edit in edits)
    files = [content(setting, "gru", ending) for setting in settings]
    assert files[0] != files[1]
    assert stored(*files) == files


def test_a_button_pressed_while_the_page_is_made_anew_still_gives_its_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streamlit's own manager; another cell was chosen, and the page has the old button yet."""
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "A")
    clock = SimpleNamespace(time=0.0)
    monkeypatch.setattr(
        MediaFileManager,
        downloads.FORGETTING,
        lambda manager: downloads.forget_later(manager, lambda: clock.time),
    )
    storage = streamlit_storage.MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)

    def run(content: bytes) -> str:
        button = manager.add_deferred(lambda: content, "application/zip", "1.0", "a.npz")
        manager.remove_orphaned_files()
        return button

    def pressed(button: str) -> bytes:
        return storage.get_file(manager.execute_deferred(button).rsplit("/", 1)[1]).content

    before, after = run(b"gru"), run(b"lstm")
    assert (pressed(before), pressed(after)) == (b"gru", b"lstm")
    clock.time = downloads.GRACE
    manager.remove_orphaned_files()
    assert pressed(before) == b"gru"
    clock.time += 1
    manager.remove_orphaned_files()
    assert pressed(after) == b"lstm"
    assert list(manager._deferred_callables) == [after]
    assert manager.gatescope_gone_since == {}
    with pytest.raises(MediaFileStorageError):
        pressed(before)


@pytest.mark.parametrize(
    ("owner", "hook"),
    [(streamlit_storage, downloads.NAMING), (MediaFileManager, downloads.FORGETTING)],
)
def test_a_streamlit_without_the_hooks_is_refused(
    monkeypatch: pytest.MonkeyPatch, owner: object, hook: str
) -> None:
    monkeypatch.delattr(owner, hook)
    with pytest.raises(RuntimeError, match=hook):
        downloads.mend()
