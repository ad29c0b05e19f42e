"""The same link has the same name; a name leads to its link and nowhere else, until nobody asks."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update

from app.screen.baseline import scenes
from app.setting import link
from app.setting.link import LONGEST_LINK
from app.setting.setting import Setting
from app.setting.source import Own
from app.store import short
from app.store.engine import connected, engine_of
from app.store.errors import FullError, StoreError
from app.store.schema import upgrade
from app.store.tables import SHORT

ROOT = Path(__file__).parents[3]
DAY = date(2026, 11, 29)
YEAR = 365
MOST = 1000
CUE = "scene=cue&e=gru.b_x.update.3_2.0~"


def canonical(text: str) -> str:
    return short.written(short.read(short.parsed(text), scenes()))


def kept(store: Engine, text: str, day: date = DAY, most: int = MOST) -> str:
    return short.keep(store, canonical(text), day, most)


def count(store: Engine) -> int:
    with connected(store) as connection:
        return connection.execute(select(func.count()).select_from(SHORT)).scalar_one()


def test_a_name_leads_to_the_whole_link(store: Engine) -> None:
    name = kept(store, CUE)
    assert short.NAME.fullmatch(name)
    assert len(name) == short.LENGTHS[0]
    found = short.find(store, name, DAY, YEAR)
    assert found is not None
    assert dict(parse_qsl(found)) == dict(parse_qsl(CUE))


def test_the_same_link_has_the_same_name_however_it_was_written(store: Engine) -> None:
    names = {
        kept(store, text)
        for text in (
            *(CUE, f"?{CUE}", "e=gru.b_x.update.3_2~&scene=cue"),
            *(f"{CUE}&utm_source=mail&embed=true", f"{CUE}&with=lstm"),
            CUE.replace("update", "%75pdate"),
        )
    }
    assert len(names) == 1
    assert count(store) == 1
    assert kept(store, f"{CUE}&t=4") not in names


def test_a_name_is_the_same_at_every_site_and_time() -> None:
    # Written down: an address that somebody has printed leads to the same link in any later store.
    assert short.names_of("scene=cue") == [
        "ncqor4q6awks",
        "ncqor4q6awksfvvtpmew",
        "ncqor4q6awksfvvtpmewst7xrjtkc2ucxtaiey3pogazeegbt6sq",
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("scene=nowhere", "colour=red", "e=nonsense", "https://elsewhere.example/", "t=0"),
        *("\x00", "&".join(["a=b"] * 101)),
    ],
)
def test_what_is_no_link_of_ours_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(StoreError, match=r"^(This|A short) link .*\.$|^This is no .*\.$"):
        canonical(text)


def test_a_link_without_anything_in_it_leads_to_the_first_page(store: Engine) -> None:
    assert short.find(store, kept(store, ""), DAY, YEAR) == ""


@given(st.dictionaries(st.sampled_from(["scene", "t", "u", "view", "seed", "do"]), st.text()))
def test_what_is_kept_can_stand_in_an_address_as_it_is(query: dict[str, str]) -> None:
    try:
        found = canonical(urlencode(query))
    except StoreError:
        return
    assert short.is_canonical(found)
    assert found.isascii()
    assert found.isprintable()
    assert canonical(found) == found


def numbers(steps: int) -> Setting:
    """An input of somebody's own."""
    rows = "_".join(",".join(f"{t * u / 7:.3f}" for u in range(8)) for t in range(steps))
    setting, rejected = link.decode({"scene": "own", "source": "numbers", "x": rows}, scenes())
    assert rejected == []
    return setting


@pytest.mark.parametrize(("steps", "in_an_address"), [(40, True), (400, False)])
def test_all_of_a_setting_is_kept(store: Engine, steps: int, in_an_address: bool) -> None:
    setting = numbers(steps)
    text = short.written(setting)
    assert (len(text) <= LONGEST_LINK) is (link.whole(setting) is not None) is in_an_address
    found = short.find(store, short.keep(store, text, DAY, MOST), DAY, YEAR)
    assert found is not None
    opened, rejected = link.decode(dict(parse_qsl(found)), scenes())
    assert rejected == []
    assert opened == setting


def test_what_is_too_long_for_a_short_link_too_is_refused() -> None:
    with pytest.raises(StoreError, match="64000 characters"):
        short.written(numbers(2000))
    names = tuple(f"{i}" * 8000 for i in range(8))
    some = numbers(40)
    assert isinstance(some.source, Own)
    with pytest.raises(StoreError, match="64000 characters"):
        short.written(replace(some, own=replace(some.source, channels=names)))


def test_a_name_that_nobody_has_made_leads_nowhere(store: Engine) -> None:
    kept(store, CUE)
    for name in ("a" * 12, "", "A" * 12, "' OR 1=1 --", "a" * 53, "../../etc", "ä" * 12):
        assert short.find(store, name, DAY, YEAR) is None


def test_a_link_that_is_used_stays_and_one_that_is_not_is_dropped(store: Engine) -> None:
    used, unused = kept(store, CUE), kept(store, "scene=slate")
    later = DAY + timedelta(days=10)
    assert short.find(store, used, later, 30) is not None
    last = DAY + timedelta(days=31)
    assert short.find(store, unused, DAY + timedelta(days=30), 31) is not None  # used again
    assert short.expire(store, last, 30) == 0
    assert short.expire(store, later + timedelta(days=31), 30) == 1
    assert short.find(store, used, last, 30) is None
    assert short.find(store, unused, last, 30) is not None


def test_an_expired_link_is_as_unknown_before_it_is_dropped_and_can_be_made_again(
    store: Engine,
) -> None:
    name, late = kept(store, CUE), DAY + timedelta(days=31)
    assert short.find(store, name, late, 30) is None
    assert kept(store, CUE, late) == name
    assert short.find(store, name, late, 30) is not None


@pytest.mark.parametrize("first_of_a_student", [False, True])
def test_a_link_that_is_kept_for_good_is_never_dropped(
    store: Engine, first_of_a_student: bool
) -> None:
    name = kept(store, CUE) if first_of_a_student else ""
    for_good = short.keep(store, canonical(CUE), DAY, MOST, for_good=True)
    assert name in ("", for_good)
    late = DAY + timedelta(days=20_000)
    assert kept(store, CUE, late) == for_good  # a student makes it again, which takes nothing back
    assert short.expire(store, late + timedelta(days=20_000), 1) == 0
    assert short.find(store, for_good, late + timedelta(days=20_000), 1) is not None


def test_a_clock_that_is_behind_takes_no_day_back(store: Engine) -> None:
    name = kept(store, CUE)
    assert kept(store, CUE, DAY - timedelta(days=90)) == name
    assert short.find(store, name, DAY + timedelta(days=20), 30) is not None


def test_a_full_store_takes_no_other_link_but_knows_its_own(store: Engine) -> None:
    name = kept(store, CUE, most=1)
    with pytest.raises(FullError, match="no room"):
        kept(store, "scene=slate", most=1)
    assert kept(store, CUE, most=1) == name


def test_two_links_that_share_the_first_letters_have_names_of_their_own(store: Engine) -> None:
    mine = kept(store, CUE)
    with connected(store) as connection:  # as if another link had that name
        connection.execute(update(SHORT).values(link="scene=slate"))
    other = kept(store, CUE)
    assert other.startswith(mine)
    assert len(other) == short.LENGTHS[1]
    assert short.find(store, mine, DAY, YEAR) == "scene=slate"
    assert short.find(store, other, DAY, YEAR) == canonical(CUE)


def test_many_at_once_make_each_link_once(store: Engine) -> None:
    texts = [f"scene=cue&t={step + 1}" for step in range(10)] * 4
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda text: kept(store, text), texts))
    assert len(set(names)) == count(store) == 10


MANY = """
import sys
from app.store import site, short
for step in range(50):
    short.keep(site.engine(), f"scene=cue&t={step + 1}&u={sys.argv[1]}", site.today(), 1000)
"""


def test_processes_that_share_a_file_wait_for_each_other(
    address: Callable[[str], str],
) -> None:
    where = address("sqlite")
    store = engine_of(where)
    upgrade(store)
    told = os.environ | {"GATESCOPE_STORE": where}
    started = [
        subprocess.Popen([sys.executable, "-c", MANY, f"{unit + 1}"], cwd=ROOT, env=told)
        for unit in range(3)
    ]
    assert [one.wait(60) for one in started] == [0] * 3
    assert count(store) == 150
    store.dispose()
