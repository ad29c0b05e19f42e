"""A real server tells its figures and its log, and ends without cutting off what it answers."""

import asyncio
import json
import re
import signal
import socket
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.watching import counts, metrics
from app.watching.living import LAST
from benchmarks.visitor import Visitor
from tests.serving import Server, free_port, serving
from tests.siting import asked, wait_until

ROOT = Path(__file__).parents[3]
LEAVES, CLOSES, PATIENCE = 2, 2, 8  # seconds
BIAS = "gru.b_x.update.3"


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Server, str]]:
    """A server below a path, and where it tells its figures."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_METRICS_PORT", f"{port}")
        patch.setenv("GATESCOPE_LOG", "json")
        patch.setenv("GATESCOPE_LEAVING_SECONDS", f"{LEAVES}")
        with serving(base="gate") as server:
            yield server, f"http://127.0.0.1:{port}/metrics"


def figures(url: str) -> dict[tuple[str, str], float]:
    """By name and the value of the label, if there is one."""
    return {
        (one.name, "".join(one.labels.values())): one.value
        for family in text_string_to_metric_families(asked(url)[1])
        for one in family.samples
    }


def test_what_a_visitor_does_is_seen_in_the_figures(told: tuple[Server, str]) -> None:
    server, url = told

    async def visited() -> dict[tuple[str, str], float]:
        visitor = await Visitor.opened(server.port, "scene=pulse", base="/gate")
        await visitor.post(kind="commit", target=BIAS, value=0.5)
        await visitor.post(kind="view", view="kept")
        await visitor.post(kind="nonsense")
        await visitor.get("/numbers/none?core=")
        await visitor.get("/_stcore/metrics")
        during = await asyncio.to_thread(figures, url)
        await visitor.leave()
        return during

    found = asyncio.run(visited())
    assert found["gatescope_pages", ""] == 1
    assert found["gatescope_events_total", "commit"] == 1
    assert found["gatescope_lenses_total", "kept"] == 1
    assert ("gatescope_events_total", "nonsense") not in found
    assert found["gatescope_answers_total", "events200"] == 3
    assert found["gatescope_answers_total", "core404"] == 1
    assert found["gatescope_answer_seconds_count", "events"] == 3
    assert found["gatescope_refusals_total", "closed"] == 1
    assert found["gatescope_cache_bytes", ""] > 10_000
    assert found["process_resident_memory_bytes", ""] > 50e6
    assert found["gatescope_waiting", "small"] == 0
    wait_until(lambda: figures(url)["gatescope_pages", ""] == 0)


def test_it_lives_and_is_ready_at_the_root_and_below_its_path(told: tuple[Server, str]) -> None:
    server, _ = told
    root = f"http://127.0.0.1:{server.port}"
    for prefix in (root, server.url):
        assert asked(f"{prefix}/livez") == (200, "This process lives.")
        assert asked(f"{prefix}/readyz") == (200, "Ready.")
    assert asked(f"{server.url}/metrics")[1].startswith("<!") or asked(f"{root}/metrics")[0] == 404


def test_told_to_end_it_refuses_new_pages_answers_the_others_and_ends_well(
    told: tuple[Server, str],
) -> None:
    server, _ = told

    async def visited() -> None:
        visitor = await Visitor.opened(server.port, "scene=pulse", base="/gate")
        server.process.send_signal(signal.SIGTERM)
        probe = f"{server.url}/readyz"
        await asyncio.to_thread(wait_until, lambda: asked(probe)[0] == 503)
        assert asked(probe)[1] == "Not ready: this process is ending."
        assert asked(f"{server.url}/livez")[0] == 200
        assert asked(f"{server.url}/?scene=pulse")[0] == 503
        answer = await visitor.post(kind="commit", target=BIAS, value=0.5)
        assert answer["ack"]["seq"] == 1
        await asyncio.wait_for(visitor.socket.wait_closed(), LEAVES + 5)
        assert visitor.socket.close_code == 1012  # RFC 6455: the service restarts
        await visitor.leave()

    asyncio.run(visited())
    assert server.process.wait(10) == 0


def test_each_line_of_its_log_is_json_and_says_nothing_of_a_visitor(
    told: tuple[Server, str],
) -> None:
    server, _ = told
    text = server.log.read_text()
    lines = [json.loads(one) for one in text.splitlines() if one.startswith("{")]
    routes = {one["route"] for one in lines if "route" in one}
    assert {"line", "events", "core", "first"} <= routes
    # All that was answered, the last of it while it ended: three events and one, two visitors.
    told = Counter(one.get("route") for one in lines)
    assert (told["events"], told["line"]) == (4, 2)
    assert not re.search(rf"pulse|{re.escape(BIAS)}|/numbers/|/events/|Traceback", text)
    others = [one for one in text.splitlines() if one.strip() and not one.startswith("{")]
    assert [one for one in others if "You can now view" not in one and "URL:" not in one] == []


def test_an_answer_on_its_way_is_finished_and_one_that_lasts_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATESCOPE_CLOSING_SECONDS", f"{CLOSES}")

    async def visited(server: Server) -> float:
        visitor = await Visitor.opened(server.port, "scene=pulse")
        body = b'{"client": "one", "events": []}'
        path = f"/events/{visitor.told['page']}"
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
        for _, writer in lines:
            writer.write(head + body[:5])
        await asyncio.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        await asyncio.to_thread(wait_until, lambda: not _listens(server.port))
        (reader, writer), (_, slow) = lines
        writer.write(body[5:])
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await asyncio.to_thread(server.process.wait, 15)
        for one in (writer, slow):
            one.close()
        await visitor.leave()
        return time.monotonic() - begun

    with serving() as server:
        taken = asyncio.run(visited(server))
        assert server.process.returncode == 0
        assert CLOSES <= taken < CLOSES + LAST + PATIENCE  # of a busy machine


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_page_on_running_has_every_figure_with_its_meaning() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(gatescope_\w+)` \| ([^|]+) \|$", page, re.M))
    families = [one for one in counts.REGISTRY.collect() if one.name.startswith("gatescope")]
    ends = {"counter": "_total"}
    assert rows == {
        one.name + ends.get(one.type, ""): one.documentation.strip() for one in families
    }


def test_figures_are_told_as_soon_as_the_port_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a process takes the place of one that has not ended yet."""
    import http.server

    monkeypatch.setattr(metrics, "AGAIN", 0.02)
    first = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    port = first.server_port
    metrics.serve(port, "127.0.0.1")
    first.server_close()
    wait_until(lambda: _answers(port))
    assert "gatescope_pages" in asked(f"http://127.0.0.1:{port}/metrics")[1]


def _answers(port: int) -> bool:
    try:
        return asked(f"http://127.0.0.1:{port}/metrics")[0] == 200
    except (urllib.error.URLError, OSError):
        return False


def test_an_address_that_is_not_ours_is_said(caplog: pytest.LogCaptureFixture) -> None:
    metrics.serve(free_port(), "192.0.2.1")
    wait_until(lambda: "GATESCOPE_METRICS_HOST" in caplog.text, 5)
    assert not [one for one in threading.enumerate() if one.name == "metrics" and one.is_alive()]
