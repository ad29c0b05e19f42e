"""Versions are stated once: requirements.txt is what pip, containers and pyproject.toml install."""

import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
JS = ROOT / "tests" / "js"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").split("\n")
    return dict(line.split("==") for line in lines if line and not line.startswith("-r "))


def packages_of_node() -> dict[str, str]:
    return json.loads((JS / "package.json").read_text(encoding="utf-8"))["devDependencies"]


def test_pyproject_takes_its_dependencies_from_requirements_txt() -> None:
    assert PROJECT["project"]["dynamic"] == ["dependencies"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["dependencies"] == {
        "file": ["requirements.txt"]
    }


def test_development_requirements_start_from_those_of_the_app() -> None:
    first = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").split("\n")[0]
    assert first == "-r requirements.txt"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_pinned_versions_are_the_ones_tested(name: str) -> None:
    # A local suffix such as +cpu names a build of the same version.
    installed = {p: importlib.metadata.version(p).split("+")[0] for p in pins(name)}
    assert installed == pins(name)


def test_packages_of_node_are_pinned_and_come_from_no_host_in_particular() -> None:
    locked = json.loads((JS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package, version in packages_of_node().items():
        assert locked[f"node_modules/{package}"]["version"] == version
    assert [name for name, entry in locked.items() if "resolved" in entry] == []
    assert [name for name, entry in locked.items() if name and "integrity" not in entry] == []


def test_each_dependency_has_its_reason_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = [*pins("requirements.txt"), *pins("requirements-dev.txt"), *packages_of_node()]
    for package in named:
        assert re.search(rf"^\| {package} \|", text, re.MULTILINE), f"{package} has no reason"


def test_what_the_app_says_is_shipped_with_it() -> None:
    shipped = PROJECT["tool"]["setuptools"]["package-data"]["app.words"]
    words = ROOT / "app" / "words"
    data = {path for path in words.rglob("*") if path.is_file() and path.suffix == ".toml"}
    assert data == {path for pattern in shipped for path in words.glob(pattern)} != set()
