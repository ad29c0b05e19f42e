"""ONNX models whose tensors stand in files beside them: read from their folder, and no other."""

import contextlib
import json

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import FormatError, GatescopeError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.folders import gathered
from gru_core.formats.onnx import outside
from gru_core.formats.onnx.check import check_against_onnxruntime
from gru_core.formats.opening import open_model
from gru_core.formats.running import run_ready
from tests.formats.onnx_making import initializer, make_model, tensors
from tests.formats.tries import tries

X = np.random.default_rng(2).normal(size=(5, 3)).astype(np.float32)
MODEL = make_model("GRU", arrays=tensors("GRU", scale=0.4))
EXPECTED = run_ready(answered(read(MODEL.SerializeToString(), "a.onnx").entries[0], {}), X).output


def kept(folder, *, apart=False, name="model.onnx"):
    """The model in a folder with its tensors in another file, or in one each."""
    model = onnx.ModelProto.FromString(MODEL.SerializeToString())
    options = {"location": f"{name}.data"} if not apart else {"all_tensors_to_one_file": False}
    onnx.save(model, folder / name, save_as_external_data=True, size_threshold=0, **options)
    return folder / name


@pytest.mark.parametrize("apart", [False, True], ids=["one file", "a file for each"])
def test_a_model_is_read_with_the_files_of_its_folder(apart, tmp_path) -> None:
    path = kept(tmp_path, apart=apart)
    (tmp_path / "model.txt").write_text("another file")
    [entry] = open_model(path).entries
    np.testing.assert_array_equal(run_ready(answered(entry, {}), X).output, EXPECTED)


def test_the_check_has_the_same_files(tmp_path) -> None:
    path = kept(tmp_path)
    files = {"model.onnx.data": (tmp_path / "model.onnx.data").read_bytes()}
    data = outside.together(path.read_bytes(), files)
    checked = check_against_onnxruntime(data, "one", X)
    np.testing.assert_allclose(checked, EXPECTED, rtol=0, atol=1e-6)


def test_without_the_file_it_is_named(tmp_path) -> None:
    path = kept(tmp_path)
    (tmp_path / "model.onnx.data").unlink()
    with pytest.raises(
        FormatError, match=r"stored in another file, 'model\.onnx\.data': give both at once"
    ):
        open_model(path)


def test_files_given_at_once_are_put_together(tmp_path) -> None:
    path = kept(tmp_path)
    given = {"readme.md": b"", "model.onnx.data": (tmp_path / "model.onnx.data").read_bytes()}
    given["model.onnx"] = path.read_bytes()
    [entry] = read(*gathered(given)).entries
    np.testing.assert_array_equal(run_ready(answered(entry, {}), X).output, EXPECTED)
    with pytest.raises(FormatError, match=r"'model\.onnx\.data' is a file of numbers that an ONNX"):
        read(given["model.onnx.data"], "model.onnx.data")


@pytest.mark.parametrize(
    "location", ["../model.onnx.data", "/model.onnx.data", "a/model.onnx.data"]
)
def test_what_is_given_is_not_found_under_a_name_that_leads_elsewhere(location) -> None:
    model = onnx.ModelProto.FromString(MODEL.SerializeToString())
    tensor = initializer(model, "W")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    given = {"model.onnx": model.SerializeToString(), "model.onnx.data": tensors()["W"].tobytes()}
    given |= {location: given["model.onnx.data"]}  # as no browser calls a file
    with pytest.raises(FormatError, match="which leads out of the model's own folder"):
        read(*gathered(given))


@pytest.mark.parametrize("location", ["../secret.bin", "/tmp/secret.bin", "inner/secret.bin", ""])
def test_a_place_outside_of_the_folder_is_not_read(location, tmp_path) -> None:
    """Also where a file of that name is there."""
    home = tmp_path / "home"
    (home / "inner").mkdir(parents=True)
    for folder in (tmp_path, home / "inner"):
        (folder / "secret.bin").write_bytes(tensors()["W"].tobytes())
    model = onnx.ModelProto.FromString(MODEL.SerializeToString())
    tensor = initializer(model, "W")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    (home / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(FormatError, match="stored in another file"):
        open_model(home / "model.onnx")


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    path = kept(home)
    (home / "model.onnx.data").rename(tmp_path / "moved")
    (home / "model.onnx.data").symlink_to(tmp_path / "moved")
    with pytest.raises(FormatError, match="stored in another file"):
        open_model(path)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("offset", "-4", "is said to stand at '-4' of another file"),
        ("offset", "0x10", "is said to stand at '0x10' of another file"),
        ("length", "9" * 14, "which has"),
        ("offset", "1000000", "which has"),
        ("length", "8", "'W' has 8 bytes; its shape"),
    ],
)
def test_places_that_are_not_there_are_refused(key, value, says, tmp_path) -> None:
    path = kept(tmp_path, apart=True)
    model = onnx.load(path, load_external_data=False)
    held = initializer(model, "W").external_data
    for one in [one for one in held if one.key == key]:
        held.remove(one)
    held.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(FormatError, match=says):
        open_model(path)


def test_one_piece_of_a_file_given_to_many_tensors_is_counted(tmp_path) -> None:
    path = kept(tmp_path)
    model = onnx.load(path, load_external_data=False)
    (tmp_path / "model.onnx.data").write_bytes(bytes(8_000_000))
    for at in range(20):
        tensor = onnx.TensorProto(name=f"t{at}", data_type=1, dims=[2_000_000])
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="model.onnx.data")
        model.graph.initializer.append(tensor)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(FormatError, match="come to more than 64 MB"):
        open_model(path)


def test_together_and_apart() -> None:
    files = {"a.data": b"123", "ü.bin": b""}
    assert outside.apart(outside.together(b"model", files)) == (b"model", files)
    assert outside.apart(b"model") == (b"model", {})


GOOD = outside.together(MODEL.SerializeToString(), {"a.data": bytes(40)})


@pytest.mark.parametrize(
    "header",
    [b"", b"[]", b"{}", b'{"":1}', b'{"":-1}', b'{"":1.5}', b'{"a":9}', b"[" * 9000, b'{"":true}'],
)
def test_a_piece_that_is_not_of_ours_is_refused(header) -> None:
    made = outside.MAGIC + len(header).to_bytes(4, "little") + header + bytes(9)
    with pytest.raises(FormatError, match="is no model with the files beside it"):
        read(made, "a.onnx")
    many = json.dumps({"": 9, **{str(at): 0 for at in range(17)}}).encode()
    with pytest.raises(FormatError, match="is no model with the files beside it"):
        read(outside.MAGIC + len(many).to_bytes(4, "little") + many + bytes(9), "a.onnx")


@settings(max_examples=tries(150))
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 4)), max_size=5))
def test_a_changed_piece_is_read_or_refused(changes) -> None:
    data = bytearray(GOOD)
    for place, put, removed in changes:
        at = int(place * len(data))
        data[at : at + removed] = put
    with contextlib.suppress(GatescopeError):
        read(bytes(data), "a.onnx")
