"""How the process holds memory: what large runs and files took is given back when they go.

glibc keeps an arena for each of several threads and, once a large array was freed, takes the next
ones from arenas too, where a small number that stays keeps megabytes from being returned. On other
systems nothing of this exists, and nothing is done.
"""

import contextlib
import ctypes
import gc

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of mallopt, from malloc.h
LARGE = 1 << 20  # bytes from which an array is mapped by itself and returned when it is freed
ARENAS = 2


def settle() -> None:
    """Choose how memory is taken; to be called once, before threads are started."""
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, ARENAS)
        library.mallopt(_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Return what is free to the system."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def keep() -> None:
    """Look no more through what is there now when garbage is collected: it stays.

    What a server has loaded is a hundred thousand objects; to go through them is 60 to 180 ms in
    which nobody is answered.
    """
    gc.collect()
    gc.freeze()
