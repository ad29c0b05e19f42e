"""What is said of files that are not what was meant: what each is, and what to give."""

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file

from gru_core.__main__ import main
from gru_core.errors import FormatError
from gru_core.formats import limits, npy, read
from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from tests.formats.onnx_making import make_model, tensors
from tests.formats.torch_files import filled, saved

LAYER = filled(torch.nn.GRU(3, 4))
X = np.random.default_rng(3).normal(size=(6, 3)).astype(np.float32)


def test_a_file_too_large_names_the_limit_and_the_setting_that_raises_it(tmp_path, capsys) -> None:
    path = tmp_path / "large.pt"
    with path.open("wb") as file:
        file.truncate(limits.MAX_BYTES + 1)
    assert main(["inspect", str(path)]) == 2
    assert "up to 32 MB are read, unless GATESCOPE_MAX_FILE_MB says" in capsys.readouterr().err


def test_what_unpacks_to_too_much_names_it_too() -> None:
    wide = torch.zeros(1).expand(4096 * 3, 4096)
    with pytest.raises(FormatError, match="unless GATESCOPE_MAX_FILE_MB says another number"):
        read(saved({"weight_ih_l0": wide, "weight_hh_l0": wide}), "a.pt")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"0.5,1,-2\n1,2,3\n", r"x is a text, such as a CSV file; .*loadtxt\('x.csv', delimiter"),
        (b"PK\x03\x04", r"x is a zip archive, as numpy.savez and torch.save write it; a .npy file"),
        (b"\x93", "x does not begin as a .npy file does"),
        (b"", "x does not begin as a .npy file does"),
    ],
)
def test_an_input_of_another_kind_is_named(content, says, tmp_path, capsys) -> None:
    with pytest.raises(FormatError, match=says):
        npy.array("x", content)
    (tmp_path / "x.npy").write_bytes(content)
    save_file(LAYER.state_dict(), tmp_path / "m.safetensors")
    given = ["--input", str(tmp_path / "x.npy"), "--out", str(tmp_path / "out.npz")]
    assert main(["trace", str(tmp_path / "m.safetensors"), *given]) == 2
    assert says[:9] in capsys.readouterr().err


def test_keys_of_several_parts_are_names_as_others_are() -> None:
    """Also where they stand beside the weights, and hold none."""
    content = {("rnn", name): one for name, one in LAYER.state_dict().items()}
    content |= {("scores", 3): 0.5, "seen": {(0, 1), (2, 3)}, "counts": {(1, "a", None): 2}}
    [entry] = read(saved(content), "a.pt").entries
    assert entry.name == "rnn"
    with torch.no_grad():
        expected = LAYER(torch.from_numpy(X))[0].numpy()
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("key", [((1, 2), 3), tuple(range(9))])
def test_other_keys_are_refused_and_named(key) -> None:
    with pytest.raises(FormatError, match=r"no text, no number and no tuple of up to 8 of these"):
        read(saved({**LAYER.state_dict(), "more": {key: 1}}), "a.pt")


@pytest.mark.parametrize(
    ("producer", "version", "after", "is_said"),
    [
        ("pytorch", "2.10.0", 0, True),
        ("pytorch", "2.10", 0, True),
        ("pytorch", "2.10.0", 1, False),
        ("pytorch", "2.1", 0, False),
        ("pytorch", "2.100", 0, False),
        ("tf2onnx", "2.10.0", 0, False),
    ],
)
def test_what_an_exporter_has_lost_is_noted(producer, version, after, is_said) -> None:
    model = make_model("GRU", arrays=tensors("GRU"), linear_before_reset=after)
    model.producer_name, model.producer_version = producer, version
    file = read(model.SerializeToString(), "a.onnx")
    assert file.entries[0].says["reset_after"] == ("true" if after else "false")
    lost = "PyTorch 2.10 wrote this file, and loses linear_before_reset"
    assert any(lost in note for note in file.notes) == is_said


def test_only_a_gru_can_have_lost_it() -> None:
    model = make_model("LSTM", arrays=tensors("LSTM"))
    assert isinstance(model, onnx.ModelProto)
    model.producer_name, model.producer_version = "pytorch", "2.10.0"
    assert read(model.SerializeToString(), "a.onnx").notes == ()
