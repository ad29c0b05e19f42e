"""The bill of what the app is made of names all of it, and fits the schema of CycloneDX."""

import hashlib
import importlib.metadata
import json
from pathlib import Path

import pytest

from scripts import sbom
from tests.supply.test_lock import here


@pytest.fixture(scope="module")
def bill() -> dict[str, dict]:
    """The components by their names."""
    parts: list[dict] = json.loads(sbom.written())["components"]
    return {part["name"]: part for part in parts}


def test_every_locked_package_of_this_system_is_in_it(bill: dict[str, dict]) -> None:
    build = "-cpu" if "+cpu" in importlib.metadata.version("torch") else ""
    packages = {
        name: part["version"].removesuffix("+cpu")
        for name, part in bill.items()
        if part.get("purl", "").startswith("pkg:pypi/")
    }
    locks = ["requirements.lock", f"requirements-torch{build}.lock", sbom.STORE]
    assert packages == here(locks)


def test_what_only_a_store_in_postgresql_needs_is_named_as_such(bill: dict[str, dict]) -> None:
    optional = {name for name, part in bill.items() if part.get("scope") == "optional"}
    assert {"psycopg", "psycopg-binary"} <= optional
    assert not optional & {"numpy", "sqlalchemy", "streamlit"}


@pytest.mark.parametrize(
    ("name", "version", "licence", "file"),
    [
        ("plotly.js-cartesian-dist-min", "4.1.1", "MIT", "plotly/plotly-cartesian.min.js"),
        ("stix-two-math", "5.3.0", "OFL-1.1", "stix/stix-two-math.woff2"),
    ],
)
def test_what_is_vendored_is_in_it(
    bill: dict[str, dict], name: str, version: str, licence: str, file: str
) -> None:
    found = bill[name]
    digest = hashlib.sha256((sbom.ASSETS / "vendor" / file).read_bytes()).hexdigest()
    assert found["version"] == version
    assert found["licenses"] == [{"license": {"id": licence}}]
    assert found["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_every_folder_of_vendored_files_is_in_it() -> None:
    folders = [path for path in (sbom.ASSETS / "vendor").iterdir() if path.is_dir()]
    assert len(sbom.vendored()) == len(folders)


def test_every_model_that_is_shipped_is_in_it(bill: dict[str, dict]) -> None:
    models = {path.name for path in (sbom.ASSETS / "models").glob("*.npz")}
    named = {n for n, part in bill.items() if part["type"] == "machine-learning-model"}
    assert named == models
    assert bill["reader.npz"]["licenses"] == [{"expression": "Apache-2.0"}]


def test_it_says_who_needs_whom() -> None:
    needs = {
        one["ref"]: one.get("dependsOn", []) for one in json.loads(sbom.written())["dependencies"]
    }
    assert {"pypi:numpy", "pypi:torch", "vendor:plotly"} <= set(needs["gatescope"])
    assert "pypi:pandas" in needs["pypi:streamlit"]
    assert "pypi:pandas" not in needs["gatescope"]


def test_a_licence_that_nobody_knows_is_no_bill() -> None:
    with pytest.raises(SystemExit, match="No licence that is known"):
        sbom._licence_in("a licence of our own")


def test_the_command_writes_it_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "build" / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", str(file)])
    sbom.main()
    assert json.loads(file.read_text(encoding="utf-8"))["specVersion"] == "1.6"
