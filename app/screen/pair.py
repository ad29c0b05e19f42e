"""A pair of settings to compare, ready: the scene as it begins, and with what its story tries."""

from dataclasses import replace
from typing import Final

from app.screen.baseline import scenes
from app.setting.setting import Setting
from gru_core.changes.interventions import Intervention
from gru_core.situation import Edit

HALF: Final = Intervention("gru", "update", 0.5, None, 0, None)  # alike in every notation


def tries(setting: Setting) -> bool:
    """Whether the story asks to try something: else B is the same with z held at 0.5."""
    return _changes(setting) != ()


def pair_of(setting: Setting) -> Setting:
    """B, with A pinned: A is without changes, B has what the story asks to try.

    Where no story asks for anything, A is what is on screen, and B holds z of the GRU at 0.5.
    """
    changes = _changes(setting)
    if not changes:
        return setting.with_pin().with_intervention(HALF)
    after = setting.without_edits().with_pin()
    for one in changes:
        if isinstance(one, Edit):
            after = after.with_edit(one.target, one.value)
        else:
            after = after.with_intervention(one)
    return replace(after, view="pinned", of="")


def _changes(setting: Setting) -> tuple[Edit | Intervention, ...]:
    if setting.scene not in scenes():
        return ()
    return tuple(scenes()[setting.scene].story.changes.get("try", ()))
