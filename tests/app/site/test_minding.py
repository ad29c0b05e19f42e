"""Who minds a site: what ends has a successor, and what is renewed has one before it ends."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.site import minding, process
from app.site.minding import Site
from app.site.process import Plan, Process
from app.site.state import State, held, own_folder
from tests.serving import free_port

Told = list[str]


class Fake:
    """A process that ends when it is told to. told: what has happened, in order."""

    def __init__(self, told: Told, port: int) -> None:
        self.told = told
        self.port = port
        self.running = SimpleNamespace(pid=port)
        self.status: int | None = None
        self._ended = asyncio.Event()

    async def over(self) -> bool:
        await self._ended.wait()
        return False

    async def end(self) -> None:
        self.told.append(f"end {self.port}")
        self.fail()

    def fail(self) -> None:
        self.status = 1
        self._ended.set()


class Led:
    """nginx, as far as it is led."""

    def __init__(self, told: Told) -> None:
        self.told = told

    async def start(self, ports: dict[str, int]) -> None:
        self.told.append(f"start {ports}")

    async def lead(self, ports: dict[str, int]) -> bool:
        self.told.append(f"lead {ports}")
        return True

    async def over(self) -> int:
        await asyncio.Event().wait()
        return 0

    async def end(self) -> None:
        self.told.append("end nginx")


class Fakes(Site):
    """A site of fakes. broken: whether no further one becomes ready."""

    broken = False
    count = 0

    async def _started(self, name: str) -> Any:
        if self.broken:
            return None
        self.count += 1
        self.told.append(f"begin {self.count}")
        one = Fake(self.told, self.count)
        self.every.add(one)  # type: ignore[arg-type]
        return one

    told: Told
    minds: asyncio.Task[None]


def minded(
    folder: Path, does: Callable[[Fakes], Coroutine[Any, Any, None]], proxied: bool = True
) -> Told:
    """What happens when somebody does this to a site that is minded."""

    async def told() -> Told:
        happened: Told = []
        proxy: Any = Led(happened) if proxied else None
        names = ["s0", "s1"] if proxied else ["s0"]
        site = Fakes(names, Plan(), proxy, State(f"{folder}", 1), 80, 0)
        site.told = happened
        assert await site.begin()
        site.minds = minds = asyncio.create_task(site.mind())
        await asyncio.sleep(0)
        happened.clear()
        await does(site)
        minds.cancel()
        await asyncio.gather(minds, return_exceptions=True)
        return happened

    return asyncio.run(told())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minding, "WAITS", (0.0,))


async def renewed(site: Fakes) -> None:
    await site.renew()


def test_a_successor_is_there_before_the_old_one_ends(tmp_path: Path) -> None:
    assert minded(tmp_path, renewed) == [
        *("begin 3", "lead {'s0': 3, 's1': 2}", "end 1"),
        *("begin 4", "lead {'s0': 3, 's1': 4}", "end 2"),
    ]


def test_without_a_proxy_the_old_one_ends_before(tmp_path: Path) -> None:
    assert minded(tmp_path, renewed, proxied=False) == ["end 1", "begin 2"]


def test_a_release_that_does_not_start_changes_nothing(tmp_path: Path) -> None:
    async def broken(site: Fakes) -> None:
        site.broken = True
        await site.renew()
        assert (site.state.renewals, site.state.failed) == (1, True)

    assert minded(tmp_path, broken) == []


def test_what_ends_by_itself_gets_no_visitors_and_a_successor(tmp_path: Path) -> None:
    async def fails(site: Fakes) -> None:
        one: Any = site.there["s0"]
        one.fail()
        for _ in range(20):
            await asyncio.sleep(0.001)

    assert minded(tmp_path, fails) == [
        *("lead {'s1': 2}", "begin 3", "lead {'s0': 3, 's1': 2}"),
    ]


def test_the_end_is_told_to_all_and_to_nginx_last(tmp_path: Path) -> None:
    async def ends(site: Fakes) -> None:
        site.minds.cancel()
        await site.end()

    told = minded(tmp_path, ends)
    assert sorted(told[:2]) == ["end 1", "end 2"]
    assert told[2] == "end nginx"


def running(code: str) -> Any:
    """A process of this machine that is no server."""

    async def begun() -> Process:
        one = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        return Process(free_port(), one, asyncio.create_task(one.wait()))

    return begun()


SLEEPS = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def test_a_process_that_does_not_answer_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "EVERY", 0.05)

    async def told() -> tuple[bool, int | None]:
        one = await running(SLEEPS)
        return await one.over(), one.status

    assert asyncio.run(told()) == (True, -9)


def test_a_process_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ENDING", 0.1)
    monkeypatch.setattr(process.settings, "CLOSING_SECONDS", 0)

    async def told() -> int | None:
        one = await running(SLEEPS)
        await asyncio.sleep(0.3)  # it has to begin to ignore
        await one.end()
        return one.status

    assert asyncio.run(told()) == -9


def test_a_process_that_ends_at_once_is_not_waited_for() -> None:
    async def told() -> tuple[bool, bool]:
        one = await running("raise SystemExit(3)")
        return await one.is_ready(), await one.over()

    assert asyncio.run(told()) == (False, False)


def test_what_a_site_says_of_itself_is_read_back_while_it_runs(tmp_path: Path) -> None:
    state = State(f"{tmp_path}", 1, {"s0": {"pid": 1, "port": 2, "metrics": 0}})
    lock = held(tmp_path)
    assert lock is not None
    with lock:
        assert held(tmp_path) is None
        state.write()
        assert State.read(tmp_path) == state
        (tmp_path / "state.json").write_text("nonsense")
        assert State.read(tmp_path) is None
        state.write()
    assert State.read(tmp_path) is None  # it was killed, and somebody else may have its number


def test_a_folder_that_is_a_link_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: f"{tmp_path}")
    assert own_folder(1) == tmp_path / "gatescope-1"
    (tmp_path / "gatescope-2").symlink_to(tmp_path)
    assert own_folder(2) is None
