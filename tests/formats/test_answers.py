"""What a file leaves open is asked, what it says stays, and nothing is guessed."""

import re

import pytest

from gru_core.ends import FAMILIES, GATE_ENDS
from gru_core.errors import FormatError, ShapeError, UnknownNameError
from gru_core.formats.answers import (
    ALIASES,
    LABELS,
    SENTENCES,
    answered,
    assumed,
    parse_answer,
    questions,
    settings_of,
)
from gru_core.formats.model import ANSWERS, ModelFile
from tests.formats.entries import SAID, make_entry, make_file


@pytest.mark.parametrize(
    ("cell", "directions", "asked"),
    [
        ("gru", 1, ["gate_activation", "state_activation", "reset_after", "backward"]),
        ("gru", 2, ["gate_activation", "state_activation", "reset_after"]),
        ("lstm", 1, ["gate_activation", "state_activation", "backward"]),
        ("lstm", 2, ["gate_activation", "state_activation"]),
        ("rnn", 1, ["state_activation", "backward"]),
        ("rnn", 2, ["state_activation"]),
    ],
)
def test_only_what_a_layer_has_is_asked(cell, directions, asked) -> None:
    entry = make_entry(cell, directions=directions, says={})
    assert [question.setting for question in questions(entry)] == asked == [*settings_of(entry)]


def test_what_the_file_says_is_not_asked() -> None:
    assert questions(make_entry()) == ()
    says = {"reset_after": "false", "backward": "true"}
    asked = questions(make_entry(says=says))
    assert [question.setting for question in asked] == ["gate_activation", "state_activation"]


def test_a_question_has_a_sentence_and_every_answer_with_its_label() -> None:
    for question in questions(make_entry(says={})):
        assert question.sentence == SENTENCES[question.setting]
        assert question.sentence.endswith("?")
        assert tuple(question.answers) == ANSWERS[question.setting]
        assert question.assumed is None
    assert {key: tuple(labels) for key, labels in LABELS.items()} == dict(ANSWERS)


def test_what_is_assumed_is_asked_with_its_answer_at_hand() -> None:
    says = {key: SAID[key] for key in ("reset_after", "backward", "gate_activation")}
    entry = make_entry(says=says, assumes={"state_activation": "relu"})
    (question,) = questions(entry)
    assert (question.setting, question.assumed) == ("state_activation", "relu")
    assert answered(entry, {}).first.state_activation == "relu"
    assert assumed(entry, {}) == {"state_activation": "relu"}
    assert answered(entry, {"state_activation": "tanh"}).first.state_activation == "tanh"
    assert assumed(entry, {"state_activation": "tanh"}) == {}


def test_answers_reach_the_weights_of_every_direction() -> None:
    entry = make_entry(layers=2, directions=2, says={})
    given = {
        "gate_activation": "hard_sigmoid_sixth",
        "state_activation": "relu",
        "reset_after": "false",
    }
    ready = answered(entry, given)
    assert [len(layer) for layer in ready.directions] == [2, 2]
    for layer, directions in zip(ready.directions, entry.layers, strict=True):
        for weights, direction in zip(layer, directions, strict=True):
            assert (weights.gate_activation, weights.state_activation) == (
                *("hard_sigmoid_sixth", "relu"),
            )
            assert not weights.reset_after
            assert (weights.w_x == direction.w_x).all()
            assert (weights.b_h == direction.b_h).all()


def test_the_rest_of_an_entry_is_kept() -> None:
    entry = make_entry("lstm", says={**SAID, "backward": "true"}, reading_order=True, initial=True)
    ready = answered(entry, {})
    assert (ready.name, ready.cell, ready.merge) == ("encoder", "lstm", "concat")
    assert (ready.backward, ready.reading_order) == (True, True)
    assert ready.initials == ((entry.layers[0][0].initial,),)


def test_what_is_neither_said_nor_answered_is_refused() -> None:
    entry = make_entry(says={"state_activation": "tanh", "backward": "false"})
    says = (
        "The file does not say of 'encoder': gate_activation (sigmoid or hard_sigmoid or "
        "hard_sigmoid_sixth); reset_after (true or false). Nothing is guessed: choose an answer "
        "for each, such as --set gate_activation=sigmoid."
    )
    with pytest.raises(FormatError, match=re.escape(says)):
        answered(entry, {})
    with pytest.raises(FormatError, match=r"not say of 'encoder': reset_after \(true or false\)\."):
        answered(entry, {"gate_activation": "sigmoid"})


def test_an_answer_cannot_contradict_the_file() -> None:
    says = "says that reset_after of 'encoder' is true; it cannot also be false: leave it out."
    with pytest.raises(FormatError, match=says):
        answered(make_entry(), {"reset_after": "false"})
    assert answered(make_entry(), {"reset_after": "true"}).first.reset_after


@pytest.mark.parametrize(
    ("cell", "directions", "given", "says"),
    [
        ("gru", 1, {"colour": "red"}, "setting 'colour' does not exist; choose one of: gate_ac"),
        ("gru", 1, {"reset_after": "yes"}, "reset_after 'yes' does not exist; choose one of: tru"),
        ("lstm", 1, {"reset_after": "true"}, "'encoder' is an LSTM and has no reset_after; it has"),
        ("rnn", 1, {"gate_activation": "sigmoid"}, "is an RNN and has no gate_activation; it has"),
        ("gru", 2, {"backward": "true"}, "is a bidirectional GRU and has no backward; it has"),
    ],
)
def test_a_setting_or_an_answer_that_there_is_none_of_is_refused(
    cell, directions, given, says
) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(says)):
        answered(make_entry(cell, directions=directions), given)


def test_layers_that_do_not_fit_are_refused() -> None:
    lower, upper = make_entry(units=4), make_entry(inputs=5)
    entry = type(lower)("enc", "gru", (*lower.layers, *upper.layers), says=SAID)
    with pytest.raises(ShapeError, match="'enc', layer 1, takes 5 inputs; the layer below gives 4"):
        answered(entry, {})


@pytest.mark.parametrize(
    ("text", "setting", "answer"),
    [
        ("activation=hard_sigmoid", "gate_activation", "hard_sigmoid"),
        ("activation=relu", "state_activation", "relu"),
        ("activation=tanh", "state_activation", "tanh"),
        ("activation=selu", "state_activation", "selu"),
        ("activation=sigmoid", "gate_activation", "sigmoid"),
        ("state_activation=sigmoid", "state_activation", "sigmoid"),
        ("state_activation=leaky_relu(0.2)", "state_activation", "leaky_relu(0.2)"),
        ("recurrent_activation=hard_sigmoid_sixth", "gate_activation", "hard_sigmoid_sixth"),
        ("gate_activation=sigmoid", "gate_activation", "sigmoid"),
        (" reset_after = True ", "reset_after", "true"),
        ("backward=FALSE", "backward", "false"),
    ],
)
def test_an_answer_is_read_from_a_text(text, setting, answer) -> None:
    assert parse_answer(text, make_file(), make_entry()) == (setting, answer)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("speed=1", "setting 'speed' does not exist; choose one of: gate_activation,"),
        ("hard_sigmoid", "setting 'hard_sigmoid' does not exist"),
        ("activation", "activation '' does not exist; choose one of: sigmoid, hard_sigmoid,"),
        ("activation=gelu", "activation 'gelu' does not exist; choose one of: sigmoid,"),
        ("recurrent_activation=tanh", "recurrent_activation 'tanh' does not exist"),
        ("reset_after=1", "reset_after '1' does not exist; choose one of: true, false."),
    ],
)
def test_a_text_that_is_no_answer_is_refused(text, says) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(says)):
        parse_answer(text, make_file(), make_entry())


def test_an_alias_means_the_gates_where_gates_and_states_have_the_function() -> None:
    for answer in (one for setting in ALIASES["activation"] for one in ANSWERS[setting]):
        setting, found = parse_answer(f"activation={answer}", make_file(), make_entry())
        assert found == answer
        assert setting == ("gate_activation" if answer in GATE_ENDS else "state_activation")


def test_of_a_plain_rnn_an_activation_is_that_of_its_state() -> None:
    entry = make_entry("rnn")
    for answer in ANSWERS["state_activation"]:
        assert parse_answer(f"activation={answer}", make_file(), entry)[0] == "state_activation"
    setting, answer = parse_answer("recurrent_activation=sigmoid", make_file(), entry)
    with pytest.raises(UnknownNameError, match="is an RNN and has no gate_activation"):
        answered(entry, {setting: answer})


def test_every_function_of_the_core_is_offered_with_a_label() -> None:
    assert {*ANSWERS["state_activation"], *ANSWERS["gate_activation"]} == {*FAMILIES}
    for setting, answers in ANSWERS.items():
        assert tuple(LABELS[setting]) == answers


@pytest.mark.parametrize(
    ("made_by", "text", "answer"),
    [
        ("Keras 3 weights", "activation=hard_sigmoid", "hard_sigmoid_sixth"),
        ("Keras 3 weights", "recurrent_activation=hard_sigmoid", "hard_sigmoid_sixth"),
        ("Keras 3 weights", "gate_activation=hard_sigmoid", "hard_sigmoid"),
        ("Keras HDF5 weights", "activation=hard_sigmoid", "hard_sigmoid"),
    ],
)
def test_a_framework_s_own_word_means_what_it_means_there(made_by, text, answer) -> None:
    assert parse_answer(text, ModelFile(made_by, ()), make_entry()) == ("gate_activation", answer)


@pytest.mark.parametrize("key", ["activation", "recurrent_activation"])
def test_a_word_with_a_meaning_in_each_keras_that_may_have_made_a_file_is_refused(key) -> None:
    file = ModelFile("Keras 2 or 3 weights", ())
    said = r"say gate_activation=hard_sigmoid for that of Keras 2, or gate_activation=hard_sigmoid_"
    with pytest.raises(FormatError, match=said):
        parse_answer(f"{key}=hard_sigmoid", file, make_entry())
    for one in ("hard_sigmoid", "hard_sigmoid_sixth"):
        assert parse_answer(f"gate_activation={one}", file, make_entry())[1] == one
    assert parse_answer(f"{key}=sigmoid", file, make_entry())[1] == "sigmoid"


@pytest.mark.parametrize(
    ("made_by", "answer"), [("Keras 3 weights", "leaky_relu(0.2)"), ("ONNX", "leaky_relu")]
)
def test_keras_has_another_leaky_relu_than_the_others(made_by, answer) -> None:
    file = ModelFile(made_by, ())
    assert parse_answer("activation=leaky_relu", file, make_entry()) == ("state_activation", answer)
    assert parse_answer("state_activation=leaky_relu", file, make_entry())[1] == "leaky_relu"
