"""The page of a text model: tokens as its input, and what has to be said of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.modelling import ModelVisit
from tests.app.visiting import Unpack
from tests.formats.torch_files import saved
from tests.formats.whole_making import Classifier, TwoLinear


@pytest.fixture
def here(unpack: Unpack, new_browser: Callable[[], Any]) -> ModelVisit:
    return ModelVisit(unpack, new_browser(), {"scene": "model"})


def test_a_text_classifier_shows_its_words_and_its_prediction_at_once(here: ModelVisit) -> None:
    here.upload(saved(Classifier()), "model.pt")
    assert here.problems == []
    assert all(label.startswith("w") for label in here.told["labels"])
    assert {line["name"] for line in here.told["prediction"]["lines"]} == {"down", "up", "still"}
    source = here.page.selectbox(key="model_source")
    assert source.options[0] == "random tokens"
    here.set("selectbox", "model_source", "text").set("text_input", "model_text", "w3 w1 w7")
    assert here.problems == []
    assert here.told["labels"] == ["w3", "w1", "w7"]
    assert here.query["text"] == "w3 w1 w7"


def test_what_a_file_does_not_say_is_chosen(here: ModelVisit) -> None:
    here.upload(saved(TwoLinear().state_dict()), "model.pt")
    assert here.told["prediction"] is None
    choice = here.page.selectbox(key="model_head")
    assert (choice.value, choice.options) == ("", ["not known", "fc1"])
    here.set("selectbox", "model_head", "fc1")
    assert here.told["prediction"]["name"] == "prediction of the model, fc1"
    assert here.query["set"] == "head.fc1"
    reads = here.page.selectbox(key="model_head_reads")
    assert reads.options[:3] == ["each step", "the last states", "the mean of all steps"]
    here.set("selectbox", "model_head_reads", "mean")
    assert here.query["set"] == "head.fc1~head_reads.mean"


def test_a_word_that_the_model_has_not_is_named(here: ModelVisit) -> None:
    here.upload(saved(Classifier()), "model.pt")
    here.set("selectbox", "model_source", "text").set("text_input", "model_text", "w3 fine")
    (problem,) = here.problems
    assert "'fine'" in problem
    assert here.told["prediction"] is not None


def test_the_page_says_how_the_model_takes_a_text_apart(here: ModelVisit) -> None:
    made = Path(__file__).parents[2] / "formats" / "keras_text" / "model.keras"
    here.upload(made.read_bytes(), made.name)
    said = [one.value.replace("\\", "") for one in here.page.caption]
    assert any(one.startswith("A text is taken apart as") for one in said)
    here.set("selectbox", "model_source", "text").set("text_input", "model_text", "The CAT!")
    assert tuple(here.told["labels"][:2]) == ("the", "cat")
