"""The opened cell itself: its wiring and its equations, which are told with every screen."""

from app.lenses.base import Lens, View
from app.screen.screen import Screen


def view(screen: Screen) -> View:
    """Nothing more than what every screen has of its opened cell."""
    return View([])


LENS = Lens(
    "cell",
    view,
    inside=True,
    equations=True,
)
