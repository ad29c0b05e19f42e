"""The command line runs what the library runs, and fails in one line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gru_core import run
from gru_core.__main__ import main, parser
from gru_core.cli import headless
from gru_core.conventions import CELLS, TOLERANCE, TRACKS
from gru_core.scenes.files import load_scenes
from gru_core.scenes.reader import load_reader
from gru_core.scenes.scene import MODELS, situation
from gru_core.situation import apply_edits, parse_edits

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "assets"
SCENES = {scene.name: scene for scene in load_scenes(ASSETS / "scenes")}
GUIDE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def command(*arguments, folder=ROOT) -> subprocess.CompletedProcess[str]:
    """Run as a visitor would, from any folder."""
    return subprocess.run(
        [sys.executable, "-m", "gru_core", *map(str, arguments)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def loaded(path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def assert_holds(arrays, sequence, made, cells) -> None:
    """Every array is there, is what gru_core.run gives, and nothing else is there."""
    names = {"x", "labels", "channels"}
    np.testing.assert_array_equal(arrays["x"], made.x)
    assert arrays["labels"].tolist() == list(sequence.labels)
    assert arrays["channels"].tolist() == list(sequence.channels)
    for cell in cells:
        trace = run(made.weights[cell], made.x, made.initials[cell])
        assert tuple(trace) == TRACKS[cell]
        tracks = {f"{cell}.{name}": trace[name] for name in trace}
        starts = zip(("h0", "c0"), trace.initial, strict=False)
        tracks |= {f"{cell}.{start}": initial for start, initial in starts}
        names |= set(tracks)
        for name, track in tracks.items():
            # Another process may add the terms of a product in another order.
            close = TOLERANCE[track.dtype]
            np.testing.assert_allclose(arrays[name], track, rtol=0, atol=close, err_msg=name)
            assert arrays[name].dtype == track.dtype
    assert set(arrays) == names


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", json.loads((ASSETS / "scenes" / "index.json").read_text()))
def test_every_scene_runs_as_the_library_runs_it(name, tmp_path) -> None:
    done = command("run", name, "--out", "a.npz", "--cells", "gru,lstm,rnn", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    scene = headless.open_model(SCENES[name])
    assert_holds(loaded(tmp_path / "a.npz"), scene.sequence, situation(scene, CELLS), CELLS)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
    assert done.stdout.startswith(f"{name}: {len(scene.sequence.x)} steps, GRU of ")


def test_every_option_reaches_the_run(tmp_path) -> None:
    edits = "x.4.0_0.5~gru.b_x.update.3_-1.25"
    arguments = ["--cells", "rnn,gru", "--match", "parameters", "--seed", "5", "--edits", edits]
    path = tmp_path / "a.npz"
    assert main(["run", "crowd", "--out", str(path), *arguments]) == 0
    scene = SCENES["crowd"]
    made = situation(scene, ("gru", "rnn"), "parameters", 5)
    made = apply_edits(made, parse_edits(edits).edits)
    arrays = loaded(path)
    assert_holds(arrays, scene.sequence, made, ("gru", "rnn"))
    assert arrays["x"][4, 0] == 0.5
    assert arrays["rnn.hidden"].shape[1] > arrays["gru.hidden"].shape[1]


def test_a_cell_can_run_alone(tmp_path) -> None:
    path = tmp_path / "a.npz"
    assert main(["run", "crowd", "--out", str(path), "--cells", "lstm"]) == 0
    assert_holds(loaded(path), SCENES["crowd"].sequence, situation(SCENES["crowd"]), ("lstm",))


def test_torch_computes_the_same(tmp_path) -> None:
    path = tmp_path / "a.npz"
    assert main(["run", "crowd", "--out", str(path), "--engine", "torch"]) == 0
    scene = SCENES["crowd"]
    assert_holds(loaded(path), scene.sequence, situation(scene), ("gru", "lstm"))


def test_the_reader_reads_the_word_given(tmp_path) -> None:
    path = tmp_path / "a.npz"
    assert main(["run", "reader", "--out", str(path), "--word", "Thought", "--cells", "gru"]) == 0
    scene = SCENES["reader"].opened(load_reader(ASSETS / "models" / "reader.npz"), "thought")
    arrays = loaded(path)
    assert arrays["labels"].tolist() == [*"thought", "end"]
    assert_holds(arrays, scene.sequence, situation(scene, ("gru",)), ("gru",))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_opens_from_a_file_of_a_scene(model, tmp_path) -> None:
    words = dict.fromkeys(("title", "story", "try"), "A sentence.")
    content = {"name": "mine", "model": model, **words}
    if model == "reader":
        content["word"] = "gate"
    (tmp_path / "mine.json").write_text(json.dumps(content), encoding="utf-8")
    out = tmp_path / "a.npz"
    assert main(["run", str(tmp_path / "mine.json"), "--out", str(out)]) == 0
    scene = headless.open_model(headless.find_scene(str(tmp_path / "mine.json")))
    assert_holds(loaded(out), scene.sequence, situation(scene), ("gru", "lstm"))


def test_the_list_has_every_name_and_title(capsys) -> None:
    assert main(["run", "--list"]) == 0
    listed = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert listed == [[scene.name, scene.title] for scene in SCENES.values()]


def test_the_list_is_printed_on_a_terminal_of_few_characters() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gru_core", "run", "--list"],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_file_is_replaced_whole_and_can_be_read_by_others(tmp_path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    assert main(["run", "pulse", "--out", str(path)]) == 0
    assert "gru.update" in loaded(path)
    (tmp_path / "other").touch()
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path, monkeypatch, capsys
) -> None:
    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device", "a.npz")

    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    monkeypatch.setattr(np, "savez_compressed", full)
    assert main(["run", "pulse", "--out", str(path)]) == 2
    assert capsys.readouterr().err == "error: a.npz: No space left on device.\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_without_torch_the_error_says_so(tmp_path, monkeypatch, capsys) -> None:
    for name in [m for m in sys.modules if m.split(".")[0] == "torch" or "torch_engine" in m]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    path = tmp_path / "a.npz"
    assert main(["run", "pulse", "--out", str(path), "--engine", "torch"]) == 2
    assert "needs torch, which is not installed" in capsys.readouterr().err
    assert not path.exists()


OUT = ("--out", "a.npz")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("walk",), "invalid choice: 'walk'"),
        (("run",), "No scene is given; give a name or a file, or --list for names."),
        (("run", "pulse"), "No file to write is given; give one: --out trace.npz."),
        (("run", "plus", *OUT), "scene 'plus' does not exist; choose one of: pulse, cue,"),
        (("run", "plus.json", *OUT), "plus.json is not in ."),
        (("run", "deep.json", *OUT), "The scene's file is nested too deep"),
        (("run", "pulse", "--out", "no/a.npz"), "There is no folder no; create it"),
        (("run", "pulse", "--out", "."), ". is not a file; only a file is written over"),
        (("run", "pulse", *OUT, "--cells", "gru,mamba"), "cell 'mamba' does not exist; choose"),
        (("run", "pulse", *OUT, "--cells", ""), "cell '' does not exist"),
        (("run", "pulse", *OUT, "--match", "size"), "argument --match: invalid choice: 'size'"),
        (("run", "pulse", *OUT, "--engine", "jax"), "argument --engine: invalid choice: 'jax'"),
        (("run", "pulse", *OUT, "--seed", "-1"), "'-1' is not a whole number from 0 to 429496"),
        (("run", "pulse", *OUT, "--seed", "4294967296"), "'4294967296' is not a whole number"),
        (("run", "pulse", *OUT, "--seed", "1_0"), "'1_0' is not a whole number"),
        (("run", "pulse", *OUT, "--seed", "9" * 5000), "is not a whole number"),
        (("run", "pulse", *OUT, "--word", "gate"), "The scene pulse reads no word; only the Reade"),
        (("run", "reader", *OUT, "--word", "r2"), "The word has '2' (digit two) at place 2"),
        (("run", "pulse", *OUT, "--edits", "x.0.0_1~x.0_1"), "The edit 'x.0_1' is not understood:"),
        (("run", "pulse", *OUT, "--edits", "x.0.0_1\nx"), "The edit 'x.0.0_1\\nx' is not"),
        (("run", "pulse", *OUT, "--edits", "x.20.0_1"), "x has no step 20; it has 20, counted"),
        (
            ("run", "pulse", *OUT, "--cells", "lstm", "--edits", "gru.h0.0_1"),
            "cell of this scene 'gru' does not exist; choose one of: lstm.",
        ),
        (("run", "pulse", *OUT, "--quick"), "unrecognized arguments: --quick"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(
    arguments, says, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    try:
        status = main(arguments)
    except SystemExit as left:  # argparse's own way out
        status = left.code
    written = capsys.readouterr()
    assert status == 2
    assert written.out == ""
    assert re.fullmatch(rf"error: .*{re.escape(says)}.*\n", written.err)
    assert [path.name for path in tmp_path.iterdir()] == ["deep.json"]


def test_an_error_in_a_process_has_no_traceback(tmp_path) -> None:
    done = command("run", "plus", *OUT, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# The guide ------------------------------------------------------------------------------------


def options(document: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", document))


def test_the_guide_has_every_option_and_no_other() -> None:
    commands = next(a for a in parser()._actions if a.dest == "command")
    known = {
        name
        for command in commands.choices.values()
        for action in command._actions
        for name in action.option_strings
    }
    assert options(GUIDE) == known - {"--help", "-h"}


def test_every_command_of_the_guide_runs(tmp_path) -> None:
    lines = re.findall(r"^python -m gru_core (run .*)$", GUIDE, re.MULTILINE)
    assert len(lines) == 5
    for line in lines:
        done = command(*line.split(), folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), line
    assert len(list(tmp_path.iterdir())) == 4


def test_the_guide_names_every_array(tmp_path) -> None:
    path = tmp_path / "a.npz"
    assert main(["run", "pulse", "--out", str(path), "--cells", "gru,lstm,rnn"]) == 0
    table = GUIDE.split("## What the file holds")[1].split("States are those")[0]
    assert set(re.findall(r"`([\w.]+)`", table)) == set(loaded(path))
