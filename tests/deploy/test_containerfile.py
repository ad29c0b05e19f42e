"""The file that an image is made of: clean to a linter, and what is said of it is so."""

import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scripts.containerfile import ContainerfileError, Step, filled, pairs, stages, steps
from scripts.lock import ROOT

FILE = ROOT / "deploy" / "Containerfile"
TEXT = FILE.read_text(encoding="utf-8")
LINTER = Path(sys.executable).with_name("hadolint")


@pytest.fixture(scope="module")
def last() -> dict[str, str]:
    """The instructions of the stage that is the image, by name; of several the last."""
    return {step.name: step.text for step in stages(TEXT, {"BASE": "base"})[-1].steps}


def test_the_linter_finds_nothing() -> None:
    run = subprocess.run([LINTER, "--no-color", FILE], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    wrong = tmp_path / "Containerfile"
    wrong.write_text(TEXT.replace("FROM ${BASE}\n", "FROM debian:latest\n"))
    run = subprocess.run([LINTER, "--no-color", wrong], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "DL3007" in run.stdout


def test_the_base_has_no_default_that_would_grow_old() -> None:
    assert steps(TEXT)[0] == Step("ARG", "BASE")
    assert {stage.base for stage in stages(TEXT, {"BASE": "debian@sha256:…"})} == {
        "debian@sha256:…"
    }


def test_the_image_runs_as_nobody_in_particular(last: dict[str, str]) -> None:
    assert last["USER"] == "10001:10001"
    assert "useradd --uid 10001 --gid 10001" in last["RUN"]


def test_the_image_has_no_compiler_and_no_pip(last: dict[str, str]) -> None:
    built = " ".join(step.text for step in stages(TEXT, {})[0].steps)
    assert "pip uninstall --yes --quiet pip" in built
    assert "--only-binary :all:" in built
    assert not re.search(r"gcc|build-essential|-dev\b|python3-pip|python3-venv", last["RUN"])


def test_only_what_is_locked_is_installed() -> None:
    installs = [step.text for step in steps(TEXT) if "pip install" in step.text]
    (line,) = installs
    assert "--require-hashes" in line
    assert re.findall(r"--requirement (\S+)", line) == [
        "requirements.lock",
        "requirements-torch-cpu.lock",
        "requirements-postgresql.lock",
    ]


def test_what_the_image_needs_is_handed_to_whoever_builds_it() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    handed = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for step in steps(TEXT)
        if step.name == "COPY" and "--from" not in step.text
        for source in step.text.split()[:-1]
    }
    assert copied == {name.removesuffix("/config.toml") for name in handed}
    assert all((ROOT / name).exists() for name in handed)


def test_no_address_of_an_index_stands_in_any_file_of_deploy() -> None:
    local = re.compile(r"https?://(127\.0\.0\.1|\$group|[\w.]+\.example\.org)\b")
    for path in (ROOT / "deploy").rglob("*.*"):
        if path.is_file() and "__pycache__" not in path.parts:
            found = re.findall(r"https?://\S+", path.read_text(encoding="utf-8"))
            assert [address for address in found if not local.match(address)] == [], path


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("path", "well"), [("/well", True), ("/ill", False)])
def test_the_health_check_is_what_the_server_says(path: str, well: bool) -> None:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    told = {"STREAMLIT_SERVER_PORT": str(server.server_port), "GATESCOPE_HEALTH": path}
    command = [sys.executable, ROOT / "deploy" / "healthy.py"]
    run = subprocess.run(command, env={**os.environ, **told}, capture_output=True, check=False)
    server.shutdown()
    server.server_close()
    assert (run.returncode == 0) is well


def test_the_reader_of_these_files_knows_stages_options_and_lists() -> None:
    text = """\
# about
ARG BASE
FROM ${BASE} AS built
# within
RUN one \\
    # hidden
    && two
FROM other
COPY --from=built /a /b c/
HEALTHCHECK --interval=10s --timeout=5s CMD ["x", "y"]
CMD ["serve"]
"""
    built, image = stages(text, {"BASE": "debian"})
    assert (built.base, built.name, image.base, image.name) == ("debian", "built", "other", "")
    assert built.steps == [Step("RUN", "one && two")]
    assert image.steps[0].options() == ({"from": "built"}, "/a /b c/")
    assert image.steps[1].options()[1] == 'CMD ["x", "y"]'
    assert image.steps[2].words() == ["serve"]


@pytest.mark.parametrize("text", ["ADD a b", "RUN one\nFROM two", 'FROM a\nSHELL ["sh"]'])
def test_what_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(ContainerfileError):
        stages(text, {})


def test_a_command_without_brackets_is_refused() -> None:
    with pytest.raises(ContainerfileError, match="is no list of words"):
        Step("CMD", "streamlit run").words()


def test_variables_are_filled_and_those_without_a_value_are_empty() -> None:
    assert filled("${A}/$B:${C}", {"A": "1", "B": "2"}) == "1/2:"
    assert pairs(Step("ENV", 'A="b c" PATH=/x:$PATH'), {"PATH": "/bin"}) == {
        "A": "b c",
        "PATH": "/x:/bin",
    }
