"""What a running site says of itself in a file, for commands that are about it."""

import fcntl
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Self

NAME: Final = "state.json"


@dataclass
class State:
    """folder: of the site; pid: of whoever minds it; processes: pid, port and port of figures by
    name; renewals: how often all were to be renewed, failed: whether the last time they were not.
    """

    folder: str
    pid: int
    processes: dict[str, dict[str, int]] = field(default_factory=dict)
    renewals: int = 0
    failed: bool = False

    def write(self) -> None:
        """Say it; whoever reads has all of it or what was said before."""
        file = Path(self.folder, NAME)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(asdict(self)), encoding="utf-8")
        new.replace(file)

    def remove(self) -> None:
        """The site has ended."""
        Path(self.folder, NAME).unlink(missing_ok=True)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What the site of this folder says; None if none is running."""
        try:
            lock = held(folder)
            if lock is None:
                return cls(**json.loads((folder / NAME).read_text(encoding="utf-8")))
            lock.close()
        except (OSError, ValueError, TypeError):
            pass
        return None


def held(folder: Path) -> IO[str] | None:
    """A file that is open as long as a site has this folder; None if another one has it."""
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def folder_of(port: int) -> Path:
    """Where the site with this port has its files. Nothing is made here."""
    return Path(tempfile.gettempdir(), f"gatescope-{port}")


def own_folder(port: int) -> Path | None:
    """The same, made; None if somebody else has made one of that name."""
    folder = folder_of(port)
    folder.mkdir(mode=0o755, exist_ok=True)  # nginx, started by root, works as another user
    found = folder.lstat()
    is_folder = folder.is_dir() and not folder.is_symlink()
    return folder if is_folder and found.st_uid == os.getuid() else None
