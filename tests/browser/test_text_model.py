"""A text classifier in the browser: from its file to its words, its gates and its prediction."""

import time
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.test_model import SLOW, open_file
from tests.formats.whole_making import Classifier, answer

MINUTE = 60
WORDS = "w3 w17 w9 w9 w2"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "classifier.pt"
    torch.save(Classifier(), path)
    return path


def test_a_whole_classifier_shows_its_words_and_what_it_says_within_a_minute(
    stage: Stage, file: Path
) -> None:
    stage.open("scene=model")
    began = time.monotonic()
    open_file(stage, file)
    prediction = stage.page.locator(".gs-prediction")
    prediction.wait_for(timeout=SLOW)
    for name in ("down", "up", "still"):
        expect(prediction.locator(".gs-key")).to_contain_text(name)
    assert time.monotonic() - began < MINUTE
    expect(stage.page.locator(".gs-input")).to_contain_text("w")
    stage.drawn()


def test_a_typed_text_is_read_and_the_prediction_is_that_of_pytorch(
    stage: Stage, file: Path
) -> None:
    stage.open("scene=model")
    open_file(stage, file)
    stage.page.wait_for_function("() => new URL(location.href).searchParams.has('file')")
    key = stage.link["file"]
    text = WORDS.replace(" ", "+")
    stage.open(f"scene=model&file={key}&feed=text&text={text}&view=why&of=prediction&t=5")
    said = answer(Classifier(), [[3, 17, 9, 9, 2]])[0, -1]
    name = ("down", "up", "still")[int(said.argmax())]
    words = stage.page.locator(".gs-words")
    expect(words).to_contain_text(f"The model says “{name}”", timeout=SLOW)
    expect(words).to_contain_text("at step 5")
    expect(stage.page.locator(".gs-prediction .gs-key")).to_contain_text(f"“{name}”")
    stage.drawn()
