"""`inspect` and `trace` say what is in a file and run it, and fail in one line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from gru_core.__main__ import main
from gru_core.conventions import TRACKS
from gru_core.formats import npz
from gru_core.formats.answers import SENTENCES, answered
from gru_core.formats.running import run_ready
from tests.formats.entries import SAID, make_entry, make_file

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
ORIGIN = "note: Written from a file of the format PyTorch."
X = np.random.default_rng(9).normal(size=(6, 3)).astype(np.float32)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with inputs and files, and the commands run in it."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)
    write("gru.npz", make_entry(layers=2, directions=2))
    write("open.npz", make_entry(says={"reset_after": "true", "backward": "false"}))
    write("two.npz", make_entry(name="a"), make_entry("lstm", name="b"))
    return tmp_path


def write(path, *entries) -> None:
    Path(path).write_bytes(npz.write(make_file(*entries)))


def traced(*arguments) -> dict[str, np.ndarray]:
    """The arrays that a trace leaves in out.npz."""
    assert main(["trace", *map(str, arguments), "--out", "out.npz"]) == 0
    with np.load("out.npz", allow_pickle=False) as file:
        return dict(file)


def inspected(path, capsys) -> list[dict]:
    assert main(["inspect", path, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


# inspect --------------------------------------------------------------------------------------


def test_the_json_says_all_of_a_layer(here, capsys) -> None:
    write("one.npz", make_entry(layers=2, directions=2, notes=("A note.",), stored="float16"))
    (found,) = inspected("one.npz", capsys)
    assert found == {
        "name": "encoder",
        "cell": "gru",
        "input_size": 3,
        "hidden_size": 4,
        "proj_size": None,
        "layers": 2,
        "directions": 2,
        "reset_after": True,
        "gate_activation": "sigmoid",
        "gate_slope": None,
        "state_activation": "tanh",
        "biases": 2,
        "merge": "concat",
        "backward": None,
        "initial": False,
        "stored": "float16",
        "format": "Gatescope NPZ",
        "questions": [],
        "assumes": {},
        "notes": ["Written from a file of the format PyTorch.", "A note."],
        "embedding": None,
        "tokens": None,
        "prediction": None,
    }


@pytest.mark.parametrize(
    ("gate", "shown", "slope"),
    [("hard_sigmoid", "hard_sigmoid", 0.2), ("hard_sigmoid_sixth", "hard_sigmoid", 0.1667)],
)
def test_the_two_hard_sigmoids_are_told_apart_by_their_slope(
    gate, shown, slope, here, capsys
) -> None:
    write("one.npz", make_entry("lstm", says={**SAID, "gate_activation": gate}))
    (found,) = inspected("one.npz", capsys)
    assert (found["gate_activation"], found["gate_slope"]) == (shown, slope)
    assert found["reset_after"] is None


def test_a_plain_rnn_has_no_gates_and_may_read_from_the_end(here, capsys) -> None:
    write("one.npz", make_entry("rnn", says={**SAID, "backward": "true"}))
    (found,) = inspected("one.npz", capsys)
    assert (found["gate_activation"], found["reset_after"]) == (None, None)
    assert (found["backward"], found["state_activation"]) == (True, "tanh")


def test_what_is_open_is_null_and_asked_and_what_is_assumed_is_said(here, capsys) -> None:
    write("one.npz", make_entry(says={}, assumes={"reset_after": "false"}))
    (found,) = inspected("one.npz", capsys)
    assert [found[key] for key in ("gate_activation", "backward", "reset_after")] == [
        *(None, None, False),
    ]
    assert found["assumes"] == {"reset_after": "false"}
    asked = {question["setting"]: question for question in found["questions"]}
    assert list(asked) == ["gate_activation", "state_activation", "reset_after", "backward"]
    assert list(asked["state_activation"]["answers"])[:3] == ["tanh", "relu", "elu"]
    assert (asked["reset_after"]["assumed"], asked["backward"]["assumed"]) == ("false", None)


def test_the_table_has_a_line_for_each_layer_and_says_what_is_open(here, capsys) -> None:
    entry = make_entry(says={"state_activation": "tanh"}, assumes={"reset_after": "true"})
    write("one.npz", make_entry("lstm", name="first\x1b[31m", units=11), entry)
    assert main(["inspect", "one.npz"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "one.npz: Gatescope NPZ",
        "",
        "name        cell  inputs  units  layers  directions  stored   convention",
        "first?[31m  LSTM  3       11     1       1           float32  sigmoid, tanh, 2 biases",
        "encoder     GRU   3       4      1       1           float32  "
        "reset after, gate_activation?, tanh, backward?, 2 biases",
        "",
        "note: Written from a file of the format PyTorch.",
        "encoder: assumed: reset_after=true; change with --set",
        "encoder: open: Which function do the gates end in? "
        "--set gate_activation=sigmoid|hard_sigmoid|hard_sigmoid_sixth",
        "encoder: open: In which order are the steps read? --set backward=false|true",
    ]


# trace ----------------------------------------------------------------------------------------


def test_a_trace_holds_the_output_and_every_gate(here, capsys) -> None:
    arrays = traced("gru.npz", "--input", "x.npy")
    assert capsys.readouterr().out == (
        f"'encoder': 6 steps, GRU of 4 units, 2 layers, 2 directions.\n{ORIGIN}\n"
    )
    made = run_ready(answered(make_entry(layers=2, directions=2), {}), X)
    wanted = {"x": X, "output": made.output, **dict(made.named()), "notes": np.array([ORIGIN])}
    assert set(arrays) == set(wanted)
    assert {f"layer1.backward.{track}" for track in (*TRACKS["gru"], "h0")} < set(arrays)
    for name, array in wanted.items():
        np.testing.assert_array_equal(arrays[name], array, err_msg=name)
    assert arrays["output"].shape == (6, 8)


def test_a_batch_keeps_its_axis(here) -> None:
    np.save("x.npy", np.stack([X, 2 * X], axis=1))
    arrays = traced("gru.npz", "--input", "x.npy")
    shapes = {"output": (6, 2, 8), "layer0.backward.update": (6, 2, 4), "layer1.forward.h0": (2, 4)}
    assert {name: arrays[name].shape for name in shapes} == shapes


def test_initial_states_come_from_files(here) -> None:
    np.save("h0.npy", np.arange(4.0))
    np.save("c0.npy", np.arange(4.0)[np.newaxis, np.newaxis] / 10)
    more = ("--initial", "h0.npy", "--initial-cell", "c0.npy", "--layer", "b")
    arrays = traced("two.npz", "--input", "x.npy", *more)
    np.testing.assert_array_equal(arrays["layer0.forward.h0"], np.arange(4.0))
    np.testing.assert_allclose(arrays["layer0.forward.c0"], np.arange(4.0) / 10, rtol=1e-6)


@pytest.mark.parametrize("kind", ["<f2", ">f8", "<i4", "|b1"])
def test_an_input_may_be_of_any_numbers(kind, here) -> None:
    np.save("x.npy", (10 * X).astype(kind))
    assert traced("gru.npz", "--input", "x.npy")["x"].dtype == np.float32


def test_what_is_set_is_computed_and_what_is_assumed_is_said(here, capsys) -> None:
    more = ("--set", "activation=relu", "recurrent_activation=hard_sigmoid")
    one = traced("open.npz", "--input", "x.npy", *more)
    two = traced("open.npz", "--input", "x.npy", "--set", "activation=tanh", *more[::2], more[2])
    assert one["layer0.forward.candidate"].min() == 0
    assert two["layer0.forward.candidate"].min() < 0
    assert "assumed" not in capsys.readouterr().out
    says = {key: SAID[key] for key in ("gate_activation", "reset_after", "backward")}
    write("one.npz", make_entry(says=says, assumes={"state_activation": "tanh"}))
    traced("one.npz", "--input", "x.npy")
    said = capsys.readouterr().out.splitlines()[1:]
    assert said == [ORIGIN, "assumed: state_activation=tanh; change with --set"]


# What goes wrong ------------------------------------------------------------------------------

IN = ("--input", "x.npy", "--out", "a.npz")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("inspect",), "the following arguments are required: FILE"),
        (("inspect", "no.pt"), "no.pt: No such file or directory."),
        (("inspect", "."), "stand together: give one of them."),
        (("inspect", "pipe"), "pipe is no regular file"),
        (("inspect", "empty.pt"), "The file is empty"),
        (("inspect", "large.pt"), "The file has 33.0 MB; up to 32 MB are read"),
        (("inspect", "x.npy"), "'x.npy' is one array of NumPy, as an input may be"),
        (("trace", "gru.npz", "--out", "a.npz"), "No input is given"),
        (("trace", "gru.npz", "--input", "x.npy"), "required: --out"),
        (("trace", "gru.npz", "--input", "no.npy", "--out", "a.npz"), "no.npy: No such file"),
        (
            ("trace", "gru.npz", "--input", "gru.npz", "--out", "a.npz"),
            "x is a zip archive, as numpy.savez and torch.save write it",
        ),
        (("trace", "gru.npz", "--input", "text.npy", "--out", "a.npz"), "x holds texts; it needs"),
        (("trace", "gru.npz", "--input", "code.npy", "--out", "a.npz"), "x holds Python objects"),
        (("trace", "gru.npz", "--input", "nan.npy", "--out", "a.npz"), "x[2, 1] is nan; it needs"),
        (("trace", "gru.npz", "--input", "flat.npy", "--out", "a.npz"), "x has shape (6,); a seq"),
        (("trace", "gru.npz", "--input", "wide.npy", "--out", "a.npz"), "these weights take 3 inp"),
        (("trace", "gru.npz", "--input", "none.npy", "--out", "a.npz"), "x has no steps"),
        (("trace", "gru.npz", "--input", "x.npy", "--out", "no/a.npz"), "There is no folder no;"),
        (
            ("trace", "two.npz", *IN),
            "The file has 2 recurrent layers: 'a', 'b'. Choose one: --layer",
        ),
        (
            ("trace", "two.npz", *IN, "--layer", "c"),
            "layer 'c' does not exist; choose one of: a, b",
        ),
        (
            ("trace", "gru.npz", *IN, "--initial", "x.npy"),
            "the initial hidden has shape (6, 3); it",
        ),
        (("trace", "gru.npz", *IN, "--initial-cell", "x.npy"), "The GRU has no cell state; it has"),
        (
            ("trace", "open.npz", *IN),
            "The file does not say of 'encoder': gate_activation (sigmoid",
        ),
        (("trace", "gru.npz", *IN, "--set", "reset_after=false"), "says that reset_after of 'enco"),
        (("trace", "gru.npz", *IN, "--set", "colour=red"), "setting 'colour' does not exist"),
        (("trace", "gru.npz", *IN, "--set", "backward=true"), "bidirectional GRU and has no backw"),
        (
            ("trace", "open.npz", *IN, "--set", "activation=relu", "state_activation=tanh"),
            "state_activation is set to relu and to tanh; set it once.",
        ),
        (("trace", "gru.npz", *IN, "--quick"), "unrecognized arguments: --quick"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else "",
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(arguments, says, here, capsys) -> None:
    os.mkfifo("pipe")
    Path("empty.pt").touch()
    with Path("large.pt").open("wb") as file:
        file.truncate(33_000_000)
    bad = X.copy()
    bad[2, 1] = np.nan
    inputs = {"nan": bad, "flat": X[:, 0], "wide": X[:, :2], "none": X[:0], "text": np.array(["a"])}
    for name, array in inputs.items():
        np.save(f"{name}.npy", array)
    np.save("code.npy", np.array([print], object), allow_pickle=True)
    before = sorted(here.iterdir())
    try:
        status = main(arguments)
    except SystemExit as left:  # argparse's own way out
        status = left.code
    written = capsys.readouterr()
    assert (status, written.out) == (2, "")
    assert re.fullmatch(rf"error: .*{re.escape(says)}.*\n", written.err)
    assert sorted(here.iterdir()) == before


def test_a_damaged_file_in_a_process_has_no_traceback(here) -> None:
    Path("bad.npz").write_bytes(npz.write(make_file())[:-30])
    done = subprocess.run(
        [sys.executable, "-m", "gru_core", "inspect", "bad.npz"],
        cwd=here,
        env={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: The zip archive cannot be opened .*\n", done.stderr)


# The guide ------------------------------------------------------------------------------------


def state_dict(prefix, gates, units=4, inputs=3) -> dict[str, np.ndarray]:
    """A layer by the names of PyTorch."""
    rng = np.random.default_rng(gates)
    shapes = {"weight_ih": (gates * units, inputs), "weight_hh": (gates * units, units)}
    shapes |= dict.fromkeys(("bias_ih", "bias_hh"), (gates * units,))
    return {
        f"{prefix}{name}_l0": rng.normal(size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }


TEXT_MODEL = state_dict("rnn.", 3) | {
    "emb.weight": np.ones((20, 3), np.float32),
    "head.weight": np.ones((2, 4), np.float32),
    "head.bias": np.zeros(2, np.float32),
}


def test_every_command_of_the_guide_runs(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)
    np.save("h0.npy", np.zeros(4))
    save_file(state_dict("encoder.", 3) | state_dict("decoder.", 4), "model.safetensors")
    save_file(state_dict("", 1), "rnn.safetensors")
    save_file(TEXT_MODEL, "text.safetensors")
    Path("words.txt").write_text("\n".join(["fine", *(f"w{at}" for at in range(1, 20))]))
    lines = re.findall(r"^python -m gru_core ((?:inspect|trace) .*)$", GUIDE, re.MULTILINE)
    assert len(lines) == 6
    for line in lines:
        assert main(line.split()) == 0, line
    assert {"trace.npz", "rnn.npz", "said.npz"} < {path.name for path in tmp_path.iterdir()}


def test_the_guide_names_every_field_of_the_json(here, capsys) -> None:
    table = GUIDE.split("| field | |")[1].split("\n\n")[0]
    named = [
        name
        for row in table.splitlines()[2:]
        for name in re.findall(r"`(\w+)`", row.split(" | ")[0])
    ]
    assert sorted(named) == sorted(inspected("gru.npz", capsys)[0])


def test_the_guide_names_every_array(here) -> None:
    table = GUIDE.split("### What is written")[1].split("Layers are counted")[0]
    named = set(re.findall(r"`([\w.]+)`", table)) - {"layer0.forward.c0"}
    save_file(TEXT_MODEL, "text.safetensors")
    options = ("--tokens", *"123456", "--lengths", "6")
    assert named == set(traced("text.safetensors", *options))


# Nothing without a word -----------------------------------------------------------------------


def test_a_trace_says_and_keeps_every_note_of_inspect(here, capsys) -> None:
    entry = make_entry(
        says={key: SAID[key] for key in ("gate_activation", "reset_after", "backward")},
        assumes={"state_activation": "tanh"},
        notes=("It is kept from call to call.", "It reads b."),
        asks=("padding",),
    )
    Path("one.npz").write_bytes(npz.write(make_file(entry, notes=("The file is old.",))))
    assert main(["inspect", "one.npz"]) == 0
    listed = capsys.readouterr().out
    arrays = traced("one.npz", "--input", "x.npy", "--set", "padding=none")
    said = capsys.readouterr().out.splitlines()[1:]
    notes = [line for line in said if line.startswith("note: ")]
    assert len(notes) == 4  # of the file, where it is from, and two of the layer
    assert [note for note in notes if note not in listed] == []
    assert said[4:] == ["assumed: state_activation=tanh; change with --set", "said: padding=none"]
    assert arrays["notes"].tolist() == said


@pytest.mark.parametrize(
    ("setting", "answer", "says", "ends", "answers"),
    [
        (
            "padding",
            "none",
            "its model leaves out steps that are padding, and the file does not say which of your",
            "--set padding=zeros for those that are 0 throughout, or give --lengths or --mask.",
            "none|zeros",
        ),
        (
            "start",
            "zeros",
            "its model computes the first state from the model's own",
            "--set start=zeros.",
            "zeros",
        ),
    ],
)
def test_what_only_the_visitor_knows_is_asked(here, setting, answer, says, ends, answers, capsys):
    write("one.npz", make_entry(asks=(setting,)))
    assert main(["trace", "one.npz", "--input", "x.npy", "--out", "out.npz"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: 'encoder' is not run: {says}")
    assert error.endswith(f"{ends}\n")
    assert not Path("out.npz").exists()
    assert main(["inspect", "one.npz"]) == 0
    assert f"open: {SENTENCES[setting]} --set {setting}={answers}\n" in capsys.readouterr().out
    (question,) = inspected("one.npz", capsys)[0]["questions"]
    assert (question["setting"], question["assumed"]) == (setting, None)
    traced("one.npz", "--input", "x.npy", "--set", f"{setting}={answer}")


def test_a_first_state_that_is_given_needs_no_word(here) -> None:
    write("one.npz", make_entry(asks=("start",)))
    np.save("h0.npy", np.arange(4.0))
    arrays = traced("one.npz", "--input", "x.npy", "--initial", "h0.npy")
    np.testing.assert_array_equal(arrays["layer0.forward.h0"], np.arange(4.0))
