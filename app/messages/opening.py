"""The first message to a page that has nothing yet: the same for all who open the same link."""

from collections.abc import Mapping

from app.compute.runs import is_large
from app.compute.store import Shelf
from app.learning.lessons import arrive
from app.messages.stage import told_of
from app.screen.baseline import baseline_of, scenes
from app.screen.page import Page
from app.setting.source import Model

OPENINGS: Shelf[bytes] = Shelf("openings")
LARGEST = 400_000  # bytes: more would come twice, and keep what the stage is made of from coming


def opening(query: Mapping[str, str]) -> bytes | None:
    """A picture of where a link leads, to be shown until its page can answer.

    None where the link has somebody's own file, takes long, or would have to be explained.
    """
    setting, rejected = arrive(query, scenes())
    if rejected or isinstance(setting.source, Model) or is_large(baseline_of(setting).base):
        return None
    packed = OPENINGS.get((setting,), LARGEST // 3, lambda: told_of(setting, Page())[0])
    return packed if len(packed) < LARGEST else None
