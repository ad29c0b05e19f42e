"""What is awaited, begun before one knows whether there is anything to wait for."""

from collections.abc import Awaitable, Generator
from types import TracebackType
from typing import Any, Final, TypeVar

T = TypeVar("T")
NOTHING: Final = object()


class Begun(Generator[Any, Any, T]):
    """Something that has been begun; to be awaited once, in the same task.

    It hands on what its own steps do, as PEP 380 has it, but for the first one, which is done
    already. Errors: whatever is raised at once.
    """

    __slots__ = ("_found", "_steps", "_wants")

    def __init__(self, awaited: Awaitable[T]) -> None:
        self._steps = awaited.__await__()
        self._found: object = NOTHING
        self._wants: object = NOTHING  # what it waits for first, until that has been handed on
        try:
            self._wants = next(self._steps)
        except StopIteration as end:
            self._found = end.value

    @property
    def is_there(self) -> bool:
        """Whether it has come at once: awaiting it waits for nothing."""
        return self._found is not NOTHING

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def __next__(self) -> object:
        return self.send(None)

    def send(self, value: object) -> object:
        """Go on; gives what is waited for next."""
        if self._found is not NOTHING:
            raise StopIteration(self._found)
        wants, self._wants = self._wants, NOTHING
        return self._steps.send(value) if wants is NOTHING else wants

    def throw(self, kind: Any, error: Any = None, trace: TracebackType | None = None, /) -> object:
        """Let what is waited for fail."""
        return self._steps.throw(kind, error, trace)

    def close(self) -> None:
        """Wait no more."""
        self._steps.close()
