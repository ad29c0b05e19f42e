"""A control has a value that it can have; what a browser claims else is as if it was not said."""

from math import inf, nan
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import Serialized, WStates

from app.doors import widgets


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> WStates:
    """Those of a page with one control; what it is and what is claimed of it, a test says."""
    monkeypatch.setattr(WStates, "__getitem__", WStates.__getitem__)  # put back afterwards
    widgets.mistrust()
    return WStates()


def claimed(states: WStates, kind: str, value: Any, expected: str, read: Any = lambda v: v) -> Any:
    """What the control of this kind has then; None if nothing."""
    state = WidgetState(id="one")
    part = getattr(state, kind)
    if hasattr(part, "data"):
        part.data.extend(value)
        part.SetInParent()
    else:
        setattr(state, kind, value)
    states.set_widget_metadata(
        WidgetMetadata(
            id="one",
            deserializer=read,
            serializer=lambda v: v,
            value_type=expected,  # type: ignore[arg-type]
        )
    )
    states["one"] = Serialized(state)
    return states.get("one")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string_value", "chung"),
        ("int_value", 0),
        ("double_value", -2.5),
        ("bool_value", False),
        ("string_array_value", ["a", "b"]),
    ],
)
def test_what_a_control_can_have_it_has(states: WStates, kind: str, value: Any) -> None:
    assert claimed(states, kind, value, kind) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[("int_value", -1), ("double_value", nan), ("double_value", inf)],
        *[("double_array_value", [0.5, nan])],
    ],
)
def test_nobody_has_what_is_no_place_and_no_number(states: WStates, kind: str, value: Any) -> None:
    assert claimed(states, kind, value, kind) is None


def test_a_value_of_another_kind_is_none(states: WStates) -> None:
    assert claimed(states, "string_value", "1", "double_value") is None
    assert claimed(states, "string_array_value", ["1"], "string_value") is None


def test_what_cannot_be_read_is_none(states: WStates) -> None:
    assert claimed(states, "int_value", 3, "int_value", read=["a", "b"].__getitem__) is None


def test_a_field_of_whole_numbers_has_what_was_typed(states: WStates) -> None:
    """Streamlit registers it as one of numbers with a point, and a browser sends whole ones."""
    assert claimed(states, "int_value", 20, "double_value") == 20
