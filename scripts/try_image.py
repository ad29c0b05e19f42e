"""Run the steps of deploy/Containerfile in a clean Debian, then its command: `make image`.

For machines without a container engine. mmdebstrap makes the base, chroot takes the place of the
engine. The command runs as the image's user on a root that is read-only but for /tmp; it is asked
for its health, for the first page, and for its memory. Needs root, mmdebstrap, Debian's mirror and
an index of packages; pip's own settings (PIP_…) are those of whoever calls. What an engine does and
this does not is told in docs/containers.md.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.containerfile import ContainerfileError, Stage, Step, filled, pairs, stages
from scripts.lock import ROOT
from tests.serving import SHELL, browsing, executable, free_port

FILE = ROOT / "deploy" / "Containerfile"
SUITE = "bookworm"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LENT = "run/lent"  # where steps find files of this machine
PATIENCE = 60.0  # seconds for the server to be well
MEGABYTE = 2**20


@dataclass
class Image:
    """What a stage has made. root: its files; the rest is what an image says of itself."""

    root: Path
    folder: str = "/"
    user: str = "0:0"
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def run(*command: str | Path, **more: object) -> None:
    """A command that has to end well."""
    subprocess.run([str(word) for word in command], check=True, **more)  # type: ignore[call-overload]


def base(into: Path) -> None:
    """Debian as its images have it: what is essential, and apt."""
    run("mmdebstrap", "--quiet", "--variant=minbase", SUITE, into)


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """What a step needs of this machine: names of hosts, and the files that pip's settings name."""
    needed = {
        Path("/proc"): "proc",
        Path("/dev"): "dev",
        Path("/etc/resolv.conf"): "etc/resolv.conf",
    }
    needed |= {file: f"{LENT}/{name}" for name, file in files_of_pip().items()}
    with ExitStack() as stack:
        for one, where in needed.items():
            stack.enter_context(bound(one, root / where))
        yield


@contextmanager
def bound(what: Path, where: Path) -> Iterator[None]:
    """A folder or file of this machine, seen at another place; nothing of it stays there."""
    there = where.exists()
    if not there:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.mkdir() if what.is_dir() else where.touch()
    run("mount", "--bind", what, where)
    try:
        yield
    finally:
        run("umount", where)
        if not there:
            where.rmdir() if what.is_dir() else where.unlink()


def pip_settings() -> dict[str, str]:
    """The caller's settings of pip: where its index is, and whom to trust."""
    told = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return told | {name: f"/{LENT}/{name}" for name in files_of_pip()}


def files_of_pip() -> dict[str, Path]:
    """The files and folders of this machine that those settings name."""
    named = {name: Path(value) for name, value in os.environ.items() if name.startswith("PIP_")}
    return {name: path for name, path in named.items() if path.is_absolute() and path.exists()}


def made(stage: Stage, bases: Mapping[str, Image], into: Path) -> Image:
    """A stage's image, step by step."""
    begun = bases[stage.base]
    run("cp", "--archive", "--reflink=auto", f"{begun.root}/.", into)
    image = Image(into, begun.folder, begun.user, dict(begun.environment))
    given: dict[str, str] = {}
    with mounted(into):
        for step in stage.steps:
            print(f"  {step.name} {step.text[:100]}", flush=True)
            take(step, image, bases, given)
    return image


def take(step: Step, image: Image, bases: Mapping[str, Image], given: dict[str, str]) -> None:
    """One step. given: the values of ARG so far."""
    values = {**given, **image.environment}
    if step.name == "ARG":
        name, _, default = step.text.partition("=")
        given[name] = os.environ.get(name, default)
    elif step.name == "RUN":
        # An argument that was not given is no variable at all: pip would take it for an address.
        told = {name: value for name, value in given.items() if value}
        environment = {**pip_settings(), **told, **image.environment}
        inside(image, ["/bin/sh", "-c", step.text], environment)
    elif step.name == "COPY":
        copy(step, image, bases)
    elif step.name == "WORKDIR":
        image.folder = step.text
        (image.root / step.text.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif step.name == "ENV":
        image.environment |= pairs(step, values)
    elif step.name == "USER":
        image.user = filled(step.text, values)
    elif step.name == "CMD":
        image.command = step.words()
    elif step.name == "HEALTHCHECK":
        image.health = Step("CMD", step.options()[1].removeprefix("CMD ")).words()


def copy(step: Step, image: Image, bases: Mapping[str, Image]) -> None:
    """Files of the project, or of an earlier stage, as COPY has them."""
    options, rest = step.options()
    if options.keys() - {"from"}:
        raise ContainerfileError(f"COPY {step.text}: only --from is understood.")
    *sources, target = rest.split()
    origin = bases[options["from"]].root if options else ROOT
    where = image.root / os.path.normpath(os.path.join(image.folder, target)).lstrip("/")  # noqa: PTH118
    for source in sources:
        one = origin / source.lstrip("/")
        if one.is_dir():
            cached = shutil.ignore_patterns("__pycache__")
            shutil.copytree(
                one, where, symlinks=True, dirs_exist_ok=True, ignore=None if options else cached
            )
        else:
            to = where / one.name if target.endswith("/") else where
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(one, to)


def inside(image: Image, command: list[str], environment: Mapping[str, str]) -> None:
    """A step's command, in its folder, as its user."""
    run(*entering(image, command), env=dict(environment))


def entering(image: Image, command: list[str], root: Path | None = None) -> list[str]:
    """A command line that runs another one in the image's root, folder and user."""
    start = ["sh", "-c", 'cd "$0" && exec "$@"', image.folder, *command]
    return ["chroot", f"--userspec={image.user}", "--groups=", str(root or image.root), *start]


@contextmanager
def started(image: Image, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The image's command on a root that is read-only but for /tmp, with processes of its own."""
    view = image.root.parent / "view"
    view.mkdir()
    environment = {**image.environment, "STREAMLIT_SERVER_PORT": str(port)}
    mounts = (
        'mount --bind "$1" "$2" && mount -o remount,bind,ro "$2"'
        ' && mount -t tmpfs -o size=64m,mode=1777 tmpfs "$2/tmp"'
        ' && mount -t proc proc "$2/proc" && mount --bind /dev "$2/dev" && shift 2 && exec "$@"'
    )
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private"]
    command = entering(image, image.command, view)
    line = [*alone, "sh", "-c", mounts, "sh", str(image.root), str(view), *command]
    process = subprocess.Popen(line, env=environment)
    try:
        yield process
    finally:
        # unshare hands no signal on: the server itself is told to end.
        if process.poll() is None:
            os.kill(family(process.pid)[1], signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def well(image: Image, port: int, process: subprocess.Popen[bytes]) -> float:
    """Seconds until the image's own health check says so, run where its command runs."""
    began = time.monotonic()
    environment = {**image.environment, "STREAMLIT_SERVER_PORT": str(port)}
    while time.monotonic() < began + PATIENCE and process.poll() is None:
        check = subprocess.run(
            entering(image, image.health), env=environment, capture_output=True, check=False
        )
        if check.returncode == 0:
            return time.monotonic() - began
        time.sleep(0.2)
    raise SystemExit("The server was not well in time.")


def family(process: int) -> list[int]:
    """A process and all that it has started."""
    found = [process]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        found.extend(map(int, children))
    return found


def resident(process: int) -> int:
    """Bytes of memory of a process and all that it has started."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in family(process))
    return pages * os.sysconf("SC_PAGE_SIZE")


def owners(process: int) -> set[str]:
    """Who runs the server: the users of all processes below the one that mounts."""
    status = (Path(f"/proc/{one}/status").read_text() for one in family(process)[1:])
    return {line.split()[1] for text in status for line in text.splitlines() if line[:4] == "Uid:"}


def seen(port: int) -> None:
    """Open the first page in a browser, until its stage has been answered."""
    path = executable(SHELL)
    if path is None:
        raise SystemExit("No Chromium was found; install it, or name it in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector(".gs-stage[data-ack]")


def size(root: Path) -> int:
    """Bytes of all files of a root."""
    told = subprocess.run(["du", "--summarize", "--bytes", root], capture_output=True, check=True)
    return int(told.stdout.split()[0])


def try_command(image: Image) -> None:
    """Start the image's command and look at it. SystemExit if it is not as it should be."""
    imports = "import gru_core, h5py, onnx, plotly, psycopg, safetensors, scipy.optimize, torch"
    inside(image, ["python3", "-c", imports], image.environment)
    port = free_port()
    with started(image, port) as process:
        print(f"The server was well after {well(image, port, process):.1f} s.")
        if (users := owners(process.pid)) != {image.user.split(":")[0]}:
            raise SystemExit(f"The server runs as {users}, and should as {image.user}.")
        before = resident(process.pid)
        seen(port)
        print(f"The first page was opened; the server runs as {image.user}.")
        after = resident(process.pid)
        print(f"Memory: {before / MEGABYTE:.0f} MB at first, {after / MEGABYTE:.0f} with a page.")


def make_and_try(folder: Path) -> None:
    """Make the image in a folder, which is left as it is then, and try it."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    bases = {"base": Image(folder / "base")}
    base(folder / "base")
    print(f"Debian {SUITE} after {time.monotonic() - began:.0f} s.", flush=True)
    for number, stage in enumerate(stages(FILE.read_text(encoding="utf-8"), {"BASE": "base"})):
        image = made(stage, bases, folder / f"stage{number}")
        bases[stage.name or f"stage{number}"] = image
        print(f"Stage {number} after {time.monotonic() - began:.0f} s.", flush=True)
    whole, own = size(image.root), size(image.root) - size(folder / "base")
    print(f"Size: {whole / MEGABYTE:.0f} MB, of which {own / MEGABYTE:.0f} are not Debian's base.")
    try_command(image)
    print(f"The image was made and tried in {time.monotonic() - began:.0f} s.")


def main() -> None:
    """Do it in a folder that is gone afterwards, or in the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder for the roots, left there")
    keep: Path | None = parser.parse_args().keep
    if keep:
        make_and_try(keep)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="gatescope-") as folder:
        # In a view of its own: whatever goes wrong, nothing of this machine is mounted in the
        # folder when it is removed.
        alone = ["unshare", "--mount", "--propagation=private", sys.executable, "-m"]
        raise SystemExit(
            subprocess.run([*alone, "scripts.try_image", "--keep", folder], check=False).returncode
        )


if __name__ == "__main__":
    main()
