"""Folders, archives of one model, arrays by PyTorch's names: opened, or told what to give."""

import io
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gru_core.errors import DtypeError, FormatError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.folders import gathered
from gru_core.formats.opening import data_of, open_model
from gru_core.formats.running import run_ready
from tests.formats.keras_making import zipped
from tests.formats.torch_files import filled, saved

X = np.random.default_rng(3).normal(size=(6, 3)).astype(np.float32)
MODEL = torch.nn.ModuleDict({"emb": torch.nn.Embedding(5, 3), "rnn": torch.nn.GRU(3, 4, 2)})
filled(MODEL)
with torch.no_grad():
    EXPECTED = MODEL["rnn"](torch.from_numpy(X))[0].numpy()


def is_equal(file, name="rnn") -> None:
    entry = {one.name: one for one in file.entries}[name]
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(made, EXPECTED, rtol=0, atol=1e-6)


def pretrained(folder, name="model.safetensors", tensors=None) -> None:
    save_file(tensors or MODEL.state_dict(), folder / name)
    (folder / "config.json").write_text("{}")


def test_a_folder_of_save_pretrained_is_its_model(tmp_path) -> None:
    pretrained(tmp_path)
    (tmp_path / "training_args.bin").write_bytes(b"\x80\x02N.")
    is_equal(open_model(tmp_path))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "weights.pt", "policy.pth"])
def test_a_folder_with_one_file_of_weights_is_that(name, tmp_path) -> None:
    data = saved(MODEL.state_dict())
    (tmp_path / name).write_bytes(data)
    (tmp_path / "readme.md").write_text("a model")
    found, called, note = data_of(tmp_path)
    assert (found, called, note) == (data, name, f"Read from {name!r} in the folder.")
    is_equal(read(found, called))


def test_a_folder_with_several_or_none_says_which_to_give(tmp_path) -> None:
    with pytest.raises(FormatError, match=r"is a folder; a single file is read, and no file of w"):
        open_model(tmp_path)
    for name in ("a.pt", "b.pt"):
        (tmp_path / name).write_bytes(saved(MODEL.state_dict()))
    with pytest.raises(FormatError, match=r"'a\.pt', 'b\.pt' stand together: give one of them"):
        open_model(tmp_path)


def sharded(folder, *, split) -> None:
    names = {
        name: f"model-0000{1 + split(name)}-of-00002.safetensors" for name in MODEL.state_dict()
    }
    for file in set(names.values()):
        tensors = {name: one for name, one in MODEL.state_dict().items() if names[name] == file}
        pretrained(folder, file, tensors)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))


def test_of_shards_that_with_the_recurrent_layers_is_opened(tmp_path) -> None:
    sharded(tmp_path, split=lambda name: name.startswith("rnn"))
    is_equal(open_model(tmp_path))


def test_recurrent_layers_in_several_shards_are_named(tmp_path) -> None:
    sharded(tmp_path, split=lambda name: name.endswith("_l1"))
    with pytest.raises(
        FormatError, match=r"stand in several files, 'model-00001-of-.*', 'model-00002.*, as"
    ):
        open_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"weight_map": 3}', b"[" * 100_000, b"\xff"])
def test_an_index_that_is_none_is_refused(content, tmp_path) -> None:
    pretrained(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_bytes(content)
    with pytest.raises(FormatError, match="is no index of weights, which needs a weight_map"):
        open_model(tmp_path)


def test_an_index_leads_to_the_file_beside_it(tmp_path) -> None:
    sharded(tmp_path, split=lambda name: name.startswith("rnn"))
    file = open_model(tmp_path / "model.safetensors.index.json")
    is_equal(file)
    assert file.notes == ("Read from 'model-00002-of-00002.safetensors' in the folder.",)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(FormatError, match=r"stand in 'model-00002-of.*is not there: give that"):
        open_model(tmp_path)


def test_files_given_at_once_are_what_they_are_in_one_folder(tmp_path) -> None:
    sharded(tmp_path, split=lambda name: name.startswith("rnn"))
    given = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    is_equal(read(*gathered(given)))
    rest = {name: data for name, data in given.items() if "00002-of" not in name}
    with pytest.raises(FormatError, match=r"stand in 'model-00002-of.*is not there: give that"):
        gathered(rest)
    data = saved(MODEL.state_dict())
    assert gathered({"what.ever": data}) == (data, "what.ever")
    assert gathered({"pytorch_model.bin": data, "training_args.bin": b"", "x.json": b""})[0] == data
    with pytest.raises(FormatError, match=r"'a\.pt', 'b\.pt' stand together: give one of them"):
        gathered({"a.pt": data, "b.pt": data})
    with pytest.raises(FormatError, match=r"'a\.txt', 'b': none of these is called as a file of"):
        gathered({"a.txt": data, "b": data})


def test_an_index_that_names_no_recurrent_layer_says_so() -> None:
    with pytest.raises(FormatError, match="names no recurrent layer in any of its files"):
        gathered({"model.safetensors.index.json": b'{"weight_map": {"a.weight": "a.safetensors"}}'})


def test_a_shard_says_that_there_are_others_and_is_never_taken_for_the_whole(tmp_path) -> None:
    tensors = {name: one for name, one in MODEL.state_dict().items() if name.startswith("rnn")}
    pretrained(tmp_path, "a-00002-of-00003.safetensors", tensors)
    file = open_model(tmp_path / "a-00002-of-00003.safetensors")
    is_equal(file)
    assert "is one of several files of a model" in file.notes[-1]
    pretrained(tmp_path, "a-00001-of-00001.safetensors", tensors)
    assert open_model(tmp_path / "a-00001-of-00001.safetensors").notes == ()
    bare = {name: one for name, one in tensors.items() if "weight" in name}
    pretrained(tmp_path, "b-00001-of-00003.safetensors", bare)
    with pytest.raises(FormatError, match=r"'rnn' has no biases in 'b-00001.*may stand in another"):
        open_model(tmp_path / "b-00001-of-00003.safetensors")
    pretrained(tmp_path, "c-00001-of-00003.safetensors", {"emb.weight": torch.ones(2, 2)})
    with pytest.raises(FormatError, match=r"one of several files of a model, and this one is not"):
        open_model(tmp_path / "c-00001-of-00003.safetensors")


def test_an_archive_of_stable_baselines3_is_its_policy() -> None:
    data = zipped(
        {
            "data": b"{}",
            "pytorch_variables.pth": saved({}),
            "policy.pth": saved(MODEL.state_dict()),
            "policy.optimizer.pth": saved({}),
            "_stable_baselines3_version": b"2.3.2",
        }
    )
    file = read(data, "agent.zip")
    is_equal(file)
    assert file.notes == ("Read from 'policy.pth' in the archive.",)


def test_an_archive_with_one_model_is_that_and_of_several_none() -> None:
    data = saved(MODEL.state_dict())
    is_equal(read(zipped({"a/model.pt": data, "readme.txt": b"x"}), "a.zip"))
    with pytest.raises(
        FormatError, match=r"is a zip archive with a model in it: unpack it and give"
    ):
        read(zipped({"a.pt": data, "b.pt": data}), "a.zip")
    inner = zipped({"model.pt": data})
    with pytest.raises(FormatError, match="holds another: unpack it"):
        read(zipped({"inner.pt": inner}), "a.zip")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, ">f4"])
def test_arrays_by_the_names_of_pytorch_are_its_layers(dtype) -> None:
    memory = io.BytesIO()
    arrays = {name: one.numpy().astype(dtype) for name, one in MODEL.state_dict().items()}
    np.savez(memory, **arrays, epoch=np.array(3), done=np.array(True))
    file = read(memory.getvalue(), "a.npz")
    assert file.format == "NumPy, with the names of PyTorch"
    [entry] = file.entries
    made = run_ready(answered(entry, {}), X).output
    close = 1e-2 if dtype == np.float16 else 1e-6
    np.testing.assert_allclose(made, EXPECTED, rtol=0, atol=close)


def test_arrays_of_no_numbers_beside_a_layer_are_stepped_over() -> None:
    memory = io.BytesIO()
    arrays = {name: one.numpy() for name, one in MODEL.state_dict().items()}
    odd = {"words": np.array(["a", "b"]), "made": np.array([{}], object), "z": np.zeros(2, "c8")}
    np.savez(memory, **arrays, **odd, rows=np.zeros(2, [("a", "f4")]))
    file = read(memory.getvalue(), "a.npz")
    assert "Stepped over, as no numbers: 'words', 'made', 'z', 'rows'." in file.notes
    made = run_ready(answered(file.entries[0], {}), X).output
    np.testing.assert_allclose(made, EXPECTED, rtol=0, atol=1e-6)


def test_other_arrays_are_refused_as_before() -> None:
    memory = io.BytesIO()
    np.savez(memory, a=np.ones(3))
    with pytest.raises(FormatError, match="holds 1 arrays of NumPy and no header"):
        read(memory.getvalue(), "a.npz")
    memory = io.BytesIO()
    np.savez(memory, weight_hh_l0=np.array([{}], object), weight_ih_l0=np.ones((3, 1)))
    with pytest.raises(DtypeError, match="weight_hh_l0 holds Python objects"):
        read(memory.getvalue(), "a.npz")
