"""Exported files hold what ran, exactly, and refuse what they cannot say."""

import csv
import io
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from gru_core import run
from gru_core.conventions import CELLS, STATES, TRACKS
from gru_core.errors import FormatError, UnknownNameError
from gru_core.export import kinds, tracks, weights
from gru_core.export.cell_run import CellRun, stem_of
from gru_core.export.exact import exact_texts
from gru_core.formats import npz
from gru_core.formats.answers import answered, questions
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.running import run_ready
from gru_core.formats.safetensors import file as safetensors_file
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.weights import PARTS
from tests.core.exporting import exported

EDITED = {"gru": "gru.b_x.update.1_-1.25~gru.h0.0_0.3", "lstm": "lstm.c0.1_2.0", "rnn": "x.3.0_2.5"}
HELD = {
    "gru": "gru.update.1.3-9_1.0~gru.hidden.all.12_0.5",
    "lstm": "lstm.cell.0.4-end_0.25",
    "rnn": "rnn.hidden.all.2_-0.5",
}


def file(made, ending) -> bytes:
    stream = io.BytesIO()
    kinds.write(stream, made, ending)
    return stream.getvalue()


def rows(made) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file(made, ".csv").decode())))


# Weights --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("ending", "read", "dtype"),
    [
        (".safetensors", safetensors_file.read, np.float64),
        (".weights.npz", npz.read, np.float64),
        (".onnx", onnx_file.read, np.float32),
    ],
)
def test_weights_are_read_back_as_they_were_edited(cell, ending, read, dtype) -> None:
    made = exported(cell=cell, edits=EDITED[cell])
    (entry,) = read(file(made, ending), "a file").entries
    assert entry.cell == cell
    for part in PARTS:
        kept = getattr(entry.layers[0][0], part)
        np.testing.assert_array_equal(kept, getattr(made.weights, part).astype(dtype), strict=True)


@pytest.mark.parametrize(
    ("cell", "changes"),
    [
        ("gru", {}),
        ("gru", {"reset_after": False, "gate_activation": "hard_sigmoid"}),
        ("gru", {"state_activation": "relu"}),
        ("lstm", {"gate_activation": "hard_sigmoid_sixth"}),
        ("rnn", {"state_activation": "relu"}),
        ("rnn", {"state_activation": "elu(0.5)"}),
        ("lstm", {"state_activation": "scaled_tanh(1.7159,0.6667)"}),
    ],
    ids=str,
)
def test_our_own_file_leaves_no_question_open_and_runs_to_the_same_numbers(cell, changes) -> None:
    made = exported(cell=cell, edits=EDITED[cell], **changes)
    (entry,) = npz.read(file(made, ".weights.npz"), "a file").entries
    assert questions(entry) == ()
    assert (entry.name, entry.stored) == ("cue", "float64")
    trace = run_ready(answered(entry, {}), made.trace.x).layers[0]["forward"]
    for name, track in made.trace.items():
        np.testing.assert_array_equal(trace[name], track, strict=True)


def test_the_names_and_shapes_are_those_of_torch() -> None:
    tensors, metadata = safetensors_file.tensors(file(exported("elnino"), ".safetensors"), "a file")
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    assert shapes == {
        "weight_ih_l0": (24, 1),
        "weight_hh_l0": (24, 8),
        "bias_ih_l0": (24,),
        "bias_hh_l0": (24,),
    }
    assert metadata == {"format": "pt"}


@pytest.mark.parametrize(
    ("cell", "changes", "words"),
    [
        ("gru", {"reset_after": False}, "This GRU resets before the product U h"),
        ("gru", {"gate_activation": "hard_sigmoid"}, "This GRU ends its gates in hard_sigmoid"),
        ("gru", {"state_activation": "relu"}, "torch.nn.GRU has tanh alone"),
        ("lstm", {"state_activation": "relu"}, "torch.nn.LSTM has tanh alone"),
        ("rnn", {"state_activation": "elu"}, "torch.nn.RNN has tanh and relu alone"),
    ],
)
def test_what_torch_cannot_do_is_refused_by_name(cell, changes, words) -> None:
    made = exported(cell=cell, **changes)
    assert words in weights.torch_refusal(made.weights)
    stream = io.BytesIO()
    with pytest.raises(FormatError, match=r"Export another kind: \.onnx, \.weights\.npz, \.csv"):
        kinds.write(stream, made, ".safetensors")
    assert stream.getvalue() == b""


def test_what_is_not_in_a_file_is_said() -> None:
    made = exported(edits=EDITED["gru"], held=HELD["gru"])
    assert kinds.notes(made, ".npz") == kinds.notes(made, ".csv") == ()
    assert "rounded" in kinds.notes(made, ".onnx")[0]
    assert [note[:20] for note in kinds.notes(made, ".safetensors")] == [
        "What is held is not ",
        "The initial states a",
    ]
    (entry,) = npz.read(file(made, ".weights.npz"), "a file").entries
    assert entry.notes == (
        "2 things were held in the run that this was exported from; weights do not say so.",
    )


@pytest.mark.parametrize("package", ["onnx", "safetensors"])
def test_without_its_package_a_kind_is_refused(package, monkeypatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    refusal = kinds.KINDS[f".{package}"].refusal(exported().weights)
    assert refusal == f"This needs the package {package}, which is not here."


# Traces ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_the_npz_holds_every_track_by_its_name(cell) -> None:
    made = exported("slate", cell, held=HELD[cell])
    with np.load(io.BytesIO(file(made, ".npz")), allow_pickle=False) as found:
        arrays = dict(found)
    expected = {f"{cell}.{name}": track for name, track in made.trace.items()}
    starts = zip(("h0", "c0"), made.trace.initial, strict=False)
    expected |= {f"{cell}.{name}": state for name, state in starts} | {"x": made.trace.x}
    assert arrays.pop("labels").tolist() == list(made.labels)
    assert arrays.pop("channels").tolist() == list(made.channels)
    assert set(arrays) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_a_large_npz_is_stored_and_read_the_same_way(monkeypatch) -> None:
    monkeypatch.setattr(tracks, "MOST_COMPRESSED", 0)
    made = exported()
    with np.load(io.BytesIO(file(made, ".npz"))) as found:
        np.testing.assert_array_equal(found["gru.update"], made.trace["update"])


@pytest.mark.parametrize("cell", CELLS)
def test_the_csv_has_a_row_a_step_and_every_number_exactly(cell) -> None:
    made = exported("slate", cell, EDITED[cell], HELD[cell])
    header, before, *steps = rows(made)
    units = [f"{name} {unit}" for name in TRACKS[cell] for unit in (1, 2, 3)]
    assert header == ["step", "label", "x1 (letter)", "x2 (new word)", *units]
    assert [row[:2] for row in steps] == [
        [str(at), label] for at, label in enumerate(made.labels, start=1)
    ]
    numbers = np.array([row[2:] for row in steps], dtype=np.float64)
    expected = np.hstack([made.trace.x, *made.trace.values()])
    np.testing.assert_array_equal(numbers, expected)
    starts = dict(zip(STATES[cell], made.trace.initial, strict=True))
    at_start = [str(float(v)) for n in TRACKS[cell] for v in starts.get(n, [])]
    assert [text for text in before if text] == ["0", *at_start]
    assert all(text for name, text in zip(header, before, strict=True) if name == "hidden 1")


def test_steps_that_are_only_counted_have_no_labels_in_the_csv() -> None:
    assert rows(exported("pulse"))[0][:3] == ["step", "x1 (pulse)", "reset 1"]


def test_where_the_update_gate_writes_the_csv_says_so_and_shows_it() -> None:
    made = exported()
    keeps, writes = rows(made), rows(replace(made, polarity="write"))
    at = keeps[0].index("update 1")
    assert writes[0][at] == "update (writes) 1"
    for kept, written in zip(keeps[2:], writes[2:], strict=True):
        assert float(written[at]) == 1 - float(kept[at])
        assert written[:at] == kept[:at]
        assert written[at + 3 :] == kept[at + 3 :]


def test_words_of_a_scene_are_one_cell_each_and_no_formula() -> None:
    made = exported("book")
    hostile = ("=1+1", '+"a"', "-", "@x,y", "a\nb\tc", "\ud800")
    told = ("'=1+1", '\'+"a"', "'-", "'@x,y", "a b c", "?")
    assert first_cells(made, hostile) == list(told)
    # Where a comma writes decimals, a spreadsheet parts the cells of a line at semicolons.
    parted = ("a;=1+1", "＝1+1", "a; ＠b|-c", "a;b", "1-2", "x|+1")
    told = ("a;'=1+1", "'＝1+1", "a; '＠b|'-c", "a;b", "1-2", "x|'+1")
    assert first_cells(made, parted) == list(told)


def first_cells(made: CellRun, labels: tuple[str, ...]) -> list[str]:
    made = replace(made, labels=labels, channels=('=cmd|"/c calc"!A1,b\r\n',))
    header, _, *steps = rows(made)
    assert header[2] == 'x1 (=cmd|"/c calc"!A1,b )'
    assert {len(row) for row in steps} == {len(header)}
    return [row[1] for row in steps]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_as_text_read_back_as_the_same_bits(dtype) -> None:
    rng = np.random.default_rng(0)
    size = np.dtype(dtype).itemsize
    values = np.frombuffer(rng.bytes(4000 * size), dtype)
    values = np.concatenate([values[np.isfinite(values)], [0.0, -0.0, 1e15, 0.1]]).astype(dtype)
    texts = exact_texts(values)
    assert np.array(texts, np.float64).astype(dtype).tobytes() == values.tobytes()
    assert texts[-1] == "0.1"


def test_the_csv_of_a_large_run_is_written_in_little_memory() -> None:
    scene = own_scene(Own(source="noise", steps=1500, units=100), 0)
    made = situation(scene, ("gru",))
    trace = run(made.weights["gru"], made.x)
    large = replace(
        exported("pulse"),
        weights=made.weights["gru"],
        trace=trace,
        labels=scene.sequence.labels,
        channels=scene.sequence.channels,
    )
    written = 0
    tracemalloc.start()
    try:
        for line in tracks.csv_lines(large):
            written += len(line)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    estimate = tracks.csv_size(large.weights, trace.steps)
    assert 0.75 * estimate < written < estimate
    assert tracks.npz_size(large.weights, trace.steps) == 4 * 1500 * 401


# Names ----------------------------------------------------------------------------------------


def test_the_longest_ending_decides_the_kind() -> None:
    assert kinds.ending_of("a.npz") == ".npz"
    assert kinds.ending_of("A.Weights.NPZ") == ".weights.npz"
    with pytest.raises(UnknownNameError, match=r"'a\.pt' does not exist; choose one of: \.safet"):
        kinds.ending_of("a.pt")


@pytest.mark.parametrize(
    ("scene", "word", "stem"),
    [
        ("pulse", None, "gatescope-pulse-gru"),
        ("reader", "Knight", "gatescope-reader-knight-gru"),
        ('../"; rm -rf ~', None, "gatescope-_rm_-rf_-gru"),
        ("x" * 300, None, f"gatescope-{'x' * 86}-gru"),
    ],
)
def test_names_of_files_are_of_plain_characters_only(scene, word, stem) -> None:
    assert stem_of(scene, "gru", word) == stem
