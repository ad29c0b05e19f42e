"""The command line of a store: one line for what was done, one for what went wrong."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import settings
from app.store import __main__ as command
from app.store import site

ROOT = Path(__file__).parents[3]
Said = Callable[..., tuple[int, str]]


def run(where: str, *arguments: str) -> tuple[int, str]:
    """Its exit status and its line, from a process that is told where the store is."""
    done = subprocess.run(
        [sys.executable, "-m", "app.store", *arguments],
        cwd=ROOT,
        env={**os.environ, "GATESCOPE_STORE": where},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, line_of(done.stdout + done.stderr)


def line_of(text: str) -> str:
    assert text.count("\n") == 1, text
    return text.rstrip("\n")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    """The same of this process, which has loaded all that it needs."""

    def run_here(where: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(settings, "STORE", where)
        monkeypatch.setattr(settings, "HAS_STORE", True)
        code = command.main(arguments)
        return code, line_of("".join(capsys.readouterr()))

    site.engine.cache_clear()
    yield run_here
    site.engine(command.PATIENCE).dispose()
    site.engine.cache_clear()


def test_a_store_is_made_backed_up_and_restored(
    said: Said, address: Callable[[str], str], tmp_path: Path
) -> None:
    where, file = address("sqlite"), str(tmp_path / "backup.jsonl")
    code, text = said(where, "expire")
    assert (code, "upgrade" in text) == (2, True)
    assert run(where, "upgrade") == (0, "The store is made, with the schema 0001.")
    assert said(where, "upgrade") == (0, "The store has the schema 0001.")
    assert said(where, "backup", file) == (0, f"0 short links are in {file}.")
    assert said(where, "restore", file) == (0, "0 short links were read, 0 added.")
    assert said(where, "expire") == (0, "0 short links were dropped.")
    missing = str(tmp_path / "none.jsonl")
    assert said(where, "restore", missing) == (2, f"{missing}: No such file or directory.")


@pytest.mark.parametrize("command", ["upgrade", "expire"])
def test_without_a_store_the_command_says_where_to_name_one(command: str) -> None:
    code, text = run("none", command)
    assert (code, "GATESCOPE_STORE" in text) == (2, True)
