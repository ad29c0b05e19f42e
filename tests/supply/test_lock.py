"""What is installed is what the lock files name, with hashes, and from nowhere in particular."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from scripts import lock
from scripts.licences import canonical

ROOT = lock.ROOT
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
OURS = {"gatescope"}
WITH_PYTHON = {"pip"}  # a virtual environment has it before anything is installed


def here(names: list[str]) -> dict[str, str]:
    """What these files name for this system, by name."""
    wanted = [Requirement(pin) for name in names for pin in lock.read(name)]
    taken = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    # +cpu is a build of the version.
    versions = [str(one.specifier).removeprefix("==").removesuffix("+cpu") for one in taken]
    return dict(zip((canonical(one.name) for one in taken), versions, strict=True))


def direct(name: str) -> Iterator[Requirement]:
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r ")):
            yield Requirement(line)


def test_every_installed_package_is_locked_at_its_version() -> None:
    names = [name for name in LOCKS if name != "requirements-models.lock"]
    installed = {
        canonical(package.name): package.version.removesuffix("+cpu")
        for package in importlib.metadata.distributions()
    }
    for name in OURS | WITH_PYTHON:
        installed.pop(name, None)
    assert installed.items() <= here(names).items()


@pytest.mark.parametrize(
    ("source", "locks"),
    [
        ("requirements.txt", ["requirements.lock", "requirements-torch.lock"]),
        ("requirements-dev.txt", ["requirements-dev.lock"]),
        ("requirements-models.txt", ["requirements-models.lock"]),
        ("requirements-postgresql.txt", ["requirements-postgresql.lock"]),
    ],
)
def test_each_direct_requirement_is_locked_as_it_is_pinned(source: str, locks: list[str]) -> None:
    locked = here(locks)
    for one in direct(source):
        assert f"=={locked[canonical(one.name)]}" == str(one.specifier)


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert lock.read(name)
    for pin, block in lock.read(name).items():
        assert HASH.search(block), f"{pin} has no hash"
    assert re.findall(r"^-.*|.*(?:://|@ |index-url|find-links).*", text, re.MULTILINE) == []


def test_no_package_of_the_app_needs_the_build_for_graphics_cards() -> None:
    torch = lock.read("requirements-torch.lock")
    assert {pin.split("==")[0] for pin in torch} >= {"torch", "triton", "nvidia-cublas"}
    assert all(lock.TORCH.match(pin) for pin in torch)
    assert not any(lock.TORCH.match(pin) for pin in lock.read("requirements.lock"))


def test_both_builds_of_pytorch_are_of_one_version() -> None:
    (cpu,) = lock.read("requirements-torch-cpu.lock")
    assert cpu == f"torch=={here(['requirements-torch.lock'])['torch']}+cpu"


def test_the_build_for_processors_is_locked_for_every_linux_and_python() -> None:
    lines = [line.split() for line in lock.CPU.read_text(encoding="utf-8").splitlines()]
    (block,) = lock.read("requirements-torch-cpu.lock").values()
    pythons, kinds = ("cp311", "cp312", "cp313"), ("x86_64", "aarch64")
    assert {name.split("-", 2)[2] for _, name in lines} == {
        f"{python}-{python}-manylinux_2_28_{kind}.whl" for python in pythons for kind in kinds
    }
    assert set(HASH.findall(block)) == {f"--hash=sha256:{digest}" for digest, _ in lines}


def test_hashes_of_another_pytorch_are_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "torch_cpu.sha256"
    old.write_text(f"{'0' * 64}  torch-2.12.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl\n")
    monkeypatch.setattr(lock, "CPU", old)
    assert list(lock.cpu_build("torch==2.12.0")) == ["torch==2.12.0+cpu"]
    with pytest.raises(SystemExit, match=r"is not of torch==2\.13\.0"):
        lock.cpu_build("torch==2.13.0")


def test_what_both_need_is_locked_once() -> None:
    app = {"a==1": "a==1", "b==2 ; python_full_version < '3.12'": "b==2"}
    assert lock.besides({**app, "a==1 ; sys_platform == 'win32'": "", "c==3": "c"}, app) == {
        "c==3": "c"
    }


def test_the_driver_of_postgresql_is_that_of_the_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"].get("postgresql")
    assert extra is None or extra == [str(one) for one in direct("requirements-postgresql.txt")]


def test_make_installs_what_is_locked_and_nothing_else() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"^\t.*pip install .*$|^\t.*\$\(LOCKED\).*$", text, re.MULTILINE)
    own = [line for line in installs if "$(LOCKED)" not in line]
    assert len(installs) == 5  # lines; one of them tries the two builds of PyTorch in turn
    assert [line.split("install")[1] for line in own] == [
        " --quiet --no-deps --no-build-isolation -e ."
    ]
    assert "pip install --quiet --require-hashes --no-deps" in text
