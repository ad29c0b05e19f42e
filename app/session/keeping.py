"""What a choice does to the numbers that were changed before it: kept where they fit, or said.

A change of a weight that does not fit, since the layer has fewer units now, waits and is named with
the screen (app/screen/screen.py). Here is what a choice drops, and a sentence for it.
"""

from app.screen.baseline import baseline_of, titles
from app.setting.setting import Setting
from app.words.say import say
from gru_core.situation import Edit


def carried(before: Setting, after: Setting) -> tuple[Setting, list[str]]:
    """The setting after a choice, less changed inputs at steps that read something else now.

    And sentences on all that the choice has left behind.
    """
    if after.place != before.place or after.scene != before.scene:
        return after, _left_behind(before, after)
    if _input(before) != _input(after):
        after = after.with_only([edit for edit in after.edits if _still(edit, before, after)])
    lost = len(before.edits) - len(after.edits)
    return after, [say("session.keeping.inputs", n=lost)] if lost > 0 else []


def _left_behind(before: Setting, after: Setting) -> list[str]:
    count = len(before.edits) + len(before.interventions)
    if not count:
        return []
    title = titles()[before.scene]
    kept = before.place and before.place in {place for place, *_ in after.away}
    what = "kept" if kept else "left"
    if after.scene != before.scene:
        return [say(f"session.keeping.scene_{what}", n=count, title=title)]
    return [say(f"session.keeping.layer_{what}", n=count)]


def _input(setting: Setting) -> tuple[object, ...]:
    """What is read, whatever its length and its seed."""
    own, model = setting.own, setting.model
    return (
        setting.word,
        *(own.source, own.text, own.alphabet, own.encoding, own.size, own.channels),
        None if own.numbers is None else (own.numbers.shape, own.numbers.tobytes()),
        *(model.source, model.text, model.vocabulary, model.numbers),
    )


def _still(edit: Edit, before: Setting, after: Setting) -> bool:
    """Whether an edit is of a weight, or of a step that reads the same as before."""
    if edit.target.owner != "x":
        return True
    old, new = (baseline_of(one).base.x for one in (before, after))
    step = edit.target.index[0]
    fits = old.shape[1] == new.shape[1] and step < min(len(old), len(new))
    return fits and bool((old[step] == new[step]).all())
