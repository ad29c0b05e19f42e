"""Short links at the door: what is posted is a link of this site, and a name leads to its page."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app import settings
from app.screen.baseline import scenes
from app.session import state
from app.session.state import Session
from app.setting import link
from app.setting.setting import History, Setting
from app.short import Short
from app.store import site as store_of_site
from app.store.engine import engine_of
from app.store.schema import upgrade
from app.store.short import LENGTHS, LONGEST_POST
from tests.app.doors.asgi import Visitor, request

DAY = date(2026, 11, 29)
CUE = "scene=cue&e=gru.b_x.update.3_2.0~"


class Site:
    """The two addresses, as a server has them."""

    def __init__(self, address: str) -> None:
        self.day = DAY
        self.links = Short(engine_of(address), lambda: self.day)
        self.app = Starlette(
            routes=[
                Route("/base/short", self.links.make, methods=["POST"]),
                Route("/base/short/{page}", self.links.make, methods=["POST"]),
                Route("/base/s/{name}", self.links.lead),
            ]
        )

    def post(self, text: str, page: str = "", **headers: str) -> Visitor:
        path = f"/base/short/{page}" if page else "/base/short"
        return self._asked(request(path, method="POST", headers=headers), text.encode())

    def get(self, path: str) -> Visitor:
        return self._asked(request(path), b"")

    def _asked(self, scope: Any, body: bytes) -> Visitor:
        visitor = Visitor([{"type": "http.request", "body": body}])
        asyncio.run(self.app(scope, visitor.receive, visitor.send))
        return visitor


def header(visitor: Visitor, name: str) -> str:
    headers = next(dict(one["headers"]) for one in visitor.answers if "headers" in one)
    found: bytes = headers[name.encode()]
    return found.decode()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(f"sqlite:///{tmp_path}/store.db")
    upgrade(made.links.engine)
    yield made
    made.links.engine.dispose()


def test_a_link_gets_a_short_address_that_leads_to_it_behind_any_prefix(site: Site) -> None:
    made = site.post(f"?{CUE}")
    assert made.status == 201
    assert header(made, "location") == made.text
    # As a browser resolves it, also where a proxy has put something before or taken it off.
    for before in ("https://gates.example/base", "https://gates.example/course/1"):
        address = urljoin(f"{before}/short", made.text)
        assert len(address.rpartition("/")[2]) == LENGTHS[0]
        led = site.get(f"/base/s/{address.rpartition('/')[2]}")
        assert led.status == 303
        assert urljoin(address, header(led, "location")) == f"{before}/?{CUE}"
        assert header(led, "cache-control") == "no-store"


def test_the_first_page_has_a_short_address_too(site: Site) -> None:
    assert header(site.get(f"/base/{site.post('').text}"), "location") == "../"


def test_an_unknown_or_an_old_name_gives_a_small_page(site: Site) -> None:
    made = site.post(CUE).text
    site.day = date(2028, 11, 29)
    for path in ("s/aaaaaaaaaaaa", "s/%3Cscript%3E", made):
        gone = site.get(f"/base/{path}")
        assert gone.status == 404
        assert "There is no such short link" in gone.text
        assert "<script" not in gone.text
        assert 'href="../"' in gone.text


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("scene=nowhere", 400, "“nowhere”"),
        ("colour=red", 400, "“colour”"),
        ("a" * (LONGEST_POST + 1), 413, "64000"),
        ("e=" + "gru.b_x.update.3_2~" * 400, 201, "s/"),  # one number, told 400 times
    ],
)
def test_what_is_no_link_is_refused_with_a_sentence(
    site: Site, text: str, status: int, said: str
) -> None:
    answer = site.post(text)
    assert answer.status == status
    assert said in answer.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        *(("https://gates.example", 201), ("https://elsewhere.example", 403), ("null", 403)),
        *(("https://[", 403), ("https://gates.example.elsewhere.example", 403)),
    ],
)
def test_pages_of_other_sites_make_none(site: Site, origin: str, status: int) -> None:
    assert site.post(CUE, host="gates.example", origin=origin).status == status


def test_one_address_makes_so_many_a_minute_and_is_told_how_long_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ADDRESS_SHORT", 3)
    site = Site(f"sqlite:///{tmp_path}/store.db")
    upgrade(site.links.engine)
    assert [site.post(CUE).status for _ in range(4)] == [201, 201, 201, 429]
    refused = site.post(CUE)
    assert header(refused, "retry-after") == "20"
    assert "in 20 s" in refused.text
    site.links.engine.dispose()


def test_a_store_that_is_not_made_yet_answers_later_and_then_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(f"sqlite:///{tmp_path}/store.db")
    refused = site.post(CUE)
    assert (refused.status, header(refused, "retry-after")) == (503, "60")
    assert "use the whole link" in refused.text
    assert "python -m app.store upgrade" not in refused.text  # that is for who runs it
    assert "python -m app.store upgrade" in caplog.text
    again = site.get("/base/s/aaaaaaaaaaaa")
    assert (again.status, "Reload" in again.text) == (503, True)
    upgrade(site.links.engine)
    assert site.post(CUE).status == 201
    site.links.engine.dispose()


def test_a_full_store_says_that_it_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SHORT_LINKS", 1)
    assert site.post(CUE).status == 201
    full = site.post("scene=slate")
    assert (full.status, "no room" in full.text) == (503, True)
    site.day = date(2028, 11, 29)  # what nobody used has made room
    assert site.post("scene=slate").status == 201


@pytest.fixture
def long() -> Session:
    """A page whose input has no room in a link."""
    here = Session()
    rows = "_".join(f"{t / 7:.6f},{t / 9:.6f}" for t in range(500))
    present, _ = link.decode({"scene": "own", "source": "numbers", "x": rows}, scenes())
    here.history = History(present)
    state._open[here.name] = here
    return here


def query_of(setting: Setting) -> str:
    return urlencode(link.encode(setting)[0])


def test_a_link_that_a_page_has_no_room_for_is_kept_whole_and_opened_from_the_store(
    site: Site, long: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, present = long.name, long.history.present
    assert "x=" not in query_of(present)
    name = site.post(f"{query_of(present)}&t=9", page).text.removeprefix("s/")
    led = header(site.get(f"/base/s/{name}"), "location")
    assert led == f"../?short={name}"
    monkeypatch.setattr(settings, "HAS_STORE", True)
    monkeypatch.setattr(store_of_site, "engine", lambda: site.links.engine)
    monkeypatch.setattr(store_of_site, "today", lambda: DAY)
    opened, rejected = state._led({"short": name})
    assert rejected == []
    assert opened == replace(present, step=8)
    elsewhere, _ = state._led({"short": name, "t": "3", "scene": "cue"})
    assert elsewhere == replace(present, step=2)
    for wrong in ("a" * 12, "", "'"):
        opened, rejected = state._led({"short": wrong})
        assert (opened, len(rejected)) == (Setting(), 1)
        assert "no such short link" in rejected[0]


def test_a_posted_link_that_is_not_of_the_page_any_more_is_kept_as_it_was_posted(
    site: Site, long: Session
) -> None:
    for name in (long.name, "nobody"):
        made = site.post("scene=slate", name).text
        assert header(site.get(f"/base/{made}"), "location") == "../?scene=slate"


def test_without_a_store_a_name_in_a_link_is_a_part_that_nobody_knows() -> None:
    _, [said] = state._led({"short": "aaaaaaaaaaaa"})
    assert "“short”" in said
