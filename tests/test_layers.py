"""Arrows point one way: from the pages down to the values, and from all of them to gru_core.

views -> controls -> session -> screen -> compute, figures, setting -> words
views -> messages -> lenses -> screen
"""

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

# Room -> the rooms that it may import. A room may always import itself and gru_core.
LOW = ("words", "settings", "contract")
VALUES = ("setting", "figures", "compute", *LOW)
MAY_IMPORT = {
    "settings": (),
    "contract": (),
    "serving": (),
    "watching": ("settings", "words"),
    "site": ("watching", "settings", "words"),
    "doors": ("watching", "settings", "words"),
    "words": (),
    "setting": ("words",),
    "figures": ("words", "contract"),
    "compute": LOW,
    "screen": VALUES,
    "store": ("setting", "settings", "words"),
    "learning": ("setting", "words"),
    "lenses": ("screen", *VALUES),
    "messages": ("lenses", "learning", "screen", *VALUES),
    "session": ("learning", "screen", "store", *VALUES),
    "controls": ("serving", "session", "screen", *VALUES),
    "views": ("controls", "messages", "session", "learning", "screen", *VALUES),
    "main": ("screen", "words"),
    "answers": ("messages", "session", "screen", "watching", *VALUES),
    "workshop": ("messages", "screen", "watching", *VALUES),
    "short": ("doors", "screen", "session", "store", *VALUES),
    "server": (
        *("answers", "controls", "doors", "messages", "screen", "serving", "short", "store"),
        "watching",
        *VALUES,
    ),
}
# Who may load Streamlit at all; everything else can be imported where there is none.
WITH_STREAMLIT = (
    *("app.controls", "app.views", "app.session.state", "app.main", "app.server", "app.answers"),
    "app.doors",
)
WITHOUT_TORCH = ("app.figures", "app.setting", "app.words")
CORE_NEVER = ("app", "streamlit", "plotly")
# A module that is torch through and through may import it, and is then as heavy as torch itself.
TORCH_MODULES = ("gru_core.engines.torch_engine",)
# Heavy, and not needed to look at a scene: only inside the functions that use them.
DEFERRED = ("torch", "scipy", "h5py", "onnx", *TORCH_MODULES)
STATE = "app.session.state"  # alone touches st.session_state
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


def room_of(name: str) -> str:
    """The room of a module of the app; empty for the package itself and for other packages."""
    head, _, rest = name.partition(".")
    return rest.partition(".")[0] if head == "app" else ""


def forbidden(name: str, loaded: str) -> bool:
    """Whether a module must not import this, at any depth."""
    if within(name, "gru_core"):
        return any(within(loaded, package) for package in CORE_NEVER)
    home, room = room_of(name), room_of(loaded)
    if room:
        return room != home and room not in MAY_IMPORT.get(home, ())
    if within(loaded, "streamlit"):
        return not any(within(name, one) for one in WITH_STREAMLIT)
    return within(loaded, "torch") and any(within(name, one) for one in WITHOUT_TORCH)


def violations(path: Path, source: str) -> list[str]:
    """What this source, living at this path under the root, does against the arrows."""
    name, tree = module_name(path), ast.parse(source)
    deferred = run_when_called(tree)
    found = [
        f"{name} imports {loaded}" for _, loaded in imports(tree, path) if forbidden(name, loaded)
    ]
    if within(name, "gru_core") and name not in TORCH_MODULES:
        found += [
            f"{name} imports {loaded} outside a function"
            for node, loaded in imports(tree, path)
            if node not in deferred and any(within(loaded, package) for package in DEFERRED)
        ]
    if touches_session_state(tree) and name != STATE:
        found.append(f"{name} touches st.session_state")
    return sorted(set(found))


def test_every_room_has_its_arrows() -> None:
    rooms = {room_of(module_name(path)) for path in SOURCES} - {""}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_source_follows_the_arrows(path: Path) -> None:
    assert violations(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("gru_core/run.py", "import streamlit as st", "gru_core.run imports streamlit"),
        ("gru_core/run.py", "def f():\n    import plotly", "gru_core.run imports plotly"),
        (
            "gru_core/a/b.py",
            "from app.session import state",
            "gru_core.a.b imports app.session.state",
        ),
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
        (
            "app/figures/a.py",
            "from app.screen import x",
            "app.figures.a imports app.screen.x",
        ),
        ("app/figures/__init__.py", "from ..lenses import b", "app.figures imports app.lenses.b"),
        ("app/setting/a.py", "from app.figures import b", "app.setting.a imports app.figures.b"),
        ("app/setting/a.py", "from app.compute import b", "app.setting.a imports app.compute.b"),
        ("app/store/a.py", "from app.screen import b", "app.store.a imports app.screen.b"),
        ("app/store/a.py", "import streamlit", "app.store.a imports streamlit"),
        ("app/compute/a.py", "from app.screen import b", "app.compute.a imports app.screen.b"),
        ("app/compute/a.py", "from streamlit import b", "app.compute.a imports streamlit.b"),
        ("app/screen/a.py", "from app.session import b", "app.screen.a imports app.session.b"),
        ("app/lenses/a.py", "from app.messages import b", "app.lenses.a imports app.messages.b"),
        ("app/messages/a.py", "from app.session import b", "app.messages.a imports app.session.b"),
        ("app/messages/a.py", "import streamlit", "app.messages.a imports streamlit"),
        ("app/watching/a.py", "import streamlit", "app.watching.a imports streamlit"),
        ("app/site/a.py", "from app.doors import b", "app.site.a imports app.doors.b"),
        ("app/session/a.py", "import app.messages.b", "app.session.a imports app.messages.b"),
        ("app/session/events.py", "import streamlit", "app.session.events imports streamlit"),
        ("app/controls/a.py", "from app.views import b", "app.controls.a imports app.views.b"),
        ("app/server.py", "from app.views import b", "app.server imports app.views.b"),
        ("app/views/a.py", "st.session_state['x'] = 1", "app.views.a touches st.session_state"),
        (
            "app/controls/a.py",
            "from streamlit import session_state",
            "app.controls.a touches st.session_state",
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
        ("app/views/explore.py", "from app.controls import mount\nfrom app.session import state"),
        ("app/controls/a.py", "from app.session import state\nimport streamlit as st"),
        ("app/messages/a.py", "from app.lenses import b\nfrom app.screen import c"),
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


ROOMS_WITHOUT = (
    "words",
    "setting",
    "learning",
    "store",
    "figures",
    "compute",
    "screen",
    "lenses",
    "messages",
    "session",
    "watching",
    "site",
)


@pytest.mark.parametrize("room", ROOMS_WITHOUT)
def test_a_room_is_imported_where_there_is_no_streamlit(room: str) -> None:
    names = [module_name(path) for path in SOURCES if room_of(module_name(path)) == room]
    names = [name for name in names if name != STATE]
    assert names
    program = f"""
import importlib, sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "streamlit":
            raise ImportError("streamlit was imported")
sys.meta_path.insert(0, Refused())
for name in {names}:
    importlib.import_module(name)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()


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
