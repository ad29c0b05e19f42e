"""The lens anew, to a page that computes: with the last whole message it is the next one."""

from dataclasses import replace

import pytest

from app.lenses import LENSES
from app.messages.anew import anew
from app.messages.stage import message
from app.messages.wire import pack
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting
from app.setting.source import Own
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CELLS, NOTATIONS, Cell
from gru_core.situation import Edit, Target

EDITS = (
    (Edit(Target.parse("gru.b_x.update.1"), 4.0),),
    (Edit(Target.parse("gru.w_h.reset.0.1"), -0.4), Edit(Target.parse("x.1.0"), 0.25)),
    (),
)
HELD = Intervention("gru", "update", 0.2, unit=1, first=1, last=3)
OWN = Own()


def fits(setting: Setting, before: Setting, own: bool = True) -> bool:
    """Whether there is a short answer; if so it is with what was told the whole one.

    own: whether the page has computed the numbers.
    """
    first, had = message(screen_of(before), Page(ticket="one", name="two", order=3))
    stale = {name for name in had if name.endswith((".inside", ".vectors"))} if own else set()
    page = Page(ticket="three", name="two", order=4, sent=had, own=own, undo=True)
    found = anew(setting, before, page)
    if found is None:
        return False
    told, sent = found
    whole, then = message(screen_of(setting), page)
    # What the page has computed, or was told in another view, it keeps.
    kept = stale | {name for name in told["parts"] if name not in whole["parts"]}
    assert all(name.endswith((".inside", ".vectors")) for name in kept)
    for parts in (told["parts"], told["own"], whole["parts"], whole["own"], sent, then):
        for name in kept & set(parts):
            parts.pop(name) if isinstance(parts, dict) else parts.remove(name)
    assert {name: one.digest for name, one in sent.items()} == told["parts"]
    assert pack({"of": told.pop("included")}) == pack({"of": whole.pop("included")})
    assert {**first, **told, "words": None} == {
        **whole,
        "rests": False,
        "included": first["included"],
    }
    assert then.keys() == sent.keys()
    return True


@pytest.mark.parametrize("view", LENSES)
@pytest.mark.parametrize("scene", ["pulse", "slate", "latch"])
def test_with_what_was_told_before_it_is_a_whole_message(scene: str, view: str) -> None:
    before = Setting(scene=scene, view=view, step=4, unit=1)
    for edits in EDITS:
        assert fits(replace(before, edits=edits, step=2, unit=0), before)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_so_it_is_for_every_notation_and_opened_cell(notation: str, cell: Cell) -> None:
    alongside = "rnn" if cell == "rnn" else "lstm"
    before = Setting(notation=NOTATIONS[notation], cell=cell, alongside=alongside, view="kept")
    placed = NOTATIONS[notation].placement != "after"  # which the notes say in numbers
    assert fits(replace(before, edits=EDITS[0]), before) is not placed


@pytest.mark.sampled(5)
@pytest.mark.parametrize("view", LENSES)
def test_from_any_view_to_any_other(view: str) -> None:
    before = Setting(view=view)
    for other in LENSES:
        assert fits(replace(before, view=other, edits=EDITS[0]), before), other
        assert fits(replace(before, view=other), before, own=False)


@pytest.mark.parametrize(
    ("setting", "before"),
    [
        (Setting(view="kept", interventions=(HELD,)), Setting(view="kept")),
        (Setting(view="kept", scene="reader"), Setting(view="kept", scene="reader")),
        (Setting(view="kept", scene="elnino"), Setting(view="kept", scene="elnino")),
        (Setting(view="kept", scene="own", own=OWN), Setting(view="kept", scene="own", own=OWN)),
        (Setting(view="kept", scene="slate"), Setting(view="kept")),
        (Setting(view="kept", cell="lstm"), Setting(view="kept")),
        (Setting(view="kept", engine="torch"), Setting(view="kept", engine="torch")),
    ],
    ids=["held", "reader", "series", "own", "scene", "opened", "torch"],
)
def test_whatever_else_has_words_of_numbers_is_told_whole(
    setting: Setting, before: Setting
) -> None:
    assert not fits(replace(setting, edits=EDITS[0]), before)


def test_a_page_that_does_not_have_its_numbers_is_told_them() -> None:
    before = Setting(view="kept")
    assert not fits(replace(before, edits=EDITS[0]), before, own=False)
    edited = replace(before, edits=EDITS[0])
    assert not fits(before, edited, own=False)
    assert fits(replace(edited, view="why", step=2), replace(edited, view="cell"), own=False)


@pytest.mark.parametrize("view", LENSES)
@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_of_another_place_everything_is_of_that_place(scene: str, view: str) -> None:
    """In a large layer equations and wirings are told of the units around the cursor."""
    before = Setting(scene=scene, view=view, step=40, unit=25)
    assert fits(replace(before, unit=3, step=10), before, own=False)
    assert fits(replace(before, unit=3, view="why"), before, own=False)
