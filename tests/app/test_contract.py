"""What server and browser say to each other is what stands in the contract, at both ends."""

import collections.abc
import types
from collections.abc import Iterator
from dataclasses import replace
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import numpy as np
import pytest

from app import contract
from app.lenses import LENSES
from app.messages.stage import message
from app.screen.baseline import scenes
from app.screen.page import Grab, Page
from app.screen.screen import screen_of
from app.session.events import ACTIONS
from app.setting.setting import Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CHO, CHUNG
from gru_core.situation import Target
from scripts.contract import TARGET, typed, written

NUMBERS = (int, float, np.integer, np.floating)
LISTS = (list, tuple, collections.abc.Sequence)
MAPPINGS = (dict, collections.abc.Mapping)


def faults(value: Any, hint: Any, at: str = "message") -> Iterator[str]:
    """Where a value is not of a type, all the way down."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        yield from record_faults(value, hint, at)
    elif origin in (Union, types.UnionType):
        tried = [list(faults(value, one, at)) for one in inner]
        if all(tried):
            yield min(tried, key=len)[0]
    elif origin in LISTS or origin in MAPPINGS:
        yield from many_faults(value, origin, inner[-1] if origin in MAPPINGS else inner[0], at)
    elif not fits(value, hint, origin, inner):
        yield f"{at} is {type(value).__name__} {value!r}, not {hint}"


def fits(value: Any, hint: Any, origin: Any, inner: tuple[Any, ...]) -> bool:
    """Whether a value without parts is of a type."""
    if origin is Annotated:
        return inner[0] is not np.ndarray or isinstance(value, np.ndarray)
    if origin is Literal:
        return value in inner
    if hint is float:
        return isinstance(value, NUMBERS) and not isinstance(value, bool)
    return hint is Any or type(value) is (types.NoneType if hint is None else hint)


def many_faults(value: Any, origin: Any, one: Any, at: str) -> Iterator[str]:
    kind = dict if origin in MAPPINGS else list | tuple | range
    if not isinstance(value, kind):
        yield f"{at} is {type(value).__name__}, not {origin}"
        return
    for name, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from faults(part, one, f"{at}[{name}]")


def record_faults(value: Any, hint: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {type(value).__name__}, not {hint.__name__}"
        return
    hints = get_type_hints(hint, include_extras=True)
    for name in hint.__required_keys__ - value.keys():
        yield f"{at} has no {name}"
    for name, one in value.items():
        if name not in hints:
            yield f"{at} has {name}, of which {hint.__name__} knows nothing"
        else:
            kind = hints[name]
            kind = get_args(kind)[0] if "NotRequired" in str(get_origin(kind)) else kind
            yield from faults(one, kind, f"{at}.{name}")


HELD = Intervention("gru", "update", 0.5, unit=0, first=2, last=4)
SETTINGS = {
    **{name: Setting(scene=name) for name in scenes()},
    **{f"view {name}": Setting(view=name) for name in LENSES},
    "cho": Setting(notation=CHO, alongside="rnn"),
    "write": Setting(notation=CHUNG, form="joined", cell="lstm"),
    "own": Setting(scene="own"),
    "model": Setting(scene="model"),
    "torch": Setting(engine="torch"),
    "held": Setting(view="holding", interventions=(HELD,)),
    "pinned": Setting(view="pinned", pinned=Setting()),
    "edited": Setting().with_edit(Target.parse("gru.b_x.update.3"), 1.5),
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_message_is_what_the_contract_says(setting: Setting) -> None:
    told, sent = message(screen_of(setting), Page())
    assert list(faults(told, contract.Message)) == []
    # What is sent after it: changes, colours, rows, a sweep, a number that is pointed at.
    target = Target.parse("x.0.0")
    changed = screen_of(setting.with_edit(target, 0.625))
    for page in (
        Page(sent=sent, grab=Grab(target, 0, 0)),
        Page(sent=sent, grab=Grab(target, 0, 0, held=False), undo=True),
        Page(sent=sent, grab=Grab(None, 1, 0, held=False), looked=0),
    ):
        told, _ = message(changed, page)
        assert list(faults(told, contract.Message)) == []


def test_a_fault_is_found_wherever_it_is() -> None:
    told, _ = message(screen_of(Setting()), Page())
    panel: Any = told["panels"][0]
    for wrong in (
        {**told, "extra": 1},
        {name: told[name] for name in told if name != "scene"},  # type: ignore[literal-required]
        {**told, "panels": [{**panel, "units": "4"}]},
        {**told, "panels": [{**panel, "tracks": [{**panel["tracks"][0], "scale": None}]}]},
        {**told, "cursor": {"step": True, "unit": 0}},
        {**told, "included": {"x": {"content": 3}}},
    ):
        assert list(faults(wrong, contract.Message)), wrong


def test_the_types_of_the_browser_are_those_of_the_contract() -> None:
    """`python -m scripts.contract` writes them anew."""
    assert TARGET.read_text(encoding="utf-8") == written()


def test_what_has_no_form_in_the_browser_is_refused() -> None:
    with pytest.raises(TypeError, match="has no form in TypeScript"):
        typed(set[str])


def test_the_server_knows_every_event_and_no_other() -> None:
    kinds = {
        kind
        for event in get_args(contract.Event)
        for kind in get_args(get_type_hints(event)["kind"])
    }
    assert kinds == set(ACTIONS)


def test_a_page_asks_for_nothing_by_itself() -> None:
    told, _ = message(screen_of(replace(Setting(), step=3)), Page())
    assert (told["sweep"], told["pointed"], told["answer"]) == (None, None, "")
