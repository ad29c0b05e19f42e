"""Every page runs, and runs again after whatever a visitor chooses, types or links to."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.screen.baseline import scenes
from app.screen.choosing import PIECES
from app.setting import link
from app.setting.setting import Setting
from gru_core.situation import Target
from tests.app.visiting import APP, Visit, assert_shows

# A page without its own tests here is a page that nobody has tried.
TESTED = {"explore", "learn", "claims", "glossary", "quiz"}


# Every page -----------------------------------------------------------------------------------


def test_every_page_is_tried_here() -> None:
    assert {path.stem for path in APP.glob("views/*.py")} - {"__init__"} == TESTED


@pytest.mark.parametrize("page", sorted(APP.glob("views/[!_]*.py")), ids=lambda path: path.stem)
def test_a_page_runs_from_the_navigation_and_again(page: Path) -> None:
    app = AppTest.from_file(APP / "main.py", default_timeout=30).run()
    app.switch_page(f"views/{page.name}").run()
    assert not app.exception
    assert not app.run().exception


def test_the_first_page_shows_the_first_scene_without_a_word_of_trouble(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    assert here.told["scene"]["name"] == next(iter(scenes()))
    assert here.told["problems"] == []
    assert here.told["answer"] == ""
    assert here.query == {}
    assert_shows(here, Setting())


# Choices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(scenes()))
def test_each_scene_can_be_chosen_and_the_link_follows(
    visit: Callable[..., Visit], name: str
) -> None:
    here = visit(scene="cue" if name == "pulse" else "pulse").choose("scene", name)
    assert here.told["scene"]["title"] == scenes()[name].title
    assert here.query == ({} if name == "pulse" else {"scene": name})
    assert_shows(here, Setting(scene=name))


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", list(scenes()))
@pytest.mark.parametrize("alongside", ["rnn", "none"])
def test_each_scene_runs_beside_another_cell_and_alone(
    visit: Callable[..., Visit], name: str, alongside: str
) -> None:
    here = visit(scene=name).choose("alongside", alongside)
    assert here.query["with"] == alongside
    cells = [panel["cell"] for panel in here.told["panels"]]
    assert cells == (["gru"] if alongside == "none" else ["gru", alongside])
    assert_shows(here, Setting(scene=name, alongside=alongside))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in scenes() if scenes()[name].model != "series"])
def test_each_scene_can_be_matched_by_parameters(visit: Callable[..., Visit], name: str) -> None:
    here = visit(scene=name).choose("match", "parameters")
    assert here.query["match"] == "parameters"
    assert_shows(here, Setting(scene=name, match="parameters"))


def test_a_word_typed_into_the_reader_is_read(visit: Callable[..., Visit]) -> None:
    here = visit(scene="reader").type_word("Knight")
    assert " ".join(here.told["scene"]["reading"]["phonemes"]) == "N AY1 T"
    assert here.told["labels"] == [*"knight", "end"]
    assert here.query == {"scene": "reader", "word": "Knight"}
    assert_shows(here, Setting(scene="reader", word="knight"))


@pytest.mark.parametrize("word", ["", "   ", "two words", "42", "日本", "a" * 41, "<b>x</b>"])
def test_what_is_no_word_keeps_the_reader_reading_and_says_why(
    visit: Callable[..., Visit], word: str
) -> None:
    here = visit(scene="reader", word=word)
    assert here.told["scene"]["reading"]["word"] == "recurrent"
    if word:
        (problem,) = here.told["problems"]
        assert problem.startswith("The word ")
    assert_shows(here, Setting(scene="reader"))


def test_the_units_of_the_reader_are_sorted_or_in_order_of_number(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="reader")
    assert here.told["panels"][0]["order"] != list(range(256))
    here.choose("sort", "number")
    assert here.told["panels"][0]["order"] == list(range(256))
    assert here.query["sort"] == "number"
    assert_shows(here, Setting(scene="reader"))


def test_only_what_has_a_meaning_here_is_offered(visit: Callable[..., Visit]) -> None:
    always = {"scene", "alongside", "match", "notation", *PIECES, "engine"}
    assert set(visit().offered) == always
    assert set(visit(**{"with": "none"}).offered) == always - {"match"}
    assert set(visit(scene="reader").offered) == always | {"sort"}
    # Its cells are trained, each at a size of its own.
    assert set(visit(scene="elnino").offered) == always - {"match"}


def test_a_word_is_asked_for_where_one_is_read(visit: Callable[..., Visit]) -> None:
    here = visit(scene="reader")
    assert [one.key for one in here.page.text_input] == ["word"]
    assert not here.choose("scene", "cue").page.text_input


def test_a_match_that_a_scene_does_not_offer_waits_for_the_next_one(
    visit: Callable[..., Visit],
) -> None:
    here = visit(match="parameters").choose("scene", "elnino")
    assert_shows(here, Setting(scene="elnino"))
    here.choose("scene", "cue")
    assert here.query["match"] == "parameters"
    assert_shows(here, Setting(scene="cue", match="parameters"))


def test_a_choice_can_be_taken_back(visit: Callable[..., Visit]) -> None:
    here = visit().choose("alongside", "rnn").send({"kind": "undo"})
    assert [panel["cell"] for panel in here.told["panels"]] == ["gru", "lstm"]
    assert here.chosen["alongside"] == "lstm"
    assert here.query == {}


def test_a_list_shows_what_is_so_and_brings_nothing_anew(visit: Callable[..., Visit]) -> None:
    here = visit().choose("notation", "chung")
    pieces = {"placement": "before", "polarity": "write", "biases": "1"}
    assert {name: here.chosen[name] for name in pieces} == pieces
    assert not {"choices.scene", "choices.settings"} & set(here.told["included"])
    assert here.send({"kind": "undo"}).chosen["notation"] == "pytorch"
    assert here.send({"kind": "redo"}).chosen["notation"] == "chung"


def test_a_piece_of_a_notation_makes_another_one_which_is_in_the_list(
    visit: Callable[..., Visit],
) -> None:
    here = visit().choose("polarity", "write")
    assert here.chosen["notation"] == "after.write.2"
    assert here.query["notation"] == "after.write.2"
    names = {one["value"]: one["label"] for one in here.offered["notation"]["options"]}
    assert names["after.write.2"] == "your own"
    assert here.choose("polarity", "keep").query == {}
    assert here.chosen["notation"] == "pytorch"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("scene", "nowhere"), ("alongside", "gru"), ("match", ""), ("engine", "abacus")],
        *[("sort", "taste"), ("polarity", "after"), ("biases", "3"), ("notation", "mine")],
        *[("word", "gate"), ("", ""), ("edits", "x")],
    ],
)
def test_what_is_not_offered_is_not_chosen(
    visit: Callable[..., Visit], name: str, value: str
) -> None:
    here = visit()
    before = here.chosen
    here.choose(name, value)
    assert here.told["answer"]
    assert (here.chosen, here.query) == (before, {})


# Links ----------------------------------------------------------------------------------------


def test_a_link_opens_an_edited_screen(visit: Callable[..., Visit]) -> None:
    setting = (
        Setting(scene="cue", alongside="rnn", step=6, unit=2)
        .with_edit(Target.parse("x.3.1"), 1.0)
        .with_edit(Target.parse("gru.w_h.candidate.0.1"), -0.25)
        .with_edit(Target.parse("rnn.h0.2"), 0.5)
    )
    query, _ = link.encode(setting)
    here = visit(**query)
    assert here.told["problems"] == []
    assert here.told["cursor"] == {"step": 6, "unit": 2}
    assert here.edits == {"x.3.1": 1.0, "gru.w_h.candidate.0.1": -0.25, "rnn.h0.2": 0.5}
    assert here.told["can"]["undo"] is False
    assert_shows(here, setting)


def test_a_reload_opens_the_same_screen(visit: Callable[..., Visit]) -> None:
    first = visit(scene="crowd").send(
        {"kind": "commit", "target": "gru.b_x.update.5", "value": 1 / 3, "step": 40, "unit": 5}
    )
    again = visit(**first.query)
    assert again.told["parts"] == first.told["parts"]
    assert again.told["edits"] == first.told["edits"]
    assert again.told["cursor"] == first.told["cursor"] == {"step": 40, "unit": 5}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"scene": "nothing"}, "The link names the scene “nothing”"),
        ({"with": "gpu"}, "with=“gpu”"),
        ({"seed": "-1"}, "seed=“-1”"),
        ({"t": "0", "u": "x"}, "t=“0”"),
        ({"e": "x.3.0"}, "The link's edit “x.3.0” was left out"),
        ({"e": "gru.h0.99_0.5"}, "The edit of “gru.h0.99” was left out"),
        ({"page": "2"}, "“page” is not something this page knows"),
        ({"seed": "0" * 12 + "9" * 5000}, "seed="),
        ({"word": "x" * 101}, "word="),
    ],
)
def test_a_bad_link_opens_the_default_and_says_why(
    visit: Callable[..., Visit], query: dict[str, str], said: str
) -> None:
    here = visit(**query)
    assert any(said in problem for problem in here.told["problems"])
    assert_shows(here, Setting())


def test_the_largest_numbers_of_a_link_are_shown(visit: Callable[..., Visit]) -> None:
    here = visit(e="x.3.0_1000000000000000.0~gru.w_x.update.3.0_-1000000000000000.0~", seed="0")
    assert set(here.edits.values()) == {1e15, -1e15}
    assert np.isfinite(here.hidden("gru")).all()
    assert here.send({"kind": "grab", "target": "x.0.0"}).told["sweep"] is not None


def test_a_cell_at_the_largest_number_can_still_be_dragged(visit: Callable[..., Visit]) -> None:
    here = visit(e="x.3.0_1000000000000000.0~")
    assert here.send({"kind": "grab", "target": "x.3.0"}).told["sweep"] is not None


def test_an_embedded_page_keeps_quiet_about_it(visit: Callable[..., Visit]) -> None:
    assert visit(embed="true", embed_options="hide_padding").told["problems"] == []


def test_a_new_address_in_an_open_page_is_followed_and_can_be_taken_back(
    visit: Callable[..., Visit],
) -> None:
    here = visit(scene="cue").send({"kind": "commit", "target": "x.0.0", "value": 0.5})
    here.go({"scene": "slate"})
    assert here.told["scene"]["name"] == "slate"
    assert here.edits == {}
    here.send({"kind": "undo"})
    assert here.told["scene"]["name"] == "cue"
    assert here.edits == {"x.0.0": 0.5}


def test_an_address_that_has_not_caught_up_takes_nothing_back(visit: Callable[..., Visit]) -> None:
    here = visit(scene="cue")
    for step in range(3):
        # The browser has not yet heard of the address after the edit before.
        here.page.query_params.clear()
        here.page.query_params.update({"scene": "cue"})
        here.send({"kind": "commit", "target": f"x.{step}.0", "value": 0.51})
    assert here.edits == {f"x.{step}.0": 0.51 for step in range(3)}
    assert visit(**here.query).edits == here.edits


def test_a_number_put_back_by_hand_is_no_edit(visit: Callable[..., Visit]) -> None:
    here = visit(e="gru.b_x.update.3_2.0~")
    here.send({"kind": "type", "target": "gru.b_x.update.3", "text": "6"})
    assert here.edits == {}
    assert "e" not in here.query
    here.send({"kind": "undo"})
    assert here.edits == {"gru.b_x.update.3": 2.0}
