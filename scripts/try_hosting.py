"""Follow docs/hosting.md in a clean Debian root: `python -m scripts.try_hosting` as root.

Every block of commands on that page is run there as it stands, with a clone of this repository.
Lines of systemctl are left out: in their place what the unit names is started as its user, with its
environment. Then the commands under “See” have to answer. Needs what scripts/try_image.py needs.
"""

import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.lock import ROOT
from scripts.try_image import PATH, base, bound, mounted, pip_settings, run

PAGE = ROOT / "docs" / "hosting.md"
SOURCE = "srv/source"  # where the clone comes from
UNIT = "etc/systemd/system/gatescope.service"
PATIENCE = 90.0  # seconds for the site to be ready


def blocks(page: str) -> dict[str, str]:
    """The commands to run, by their headings."""
    found = {}
    for section in page.split("\n## ")[1:]:
        heading, *blocks = section.split("```sh\n")
        if blocks:
            found[heading.partition("\n")[0]] = blocks[0].partition("```")[0]
    return {
        name: "".join(line for line in text.splitlines(True) if not line.startswith("systemctl"))
        for name, text in found.items()
    }


def inside(root: Path, script: str, *user: str) -> None:
    """Commands in the root, as root or as another user; every one has to end well."""
    told = {**pip_settings(), "PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
    run("chroot", *user, root, "/bin/sh", "-euxc", script, env=told)


def unit(root: Path) -> dict[str, list[str]]:
    """What the service says, by its names."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", (root / UNIT).read_text(), re.M):
        found.setdefault(name, []).append(value)
    return found


@contextmanager
def site(root: Path) -> Iterator[None]:
    """The service as its unit has it, without systemd."""
    says = unit(root)
    (root / "run/gatescope").mkdir(parents=True)
    inside(root, f"chown {says['User'][0]} /run/gatescope")
    settings = "; ".join(f"export {one}" for one in says["Environment"])
    settings += (
        f"; set -a; . {says['EnvironmentFile'][0]}; set +a; cd {says['WorkingDirectory'][0]}"
    )
    as_user = ["chroot", f"--userspec={says['User'][0]}", str(root), "/bin/sh", "-euxc"]
    told = {"PATH": PATH, "HOME": "/srv/gatescope"}
    run(*as_user, f"{settings}; {says['ExecStartPre'][0]}", env=told)
    command = [*as_user, f"{settings}; exec {says['ExecStart'][0]}"]
    with subprocess.Popen(command, env=told) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def main() -> None:
    """Say what was done and how long it took."""
    todo = blocks(PAGE.read_text(encoding="utf-8"))
    assert list(todo) == ["Install", "Settle", "See"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        base(root)
        print(f"a clean Debian after {time.monotonic() - began:.0f} s", flush=True)
        with mounted(root), bound(ROOT, root / SOURCE):
            inside(root, todo["Install"].replace("REPOSITORY", f"file:///{SOURCE}"))
            inside(root, todo["Settle"])
            print(f"installed after {time.monotonic() - began:.0f} s", flush=True)
            with site(root):
                until = time.monotonic() + PATIENCE
                while True:
                    try:
                        inside(root, todo["See"])
                        break
                    except subprocess.CalledProcessError:
                        if time.monotonic() > until:
                            raise
                        time.sleep(1)
                print(f"a site after {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
