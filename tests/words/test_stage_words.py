"""The words of the stage: read once, typed for the browser, sent with the first message alone."""

from app.messages.stage import message
from app.messages.wire import QUICK, pack
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting
from app.words.stage import predict_words, stage_words
from scripts.stage_words import written

MOST = 9_000  # bytes that the words may add to the first message


def test_the_browsers_types_are_written_from_the_words() -> None:
    for path, text in written().items():
        assert path.read_text(encoding="utf-8") == text, path


def test_what_comes_with_a_module_of_its_own_takes_the_place_of_no_text_of_the_stage() -> None:
    assert not predict_words().keys() & stage_words().keys()


def test_only_the_first_message_brings_the_words_and_they_are_few_bytes() -> None:
    screen = screen_of(Setting())
    first, sent = message(screen, Page())
    again, _ = message(screen, Page(sent=sent))
    assert first["words"] == stage_words()
    assert again["words"] is None
    without = {**first, "words": None}
    assert len(pack(first, QUICK)) - len(pack(without, QUICK)) < MOST
