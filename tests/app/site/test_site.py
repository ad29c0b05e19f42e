"""A site of two processes goes on when one is killed, and while all are renewed."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.proxy import first_page
from tests.app.site.client import Client
from tests.serving import free_port
from tests.siting import Site, needs_nginx, sited, wait_until

pytestmark = needs_nginx
FOUND = 5.0  # seconds in which a page goes on elsewhere
ENDS = 5.0  # seconds for a site to end that nobody visits
BASE = "/gate"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sited(tmp_path_factory.mktemp("site"), base=BASE) as running:
        yield running


def test_a_site_below_a_path_answers_there_and_its_processes_are_ready(site: Site) -> None:
    assert site.asked("/")[0] == 200
    assert site.asked("/readyz") == (200, "Ready.")
    assert site.asked("/livez") == (200, "This process lives.")
    assert sorted(site.processes) == ["s0", "s1"]
    cookie = asyncio.run(first_page(site.port, "scene=pulse", BASE))
    assert cookie.split("=")[1] in site.processes


def test_each_process_tells_its_figures_where_visitors_do_not_come(site: Site) -> None:
    for name in site.processes:
        assert "gatescope_pages" in site.figures(name)
    assert "gatescope_pages" not in site.asked("/metrics")[1]


def test_a_page_whose_cookie_is_lost_is_answered_where_it_is(site: Site) -> None:
    async def told() -> list[str]:
        client = await Client.opened(site.port, BASE)
        home = client.home
        for cookie in ("", "gatescope_server=s0", "gatescope_server=s1"):
            client.visitor.cookie = cookie
            await client.commit(len(cookie) / 100)
            await client.visitor.get(f"/numbers/{client.visitor.told['numbers']}?core=")
        assert client.moves == 0
        await client.leave()
        return [home, client.visitor.told["page"], client.visitor.told["numbers"]]

    home, page, numbers = asyncio.run(told())
    assert page.startswith(f"{home}.")
    assert numbers.startswith(f"{home}.")


def test_a_page_finds_its_state_at_another_process_when_its_own_is_killed(site: Site) -> None:
    async def told() -> tuple[Client, str, float]:
        client = await Client.opened(site.port, BASE)
        await client.commit(0.5)
        home = client.home
        begun = time.monotonic()
        site.kill(home)
        await client.commit(-0.25)  # in mid-use
        taken = time.monotonic() - begun
        await client.leave()
        return client, home, taken

    before = dict(site.processes)
    client, home, taken = asyncio.run(told())
    assert client.home != home
    assert taken < FOUND
    assert client.value == -0.25
    wait_until(lambda: site.processes.get(home, before[home]) != before[home])
    assert site.asked("/")[0] == 200


def test_while_all_are_renewed_every_page_loads_and_nothing_let_go_of_is_lost(site: Site) -> None:
    before = {one["pid"] for one in site.processes.values()}

    async def visited() -> tuple[list[Client], int, int]:
        clients = [await Client.opened(site.port, BASE) for _ in range(4)]
        renewing = asyncio.create_task(asyncio.to_thread(site.command, "restart"))
        loads = 0

        async def edits(client: Client, at: int) -> None:
            turn = 0
            while not renewing.done() or turn < 2:
                turn += 1
                await client.commit(at + turn / 1000)
                assert client.value == at + turn / 1000
                await asyncio.sleep(0.1)

        async def loading() -> None:
            nonlocal loads
            while not renewing.done():
                await first_page(site.port, "scene=pulse", BASE)  # raises for any other than 200
                loads += 1
                await asyncio.sleep(0.05)

        await asyncio.gather(loading(), *(edits(one, at) for at, one in enumerate(clients)))
        for client in clients:
            await client.leave()
        done = await renewing
        assert (done.returncode, done.stdout) == (0, "All processes are new.\n")
        return clients, loads, sum(one.moves for one in clients)

    clients, loads, moves = asyncio.run(visited())
    assert before.isdisjoint(one["pid"] for one in site.processes.values())
    assert loads > 20
    assert moves == len(clients)  # each page has moved once


def test_a_command_about_no_site_says_so(tmp_path: Path) -> None:
    nobody = Site(free_port(), "", None, tmp_path, tmp_path)  # type: ignore[arg-type]
    for word in ("restart", "status"):
        done = nobody.command(word)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"No site runs here at port {nobody.port}")
    done = nobody.command("stop")
    assert (done.returncode, "`stop` is nothing" in done.stderr) == (2, True)


def test_a_second_site_at_the_same_port_leaves_the_first_alone(site: Site) -> None:
    before = site.state
    done = site.command("serve")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"A site runs at port {site.port} already")
    assert site.state == before


def test_the_log_of_a_site_says_nothing_of_its_visitors(site: Site) -> None:
    log = site.log.read_text()
    assert '"route": "events"' in log
    assert not re.search(r"127\.0\.0\.1:\d+ -|scene=|gru\.b_x|/events/|/numbers/|Traceback", log)


def test_nginx_is_started_again_when_it_is_killed(site: Site) -> None:
    file = site.folder / f"gatescope-{site.port}" / "nginx.pid"
    before = file.read_text()
    os.kill(int(before), signal.SIGKILL)  # which leaves its workers with the port
    wait_until(lambda: file.read_text() not in (before, "") and site.answers(), 10)
    assert site.asked("/")[0] == 200
    assert site.command("restart").returncode == 0  # it is still led


def test_without_nginx_one_process_serves_and_is_renewed_and_ends(tmp_path: Path) -> None:
    with sited(tmp_path, processes=1, nginx=False) as alone:
        assert "nginx is not installed" in alone.log.read_text()
        assert alone.processes["s0"]["port"] == alone.port
        assert alone.asked("/readyz") == (200, "Ready.")
        before = alone.processes
        assert alone.command("restart").returncode == 0
        assert alone.processes["s0"]["pid"] != before["s0"]["pid"]
        assert alone.asked("/")[0] == 200
        begun = time.monotonic()
    assert time.monotonic() - begun < ENDS
    assert alone.state == {}
