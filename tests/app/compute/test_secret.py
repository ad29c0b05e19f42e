"""Names cannot be guessed, and say whose they are where a proxy has to know."""

import re

import pytest

from app import settings
from app.compute.secret import secret
from app.screen.tickets import Held
from app.session.state import Session
from app.setting.setting import Setting

TOKEN = r"[\w-]{24}"


def test_no_two_are_alike_and_each_is_long() -> None:
    found = {secret() for _ in range(100)}
    assert len(found) == 100
    assert all(re.fullmatch(TOKEN, one) for one in found)


def test_of_a_process_with_a_name_pages_and_tickets_begin_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROCESS", "s1")
    for name in (Session().name, Held().name_of(Setting())):
        assert re.fullmatch(rf"s1\.{TOKEN}", name)
