"""The Reader: any English word, letter by letter, through 256 trained units."""

from collections.abc import Callable

import pytest

from gru_core.scenes.reader import Reader
from gru_core.situation import Situation, Target, value_at
from tests.browser.driver import Stage, with_edits

Core = Callable[..., Situation]


def type_word(stage: Stage, word: str) -> None:
    box = stage.page.get_by_role("textbox", name="Word")
    box.fill(word)
    box.press("Enter")


def said(stage: Stage) -> str:
    return " ".join(stage.text(".gs-reading").split())


def test_a_typed_word_is_read_and_said(page: Stage, core: Core, reader: Reader) -> None:
    page.open("scene=reader")
    for word in ("knight", "antidisestablishmentarianismologicallyyy"):
        type_word(page, word)
        phonemes = " ".join(reader.read(word))
        page.page.get_by_text(phonemes, exact=True).first.wait_for()
        page.wait()
        assert said(page) == f"{word} is said {phonemes}"
        page.page.wait_for_url(f"**word={word}*")
        assert page.text(".gs-step-label").startswith(f"step 1 of {len(word) + 1}, input {word[0]}")
        page.expect(core("reader", word=word))
    assert " ".join(reader.read("knight")) == "N AY1 T"


def test_what_is_not_a_word_is_explained_and_the_page_goes_on(
    page: Stage, core: Core, reader: Reader
) -> None:
    page.open("scene=reader")
    type_word(page, "hello world1")
    page.page.locator(".gs-notices p").wait_for()
    assert page.text(".gs-notices").endswith(".")
    assert "' '" in page.text(".gs-notices")
    page.expect(core("reader"))
    type_word(page, "Café")
    phonemes = " ".join(reader.read("cafe"))
    page.page.get_by_text(phonemes, exact=True).first.wait_for()
    page.wait()
    page.expect(core("reader", word="cafe"))
    assert page.text(".gs-notices") == ""


def test_an_edit_of_a_weight_is_kept_from_word_to_word(page: Stage, core: Core) -> None:
    page.open("scene=reader")
    page.choose("gru.b_x.update.216")
    page.rest()
    page.type("-9")
    type_word(page, "knight")
    page.page.locator(".gs-step-label", has_text="of 7").wait_for()
    page.wait()
    assert page.edits == {"gru.b_x.update.216": -9}
    page.expect(with_edits(core("reader", word="knight"), page.edits))


def test_weights_of_another_word_are_at_the_places_of_its_units(page: Stage, core: Core) -> None:
    """They come as the numbers of before in another order."""
    page.open("scene=reader")
    type_word(page, "knight")
    page.page.locator(".gs-step-label", has_text="of 7").wait_for()
    page.wait()
    situation = core("reader", word="knight")
    for target in ("gru.w_h.update.216.40", "gru.w_x.update.7.3", "lstm.w_h.forget.255.0"):
        page.choose(target)
        value = value_at(situation, Target.parse(target))
        assert page.value == pytest.approx(value, rel=1e-6)


def test_units_are_sorted_by_keeping_or_by_number(page: Stage, core: Core) -> None:
    page.open("scene=reader&sort=number&u=1")
    page.press("ArrowDown")
    assert page.cursor[1] == 1
    page.expect(core("reader"))
