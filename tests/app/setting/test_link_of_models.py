"""A link opens the visitor's own model as it was, where its file is open; a bad part is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.screen.baseline import MODEL, scenes
from app.setting import link
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.inputs.feed import FEEDS

NAMES = tuple(scenes())
MODELS = st.builds(
    Model,
    file=st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True),
    layer=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    at=st.integers(0, 63),
    backward=st.booleans(),
    answers=st.sampled_from(
        [
            (),
            (("gate_activation", "hard_sigmoid"), ("reset_after", "false")),
            (("backward", "true"),),
            (
                ("gate_activation", "hard_sigmoid(0.25)"),
                ("state_activation", "scaled_tanh(1.7159,0.6667)"),
            ),
        ]
    ),
    source=st.sampled_from(FEEDS),
    steps=st.integers(1, 10_000),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)


@given(MODELS)
def test_a_link_holds_everything_of_a_model_but_its_numbers(model: Model) -> None:
    setting = Setting(scene=MODEL, model=model)
    query, _ = link.encode(setting)
    assert link.decode(query, NAMES) == (setting, [])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"file": "a/b"}, "the key of a file that is open"),
        ({"file": "x" * 41}, "the key of a file that is open"),
        ({"layer": "x" * 201}, "at most 200 characters"),
        ({"level": "0"}, "from 1 to 64"),
        ({"set": "gate_activation.gelu"}, "answers such as gate_activation.sigmoid"),
        ({"set": "gate_activation.relu"}, "answers such as gate_activation.sigmoid"),
        ({"set": "state_activation.elu(-1)"}, "answers such as gate_activation.sigmoid"),
        ({"set": "~"}, "answers such as gate_activation.sigmoid"),
        ({"feed": "music"}, "one of noise"),
        ({"steps": "1e9"}, "a whole number from 1 to 10000"),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"x": "1,2,3"}, "the key of a file that is open"),
    ],
)
def test_what_a_link_says_wrong_of_a_model_is_named(query: dict[str, str], words: str) -> None:
    setting, [sentence] = link.decode({"scene": "model", **query}, NAMES)
    assert setting == Setting(scene=MODEL)
    assert words in sentence
