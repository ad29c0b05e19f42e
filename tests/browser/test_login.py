"""Instructors sign in at a provider, for real: what it gives them, and who is turned away."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.signing_in import login_of, settings, sign_in
from tests.oidc import Provider, providing
from tests.serving import ROOT, Server, free_port, serving

Made = Callable[..., Stage]
WRONG = {
    "issuer": {"claims": {"iss": "https://login.evil.example"}},
    "audience": {"claims": {"aud": "another-site"}},
    "nonce": {"claims": {"nonce": "of-another"}},
    "expired": {"claims": {"iat": 1_700_000_000, "exp": 1_700_000_300}},
    "unverified": {"claims": {"email_verified": False}},
    "long ago": {"claims": {"iat": 1_700_000_000}},
    "state": {"state": "guessed"},
    "signature": {"signs_with": RSAKey.generate_key(2048, {"kid": "one"})},
    "refusal": {"refuses": True},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "store.db"


@pytest.fixture(scope="module")
def site(provider: Provider, store: Path) -> Iterator[Server]:
    """A server with a login and a store, below a path, that others may show in a frame."""
    port = free_port()
    told = login_of(provider, port) | {
        "GATESCOPE_STORE": f"sqlite:///{store}",
        "GATESCOPE_EMBEDDERS": "https://lms.example",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        command = [sys.executable, "-m", "app.store", "upgrade"]
        subprocess.run(command, cwd=ROOT, env=os.environ, check=True, stdout=subprocess.DEVNULL)
        with serving(port=port, base="course") as running:
            yield running


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    provider.behave()


def used(store: Path, scene: str) -> str:
    """The day that the short link of a scene was used last."""
    with sqlite3.connect(store) as connection:
        rows = connection.execute("select link, used from short_links").fetchall()
    (day,) = (day for link, day in rows if f"scene={scene}" in link)
    return str(day)


def make_short(stage: Stage) -> None:
    stage.page.get_by_role("button", name="short link").click()
    stage.page.get_by_role("button", name="copied").wait_for()


def test_an_instructor_signs_in_keeps_links_for_good_and_signs_out(
    another: Made, site: Server, store: Path
) -> None:
    stage = another(site.url).open("scene=slate")
    stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    make_short(stage)
    sign_in(stage)
    said = settings(stage.page)
    expect(said).to_contain_text("Signed in as ada@school.example.")
    stage.page.keyboard.press("Escape")
    stage.open("scene=cue")
    make_short(stage)
    assert used(store, "slate") != f"{date.max}" == used(store, "cue")
    settings(stage.page).get_by_role("button", name="Sign out").click()
    stage.page.wait_for_url("**/course/")
    stage.wait()
    settings(stage.page).get_by_role("button", name="Instructor: sign in").wait_for()


def test_who_is_not_on_the_list_is_told_so_and_changes_nothing(
    another: Made, site: Server, store: Path, provider: Provider
) -> None:
    provider.address = "eve@elsewhere.example"
    stage = another(site.url).open("scene=cue")
    stage.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(stage)
    expect(settings(stage.page)).to_contain_text(
        "Signed in as eve@elsewhere.example, who is not among the instructors"
    )
    stage.page.keyboard.press("Escape")
    stage.open("scene=crowd")
    make_short(stage)
    assert used(store, "crowd") != f"{date.max}"


@pytest.mark.parametrize("what", WRONG)
def test_a_provider_that_says_what_it_must_not_signs_nobody_in(
    what: str, another: Made, site: Server, provider: Provider
) -> None:
    for name, value in WRONG[what].items():
        setattr(provider, name, value)
    stage = another(site.url).open("scene=cue")
    sign_in(stage)
    settings(stage.page).get_by_role("button", name="Instructor: sign in").wait_for()


def test_a_frame_of_another_site_has_a_way_out(another: Made, site: Server) -> None:
    stage = another(site.url).open("scene=cue")
    said = settings(stage.page)
    expect(said).to_contain_text("does not work inside a course's page")
    link = said.get_by_role("link", name="Open in a tab")
    expect(link).to_have_attribute("href", f"{site.url}/?scene=cue")
    expect(link).to_have_attribute("target", "_blank")
