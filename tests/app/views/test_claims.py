"""The page of claims: every claim of the list, its verdict, and links that show it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from app.lenses import LENSES
from app.screen.baseline import scenes
from app.setting import claims as module
from app.setting import link
from app.setting.claims import CLAIMS, LEADS, SEE, Claim, Sight
from app.setting.setting import CELL_VIEW
from app.words.ties import tied
from tests.app.claiming import by_number, shown_at
from tests.app.lensing import looked, nothing_is_measured
from tests.app.visiting import APP, Visit

__all__ = ["nothing_is_measured"]
pytestmark = pytest.mark.usefixtures("nothing_is_measured")

HOSTILE = Claim(
    99,
    "<script>alert(1)</script> & 'quotes' \"too\"",
    "only if",
    "<img src=x onerror=alert(1)> is shown",
    (
        Sight(
            "a < b <img src=x onerror=alert(1)>",
            (("scene", "pulse"), ("word", "'><b onclick=alert(1)>\"&amp;")),
            "<i>See</i>",
        ),
    ),
)


each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.number}")
each_sight = pytest.mark.parametrize(
    "sight",
    [sight for claim in CLAIMS for sight in claim.sights],
    ids=[f"{claim.number} {sight.label}" for claim in CLAIMS for sight in claim.sights],
)


# The list -------------------------------------------------------------------------------------


def test_every_claim_of_the_list_is_there_once_and_in_order() -> None:
    assert [claim.number for claim in CLAIMS] == [*range(1, 21)]


def test_every_claim_has_a_verdict_and_every_verdict_is_given() -> None:
    assert {claim.verdict for claim in CLAIMS} == set(LEADS)
    verdicts = {claim.number: claim.verdict for claim in CLAIMS}
    assert verdicts == {
        **dict.fromkeys(range(1, 21), "true"),
        1: "wrong",
        **dict.fromkeys((5, 6, 11, 16), "only if"),
        **dict.fromkeys((10, 12, 14, 20), "too strong"),
    }


@each_sight
def test_a_link_opens_what_it_says_without_a_word_of_trouble(sight: Sight) -> None:
    shown = shown_at(sight)
    assert shown.problems == ()
    assert link.decode(link.encode(shown.setting)[0], scenes()) == (shown.setting, [])
    named = {"scene": shown.setting.scene} | link.encode(shown.setting)[0]
    assert dict(sight.query) == named, "and nothing that is so anyway"
    if shown.setting.of:
        assert looked(shown).chosen == shown.setting.of


@each_claim
def test_a_claim_is_made_of_sentences(claim: Claim) -> None:
    for text in (claim.says, claim.judged, *(sight.look for sight in claim.sights)):
        assert re.fullmatch(r"[“A-Zr-z]\S* .*\.", text)
        assert "  " not in text
        assert not text.endswith("..")
    assert claim.why[0].islower() or claim.why[0] == "z" or claim.verdict != "only if"
    assert (claim.sights[0].label == SEE) or len({one.label for one in claim.sights}) > 1


@each_claim
def test_no_claim_opens_or_shuts_an_update_gate(claim: Claim) -> None:
    """z keeps or writes; what is said of it holds in both polarities, or names its own."""
    for text in (claim.says, claim.judged, *(sight.look for sight in claim.sights)):
        assert not re.search(r"\b(z|update gates?)\b[^.;:]*\b(open|shut|clos)", text)


@pytest.mark.parametrize("number", [1, 4, 10, 12, 17])
def test_the_page_opens_on_the_link(visit: Callable[..., Visit], number: int) -> None:
    claim = by_number(number)
    query = dict(claim.sights[0].query)
    here = visit(**query)
    assert here.told["problems"] == []
    view = query.get("view", CELL_VIEW)
    assert here.told["lens"]["view"] == view
    assert view == CELL_VIEW or here.told["lens"]["look"] == LENSES[view].look
    assert {"scene": "pulse"} | here.query == query


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


def test_each_claim_is_listed_with_its_verdict_its_links_and_what_to_look_at() -> None:
    found = page()
    assert list(found.texts) == [claim.number for claim in CLAIMS]
    for claim in CLAIMS:
        sights = "".join(f"{sight.label} {sight.look}" for sight in claim.sights)
        assert found.texts[claim.number] == tied(f"{claim.says}{claim.judged}{sights}")
        assert found.links[claim.number] == [f"./?{sight.link}" for sight in claim.sights]
        for address, sight in zip(found.links[claim.number], claim.sights, strict=True):
            query = parse_qsl(address.removeprefix("./?"), keep_blank_values=True)
            assert dict(query) == dict(sight.query)


def test_links_open_in_the_same_window() -> None:
    assert {about["target"] for tag, about in page().tags if tag == "a"} == {"_self"}


def test_nothing_in_a_claim_is_taken_for_a_part_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CLAIMS", (HOSTILE,))
    found = page()
    assert {tag for tag, _ in found.tags} <= {"p", "a", "h1", "ol", "li", "em"}
    assert not any(name.startswith("on") for _, about in found.tags for name in about)
    [sight] = HOSTILE.sights
    assert found.texts == {99: f"{HOSTILE.says}{HOSTILE.judged}{sight.label} {sight.look}"}
    [address] = found.links[99]
    assert dict(parse_qsl(address.removeprefix("./?"))) == dict(sight.query)


def test_the_first_page_leads_to_the_claims(visit: Callable[..., Visit]) -> None:
    labels = [node.proto.label for node in visit().page.main if node.type == "page_link"]
    assert labels == ["Learn", "Claims"]
