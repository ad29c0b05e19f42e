"""compose.yaml is what the compose specification allows, and nginx before it does what it says."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from app.site.nginx import COOKIE, program
from benchmarks.proxy import PATIENCE, missing
from scripts.lock import ROOT
from tests.serving import free_port

FILE = ROOT / "deploy" / "compose.yaml"
NGINX = ROOT / "deploy" / "nginx.conf"
CHECKER = Path(sys.executable).with_name("check-jsonschema")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]


WRONG = {
    "readonly": ("read_only: true", "readonly: true"),
    "several limits": ("pids_limit: 64", "pids_limit: [64]"),
    "another condition": ("condition: service_healthy", "condition: healthy"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By the names of files what the schema has against them: of ours, and of the wrong ones."""
    folder, text = tmp_path_factory.mktemp("compose"), FILE.read_text(encoding="utf-8")
    for name, change in WRONG.items():
        (folder / f"{name}.yaml").write_text(text.replace(*change))
    # The schema of the compose specification, as the checker ships it; once, for it starts slowly.
    command = [CHECKER, "--builtin-schema", "vendor.compose-spec", "--output-format", "json"]
    files = [FILE, *sorted(folder.iterdir())]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (told["status"], told["parse_errors"]) == ("fail", []), told
    return {Path(one["filename"]).stem: one["message"] for one in told["errors"]}


def test_it_fits_the_published_schema(refused: dict[str, str]) -> None:
    assert FILE.stem not in refused, refused


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_does_not_fit(refused: dict[str, str], name: str) -> None:
    assert name in refused


def test_every_service_is_kept_small(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert {"mem_limit", "pids_limit", "tmpfs"} <= service.keys()


def test_both_processes_sign_with_one_secret(services: dict[str, dict[str, Any]]) -> None:
    secrets = [services[name]["environment"] for name in ("app0", "app1")]
    assert {one["STREAMLIT_SERVER_COOKIE_SECRET"] for one in secrets} == {
        "${COOKIE_SECRET:?see example.env}"
    }


def test_only_nginx_is_reached_from_outside(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    networks = yaml.safe_load(FILE.read_text(encoding="utf-8"))["networks"]
    assert networks["inside"]["internal"] is True
    assert {name for name, one in services.items() if "outside" in one["networks"]} == {"nginx"}


def test_apps_start_when_the_store_has_its_newest_schema(
    services: dict[str, dict[str, Any]],
) -> None:
    assert services["upgrade"]["command"] == ["python3", "-m", "app.store", "upgrade"]
    for name in ("app0", "app1"):
        assert services[name]["depends_on"] == {
            "upgrade": {"condition": "service_completed_successfully"}
        }


def test_what_has_to_be_chosen_stands_in_the_example() -> None:
    named = set(re.findall(r"\$\{(\w+)", FILE.read_text(encoding="utf-8")))
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    shown = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert shown <= named
    # What is not shown has a default; what is asked for is left open in the example.
    asked = set(re.findall(r"\$\{(\w+):\?", FILE.read_text(encoding="utf-8")))
    assert asked == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def test_nginx_has_the_addresses_of_the_apps(services: dict[str, dict[str, Any]]) -> None:
    text = NGINX.read_text(encoding="utf-8")
    apps = [services[name]["networks"]["inside"]["ipv4_address"] for name in ("app0", "app1")]
    own = services["nginx"]["networks"]["inside"]["ipv4_address"]
    assert sorted(set(re.findall(r"server ([\d.]+):8501", text))) == apps
    assert services["app0"]["environment"]["FORWARDED_ALLOW_IPS"] == own


class Named(BaseHTTPRequestHandler):
    """A server that says its own port."""

    def do_GET(self) -> None:
        said = f"{self.server.server_address[1]} {self.headers['X-Forwarded-For']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(port: int) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), Named)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def standing(folder: Path, ports: list[int]) -> Iterator[int]:
    """nginx with the file of deploy/, whose servers are at these ports of this machine."""
    nginx, own = program(), free_port()
    if nginx is None:
        pytest.skip(missing())
    text = NGINX.read_text(encoding="utf-8").replace("listen 8080", f"listen 127.0.0.1:{own}")
    for host, port in zip(("172.30.7.11", "172.30.7.12"), ports, strict=True):
        text = text.replace(f"{host}:8501", f"127.0.0.1:{port}")
        text = text.replace(f"{host.replace('.', '[.]')}:8501", f"127[.]0[.]0[.]1:{port}")
    text = text.replace("/tmp/", f"{folder}/").replace("include mime.types;", "")
    (folder / "nginx.conf").write_text(text)
    folder.chmod(0o755)
    command = [nginx, "-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(int(PATIENCE / 0.05)):
            try:
                ask(own)
                break
            except urllib.error.HTTPError as error:  # there, with nobody behind it
                error.close()
                break
            except OSError:
                assert process.poll() is None, process.stdout
                time.sleep(0.05)
        yield own
    finally:
        process.terminate()
        process.communicate(timeout=10)


def ask(port: int, cookie: str = "") -> tuple[int, str, str]:
    """The port of who has answered, the visitor's address as told, and the cookie that was set."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=5) as answer:
        said, address = answer.read().decode().split()
        told = answer.headers.get("Set-Cookie", "")
    return int(said), address, told.partition(";")[0]


def test_a_browser_stays_with_the_process_of_its_first_page(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with answering(ports[0]), answering(ports[1]), standing(tmp_path, ports) as port:
        first, address, cookie = ask(port)
        assert cookie == f"{COOKIE}=s{ports.index(first)}"
        assert address == "127.0.0.1"
        assert [ask(port, cookie)[0] for _ in range(6)] == [first] * 6
        assert ask(port, cookie)[2] == ""
        # Others come to the other one.
        assert {ask(port)[0] for _ in range(6)} == set(ports)


def test_the_other_process_takes_over_and_the_cookie_says_so(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with answering(ports[1]):
        with answering(ports[0]), standing(tmp_path, ports) as port:
            assert ask(port, f"{COOKIE}=s0")[0] == ports[0]
        with standing(tmp_path, ports) as port:
            assert ask(port, f"{COOKIE}=s0") == (ports[1], "127.0.0.1", f"{COOKIE}=s1")


def test_without_any_process_the_answer_says_so_at_once(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with answering(ports[0]), standing(tmp_path, ports) as port:
        pass
    began = time.monotonic()
    with standing(tmp_path, ports) as port, pytest.raises(urllib.error.HTTPError) as refused:
        ask(port)
    assert refused.value.code == 502
    assert time.monotonic() - began < PATIENCE
    refused.value.close()
