"""`python -m gru_core export` writes one file, whose kind its ending says."""

import io
import re
import resource
from pathlib import Path

import numpy as np
import pytest

from gru_core.__main__ import main
from gru_core.export import kinds
from gru_core.export.tracks import csv_lines
from gru_core.formats import npz
from gru_core.formats.safetensors import file as safetensors_file
from gru_core.scenes.scene import situation
from gru_core.situation import parse_edits
from tests.core.cli.test_command_line import GUIDE, command, loaded
from tests.core.exporting import exported
from tests.core.opened_scenes import BY_NAME


@pytest.mark.parametrize("ending", kinds.KINDS)
def test_each_ending_gives_its_kind_of_file(ending, tmp_path, capsys) -> None:
    path = tmp_path / f"a{ending}"
    assert main(["export", "cue", "--to", str(path), "--cell", "lstm"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"cue, LSTM of 3 units, 20 steps: {kinds.KINDS[ending].says}.")
    expected = io.BytesIO()
    kinds.write(expected, exported("cue", "lstm"), ending)
    assert path.read_bytes() == expected.getvalue()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_every_option_reaches_the_file(tmp_path) -> None:
    edits = "x.4.0_0.5~rnn.b_x.hidden.3_-1.25"
    path = tmp_path / "a.weights.npz"
    options = ["--cell", "rnn", "--match", "parameters", "--seed", "5", "--edits", edits]
    assert main(["export", "crowd", "--to", str(path), "--engine", "torch", *options]) == 0
    made = situation(BY_NAME["crowd"], ("rnn",), "parameters", 5)
    (entry,) = npz.read(path.read_bytes(), "a file").entries
    w_x, b_x = entry.layers[0][0].w_x, entry.layers[0][0].b_x
    np.testing.assert_array_equal(w_x, made.weights["rnn"].w_x)
    assert b_x[0, 3] == -1.25
    assert parse_edits(edits).rejected == []


def test_the_reader_is_exported_with_the_word_given(tmp_path, capsys) -> None:
    path = tmp_path / "a.py"
    assert main(["export", "reader", "--to", str(path), "--word", "thought"]) == 0
    assert "It reads a.safetensors, which has to lie beside it." in capsys.readouterr().out
    assert "with_name('a.npz')" in path.read_text(encoding="utf-8")
    path = tmp_path / "a.npz"
    assert main(["export", "reader", "--to", str(path), "--word", "thought"]) == 0
    assert loaded(path)["labels"].tolist() == [*"thought", "end"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pulse",), "the following arguments are required: --to"),
        (("pulse", "--to", "a.pt"), "file ending of 'a.pt' does not exist; choose one of: .safe"),
        (("plus", "--to", "a.py"), "scene 'plus' does not exist; choose one of: pulse, cue,"),
        (("book", "--to", "a.safetensors"), "This GRU resets before the product U h; torch.nn.GRU"),
        (("pulse", "--to", "no/a.csv"), "There is no folder no; create it"),
        (("pulse", "--to", "a.csv", "--cell", "mamba"), "argument --cell: invalid choice: 'mamba'"),
        (("pulse", "--to", "a.csv", "--seed", "-1"), "'-1' is not a whole number from 0 to"),
        (("pulse", "--to", "a.csv", "--word", "a"), "The scene pulse reads no word"),
        (("pulse", "--to", "a.csv", "--edits", "x.0_1"), "The edit 'x.0_1' is not understood:"),
        (
            ("pulse", "--to", "a.csv", "--cell", "lstm", "--edits", "gru.h0.0_1"),
            "cell of this scene 'gru' does not exist; choose one of: lstm.",
        ),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(
    arguments, says, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = main(["export", *arguments])
    except SystemExit as left:  # argparse's own way out
        status = left.code
    written = capsys.readouterr()
    assert (status, written.out) == (2, "")
    assert re.fullmatch(rf"error: .*{re.escape(says)}.*\n", written.err)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_refused_leaves_the_one_that_was_there(tmp_path, capsys) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"old")
    assert main(["export", "book", "--to", str(path)]) == 2
    assert (
        "Export another kind: .onnx, .weights.npz, .csv, .npz, .py, .html."
        in capsys.readouterr().err
    )
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


# The guide ------------------------------------------------------------------------------------


def test_every_export_of_the_guide_runs(tmp_path: Path) -> None:
    lines = re.findall(r"^python -m gru_core (export .*)$", GUIDE, re.MULTILINE)
    assert len(lines) == 4
    for line in lines[1:]:
        assert main([*line.replace("--to ", f"--to {tmp_path}/").split()]) == 0, line
    done = command(*lines[0].split(), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 4
    assert safetensors_file.read((tmp_path / "pulse.safetensors").read_bytes(), "a file")


def test_the_guide_has_every_ending() -> None:
    table = GUIDE.split("| ending | what it is |")[1].split("| option |")[0]
    assert re.findall(r"^\| (\.\S+) \|", table, re.MULTILINE) == list(kinds.KINDS)


def test_the_columns_of_the_guide_are_those_of_the_csv() -> None:
    header = next(csv_lines(exported("pulse"))).split(",")
    assert {"step", "x1 (pulse)", "update 3"} <= set(header)
    assert all(f"`{name}`" in GUIDE for name in ("step", "label", "x1 (pulse)", "update 3"))


@pytest.mark.parametrize("ending", [".npz", ".csv", ".safetensors"])
def test_a_disk_that_takes_no_more_is_told_and_nothing_is_left(ending, tmp_path, capsys) -> None:
    path = tmp_path / f"a{ending}"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))  # of every file that is written
    try:
        status = main(["export", "crowd", "--to", str(path)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert status == 2
    assert capsys.readouterr().err == f"error: {path}: File too large.\n"
    assert list(tmp_path.iterdir()) == []
