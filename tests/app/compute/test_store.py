"""What is computed is kept within one budget, and goes with the file that it was made of."""

import threading

import pytest

from app.compute.background import Later
from app.compute.store import GATE, Shelf, Store, made_of


def test_shelves_of_one_store_share_its_room_and_not_their_keys() -> None:
    store = Store(10)
    numbers: Shelf[int] = Shelf("numbers", store, each=0)
    words: Shelf[str] = Shelf("words", store, each=0)
    assert numbers.get(("a",), 4, lambda: 1) == 1
    assert words.get(("a",), 4, lambda: "one") == "one"
    assert (numbers.find(("a",)), words.find(("a",))) == (1, "one")
    words.get(("b",), 4, lambda: "two")
    assert ("a",) not in numbers, "what was not asked for longest, of whatever kind"
    assert store.size == 8


def test_the_values_of_a_file_go_with_it_and_others_stay() -> None:
    store = Store(100)
    with made_of(["mine"]):
        store.get(("mine",), 1, lambda: "of my file")
        with made_of(["yours", "a third"]):
            store.get(("yours",), 2, lambda: "of two files")
    store.get(("all",), 4, lambda: "of a scene")
    store.release(["nobody's"])
    assert (len(store), store.size) == (3, 7)
    store.release(["yours"])
    assert (len(store), store.size) == (2, 5)
    store.release(["mine"])
    assert store.find(("all",)) == "of a scene"
    assert (len(store), store.size) == (1, 4)


def test_what_a_thread_of_its_own_makes_belongs_to_whoever_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.compute.background.PATIENCE", 30.0)
    shelf: Shelf[str] = Shelf("words", Store(100))
    later = Later(shelf, "testing")
    with made_of(["mine"]):
        assert later.ask(("a",), 1, lambda: threading.current_thread().name) == "testing"
    assert later.ask(("b",), 1, lambda: "anybody's") == "anybody's"
    shelf.store.release(["mine"])
    assert ("a",) not in shelf
    assert ("b",) in shelf


def test_large_work_may_need_large_work_and_nobody_else_gets_in() -> None:
    """In the same thread; another one waits."""
    entered: list[bool] = []
    with GATE, GATE:
        other = threading.Thread(target=lambda: entered.append(GATE.acquire(blocking=False)))
        other.start()
        other.join()
    assert entered == [False]
