"""The page of claims: every claim of the list that can be seen, with a link that shows it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import claims as module
from app import url
from app.claims import CLAIMS, SHUT, Claim
from app.opening import scenes
from app.setting import CELL_VIEW, Setting
from app.shown import Shown, show
from app.widgets.lenses import LENSES
from gru_core import GRUWeights
from tests.app.lensing import looked, nothing_is_measured
from tests.app.visiting import APP, Visit

__all__ = ["nothing_is_measured"]
pytestmark = pytest.mark.usefixtures("nothing_is_measured")

# Trained gates, small data, uses and a quiz need what is not here yet.
NOT_YET = {13, 14, 19, 20}
HOSTILE = Claim(
    *(99, "<script>alert(1)</script> & 'quotes' \"too\"", "a < b <img src=x onerror=alert(1)>"),
    query=(("scene", "pulse"), ("word", "'><b onclick=alert(1)>\"&amp;")),
)


def shown_by(claim: Claim) -> Shown:
    setting, rejected = url.decode(dict(parse_qsl(claim.link, keep_blank_values=True)), scenes())
    assert rejected == []
    return show(setting)


def by_number(number: int) -> Claim:
    [found] = [claim for claim in CLAIMS if claim.number == number]
    return found


each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.number}")


# The list -------------------------------------------------------------------------------------


def test_every_claim_that_can_be_seen_is_there_once_and_in_order() -> None:
    assert [claim.number for claim in CLAIMS] == sorted({*range(1, 21)} - NOT_YET)


@each_claim
def test_a_link_opens_what_it_says_without_a_word_of_trouble(claim: Claim) -> None:
    shown = shown_by(claim)
    assert shown.problems == ()
    assert url.decode(url.encode(shown.setting)[0], scenes()) == (shown.setting, [])
    named = {"scene": shown.setting.scene} | url.encode(shown.setting)[0]
    assert dict(claim.query) == named, "and nothing that is so anyway"
    if shown.setting.of:
        assert looked(shown).chosen == shown.setting.of


@each_claim
def test_a_claim_is_made_of_sentences(claim: Claim) -> None:
    for text in (claim.says, claim.look):
        assert re.fullmatch(r"\S.*\.", text)
        assert "  " not in text


@pytest.mark.parametrize("number", [1, 4, 10, 12, 17])
def test_the_page_opens_on_the_link(visit: Callable[..., Visit], number: int) -> None:
    claim = by_number(number)
    here = visit(**dict(claim.query))
    assert here.told["problems"] == []
    view = dict(claim.query).get("view", CELL_VIEW)
    assert here.told["lens"]["view"] == view
    assert view == CELL_VIEW or here.told["lens"]["look"] == LENSES[view].look
    assert {"scene": "pulse"} | here.query == dict(claim.query)


# What is seen there ---------------------------------------------------------------------------


def at_cursor(shown: Shown, cell: Any, track: str) -> float:
    return float(shown.traces[cell][track][shown.step, shown.unit])


def test_the_reset_gate_scales_the_numbers_of_the_book() -> None:
    shown = shown_by(by_number(3))
    reset, old = shown.traces["gru"]["reset"][0], shown.situation.initials["gru"][0]
    np.testing.assert_allclose(reset * old, [0.12, 0.20, 0.24])
    assert shown.step == 0


def test_without_the_reset_gate_the_candidate_is_that_of_the_input_alone() -> None:
    shown = shown_by(by_number(4))
    weights, x = shown.situation.weights["gru"], shown.situation.x
    at = weights.gates.index("candidate")
    alone = np.tanh(x @ weights.w_x[at].T + weights.b_x[at])
    np.testing.assert_allclose(shown.traces["gru"]["candidate"], alone, atol=1e-15)


def test_the_placement_changes_h_by_what_the_note_says() -> None:
    shown = shown_by(by_number(5))
    assert shown.to_own_placement is not None
    assert shown.to_own_placement > 0.01
    assert "the notes below the equations say by how much" in by_number(5).look


def test_the_other_polarity_shows_another_z_and_the_same_h() -> None:
    shown = shown_by(by_number(6))
    own = show(Setting(scene="pulse"))
    assert shown.traces["gru"]["hidden"].tobytes() == own.traces["gru"]["hidden"].tobytes()
    np.testing.assert_array_equal(shown.tracks["gru"]["update"], 1 - own.tracks["gru"]["update"])


def test_every_state_lies_between_the_old_one_and_the_candidate() -> None:
    trace = shown_by(by_number(7)).traces["gru"]
    old, new = trace.previous(), trace["candidate"]
    between = (np.minimum(old, new) - 1e-15 <= trace["hidden"]) & (
        trace["hidden"] <= np.maximum(old, new) + 1e-15
    )
    assert between.all()
    assert (np.abs(trace["hidden"]) < 1).all()


def test_shut_gates_keep_a_quarter_of_a_per_cent() -> None:
    shown = shown_by(by_number(12))
    assert [edit.value for edit in shown.edits] == [SHUT] * 4
    assert 1 / (1 + np.exp(-SHUT)) == pytest.approx(0.0025, abs=5e-5)


def test_the_output_gate_hides_what_the_lstm_holds() -> None:
    shown = shown_by(by_number(15))
    cell, hidden = (at_cursor(shown, "lstm", track) for track in ("cell", "hidden"))
    assert abs(cell - hidden) > 0.05
    assert hidden == pytest.approx(at_cursor(shown, "lstm", "output") * np.tanh(cell))


def test_the_coupled_lstm_is_the_gru() -> None:
    """f + i = 1 at every step, and c is the GRU's h."""
    traces = shown_by(by_number(18)).traces
    lstm, gru = traces["lstm"], traces["gru"]
    np.testing.assert_allclose(lstm["forget"] + lstm["input"], 1, atol=1e-12)
    np.testing.assert_allclose(lstm["cell"], gru["hidden"], atol=1e-12)
    assert isinstance(shown_by(by_number(18)).situation.weights["gru"], GRUWeights)


# The page -------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of the list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.texts: dict[int, str] = {}
        self.links: dict[int, list[str]] = {}
        self.item = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        self.tags.append((tag, about))
        if tag == "li":
            self.item = int(about["value"] or 0)
            assert about["id"] == f"claim-{self.item}"
        elif tag == "a" and self.item:
            self.links.setdefault(self.item, []).append(about["href"] or "")

    def handle_data(self, data: str) -> None:
        if self.item:
            self.texts[self.item] = self.texts.get(self.item, "") + data


def page() -> Page:
    app = AppTest.from_file(APP / "main.py", default_timeout=30).run()
    app.switch_page("views/claims.py").run()
    assert not app.exception
    [found] = [node for node in app.main if node.type == "html" and "gs-claims" in node.proto.body]
    return Page(found.proto.body)


def test_each_claim_is_listed_with_its_link_and_what_to_look_at() -> None:
    found = page()
    assert list(found.texts) == [claim.number for claim in CLAIMS]
    for claim in CLAIMS:
        assert found.texts[claim.number] == f"{claim.says}See it {claim.look}"
        [link] = found.links[claim.number]
        assert link == f"./?{claim.link}"
        assert dict(parse_qsl(link.removeprefix("./?"), keep_blank_values=True)) == dict(
            claim.query
        )


def test_links_open_in_the_same_window() -> None:
    assert {about["target"] for tag, about in page().tags if tag == "a"} == {"_self"}


def test_nothing_in_a_claim_is_taken_for_a_part_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CLAIMS", (HOSTILE,))
    found = page()
    assert {tag for tag, _ in found.tags} <= {"p", "a", "h1", "ol", "li"}
    assert not any(name.startswith("on") for _, about in found.tags for name in about)
    assert found.texts == {99: f"{HOSTILE.says}See it {HOSTILE.look}"}
    [link] = found.links[99]
    assert dict(parse_qsl(link.removeprefix("./?"))) == dict(HOSTILE.query)


def test_the_first_page_leads_to_the_claims(visit: Callable[..., Visit]) -> None:
    labels = [node.proto.label for node in visit().page.main if node.type == "page_link"]
    assert labels == ["Claims"]
