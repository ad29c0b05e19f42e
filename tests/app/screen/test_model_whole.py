"""A text model on the stage: its own words in, and what it says, with every change on screen."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.compute import uploads
from app.lenses import view_of
from app.messages import predictions
from app.screen.around import is_settled
from app.screen.at_hand import find
from app.screen.loaded import checked
from app.screen.predicted import is_backward, predicted
from app.screen.screen import screen_of
from app.setting.link import decode, encode
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.formats import npz
from gru_core.formats.whole.pieces import Piece, Whole
from gru_core.scenes.scene import Masked
from gru_core.situation import parse_edits
from tests.formats.entries import make_whole
from tests.formats.torch_files import saved
from tests.formats.whole_making import Classifier, Plain, TwoLinear, answer

CLOSE = 1e-6


def opened(model, **asked) -> Setting:
    upload = uploads.model(saved(model), "model.pt")
    uploads.hold(upload, "page")
    return Setting(scene="model", model=Model(file=upload.key, **asked), alongside="lstm")


def tokens_of(screen) -> list[int]:
    labels = screen.labels[::-1] if is_backward(screen) else screen.labels
    return [int(label.removeprefix("w")) for label in labels]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
@pytest.mark.parametrize(
    ("both", "at", "backward"),
    [(False, 0, False), (False, 1, False), (True, 0, True), (True, 1, False), (True, 1, True)],
)
def test_a_text_classifier_shows_its_words_and_says_what_pytorch_says(
    cell, both, at, backward
) -> None:
    model = Classifier(cell, both)
    for asked in ({"steps": 9}, {"source": "text", "text": "w3 w1 w7 w7 w2"}):
        screen = screen_of(opened(model, at=at, backward=backward, **asked))
        found = predicted(screen)
        assert screen.problems == ()
        assert found.names == ("down", "up", "still")
        wanted = answer(model, [tokens_of(screen)])[0]
        np.testing.assert_allclose(found.values, wanted, rtol=0, atol=CLOSE)
        assert found.made.prefixes != both


def test_a_change_on_the_stage_goes_through_to_the_prediction() -> None:
    model = Plain(seed=1)
    setting = opened(model, source="text", text="4 4 9 1")
    before = predicted(screen_of(setting)).values
    edits = parse_edits("lstm.b_x.output.2_-3.0").edits
    made = predicted(screen_of(replace(setting, edits=edits))).values
    state = model.state_dict()
    state["rnn.bias_ih_l0"][15 + 2] = -3.0  # the output gate is PyTorch's last of four
    model.load_state_dict(state)
    np.testing.assert_allclose(made[:, None], answer(model, [[4], [4], [9], [1]]), atol=CLOSE)
    assert np.abs(made - before).max() > 1e-3


def test_a_prediction_of_all_steps_is_shown_for_each_beginning() -> None:
    model = Plain(seed=2)
    answers = (("head_reads", "mean"),)
    setting = opened(model, source="text", text="4 4 9 1", answers=answers)
    hidden = model.rnn(model.emb(torch.tensor([[4], [4], [9], [1]])))[0].detach()
    wanted = [model.out(hidden[: at + 1].mean(0)).detach().numpy()[0] for at in range(4)]
    made = predicted(screen_of(setting))
    np.testing.assert_allclose(made.values, wanted, rtol=0, atol=CLOSE)
    parameters, _ = encode(setting)
    assert decode(parameters, {"model"})[0].model.answers == answers


def test_what_a_file_does_not_say_is_shown_once_it_is_said() -> None:
    model = TwoLinear()
    setting = opened(model, source="text", text="5 6 7")
    assert predicted(screen_of(setting)) is None
    said = setting.model.with_answer("head", "fc1,relu,fc2")
    made = predicted(screen_of(replace(setting, model=said)))
    np.testing.assert_allclose(made.values[:, None], answer(model, [[5], [6], [7]]), atol=CLOSE)


def test_why_a_prediction_goes_on_into_the_states() -> None:
    model = Plain(seed=3)
    setting = replace(
        opened(model, source="text", text="4 4 9 1"), view="why", of="prediction", cell="lstm"
    )
    screen = screen_of(replace(setting, step=2))
    (chart,) = (view := view_of(screen)).charts
    found = predicted(screen)
    largest = int(found.values[2].argmax())
    *terms, total = chart.values[:, -1]
    assert f"“{largest}”" in view.words[0]
    assert total == pytest.approx(float(found.values[2, largest]), abs=CLOSE)
    assert sum(terms) == pytest.approx(total, abs=CLOSE)
    assert [name for name in chart.rows.names if name.startswith("h")]


def test_a_text_without_words_is_of_numbers_and_others_are_refused() -> None:
    setting = opened(Plain(), source="text", text="hello")
    (problem,) = screen_of(setting).problems
    assert "0 to 29" in problem
    assert "noise" in problem


def test_the_stage_is_told_of_the_prediction_and_its_lines() -> None:
    screen = screen_of(opened(Classifier(), source="text", text="w3 w1 w7"))
    told = predictions.told(screen)
    last = predicted(screen).values[-1]
    assert {line["name"] for line in told["lines"]} == {"down", "up", "still"}
    assert ("down", "up", "still")[int(last.argmax())] in told["guess"]
    draw, drawn = predictions.figure(screen)
    assert len(draw(*drawn).traces) == 3


def test_the_layer_of_a_text_model_agrees_with_pytorch() -> None:
    setting = opened(Classifier(), source="text", text="w3 w1 w7")
    found = checked(find(setting.model), 0)
    assert found.agrees


def keras_like(mask_zero=True):
    """A file that says how it is put together, and which tokens count."""
    file = make_whole()
    table, layer, *head = file.whole.pieces
    table = replace(table, numbers={"value": 0.0} if mask_zero else {})
    layer = replace(layer, mask="emb")
    entry = replace(file.entries[0], asks=("padding",))
    return replace(
        file, whole=replace(file.whole, pieces=(table, layer, *head)), entries=(entry,), loose=None
    )


def test_tokens_that_a_model_masks_are_passed_over_without_a_question() -> None:
    upload = uploads.model(npz.write(keras_like()), "model.npz")
    uploads.hold(upload, "page")
    model = Model(file=upload.key, source="text", text="abacd")
    screen = screen_of(Setting(scene="model", model=model))
    assert tuple(screen.labels) == ("b", "c", "d")
    assert screen.masked == (Masked(0, ("a",)), Masked(1, ("a",)))
    assert len(screen.problems) == 1  # which steps are left out
    alone = replace(model, text="bcd")
    same = screen_of(Setting(scene="model", model=alone))
    np.testing.assert_array_equal(predicted(screen).values, predicted(same).values)
    assert is_settled(find(model))
    assert not is_settled(find(replace(model, source="pulse")))


@pytest.mark.parametrize(
    "above", [(), ("last",), ("mean",), ("max", "same")], ids=lambda kinds: "+".join(kinds)
)
def test_the_states_of_a_layer_are_no_prediction(above) -> None:
    file = make_whole()
    table, layer, *_ = file.whole.pieces
    reads, pieces = "encoder", [table, layer]
    for kind in above:
        pieces.append(Piece(kind, kind, (reads,)))
        reads = kind
    whole = Whole(tuple(pieces), reads)
    assert whole.gives_states
    assert not file.whole.gives_states
    upload = uploads.model(npz.write(replace(file, whole=whole, loose=None)), "model.npz")
    uploads.hold(upload, "page")
    screen = screen_of(Setting(scene="model", model=Model(file=upload.key)))
    assert screen.problems == ()
    assert predicted(screen) is None


def test_a_text_is_typed_as_the_model_s_own_layer_reads_it() -> None:
    """tests/formats/keras_text says how the file was made, and what Keras says of each text."""
    made = Path(__file__).parents[2] / "formats" / "keras_text"
    truth = json.loads((made / "truth.json").read_text(encoding="utf-8"))["predictions"]
    upload = uploads.model((made / "model.keras").read_bytes(), "model.keras")
    uploads.hold(upload, "page")
    for text in ("The DOG, the SEA!", "one two three four five six seven eight the cat"):
        model = Model(file=upload.key, source="text", text=text)
        screen = screen_of(Setting(scene="model", model=model))
        assert screen.problems == () or "masked" in " ".join(screen.problems)
        assert screen.labels[:2] == (("the", "dog") if "DOG" in text else ("one", "two"))
        found = predicted(screen)
        np.testing.assert_allclose(found.values[-1], truth[text], rtol=0, atol=CLOSE)


def windowed(*above) -> Whole:
    """A convolution that leaves out every second step, the layer, what stands above, a head."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 2, 2)).astype(np.float32)
    conv = Piece("conv", "conv", arrays={"w": w}, numbers={"stride": 2.0, "from": 0.0, "to": 0.0})
    layer = Piece("encoder", "layer", ("conv",), does="encoder")
    head = {"w": rng.normal(size=(2, 4)).astype(np.float32)}
    below = above[-1].name if above else "encoder"
    return Whole((conv, layer, *above, Piece("head", "dense", (below,), head)), "head")


def screened(whole: Whole, **asked):
    file = replace(make_whole(), whole=whole, loose=None)
    upload = uploads.model(npz.write(file), "model.npz")
    uploads.hold(upload, "page")
    return screen_of(Setting(scene="model", model=Model(file=upload.key, **asked)))


def test_a_layer_shows_the_steps_that_a_convolution_makes_of_the_input() -> None:
    whole = windowed()
    screen = screened(whole, steps=12)
    assert screen.labels == ("1", "2", "3", "4", "5", "6")
    assert screen.problems == (
        "encoder reads 6 steps, which the model makes of the 12 of its input.",
    )
    given = screen.baseline.place.base.given
    w = whole.pieces[0].arrays["w"]
    wanted = np.einsum("ofk,tkf->to", w, given[:, 0].reshape(6, 2, 2))
    np.testing.assert_allclose(screen.base.x, wanted, rtol=0, atol=CLOSE)
    assert predicted(screen).values.shape == (6, 2)


def test_a_prediction_at_other_steps_than_those_of_the_layer_is_not_drawn_beside_them() -> None:
    pool = Piece("pool", "pool", ("encoder",), does="max", numbers={"size": 2.0, "stride": 2.0})
    assert predicted(screened(windowed(pool), steps=12)) is None
    again = Piece("again", "repeat", ("ends",), numbers={"size": 6.0})
    ends = Piece("ends", "ends", ("encoder",), does="both")
    assert predicted(screened(windowed(ends, again), steps=12)) is None
    last = Piece("last", "last", ("pool",))
    found = predicted(screened(windowed(pool, last), steps=12))
    assert not found.by_step
    assert not found.made.prefixes
