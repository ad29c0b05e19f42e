"""Arrows point one way: views -> widgets -> figures, state -> gru_core."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("gru_core", "app")
    for path in ROOT.glob(f"{folder}/**/*.py")
)

# Where a module lives -> what it must not import, at any depth.
FORBIDDEN = {
    "gru_core": ("app", "streamlit", "plotly"),
    "app.figures": ("streamlit", "torch", "app.session.state", "app.widgets", "app.views"),
    "app.session.state": ("app.figures", "app.widgets", "app.views"),
    "app.compute": (
        "app.session.state",
        "app.figures",
        "app.widgets",
        "app.views",
        "app.screen.screen",
        "app.screen.baseline",
    ),
    "app.widgets": ("app.views",),
    "app": ("app.views",),
}
# A module that is torch through and through may import it, and is then as heavy as torch itself.
TORCH_MODULES = ("gru_core.engines.torch_engine",)
# Heavy, and not needed to look at a scene: only inside the functions that use them.
DEFERRED = {"gru_core": ("torch", "scipy", "h5py", "onnx", *TORCH_MODULES)}
# Pages are wired to the navigation in one place.
MAY_IMPORT_VIEWS = ("app.main", "app.views")
VAGUE_NAMES = ("utils.py", "helpers.py")


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imports(tree: ast.Module, path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Each import statement with the full names it may load, relative ones resolved."""
    package = path.parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*base, *([node.module] if node.module else [])])
            # `from app import views` loads app.views just as `import app.views` does.
            for alias in node.names:
                yield node, f"{origin}.{alias.name}"


def run_when_called(tree: ast.Module) -> set[ast.AST]:
    """Everything inside a function, or read by type checkers only."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if checking or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside.update(ast.walk(node))
    return inside


def touches_session_state(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "session_state")
        or (isinstance(node, ast.alias) and node.name.endswith("session_state"))
        for node in ast.walk(tree)
    )


def violations(path: Path, source: str) -> list[str]:
    """What this source, living at this path under the root, does against the arrows."""
    name, tree = module_name(path), ast.parse(source)
    deferred, found = run_when_called(tree), []
    for node, loaded in imports(tree, path):
        for home, packages in FORBIDDEN.items():
            for package in packages:
                allowed = package == "app.views" and any(within(name, m) for m in MAY_IMPORT_VIEWS)
                if within(name, home) and within(loaded, package) and not allowed:
                    found.append(f"{name} imports {loaded}")
        for home, packages in DEFERRED.items():
            at_once = within(name, home) and name not in TORCH_MODULES and node not in deferred
            if at_once and any(within(loaded, package) for package in packages):
                found.append(f"{name} imports {loaded} outside a function")
    if touches_session_state(tree) and not within(name, "app.session.state"):
        found.append(f"{name} touches st.session_state")
    return sorted(set(found))


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_source_follows_the_arrows(path: Path) -> None:
    assert violations(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("gru_core/run.py", "import streamlit as st", "gru_core.run imports streamlit"),
        ("gru_core/run.py", "def f():\n    import plotly", "gru_core.run imports plotly"),
        ("gru_core/a/b.py", "from app import state", "gru_core.a.b imports app.session.state"),
        ("gru_core/run.py", "import torch", "gru_core.run imports torch outside a function"),
        (
            "gru_core/run.py",
            "class A:\n    from torch import nn",
            "gru_core.run imports torch.nn outside a function",
        ),
        (
            "gru_core/run.py",
            "from gru_core.engines import torch_engine",
            "gru_core.run imports gru_core.engines.torch_engine outside a function",
        ),
        ("app/figures/a.py", "from streamlit import x", "app.figures.a imports streamlit.x"),
        ("app/figures/a.py", "def f():\n import torch", "app.figures.a imports torch"),
        ("app/figures/a.py", "from .. import state", "app.figures.a imports app.session.state"),
        ("app/figures/__init__.py", "from ..widgets import b", "app.figures imports app.widgets.b"),
        (
            "app/session/state.py",
            "import app.messages.stage",
            "app.session.state imports app.messages.stage",
        ),
        (
            "app/session/state.py",
            "import app.figures.stage",
            "app.session.state imports app.figures.stage",
        ),
        ("app/widgets/a.py", "from app.views import b", "app.widgets.a imports app.views.b"),
        ("app/server.py", "from app.views import b", "app.server imports app.views.b"),
        ("app/views/a.py", "st.session_state['x'] = 1", "app.views.a touches st.session_state"),
        (
            "app/widgets/a.py",
            "from streamlit import session_state",
            "app.widgets.a touches st.session_state",
        ),
    ],
)
def test_an_arrow_the_wrong_way_is_noticed(path: str, source: str, complaint: str) -> None:
    assert violations(Path(path), source) == [complaint]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("gru_core/engines/torch.py", "def f():\n    import torch"),
        ("gru_core/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
        ("gru_core/a.py", "from gru_core.application import b"),
        ("app/main.py", "from app.views import explore"),
        ("app/views/explore.py", "from app.widgets import stage\nfrom app import state"),
        ("app/widgets/a.py", "from app.figures import b\nimport streamlit as st"),
        ("app/session/state.py", "import streamlit as st\nst.session_state['x'] = 1"),
    ],
)
def test_an_arrow_the_right_way_is_left_alone(path: str, source: str) -> None:
    assert violations(Path(path), source) == []


def test_importing_the_core_does_not_load_torch() -> None:
    names = [module_name(path) for path in SOURCES if path.parts[0] == "gru_core"]
    light = [name for name in names if name not in TORCH_MODULES and "__main__" not in name]
    program = f"import sys, {', '.join(light)}\nsys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_assets_hold_no_python() -> None:
    assert sorted((ROOT / "assets").rglob("*.py")) == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    # app/app.py would also hide the package `app`: Streamlit puts the script's folder on the path.
    vague = [
        path.relative_to(ROOT)
        for folder in ("gru_core", "app", "tests", "scripts", "benchmarks")
        for path in ROOT.glob(f"{folder}/**/*.py")
        if path.name in VAGUE_NAMES or path.relative_to(ROOT) == Path("app/app.py")
    ]
    assert vague == []
