"""What the app is made of, as CycloneDX: `make sbom`.

The locked packages that this system has, with the licences that they say they have; what lies in
assets/ and is somebody else's; and the models that are shipped. The file is checked against the
schema of CycloneDX before it is written.
"""

import argparse
import hashlib
import importlib.metadata
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

from scripts.licences import TABLE, canonical, licence
from scripts.lock import ROOT, read

ASSETS = ROOT / "assets"
MANIFESTS = (ASSETS / "models" / "MANIFEST", ASSETS / "series" / "MANIFEST")
NPM = re.compile(r"npm package `([^`]+)`, version (\d[\w.]*\w)")
LICENCE = re.compile(r"^- Licence: (.+)$", re.MULTILINE)
STORE = "requirements-postgresql.lock"
NAMED = {"SIL Open Font License 1.1": "OFL-1.1", "public domain": "LicenseRef-public-domain"}
NEEDED_BY = re.compile(
    r"^    # +(?:via )?(-r requirements[\w-]*\.txt|[A-Za-z0-9][\w.-]*)$", re.MULTILINE
)


def packages() -> dict[str, tuple[Component, list[str]]]:
    """Each locked package that this system takes, and the names of those that need it."""
    found = {}
    build = "-cpu" if "+cpu" in importlib.metadata.version("torch") else ""
    locked = {**read("requirements.lock"), **read(f"requirements-torch{build}.lock")}
    besides = read(STORE)  # the image has it; elsewhere who has such a store
    for pin, text in (locked | besides).items():
        wanted = Requirement(pin)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        if pin in besides and not find_spec(wanted.name.replace("-", "_")):
            continue
        version = str(wanted.specifier).removeprefix("==")
        name = canonical(wanted.name)
        said = licence(importlib.metadata.distribution(wanted.name))
        needed_by = [one for one in NEEDED_BY.findall(text) if one != "via"]
        component = Component(
            name=name,
            version=version,
            purl=PackageURL("pypi", None, name, version),
            bom_ref=f"pypi:{name}",
            scope=ComponentScope.OPTIONAL if pin in besides else None,
            licenses=[LicenseExpression(said)] if said else [],
        )
        found[name] = (component, needed_by)
    return found


def vendored() -> list[Component]:
    """What lies in assets/vendor: a folder each, whose README.md says what it is."""
    return [_vendored(readme) for readme in sorted((ASSETS / "vendor").glob("*/README.md"))]


def _vendored(readme: Path) -> Component:
    text = readme.read_text(encoding="utf-8")
    ((name, version),) = NPM.findall(text)
    (said,) = LICENCE.findall(text)
    (file,) = (one for one in readme.parent.iterdir() if one.suffix in (".js", ".woff2"))
    group, _, short = name.rpartition("/")
    return Component(
        name=short,
        group=group or None,
        version=version,
        purl=PackageURL("npm", group or None, short, version),
        bom_ref=f"vendor:{readme.parent.name}",
        licenses=[DisjunctiveLicense(id=_licence_in(said))],
        hashes=[_hash(file)],
    )


def models() -> list[Component]:
    """The models and series that are shipped, as their MANIFEST has them."""
    return [_model(manifest.parent, block) for manifest in MANIFESTS for block in _blocks(manifest)]


def _blocks(manifest: Path) -> list[dict[str, str]]:
    """Its blocks of `field: value`; a field that is there more than once is one text."""
    blocks: list[dict[str, str]] = []
    for line in manifest.read_text(encoding="utf-8").splitlines():
        field, _, value = line.partition(": ")
        if field == "file":
            blocks.append({})
        if value and not line.startswith("#"):
            blocks[-1][field] = f"{blocks[-1].get(field, '')} {value}".strip()
    return blocks


def _model(folder: Path, block: dict[str, str]) -> Component:
    file = folder / block["file"]
    is_model = file.suffix == ".npz"
    return Component(
        type=ComponentType.MACHINE_LEARNING_MODEL if is_model else ComponentType.DATA,
        name=file.name,
        bom_ref=f"{folder.name}:{file.name}",
        description=block["what"],
        licenses=[LicenseExpression(_licence_in(block["licence"]))],
        hashes=[_hash(file)],
    )


def _licence_in(text: str) -> str:
    """The first licence named in a sentence, in SPDX's words."""
    names = {**NAMED, **{name: name for name in TABLE["allowed"]}}
    places = {text.find(name): short for name, short in names.items() if name in text}
    if not places:
        raise SystemExit(f"No licence that is known is named in {text!r}.")
    return places[min(places)]


def _hash(file: Path) -> HashType:
    return HashType(
        alg=HashAlgorithm.SHA_256, content=hashlib.sha256(file.read_bytes()).hexdigest()
    )


def bill() -> Bom:
    """All of it, with who needs whom."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    app = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
        licenses=[LicenseExpression(project["license"])],
    )
    locked, shipped = packages(), [*vendored(), *models()]
    bom = Bom(components=[*(component for component, _ in locked.values()), *shipped])
    bom.metadata.component = app
    needs: dict[str, list[Component]] = {name: [] for name in locked}
    direct = list(shipped)
    for component, needed_by in locked.values():
        for name in map(canonical, needed_by):
            needs.get(name, direct).append(component)
    for name, (component, _) in locked.items():
        bom.register_dependency(component, needs[name])
    bom.register_dependency(app, direct)
    return bom


def written() -> str:
    """The bill as JSON. SystemExit if it does not fit the schema."""
    text: str = JsonV1Dot6(bill()).output_as_string(indent=1)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong:
        raise SystemExit(f"The bill does not fit the schema of CycloneDX: {wrong}")
    return text


def main() -> None:
    """Write it to the file that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written() + "\n", encoding="utf-8")
    print(f"{file}: what the app is made of, in CycloneDX 1.6.")


if __name__ == "__main__":
    main()
