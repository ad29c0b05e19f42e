"""A PostgreSQL of the tests' own, on no port, gone when they end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")  # where no search for programs leads
USER = "postgres"
# Nothing here has to survive a crash of the machine.
QUICK = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max((path.parent for path in DEBIAN.glob("*/bin/initdb")), default=None)


@contextmanager
def cluster(found: Path) -> Iterator[str]:
    """A running one: the folder of its socket. It refuses to run as root, and runs as its own."""
    folder = Path(tempfile.mkdtemp(prefix="gatescope-"))
    as_user: Sequence[str] = ()
    if os.geteuid() == 0:
        as_user = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
        shutil.chown(folder, USER, USER)

    def do(program: str, *arguments: str) -> None:
        command = [*as_user, str(found / program), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        do("initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync", "--encoding=UTF8")
        log = str(folder / "log")
        do("pg_ctl", "-D", data, "-w", "-l", log, "-o", f"{QUICK} -k {folder}", "start")
        try:
            yield str(folder)
        finally:
            do("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
