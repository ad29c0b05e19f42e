"""Which licence each installed package has, and whether it may be here (scripts/licences.toml)."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from license_expression import AND, OR, get_spdx_licensing

from scripts.lock import read

TABLE = tomllib.loads(Path(__file__).with_name("licences.toml").read_text(encoding="utf-8"))
SPDX = get_spdx_licensing()
KIND = "License :: "
CARDS = {pin.split("==")[0] for pin in read("requirements-torch.lock")} - {"torch"}
LONGEST = 60  # characters of a name; what is longer is the licence's text itself


def canonical(name: str) -> str:
    """The name of a package as an index spells it: a dash for each run of -, _ and dots."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: importlib.metadata.Distribution) -> str | None:
    """The licence in SPDX's words, from what the package says of itself; None if it does not."""
    told = package.metadata
    kinds = [kind for kind in told.get_all("Classifier") or () if kind.startswith(KIND)]
    names = [kind.split(" :: ")[-1] for kind in kinds]
    plain = [name for name in names if name != "DFSG approved"]
    if expression := told.get("License-Expression"):
        return expression
    if read := TABLE["read"].get(canonical(package.name)):
        return read
    if plain:
        return " AND ".join(TABLE["said"].get(name, f"({name})") for name in plain)
    said = (told.get("License") or "").strip()
    return TABLE["said"].get(said, said) if 0 < len(said) <= LONGEST else None


def is_allowed(expression: str, names: Iterable[str]) -> bool:
    """Whether all that binds is among the names: each part of an AND, one of an OR."""
    try:
        parsed = SPDX.parse(expression)
    except Exception as error:  # noqa: BLE001 - whatever it cannot read is not known
        return not error
    return _allowed(parsed, frozenset(names))


def _allowed(parsed: object, names: frozenset[str]) -> bool:
    if isinstance(parsed, AND):
        return all(_allowed(part, names) for part in parsed.args)
    if isinstance(parsed, OR):
        return any(_allowed(part, names) for part in parsed.args)
    return str(parsed) in names


def refused(packages: Iterable[importlib.metadata.Distribution]) -> list[str]:
    """A sentence for each package whose licence is not known, or not allowed.

    What only PyTorch's build for graphics cards needs is left to whoever chose that build.
    """
    sentences = []
    looked_at = (one for one in packages if canonical(one.name) not in CARDS)
    for package in sorted(looked_at, key=lambda one: one.name.lower()):
        found = licence(package)
        started = canonical(package.name) in TABLE["started"]
        names = [*TABLE["allowed"], *(TABLE["programs"] if started else ())]
        if found is None:
            sentences.append(f"{package.name} {package.version} does not say its licence.")
        elif not is_allowed(found, names):
            sentences.append(f"{package.name} {package.version} is {found}, which is not allowed.")
    return sentences
