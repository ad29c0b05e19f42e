"""What notes say of the GRU: each link of a claim, followed by a click, shows it with numbers."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from itertools import product

import pytest
from playwright.sync_api import expect

from app.screen.baseline import scenes
from app.setting.claims import CLAIMS, Claim
from app.setting.link import decode
from app.words.ties import tied
from gru_core.situation import Situation
from tests.browser.claims_of_memory import MEMORY_CHECKS
from tests.browser.claims_of_the_cell import CELL_CHECKS
from tests.browser.driver import Stage
from tests.serving import Server, serving

Core = Callable[..., Situation]
CHECKS = {**CELL_CHECKS, **MEMORY_CHECKS}
SIGHTS = [
    pytest.param(claim, at, id=f"{claim.number} {sight.label}")
    for claim in CLAIMS
    for at, sight in enumerate(claim.sights)
]
CLICKED = ((1, 0), (2, 1), (13, 0), (20, 0))  # a scene, something held, a model, a lens


def to_claims(stage: Stage) -> None:
    """From any screen to the page of claims."""
    stage.page.get_by_role("link", name="Claims").click()
    stage.page.locator(".gs-claims").wait_for()


def test_every_link_of_a_claim_has_a_check_and_every_check_a_link() -> None:
    assert {number: len(checks) for number, checks in CHECKS.items()} == {
        one.number: len(one.sights) for one in CLAIMS
    }


def test_the_page_of_claims_is_reached_from_the_stage_and_leads_back(page: Stage) -> None:
    before = page.open().cursor
    to_claims(page)
    claims = page.page.locator(".gs-claims li")
    expect(claims).to_have_count(len(CLAIMS))
    for one, item in zip(CLAIMS, claims.all(), strict=True):
        assert item.get_attribute("value") == str(one.number)
        said = (one.says, one.judged, *(f"{sight.label} {sight.look}" for sight in one.sights))
        assert item.locator("p").all_inner_texts() == [tied(text) for text in said]
        assert item.locator("a").all_inner_texts() == [sight.label for sight in one.sights]
        leads = item.locator("a").evaluate_all("(all) => all.map((one) => one.href)")
        assert leads == [f"{page.url}/?{sight.link}" for sight in one.sights]
    page.page.get_by_role("link", name="Explore", exact=True).click()
    page.wait()
    assert page.cursor == before


@pytest.mark.parametrize("base", ["", "course/gates"])
def test_opened_by_its_address_the_page_of_claims_asks_for_nothing_that_is_not_there(
    another: Callable[..., Stage], server: Server, base: str
) -> None:
    """What is refused, or written to the browser's console, is a trouble of the page."""
    with serving(base=base) if base else nullcontext(server) as running:
        page = another(url=running.url)
        for address in ("claims", "claims/"):
            page.page.goto(f"{running.url}/{address}")
            expect(page.page.locator(".gs-claims li")).to_have_count(len(CLAIMS))
            page.rest()
        page.page.get_by_role("link", name="Explore", exact=True).click()
        page.wait()
        page.page.go_back()
        expect(page.page.locator(".gs-claims li")).to_have_count(len(CLAIMS))
        page.page.close()


@pytest.mark.parametrize(("claim", "at"), SIGHTS)
def test_a_link_of_a_claim_shows_it(page: Stage, core: Core, claim: Claim, at: int) -> None:
    sight = claim.sights[at]
    if (claim.number, at) in CLICKED:
        to_claims(page)
        page.page.locator(f"#claim-{claim.number} a").nth(at).click()
        page.page.locator(".gs-claims").wait_for(state="detached")
        page.wait()
    else:  # which spares loading the page
        page.open(sight.link)
    assert page.page.locator(".gs-notices p").count() == 0
    (wanted, refused), (shown, left_out) = (
        decode(link, scenes()) for link in (dict(sight.query), page.link)
    )
    assert refused == left_out == []
    assert replace(shown, step=None, unit=None) == replace(wanted, step=None, unit=None)
    if wanted.step is not None:
        assert page.cursor == (wanted.step, wanted.unit)
    CHECKS[claim.number][at](page, core)


def test_nothing_on_the_page_of_claims_is_cut_or_stands_over_the_side(
    seen: Callable[..., Stage],
) -> None:
    page = seen()
    page.page.goto(f"{page.url}/claims")
    expect(page.page.locator(".gs-claims li")).to_have_count(len(CLAIMS))
    for width, theme in product((390, 1280, 1920), ("light", "dark")):
        seen(viewport={"width": width, "height": 800}, color_scheme=theme)
        over = page.page.evaluate(
            "[...document.querySelectorAll('.gs-claims :is(p, span, a, em)')]"
            ".filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).length"
        )
        assert over == 0, (width, theme)
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
