"""One store of computed values for all pages, one budget of bytes, one gate for large work.

A value is found by what it is made of, whoever made it. Those not asked for longest go when there
is no room. What was made while a visitor's file was open belongs to that file and goes with it;
what anybody else has is left alone.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from app import settings

Value = TypeVar("Value")
Key: TypeAlias = tuple[object, ...]
Owners: TypeAlias = frozenset[str]

_owners: ContextVar[Owners] = ContextVar("owners", default=frozenset())

# One large thing is computed at a time: two would wait for each other's memory, and whoever wants
# something small would wait for both. A large one may need another, in the same thread.
GATE: Final = threading.RLock()
ENTRY: Final = 700  # bytes of a kept value besides its numbers: its key, its place, its array


class _Entry(NamedTuple):
    value: Any
    size: int  # bytes
    owners: Owners  # the files it was made of; none of them: everybody's


class Store:
    """Values of any kind within so many bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        with self._lock:
            return key in self._entries

    def find(self, key: Key) -> Any:
        """The value of this key, if it is here."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key].value

    def get(self, key: Key, size: int, make: Callable[[], Any]) -> Any:
        """The value of this key, made if it is not here; room for its bytes is found before."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key].value
            self._drop(self.most - size)
        value = make()
        with self._lock:
            if key not in self._entries:
                self._entries[key] = _Entry(value, size, _owners.get())
                self.size += size
            self._drop(max(self.most, size))
        return value

    def make_room(self, size: int) -> None:
        """Drop what has to go before so much is made."""
        with self._lock:
            self._drop(self.most - size)

    def release(self, owners: Collection[str]) -> None:
        """Drop what was made of these files."""
        with self._lock:
            gone = [key for key, entry in self._entries.items() if entry.owners & set(owners)]
            for key in gone:
                self.size -= self._entries.pop(key).size

    def empty(self) -> None:
        """Drop everything."""
        with self._lock:
            self._drop(-1)

    def _drop(self, most: int) -> None:
        while self._entries and self.size > most:
            _, entry = self._entries.popitem(last=False)
            self.size -= entry.size


STORE: Final = Store(settings.CACHE_MB * 1_000_000)


class Shelf(Generic[Value]):
    """Values of one kind within a store that others use too.

    each: bytes that a value takes besides those that `get` is told. Of what is small they are most.
    """

    def __init__(self, name: str, store: Store = STORE, each: int = ENTRY) -> None:
        self.name, self.store, self.each = name, store, each

    def __contains__(self, key: Key) -> bool:
        return (self.name, *key) in self.store

    def find(self, key: Key) -> Value | None:
        """The value of this key, if it is here."""
        found: Value | None = self.store.find((self.name, *key))
        return found

    def get(self, key: Key, size: int, make: Callable[[], Value]) -> Value:
        """The value of this key, made if it is not here. size: of its numbers, in bytes."""
        found: Value = self.store.get((self.name, *key), size + self.each, make)
        return found


@contextmanager
def made_of(files: Collection[str]) -> Iterator[None]:
    """What is computed meanwhile in this context belongs to these files, by their keys."""
    before = _owners.set(frozenset(files))
    try:
        yield
    finally:
        _owners.reset(before)
