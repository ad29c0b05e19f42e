"""A text is found by its key and has all of its fields, and no others."""

import pytest

from app.words import say as module
from app.words.say import catalogue, fields_of, say

KEY = "lenses.wirings.gru"
FORMS = {"one": "{n} unit of {cell}", "more": "{n} units of {cell}"}


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of two texts."""
    texts = {"a.b.units": FORMS, "a.b.braces": "{{row}}: {value}"}
    monkeypatch.setattr(module, "catalogue", lambda: texts)


def test_a_text_is_found_by_its_room_its_module_and_its_name() -> None:
    assert say(KEY) == catalogue()[KEY] == "GRU: two gates, one state."


def test_a_text_has_its_fields_filled_in() -> None:
    assert say("lenses.naming.step_read", step=3, label="a") == "step 3 (a)"


@pytest.mark.parametrize(("n", "said"), [(0, "0 units"), (1, "1 unit"), (2, "2 units")])
@pytest.mark.usefixtures("forms")
def test_how_many_there_are_decides_between_two_templates(n: int, said: str) -> None:
    assert say("a.b.units", n=n, cell="LSTM") == f"{said} of LSTM"


@pytest.mark.usefixtures("forms")
def test_a_place_that_the_browser_fills_in_is_left_to_it() -> None:
    assert say("a.b.braces", value="1") == "{row}: 1"


def test_what_nobody_has_written_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"lenses.wirings.cnn is not in app/words/english"):
        say("lenses.wirings.cnn")


@pytest.mark.parametrize("fields", [{}, {"step": 1}, {"step": 1, "label": "a", "more": 2}])
def test_fields_that_are_missing_or_too_many_are_an_error(fields: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"step_read has the fields \['label', 'step'\], not"):
        say("lenses.naming.step_read", **fields)


def test_a_number_that_is_not_whole_has_to_be_put_in_words_first() -> None:
    with pytest.raises(TypeError, match=r"step of lenses.naming.step is 0.5: app.words.numbers"):
        say("lenses.naming.step", step=0.5)  # type: ignore[arg-type]


def test_the_fields_of_two_templates_are_those_of_both_and_how_many_there_are() -> None:
    assert fields_of(FORMS) == {"n", "cell"}
    assert fields_of("{{row}} at {step}") == {"step"}
