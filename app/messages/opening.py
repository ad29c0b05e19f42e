"""The first message to a page that has nothing yet: the same for all who open the same link."""

from collections.abc import Mapping

from app.compute.store import Shelf
from app.learning.lessons import arrive
from app.messages.stage import told_of
from app.screen.baseline import scenes
from app.screen.page import Page
from app.setting.source import Prepared

OPENINGS: Shelf[bytes] = Shelf("openings")
LARGEST = 60_000  # bytes: more would keep the page itself from coming


def opening(query: Mapping[str, str]) -> bytes | None:
    """A picture of where a link leads, to be shown until its page can answer.

    None where the link has numbers of somebody's own, or would have to be explained.
    """
    setting, rejected = arrive(query, scenes())
    own = setting.edits or setting.interventions or setting.pinned
    if rejected or own or not isinstance(setting.source, Prepared):
        return None
    packed = OPENINGS.get((setting,), LARGEST // 3, lambda: told_of(setting, Page())[0])
    return packed if len(packed) < LARGEST else None
