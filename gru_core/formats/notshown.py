"""Layers of a file that are not read, beside others that are: each is listed with the reason."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from gru_core.errors import GatescopeError, shown
from gru_core.words import Said

MOST: Final = 20  # that are listed
LONGEST: Final = 500  # characters of a reason


class NotShown:
    """The layers of one file that are stepped over."""

    def __init__(self) -> None:
        self.errors: dict[str, GatescopeError] = {}

    @contextmanager
    def stepping_over(self, name: str) -> Iterator[None]:
        """Read a layer of this name; what is wrong with it is kept, and the next one comes."""
        try:
            yield
        except GatescopeError as error:
            self.errors.setdefault(name, error)

    def check_any(self, read: Collection[object]) -> None:
        """Raise what was wrong with the first layer where none was read."""
        if not read and self.errors:
            raise next(iter(self.errors.values()))

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each."""
        return tuple(
            Said("{name} is not shown: {reason}", name=shown(name), reason=str(error)[:LONGEST])
            for name, error in [*self.errors.items()][:MOST]
        )
