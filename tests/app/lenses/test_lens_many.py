"""The view of many texts says of each unit what PyTorch computes of the texts one by one."""

import numpy as np
import pytest
import torch

from app.screen import many as many_module
from app.setting.sifted import EXAMPLE, Sifting, sifting_of
from gru_core.conventions import SATURATION, TRACKS
from tests.app.lensing import looked, screen
from tests.app.modelling import ModelVisit, Open, packed
from tests.formats.entries import make_entry
from tests.formats.torch_files import saved
from tests.formats.whole_making import TOKENS, UNITS, Classifier

TEXTS = ["w3 w17 w9", "w9", "w1 w2 strange w4 w5", "w3 w3"]
CSV = ("id,text\n" + "\n".join(f"{at},{text}" for at, text in enumerate(TEXTS))).encode()
CLOSE = 1e-6
COLUMNS = ["mean", "between texts", "over steps", "near 0", "near 1"]


@pytest.fixture(autouse=True)
def nothing_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.compute.background.PATIENCE", 60.0)


def opened(open_model: Open, texts: bytes = CSV, name: str = "t.csv", **query: str) -> ModelVisit:
    here = open_model(view="many", **query)
    here.upload(saved(Classifier()), "model.pt")
    return here.upload(texts, name, field="texts")


def alone() -> dict[str, list[np.ndarray]]:
    """Every track of the first layer over each text, by PyTorch's documentation."""
    rnn, table = Classifier().rnn, Classifier().embedding.weight
    w, u, a, b = (getattr(rnn, f"{part}_l0").detach().double().chunk(3) for part in PARTS)
    found: dict[str, list[np.ndarray]] = {track: [] for track in TRACKS["gru"]}
    for text in TEXTS:
        h, steps = torch.zeros(UNITS).double(), []
        for word in (one for one in text.split() if one != "strange"):
            x = table[int(word[1:])].detach().double()
            r, z = (torch.sigmoid(w[i] @ x + a[i] + u[i] @ h + b[i]) for i in (0, 1))
            n = torch.tanh(w[2] @ x + a[2] + r * (u[2] @ h + b[2]))
            h = (1 - z) * n + z * h
            steps.append((r, z, n, h))
        for track, values in zip(TRACKS["gru"], zip(*steps, strict=True), strict=True):
            found[track].append(torch.stack(values).numpy())
    return found


PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def sheet(here: ModelVisit, track: str) -> tuple[list[int], np.ndarray]:
    """The units from top to bottom, and the numbers beside them."""
    found = here.browser[f"lens.gru.many.{track}"]["sheet"]
    return found["rows"]["order"], np.asarray(found["values"])


@pytest.mark.parametrize("polarity", ["keep", "write"])
def test_the_numbers_are_those_of_pytorch_text_by_text(open_model: Open, polarity: str) -> None:
    notation = {} if polarity == "keep" else {"notation": "after.write.2"}
    here, (low, high) = opened(open_model, **notation), SATURATION
    assert here.problems == []
    charts = [chart["part"] for chart in here.told["lens"]["charts"]]
    assert charts == [f"lens.gru.many.{track}" for track in TRACKS["gru"]]
    for track, texts in alone().items():
        turned = track == "update" and polarity == "write"
        own = [1 - one for one in texts] if turned else texts
        every, means = np.concatenate(own), np.stack([one.mean(axis=0) for one in own])
        wanted = [every.mean(axis=0), means.std(axis=0), every.std(axis=0)]
        if track in ("reset", "update"):
            wanted += [(every < low).mean(axis=0), (every > high).mean(axis=0)]
        order, values = sheet(here, track)
        np.testing.assert_allclose(values, np.stack(wanted, axis=1)[order], rtol=0, atol=CLOSE)
        assert order == np.argsort(-wanted[0], kind="stable").tolist()
        names = here.browser[f"lens.gru.many.{track}"]["sheet"]["columns"]["names"]
        assert names == COLUMNS[: len(wanted)]


def test_units_are_sorted_as_asked_and_found_by_a_threshold(open_model: Open) -> None:
    here = opened(open_model)
    means = np.concatenate(alone()["reset"]).mean(axis=0)
    between = np.stack([one.mean(axis=0) for one in alone()["reset"]]).std(axis=0)
    level = round(float(np.median(means)), 4)
    here.send({"kind": "view", "of": f"between.reset.below.{level}"})
    assert sheet(here, "reset")[0] == np.argsort(-between, kind="stable").tolist()
    units = np.flatnonzero(means < level)
    assert 0 < len(units) < UNITS
    listed = ", ".join(str(unit + 1) for unit in units)
    said = f"The mean of r is below {level:g} for {len(units)} of 5 units: {listed}."
    assert said in here.told["lens"]["words"]
    sifting = here.told["lens"]["controls"]["sifting"]
    assert (sifting["found"], sifting["track"], sifting["above"]) == (
        units.tolist(),
        "reset",
        False,
    )
    assert here.query["of"] == f"between.reset.below.{level}"
    here.send({"kind": "view", "of": "unit"})
    assert sheet(here, "update")[0] == list(range(UNITS))


def test_it_is_said_what_was_read_and_what_is_not_known(open_model: Open) -> None:
    here = opened(open_model)
    assert here.told["lens"]["words"][0] == (
        "4 texts with 10 steps in all. 1 of 11 words is not in the vocabulary, which has no token "
        "for such, and is left out."
    )
    assert here.query["texts"]


def test_pasted_lines_are_texts(open_model: Open) -> None:
    by_file = opened(open_model)
    here = open_model(view="many").upload(saved(Classifier()), "model.pt")
    assert "many texts" in here.told["lens"]["words"][0]
    here.page.text_area(key="model_texts_pasted").set_value("\n".join(TEXTS))
    here.page.button(key="model_texts_use").click()
    here.look()
    np.testing.assert_array_equal(sheet(here, "update")[1], sheet(by_file, "update")[1])


def test_a_column_is_chosen_where_no_name_says_which(open_model: Open) -> None:
    here = opened(open_model, CSV.replace(b"text", b"review"))
    assert here.told["lens"]["words"] == [
        "The first row has 'id', 'review', and none is called text or sentence: say which column "
        "has the texts, or write such a name above it."
    ]
    assert here.page.selectbox(key="model_column").value == ""
    here.set("selectbox", "model_column", "review")
    assert here.told["lens"]["words"][0].startswith("4 texts with 10 steps in all.")
    assert here.query["column"] == "review"


def test_a_file_that_is_not_read_changes_nothing(open_model: Open) -> None:
    here = opened(open_model, b" ")
    assert "texts" not in here.query
    assert here.problems == ["The file is empty; it needs texts, one in each row: choose one."]


def test_too_many_texts_are_refused_in_the_view(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_module, "MOST_NUMBERS", 100)
    assert opened(open_model).told["lens"]["charts"]
    monkeypatch.setattr(many_module, "MOST_NUMBERS", 99)
    (said,) = opened(open_model).told["lens"]["words"]
    assert said.startswith("4 sequences of 10 steps in all, through 10 units, come to 100 numbers")


def test_changes_on_the_stage_are_not_in_it_and_that_is_said(open_model: Open) -> None:
    here = opened(open_model)
    before = sheet(here, "update")[1]
    here.send({"kind": "commit", "target": "gru.b_x.update.3", "value": 4.0})
    np.testing.assert_array_equal(sheet(here, "update")[1], before)
    assert any("the file as it is" in said for said in here.told["lens"]["words"])


def test_a_second_layer_and_a_backward_direction_are_their_own(open_model: Open) -> None:
    here = open_model(view="many").upload(saved(Classifier(both=True)), "model.pt")
    here.upload(CSV, "t.csv", field="texts")
    shown = []
    for place in ((0, False), (0, True), (1, False), (1, True)):
        here.set("selectbox", "model_place", place)
        order, values = sheet(here, "update")
        shown.append(values[np.argsort(order)])
    for one in range(4):
        for other in range(one):
            assert not np.allclose(shown[one], shown[other])


def test_the_controls_for_texts_are_there_with_the_view_alone(open_model: Open) -> None:
    here = open_model().upload(saved(Classifier()), "model.pt")
    assert "model_texts_use" not in [button.key for button in here.page.button]
    here.send({"kind": "view", "view": "many"})
    assert "model_texts_use" in [button.key for button in here.page.button]


def test_a_layer_without_tokens_says_what_it_needs(open_model: Open) -> None:
    torch.manual_seed(0)
    here = open_model(view="many").upload(saved(torch.nn.GRU(3, 4).state_dict()), "model.pt")
    here.upload(CSV, "t.csv", field="texts")
    (said,) = here.told["lens"]["words"]
    assert "takes numbers, and no vocabulary says which numbers stand for a word" in said


def test_a_link_that_names_another_file_as_texts_is_told_so(open_model: Open) -> None:
    here = open_model(view="many").upload(saved(Classifier()), "model.pt")
    here.go({**here.query, "texts": here.query["file"]})
    assert here.told["lens"]["words"] == [
        "The texts of this link are not here any more; give them again."
    ]


def test_a_model_that_the_stage_cannot_show_has_its_gates_over_texts(open_model: Open) -> None:
    """What is padding only the input on the stage leaves open: a text ends where it ends."""
    made = make_entry("rnn", inputs=TOKENS, asks=("padding",))
    words = "\n".join(f"w{at}" for at in range(TOKENS)).encode()
    here = open_model(view="many").upload(packed(made))
    assert "is not run" in " ".join(here.problems)
    here.set("selectbox", "model_source", "text").upload(words, "words.txt", "vocabulary")
    here.upload(CSV, "t.csv", field="texts")
    assert [one["part"] for one in here.told["lens"]["charts"]] == ["lens.rnn.many.hidden"]


def test_without_a_model_the_view_says_how_to_open_one() -> None:
    (said,) = looked(screen("many")).words
    assert "Your own model" in said


@pytest.mark.parametrize(
    "asked", [Sifting(), Sifting("between", "reset", False, -0.25), Sifting("unit", "hidden")]
)
def test_a_question_is_read_as_it_is_written(asked: Sifting) -> None:
    assert sifting_of(str(asked)) == asked


@pytest.mark.parametrize("text", ["size", "mean.update", "mean.update.over.1", "mean.z.above.1e9"])
def test_what_is_no_question_is_not_read(text: str) -> None:
    assert sifting_of(text) is None
    assert sifting_of(EXAMPLE) is not None
