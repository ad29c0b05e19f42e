"""Who is served when many come at once: a few at a time, in the order of coming.

Past what the processors can do, more at a time would only make all of them wait longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

AT_A_TIME: Final = 2
_turns = BoundedSemaphore(AT_A_TIME)


@contextmanager
def turn(large: bool) -> Iterator[None]:
    """One's turn to make a screen. large: one whose run takes long, which waits for other large
    ones (store.GATE) and must not keep the small ones from theirs."""
    if large:
        yield
        return
    with _turns:
        yield
