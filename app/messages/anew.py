"""The lens of a screen, to a page that has its numbers: it computes them, or they are as before.

After each change a page that computes asks, at rest, for what its lens shows now; and whoever looks
around chooses one lens after the other. The answer is a whole message less what is as it was in the
last one: most of what a message takes to make is of that.
"""

from dataclasses import replace

from app.contract import Anew
from app.lenses import told, view_of
from app.messages.changed import brief, has_words_of_numbers
from app.messages.parts import computed_parts, lens_parts
from app.messages.predictions import said
from app.messages.updates import Sent, updates
from app.screen.baseline import baseline_of, is_long
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting

CHARTS = "lens."  # how the parts of a lens begin


def anew(setting: Setting, before: Setting, page: Page) -> tuple[Anew, dict[str, Sent]] | None:
    """The answer, and what the browser has then; None where the page needs a whole message.

    before: what its last whole message was of.
    """
    as_told = (setting.edits, setting.interventions) == (before.edits, before.interventions)
    if not (page.own or as_told):  # the page does not have the numbers
        return None
    short = brief(setting, replace(before, view=setting.view, of=setting.of), page)
    baseline = baseline_of(setting)
    if short is None or has_words_of_numbers(setting, before, baseline) or is_long(setting):
        return None
    screen = screen_of(setting)
    if screen.condensed or said(screen):
        return None
    view = view_of(screen)
    own = sorted(computed_parts(screen) & set(page.sent)) if page.own else []
    included, made = updates(lens_parts(screen, view, own), page.sent, screen.unit)
    sent = {name: one for name, one in page.sent.items() if not name.startswith(CHARTS)} | made
    found: Anew = {
        **short,
        "rests": False,
        "cursor": {"step": screen.step, "unit": screen.unit},
        "lens": told(screen, view),
        "parts": {name: one.digest for name, one in sent.items()},
        "included": included,
        "own": own,
    }
    return found, sent
