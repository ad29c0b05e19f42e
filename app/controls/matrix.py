"""A matrix, a bias or a state pasted as a whole: each of its numbers becomes an edit."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from app.controls.markdown import plain
from app.figures import theme
from app.screen.baseline import baseline_of
from app.session import state
from app.session.many import MOST_EDITS
from app.setting.setting import Setting
from app.words.names import CELL_NAMES
from app.words.numbers import whole
from app.words.say import say
from gru_core.conventions import GATES, STATES, shown_sign
from gru_core.errors import RangeError
from gru_core.inputs.tables import expect_shape, parse_numbers
from gru_core.scenes.scene import INITIALS
from gru_core.situation import Edit, Situation, Target
from gru_core.weights import PARTS, PROJECTION

Place = tuple[str, str, int | None]  # owner, part, gate


def matrix_choice(setting: Setting) -> None:
    """Choose an array of the scene, paste its numbers, use them."""
    base = baseline_of(setting).base
    names = arrays(base)
    if state.value_of("matrix") not in names:
        state.preset("matrix", next(iter(names)))
    place = st.selectbox(
        say("controls.matrix.label"), list(names), key="matrix", format_func=names.__getitem__,
        help=say("controls.matrix.help"),
    )  # fmt: skip
    shape = shape_of(base, place)
    st.text_area(
        say("controls.matrix.text"), key="matrix_text", height=100,
        placeholder=say("controls.matrix.placeholder", shape=" × ".join(map(str, shape))),
        help=say("controls.matrix.text_help"),
    )  # fmt: skip
    # Streamlit keeps what it is given here: no layer's weights. The notation may change meanwhile.
    read = partial(_pasted_here, present=state.following())
    st.button(
        say("controls.matrix.use"),
        on_click=state.choose,
        args=("edits", "matrix_text", partial(read, place=place)),
    )
    refusal()


def refusal() -> None:
    """Why what was pasted was not taken, where it was pasted: the page's own note is behind."""
    for reason in state.refused():
        st.write(plain(reason))


def arrays(base: Situation) -> dict[Place, str]:
    """Every array that can be pasted, and its name for people."""
    found: dict[Place, str] = {("x", "x", None): say("controls.matrix.input")}
    for cell, weights in base.weights.items():
        name = CELL_NAMES[cell]
        for at, gate in enumerate(weights.gates):
            called = theme.QUANTITIES[gate].name
            found |= {
                (cell, part, at): say(f"controls.matrix.part.{part}", cell=name, gate=called)
                for part in PARTS
            }
        if weights.is_projected:
            found[cell, PROJECTION, None] = say("controls.matrix.projection", cell=name)
        for track in STATES[cell]:
            state = theme.QUANTITIES[track].name
            initial = say("controls.matrix.initial", cell=name, state=state)
            found[cell, INITIALS[track], None] = initial
    return found


def shape_of(base: Situation, place: Place) -> tuple[int, ...]:
    """The rows and columns of an array, or its length."""
    owner, part, gate = place
    if owner == "x":
        return base.x.shape
    weights = base.weights[owner]  # type: ignore[index]
    if part == PROJECTION:
        return weights.arrays[part].shape
    if gate is None:
        return (weights.hidden_size if part == "h0" else weights.units,)
    return tuple(weights.arrays[part].shape[1:])


def _pasted_here(text: str, present: Callable[[], Setting], place: Place) -> list[Edit]:
    setting = present()
    return pasted(text, setting, baseline_of(setting).base, place)


def pasted(text: str, setting: Setting, base: Situation, place: Place) -> list[Edit]:
    """An edit for each number. Errors: GatescopeError for text that is not such a matrix."""
    owner, part, gate = place
    shape = shape_of(base, place)
    values = expect_shape(parse_numbers(text or ""), shape, arrays(base)[place])
    if values.size > MOST_EDITS:
        many, most = whole(values.size), whole(MOST_EDITS)
        raise RangeError(say("controls.matrix.too_many", numbers=many, most=most))
    sign = shown_sign(owner, GATES[owner][gate] if gate is not None else None, setting.polarity)
    head = () if gate is None else (gate,)
    return [
        Edit(Target(owner, part, (*head, *index)), float(value) if sign > 0 else 0.0 - float(value))  # type: ignore[arg-type]
        for index, value in np.ndenumerate(values)
    ]
