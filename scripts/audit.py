"""Known weaknesses and licences of all that is installed: `make audit`.

pip-audit asks PyPI about each locked version. Where PyPI's data cannot be reached, that is said,
and is no failure unless --strict is given: “not checked” is neither green nor red.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.licences import refused

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-torch.lock", "requirements-dev.lock")


@dataclass(frozen=True)
class Known:
    """What is known of the locked versions. checked: how many; weak, unknown: a line for each."""

    checked: int
    weak: list[str]
    unknown: list[str]


def asked() -> Known:
    """What PyPI says of the versions in the lock files."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--format", "json"]
    command += ["--progress-spinner", "off"]
    for lock in LOCKS:
        command += ["--requirement", lock]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return answered(run.stdout, run.stderr)


def answered(out: str, errors: str) -> Known:
    """The same, from what pip-audit has written: JSON, or nothing and an error."""
    try:
        packages = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        return Known(0, [], [errors.strip().split("\n")[-1] or "pip-audit has said nothing"])
    weak = [
        f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended(weakness)}"
        for one in packages
        for weakness in one.get("vulns", ())
    ]
    unknown = [one["skip_reason"] for one in packages if "skip_reason" in one]
    return Known(len(packages) - len(unknown), weak, unknown)


def mended(weakness: Mapping[str, list[str]]) -> str:
    """The versions without it."""
    return ", ".join(weakness["fix_versions"]) or "none yet"


def told(known: Known) -> list[str]:
    """What there is to say of it, a line each."""
    lines = []
    if known.checked:
        lines = [f"Known weaknesses: {known.checked} versions checked, {len(known.weak)} weak."]
    if known.unknown:
        count = "none" if not known.checked else f"{len(known.unknown)} versions not"
        lines = [*lines, f"Known weaknesses: {count} checked, because: {known.unknown[0]}"]
    return [*lines, *known.weak]


def main() -> None:
    """Say what was found; exit with 1 if something is weak, or its licence is not allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="what is not checked is a failure")
    strict = parser.parse_args().strict
    known = asked()
    licences = refused(importlib.metadata.distributions())
    print(*told(known), *licences, sep="\n")
    print(f"Licences: {len(licences)} not allowed or not known.")
    raise SystemExit(bool(known.weak or licences or (strict and known.unknown)))


if __name__ == "__main__":
    main()
