"""What the documents say is there is there, and says the same thing as the sources."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from app.lenses import LENSES, find, gradients, phase, why
from app.lenses.sampling import MOST_COLUMNS
from app.setting.claims import CLAIMS
from app.setting.link import EDITS, HELD, MOST_HELD, PIN
from app.setting.parameters import MODEL_TABLE, OWN_TABLE, TABLE
from gru_core.phase.fixed_points import MAX_UNITS
from gru_core.scenes.files import load_scenes
from tests.browser.conftest import EVERYDAY

ROOT = Path(__file__).parents[2]
README, CHANGELOG, CONTRIBUTING = (
    ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
)
MODULES = sorted(
    path.relative_to(ROOT)
    for folder in ("gru_core", "app")
    for path in ROOT.glob(f"{folder}/**/*.py")
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
QUOTED = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")
LENS_HEAD = "| view | `view` | shows | method | limits |"
LINKED = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)[^)]*\)")
KINDS = (".md", ".py", ".txt", ".toml", ".json", ".js", ".css", ".png", ".npz", ".yml", ".yaml")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """Every file of the repository, those not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:  # an archive without its history
        ignored = {".git", ".venv", "node_modules"}
        return [p for p in ROOT.rglob("*") if p.is_file() and not ignored & set(p.parts)]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def files_named_in(document: str) -> list[str]:
    """The paths in backquotes: folders end in /, files in a known ending."""
    return sorted({name for name in QUOTED.findall(document) if name.endswith(("/", *KINDS))})


def exists(name: str) -> bool:
    """A path from the root, or a file or folder that is named without the one it is in."""
    inside = "/" not in name.rstrip("/")
    return (ROOT / name).exists() or (inside and any(ROOT.glob(f"[!.]*/**/{name.rstrip('/')}")))


# Commands -------------------------------------------------------------------------------------


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", text(ROOT / "Makefile"), re.MULTILINE))


def commands(document: str) -> list[str]:
    """The lines of the document's code blocks, and what stands in backquotes."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", document, re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", document)]


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=lambda path: path.name)
def test_each_make_command_is_in_the_makefile(document: Path) -> None:
    named = {
        word
        for command in commands(text(document))
        for word in re.findall(r"(?:^|&& |; )make ([a-z][\w-]*)", command)
    }
    assert named
    assert named <= make_targets()


def test_every_target_of_the_makefile_is_explained_at_its_top() -> None:
    makefile = text(ROOT / "Makefile")
    explained = set(re.findall(r"^# make ([\w-]+)  ", makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert explained == phony == make_targets()


def test_what_is_tried_every_day_in_a_browser_is_there() -> None:
    there = {path.stem for path in (ROOT / "tests" / "browser").glob("test_*.py")}
    assert {f"test_{name}" for name in EVERYDAY} <= there


def test_the_readme_has_the_two_commands_and_the_pip_lines() -> None:
    named = commands(text(README))
    assert {"make run", "make test"} <= {command.split("  ")[0].strip() for command in named}
    assert any("pip install" in command for command in named)
    assert any("streamlit run app/server.py" in command for command in named)


# Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_file_that_is_named_exists(document: Path) -> None:
    assert [name for name in files_named_in(text(document)) if not exists(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_link_into_the_repository_leads_somewhere(document: Path) -> None:
    links = LINKED.findall(text(document))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_files_are_found_in_backquotes_and_links() -> None:
    document = "![a](assets/a.png) [b](docs/b.md#x) `app/c.py` `d/` [e](https://f.g/h.md) `i.j`"
    assert files_named_in(document) == ["app/c.py", "d/"]
    assert LINKED.findall(document) == ["assets/a.png", "docs/b.md"]


EXAMPLES = [
    pytest.param(block, id=f"{document.name}-{at}")
    for document in DOCUMENTS
    for at, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", text(document), re.DOTALL | re.MULTILINE), start=1
    )
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_in_python_runs(example: str) -> None:
    exec(compile(example, "example", "exec"), {"__name__": "example"})


def test_the_readme_opens_with_a_picture_that_is_there() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"", text(README))
    assert pictures
    first = pictures[0][1] or pictures[0][2]
    assert (ROOT / first).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_changelog_has_a_section_for_this_version() -> None:
    headings = re.findall(r"^## (.*)$", text(CHANGELOG), re.MULTILINE)
    assert headings
    assert re.match(r"\[(Unreleased|0\.1\.0)\]", headings[0])


@pytest.mark.parametrize("name", ["LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "README.md"])
def test_what_a_reader_looks_for_first_is_there(name: str) -> None:
    assert text(ROOT / name).strip()


def rows_of(document: Path, head: str) -> list[list[str]]:
    """The cells of the rows of a table, by the line that it begins with."""
    lines = text(document).partition(f"{head}\n")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_table_of_claims_is_that_of_the_page() -> None:
    wanted = [
        [str(one.number), *((one.says, one.judged) if first else ("", "")), *sight]
        for one in CLAIMS
        for first, sight in (
            (sight is one.sights[0], (sight.label, sight.look, f"`?{sight.link}`"))
            for sight in one.sights
        )
    ]
    head = "| number | claim | verdict | link called | what to look for | link |"
    assert rows_of(ROOT / "docs/claims.md", head) == wanted


def test_the_losses_that_a_claim_counts_are_as_it_counts_them() -> None:
    """Claim 14: on how many sets the GRU is ahead of the LSTM, and on which tanh is of both."""
    said = text(ROOT / "docs/claims.md").partition("(tanh, GRU, LSTM): ")[2].partition(".\n")[0]
    sets = [[float(n) for n in re.findall(r"\d\.\d\d", one)] for one in said.split(";")]
    assert [len(one) for one in sets] == [3] * 6
    behind = [one for one in sets if one[1] > one[2]]
    assert (len(sets) - len(behind), len(behind)) == (4, 2)
    assert [one[0] < min(one[1:]) for one in behind] == [True, False]
    [why] = [one.why for one in CLAIMS if one.number == 14]
    assert "ahead of the LSTM on four and behind it on two, on one of which a plain RNN" in why


def test_the_table_of_lenses_is_that_of_the_list() -> None:
    found = [row[:2] for row in rows_of(ROOT / "docs/lenses.md", LENS_HEAD)]
    assert found == [[lens.label, f"`{view}`"] for view, lens in LENSES.items()]


def test_the_limits_of_lenses_are_those_of_the_code() -> None:
    said = {row[1].strip("`"): row[4] for row in rows_of(ROOT / "docs/lenses.md", LENS_HEAD)}
    assert "the ten largest terms" in said["why"]
    assert why.MOST_TERMS == 10
    assert f"at most {MOST_HELD} things held" in said["holding"]
    assert f"Beyond {MOST_COLUMNS} steps" in said["memory"]
    assert "up to 8·10⁹ products" in said["gradients"]
    assert f"{gradients.OF_VECTORS} × units² × steps" in said["gradients"]
    assert gradients.MOST_PRODUCTS == 8e9
    assert "the six best places" in said["find"]
    assert find.MOST_PLACES == 6
    assert "the ten units" in said["find"]
    assert find.MOST_BARS == 10
    assert f"Arrows up to {phase.MOST_UNITS} units, fixed points up to {MAX_UNITS}" in said["phase"]


def test_every_parameter_of_a_link_is_documented_and_every_documented_one_is_read() -> None:
    documented = [
        name
        for row in rows_of(ROOT / "docs/stage.md", "| parameter | meaning |")
        for name in re.findall(r"`(\w+)`", row[0])
    ]
    tables = (*TABLE, *OWN_TABLE, *MODEL_TABLE)
    known = {parameter.name for parameter in tables} | {EDITS, HELD, PIN}
    assert sorted(documented) == sorted(known)


# Sources --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_is_short_and_says_what_it_and_its_functions_are_for(path: Path) -> None:
    source = text(ROOT / path)
    module = ast.parse(source)
    said = ast.get_docstring(module)
    assert said
    first = said.split("\n\n")[0]
    assert first.rstrip()[-1] in ".:"
    assert len(first) > 20
    silent = [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
    assert len(source.splitlines()) <= 400


@pytest.mark.parametrize("scene", load_scenes(ROOT / "assets" / "scenes"), ids=lambda s: s.name)
def test_every_scene_has_a_test_of_its_story(scene: object) -> None:
    name = scene.name  # type: ignore[attr-defined]
    files = (ROOT / "tests" / "core" / "scenes").glob("test*_stories.py")
    stories = "\n".join(text(file) for file in files)
    assert re.search(rf"^def test_{name}_\w+\(", stories, re.MULTILINE), name


@pytest.mark.parametrize("document", [README, CHANGELOG], ids=lambda path: path.name)
def test_scenes_are_counted_right(document: Path) -> None:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    said = re.search(r"\b(\w+) scenes\b", text(document), re.IGNORECASE)
    assert said
    assert said[1].lower() == words[len(load_scenes(ROOT / "assets" / "scenes"))]


# Somebody's own machine -----------------------------------------------------------------------

# Written so that this file does not contain what it looks for.
PRIVATE = re.compile(r"(?<![\w.~])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", r"home/\w+"]) + r")/")


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" in content[:8000] or "vendor" in path.parts:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for match in PRIVATE.finditer(content.decode("utf-8", "replace"))
        ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "private"),
    [
        ("see /home/ann" + "/x", True),
        ("cd /ro" + "ot/x", True),
        ("'/wo" + "rk/main'", True),
        ("frame" + "wo" + "rk/a", False),
        ("https://example.org/wo" + "rks/a", False),
        ("at /homework/a", False),
    ],
)
def test_such_a_path_is_noticed(line: str, private: bool) -> None:
    assert bool(PRIVATE.search(line)) is private
