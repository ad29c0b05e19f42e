"""The first message to a page that has nothing yet: the same for all who open the same link."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.compute.store import Shelf
from app.learning.lessons import arrive
from app.messages.stage import message, told_of
from app.messages.wire import pack
from app.screen.baseline import is_long, scenes
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting
from app.setting.source import Model

OPENINGS: Shelf[bytes] = Shelf("openings")
LARGEST = 400_000  # bytes: more would come twice, and keep what the stage is made of from coming
MANY = 20_000  # numbers in a figure, of which nobody sees more than their colours
SHADES = 32  # to either side of 0 that a picture of so many has


def opening(query: Mapping[str, str]) -> bytes | None:
    """A picture of where a link leads, to be shown until its page can answer.

    None where the link has somebody's own file, takes long, or would have to be explained.
    """
    setting, rejected = arrive(query, scenes())
    if rejected or isinstance(setting.source, Model) or is_long(setting):
        return None
    packed = OPENINGS.get((setting,), LARGEST // 3, lambda: _picture(setting))
    return packed if len(packed) < LARGEST else None


def _picture(setting: Setting) -> bytes:
    """The first message; where that is too long, with fewer shades where there are many numbers."""
    packed = told_of(setting, Page())[0]
    if len(packed) < LARGEST:
        return packed
    told: dict[str, Any] = dict(message(screen_of(setting), Page())[0])
    told["included"] = {name: _coarse(part) for name, part in told["included"].items()}
    return pack(told)


def _coarse(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A figure in steps that are a power of two, which compress to a byte a number."""
    [trace, *rest] = part.get("data") or [{}]
    z = trace.get("z")
    if not isinstance(z, np.ndarray) or z.size < MANY or z.dtype.kind != "f":
        return part
    step = np.exp2(np.ceil(np.log2(np.abs(z).max() or 1))) / SHADES
    return {
        **part,
        "data": [{**trace, "z": np.round(z / step).astype(z.dtype) * z.dtype.type(step)}, *rest],
    }
