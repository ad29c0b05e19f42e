"""A site with a store makes short links: one press, by hand or by key, on every size of page."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.screen.baseline import scenes
from app.setting import link
from app.store.engine import engine_of
from app.store.short import keep, written
from app.store.site import today
from tests.browser.conftest import POCKET
from tests.browser.driver import Stage
from tests.serving import ROOT, Server, serving

WHERE = re.compile(rb"GATESCOPE_STORE=([^\0]+)")
SHORT = re.compile(r"/course/s/[a-z2-7]{12}$")


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a store, below a path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_STORE", f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
        patch.setenv("GATESCOPE_ADDRESS_SHORT", "20")
        command = [sys.executable, "-m", "app.store", "upgrade"]
        subprocess.run(command, cwd=ROOT, env=os.environ, check=True, stdout=subprocess.DEVNULL)
        with serving(base="course") as running:
            yield running
            assert "Traceback" not in running.log.read_text()


def where(server: Server) -> str:
    """The address of its store."""
    told = WHERE.search(Path(f"/proc/{server.process.pid}/environ").read_bytes())
    assert told
    return told[1].decode()


@pytest.fixture(scope="module")
def long(keeping: Server) -> str:
    """The name of a link that no address can carry, which is kept there."""
    rows = "_".join(f"{t / 7:.6f},{t / 9:.6f}" for t in range(400))
    query = {"scene": "own", "source": "numbers", "x": rows}
    setting, rejected = link.decode(query, scenes())
    assert rejected == []
    assert link.whole(setting) is None
    engine = engine_of(where(keeping))
    name = keep(engine, written(setting), today(), 100)
    engine.dispose()
    return name


Made = Callable[..., Stage]


def copied(stage: Stage) -> str:
    return str(stage.page.evaluate("navigator.clipboard.readText()"))


def may_copy(stage: Stage) -> Stage:
    stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return stage


def test_a_press_copies_an_address_that_leads_back(another: Made, keeping: Server) -> None:
    stage = may_copy(another(keeping.url)).open("scene=cue&e=gru.b_x.update.3_2~&view=kept")
    edits = stage.edits
    assert edits
    stage.page.get_by_role("button", name="short link").click()
    stage.page.get_by_role("button", name="copied").wait_for()
    address = copied(stage)
    assert SHORT.search(address)
    step, unit = stage.cursor
    stage.page.get_by_role("button", name="short link").wait_for()  # it may be pressed again
    stage.page.goto(address)
    stage.wait()
    assert stage.edits == edits
    assert stage.cursor == (step, unit)
    assert "scene=cue" in stage.page.url


def test_a_key_will_do_and_a_link_that_is_whole_too(another: Made, keeping: Server) -> None:
    stage = may_copy(another(keeping.url)).open("scene=slate")
    button = stage.page.get_by_role("button", name="short link")
    button.focus()
    stage.press("Enter")
    stage.page.get_by_role("button", name="copied").wait_for()
    assert SHORT.search(copied(stage))
    stage.page.get_by_role("button", name="copy link").click()
    expect(stage.page.locator(".gs-link button").first).to_have_text("copied")
    assert "scene=slate" in copied(stage)


def test_what_no_address_can_carry_is_in_the_short_link(
    another: Made, keeping: Server, long: str
) -> None:
    stage = may_copy(another(keeping.url))
    stage.page.goto(f"{keeping.url}/s/{long}")
    stage.wait()
    expect(stage.page.locator(".gs-bar")).to_contain_text("of 400")
    expect(stage.page.locator(".gs-notices")).to_contain_text("The link has no room for your input")
    assert "short=" not in stage.page.url
    stage.page.get_by_role("button", name="short link").click()
    stage.page.get_by_role("button", name="copied").wait_for()
    again = copied(stage)
    stage.page.goto(again)
    stage.wait()
    expect(stage.page.locator(".gs-bar")).to_contain_text("of 400")


def test_a_finger_finds_it_on_a_telephone(another: Made, keeping: Server) -> None:
    stage = another(keeping.url, viewport=POCKET, has_touch=True, is_mobile=True)
    may_copy(stage).open("scene=cue")
    stage.page.locator(".gs-extras-more").tap()
    button = stage.page.get_by_role("button", name="short link")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert 0 <= box["x"] <= box["x"] + box["width"] <= POCKET["width"]
    button.tap()
    stage.page.get_by_role("button", name="copied").wait_for()
    assert SHORT.search(copied(stage))


def test_where_the_clipboard_is_closed_the_short_link_stands_in_a_field(
    another: Made, keeping: Server
) -> None:
    stage = another(keeping.url).open("scene=pulse")
    stage.page.evaluate(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
        "document.execCommand = () => false"
    )
    stage.page.get_by_role("button", name="short link").click()
    field = stage.page.get_by_role("dialog", name="The link").get_by_role("textbox")
    assert SHORT.search(field.input_value())


def test_what_keeps_a_short_link_from_being_made_is_said(another: Made, keeping: Server) -> None:
    stage = another(keeping.url).open("scene=pulse")
    button = stage.page.get_by_role("button", name="short link")
    notices = stage.page.locator(".gs-notices")
    later = {"status": 429, "body": "Later, please.", "content_type": "text/plain"}
    stage.page.route("**/short/*", lambda route: route.fulfill(**later))
    button.click()
    expect(notices).to_contain_text("Later, please.")
    button.wait_for()
    stage.page.route("**/short/*", lambda route: route.abort())
    button.click()
    expect(notices).to_contain_text("Short links do not answer at the moment")
    expect(stage.page.get_by_role("button", name="not made")).to_be_visible()
    stage.troubles.clear()  # the browser has said so too


def test_an_unknown_name_gives_a_plain_page_with_a_way_on(another: Made, keeping: Server) -> None:
    stage = another(keeping.url)
    answer = stage.page.goto(f"{keeping.url}/s/aaaaaaaaaaaa")
    assert answer is not None
    assert answer.status == 404
    expect(stage.page.locator("body")).to_contain_text("There is no such short link")
    stage.page.get_by_role("link", name="Go to Gatescope").click()
    stage.page.wait_for_url(f"{keeping.url}/")
    stage.troubles.clear()  # the browser has noted the 404


def test_a_site_without_a_store_has_no_such_button(page: Stage) -> None:
    page.open("scene=pulse")
    assert page.page.get_by_role("button", name="copy link").is_visible()
    assert page.page.get_by_role("button", name="short link").count() == 0
