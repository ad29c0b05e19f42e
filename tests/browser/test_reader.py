"""The Reader: any English word, letter by letter, through 256 trained units."""

from collections.abc import Callable

from gru_core.scenes.reader import Reader
from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits

Core = Callable[..., Situation]


def type_word(stage: Stage, word: str) -> None:
    box = stage.page.get_by_role("textbox", name="Word")
    box.fill(word)
    box.press("Enter")


def said(stage: Stage) -> str:
    return " ".join(stage.text(".gs-reading").split())


def test_a_typed_word_is_read_and_said(stage: Stage, core: Core, reader: Reader) -> None:
    stage.open("scene=reader")
    for word in ("knight", "antidisestablishmentarianismologicallyyy"):
        type_word(stage, word)
        phonemes = " ".join(reader.read(word))
        stage.page.get_by_text(phonemes, exact=True).first.wait_for()
        stage.wait()
        assert said(stage) == f"{word} is said {phonemes}"
        stage.page.wait_for_url(f"**word={word}*")
        assert stage.text(".gs-step-label").startswith(
            f"step 1 of {len(word) + 1}, input {word[0]}"
        )
        stage.expect(core("reader", word=word))
    assert " ".join(reader.read("knight")) == "N AY1 T"


def test_what_is_not_a_word_is_explained_and_the_page_goes_on(
    stage: Stage, core: Core, reader: Reader
) -> None:
    stage.open("scene=reader")
    type_word(stage, "hello world1")
    stage.page.locator(".gs-notices p").wait_for()
    assert stage.text(".gs-notices").endswith(".")
    assert "' '" in stage.text(".gs-notices")
    stage.expect(core("reader"))
    type_word(stage, "Café")
    phonemes = " ".join(reader.read("cafe"))
    stage.page.get_by_text(phonemes, exact=True).first.wait_for()
    stage.wait()
    stage.expect(core("reader", word="cafe"))
    assert stage.text(".gs-notices") == ""


def test_an_edit_of_a_weight_is_kept_from_word_to_word(stage: Stage, core: Core) -> None:
    stage.open("scene=reader")
    stage.choose("gru.b_x.update.216")
    stage.rest()
    stage.type("-9")
    type_word(stage, "knight")
    stage.page.locator(".gs-step-label", has_text="of 7").wait_for()
    stage.wait()
    assert stage.edits == {"gru.b_x.update.216": -9}
    stage.expect(with_edits(core("reader", word="knight"), stage.edits))


def test_units_are_sorted_by_keeping_or_by_number(stage: Stage, core: Core) -> None:
    stage.open("scene=reader&sort=number&u=1")
    stage.press("ArrowDown")
    assert stage.cursor[1] == 1
    stage.expect(core("reader"))
