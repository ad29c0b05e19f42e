"""A word of help on the controls above the stage whose labels are hidden; the stage shows it."""

from app.words.say import say

# The controls by their keys.
CONTROLS = ("scene", "word", "settings", "export", "open-own", "open-model", "own_more")


def helps() -> dict[str, str]:
    """A sentence on each control, by its key."""
    return {key: say(f"messages.help.{key}") for key in CONTROLS}
