"""Write the lock files of what is installed, each file with its hashes: `make lock`.

uv finds the versions, for every system and every Python that Gatescope runs on; versions that are
locked already stay unless a requirement forbids them, or --upgrade is given. PyTorch has lock files
of its own, for it has two builds: PyPI's, with what graphics cards need, and the one for processors
alone, which lies on another index (docs/supply.md).
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
CPU = ROOT / "scripts" / "torch_cpu.sha256"
OLDEST = "3.11"
# PyTorch, and what its package on PyPI needs on Linux for graphics cards and nothing else needs.
TORCH = re.compile(r"(torch|nvidia|cuda|triton)\b")
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
HEAD = "# {what}\n# Written by `make lock`: change {source} instead.\n"

Blocks = dict[str, str]  # the text of each locked package, from its name to its last line


def blocks(text: str) -> Blocks:
    """The packages of a lock file by name and marker, each with its hashes and who needs it."""
    parts = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return {part.split(" \\\n")[0]: part for part in parts if NAME.match(part)}


def compiled(source: str, before: Mapping[str, str], *options: str) -> Blocks:
    """What `source` needs, on every system. before: what is locked already, and stays if it can."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock"
        out.write_text("".join(before.values()), encoding="utf-8")
        command = [sys.executable, "-m", "uv", "pip", "compile", source, "--quiet", "--universal"]
        command += ["--python-version", OLDEST, "--generate-hashes", "--no-header"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--output-file", str(out)]
        subprocess.run([*command, *options], cwd=ROOT, check=True)
        return blocks(out.read_text(encoding="utf-8"))


def cpu_build(torch: str) -> Blocks:
    """The same version of PyTorch as a build for processors alone. torch: as it is locked."""
    pin = f"{torch}+cpu"
    lines = [line.split() for line in CPU.read_text(encoding="utf-8").splitlines()]
    if any(not name.startswith(f"{pin.replace('==', '-')}-") for _, name in lines):
        raise SystemExit(f"{CPU.name} is not of {torch}: docs/supply.md says how to renew it.")
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest, _ in sorted(lines))
    return {pin: f"{pin}{hashes}\n    # via -r requirements.txt\n"}


def besides(locked: Blocks, app: Blocks) -> Blocks:
    """What is not of the app; a marker does not make a package another one."""
    named = {pin.split(" ;")[0] for pin in app}
    return {pin: text for pin, text in locked.items() if pin.split(" ;")[0] not in named}


def read(name: str) -> Blocks:
    """A lock file as it is, empty if there is none."""
    path = ROOT / name
    return blocks(path.read_text(encoding="utf-8")) if path.exists() else {}


def write(name: str, what: str, source: str, locked: Mapping[str, str]) -> None:
    """A lock file. what, source: for its first lines."""
    text = HEAD.format(what=what, source=source) + "".join(locked.values())
    (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Write all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="the newest versions that fit")
    newest = ["--upgrade"] if parser.parse_args().upgrade else []

    before = {**read("requirements.lock"), **read("requirements-torch.lock")}
    app = compiled("requirements.txt", before, *newest)
    torch = {pin: text for pin, text in app.items() if TORCH.match(pin)}
    (pin,) = (pin for pin in torch if pin.startswith("torch=="))
    source = "requirements.txt"
    write("requirements.lock", "What the app needs besides PyTorch.", source, besides(app, torch))
    write("requirements-torch.lock", "PyTorch as PyPI has it, and what it needs.", source, torch)
    what = "PyTorch built for processors alone."
    write("requirements-torch-cpu.lock", what, f"{source} and {CPU.name}", cpu_build(pin))

    # Those of the app first: the same versions for both.
    dev = compiled("requirements-dev.txt", {**app, **read("requirements-dev.lock")}, *newest)
    if not app.keys() <= dev.keys():
        raise SystemExit(
            f"make test would need other versions than make run: {app.keys() - dev.keys()}"
        )
    source = "requirements-dev.txt"
    write("requirements-dev.lock", "What tests need besides.", source, besides(dev, app))

    # What a store in PostgreSQL needs; only images and sites that have one install it.
    store = compiled("requirements-postgresql.txt", {**app, **read("requirements-postgresql.lock")})
    source, what = "requirements-postgresql.txt", "What a store in PostgreSQL needs besides."
    write("requirements-postgresql.lock", what, source, besides(store, app))

    files = compiled("requirements-models.txt", {}, "--no-deps")
    write("requirements-models.lock", "Files that tests use.", "requirements-models.txt", files)


if __name__ == "__main__":
    main()
