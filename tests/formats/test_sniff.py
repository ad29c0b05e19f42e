"""A file is known by its content, whatever it is called; what is no model is told what it is."""

import gzip
import io
import json
import pickle
import tarfile
import zlib

import numpy as np
import pytest
from onnx import TensorProto, helper

from gru_core.errors import FormatError
from gru_core.formats import limits, npz, read, sniff
from gru_core.formats.onnx.outside import together
from gru_core.formats.sniff import kind_of
from tests.formats.entries import make_file, npy, zipped

NAMES = ("model.pt", "model.onnx", "model.safetensors", "model", "a.b.npz", "x.h5", "model.pkl")


def safetensors(header=None) -> bytes:
    text = json.dumps(header or {"__metadata__": {}}).encode()
    return len(text).to_bytes(8, "little") + text


def onnx(**more) -> bytes:
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "graph", inputs, [])
    return helper.make_model(graph, **more).SerializeToString()


def tarred() -> bytes:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.pt"))
    return memory.getvalue()


TORCH_LEGACY = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + pickle.dumps(1001, protocol=2)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(88)

READ = {
    "PyTorch": ("pytorch", zipped([("archive/data.pkl", b""), ("archive/version", b"3")])),
    "PyTorch, its folder of another name": ("pytorch", zipped([("weights/data.pkl", b"")])),
    "PyTorch, without a folder": ("pytorch", zipped([("data.pkl", b"")])),
    "PyTorch before 1.6": ("pytorch", TORCH_LEGACY),
    "safetensors": ("safetensors", safetensors()),
    "safetensors whose length looks like gzip": (
        "safetensors",
        b"\x1f\x8b\0\0\0\0\0\0" + b"{" + b" " * 35614,
    ),
    "safetensors, cut off": ("safetensors", safetensors({"a" * 999: {}})[:100]),
    "Keras": (
        "keras",
        zipped([("metadata.json", b""), ("config.json", b""), ("model.weights.h5", b"")]),
    ),
    "Keras without weights": ("keras", zipped([("metadata.json", b""), ("config.json", b"")])),
    "HDF5": ("hdf5", HDF5),
    "ONNX": ("onnx", onnx()),
    "ONNX of a producer": ("onnx", onnx(producer_name="pytorch", doc_string="x")),
    "ONNX, cut off": ("onnx", onnx()[:-9]),
    "NPZ": ("npz", npz.write(make_file())),
    "a zipped model": ("zip", zipped([("a/m.pt", b"")])),
    "a policy": ("zip", zipped([("policy.pth", b""), ("policy.optimizer.pth", b"")])),
    "ONNX with the files beside it": ("onnx", together(onnx(), {"a.data": b""})),
    "NPZ of somebody else": ("npz", zipped([("a.npy", npy(np.zeros(1)))])),
}


@pytest.mark.parametrize("case", READ)
def test_the_reader_is_found_by_content_under_any_name(case) -> None:
    kind, data = READ[case]
    assert {kind_of(data, name) for name in NAMES} == {kind}


def test_there_is_a_reader_of_every_kind() -> None:
    assert {kind for kind, _ in READ.values()} == set(sniff.READERS)
    for kind in sniff.READERS:
        assert callable(sniff.reader_of(kind))


def test_a_name_decides_where_the_content_says_nothing() -> None:
    unclear = bytes([0x08, 0x07, 0xFE, 0xFE, 0xFE])
    assert kind_of(unclear, "Model.ONNX") == "onnx"
    assert kind_of(unclear, "model.safetensors") == "safetensors"
    with pytest.raises(FormatError, match=r"'model\.pt' is of no format that is known here"):
        kind_of(unclear, "model.pt")


def leveldb() -> bytes:
    return bytes(range(250)) + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"


FLOATS = np.random.default_rng(0).normal(size=100).astype(np.float32).tobytes()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SAVED_MODEL = b"\x08\x01\x12\x20" + b"\x0a\x0bsaved_model".ljust(32, b"\0")
GRAPH = b"\x0a\x10\x0a\x05input\x12\x07Placeho"

FOREIGN = {
    "Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
        "m.pt",
        "git lfs pu",
    ),
    "a web page": (
        b"\n <!DOCTYPE html><html>",
        "m.pt",
        "a web page (HTML) in place of the file: d",
    ),
    "a web page of few words": (b"\xef\xbb\xbf<HTML lang='en'>", "m.onnx", "a web page (HTML)"),
    "JSON": (b'{"a": 1}', "m.keras", "a text (JSON)"),
    "XML": (b"<?xml version='1.0'?>", "m.pt", "a text (XML)"),
    "CSV": (b"a,b\n1,2\n", "m.pt", "a text (CSV)"),
    "a text": ("größe\n".encode(), "m.pt", "a text: choose the model's own file"),
    "a long text": (("é" * 10_000).encode()[1:], "m.pt", "of no format"),
    "a long text of two bytes a sign": (b"x" + ("é" * 10_000).encode(), "m.pt", "a text"),
    "PNG": (PNG, "m.pt", "a picture (PNG)"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(20), "m.pt", "a picture (JPEG)"),
    "WebP": (b"RIFF\x10\0\0\0WEBPVP8 ", "m.pt", "a picture (WebP)"),
    "PDF": (b"%PDF-1.7\n", "m.pt", "a PDF document"),
    "gzip": (gzip.compress(b"x"), "m.pt", "compressed (gzip): unpack it and give the model inside"),
    "bzip2": (b"BZh91AY&SY", "m.pt", "compressed (bzip2)"),
    "xz": (b"\xfd7zXZ\0\0", "m.pt", "compressed (xz)"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "m.pt", "an archive (7z)"),
    "RAR": (b"Rar!\x1a\x07", "m.pt", "an archive (RAR)"),
    "tar": (tarred(), "m.pt", "an archive (tar)"),
    "TensorFlow Lite": (b"\x1c\0\0\0TFL3" + bytes(9), "m.tflite", "a TensorFlow Lite model: give"),
    "ONNX Runtime": (b"\x1c\0\0\0ORTM" + bytes(9), "m.ort", "a model of ONNX Runtime (.ort)"),
    "GGUF": (b"GGUF\x03\0\0\0", "m.gguf", "a language model (GGUF), which has no recurrent layer"),
    "MATLAB": (b"MATLAB 7.3 MAT-file".ljust(512) + HDF5, "m.mat", "a MATLAB file"),
    "NumPy": (npy(np.zeros(3)), "x.npy", "one array of NumPy, as an input may be"),
    "a pickle": (pickle.dumps({"a": 1}), "m.pt", "a pickle without tensors or arrays"),
    "joblib": (pickle.dumps("joblib.numpy_pickle"), "m.pt", "a pickle of joblib"),
    "scikit-learn": (pickle.dumps("sklearn.svm"), "m.pt", "a pickle of scikit-learn"),
    "a pickle of old": (b"\x00cposix\nsystem\n", "m.pkl", "a pickle: save the weights alone"),
    "skops": (zipped([("schema.json", b""), ("1.npy", b"")]), "m.skops", "a file of skops"),
    "torch.export": (zipped([("m/archive_format", b"pt2")]), "m.pt2", "torch.export (.pt2)"),
    "a zipped SavedModel": (
        zipped([("m/saved_model.pb", b"")]),
        "m.zip",
        "a TensorFlow SavedModel",
    ),
    "a zipped Core ML": (zipped([("a/b.mlmodel", b"")]), "m.zip", "a Core ML model"),
    "a document": (zipped([("[Content_Types].xml", b"")]), "m.docx", "an office document"),
    "zipped models": (
        zipped([("a/m.pt", b""), ("b/m.pt", b"")]),
        "m.zip",
        "a zip archive with a model in it: unpack it and give 'a/m.pt'",
    ),
    "a zip archive": (zipped([("a.txt", b"")]), "m.zip", "a zip archive of 1 other files"),
    "an empty zip archive": (zipped([]), "m.pt", "a zip archive of 0 other files"),
    "SavedModel": (SAVED_MODEL, "saved_model", "a TensorFlow graph: save the model from Keras"),
    "a frozen graph": (GRAPH, "frozen.pb", "a TensorFlow graph"),
    "a checkpoint's index": (leveldb(), "model.ckpt-1.index", "part of a TensorFlow checkpoint"),
    "an index of another name": (leveldb(), "a", "part of a TensorFlow checkpoint"),
    "a checkpoint's data": (FLOATS, "m.ckpt.data-00000-of-00001", "part of a TensorFlow check"),
    "a checkpoint's name": (b'model_checkpoint_path: "m"\n', "checkpoint", "part of a TensorFlow"),
    "Core ML": (b"\x08\x04\x12\x02ab\xa2\x1f\x02ab", "m.mlmodel", "a Core ML model"),
    "Flax": (b"\x81\xa6params\x81\xa1a\x01", "m", "a file of Flax (msgpack): write the weights as"),
    "Flax by its name": (b"\xc7\x01\x02\x03", "flax_model.msgpack", "a file of Flax"),
    "HDF5 behind something": (bytes(512) + HDF5, "m.h5", "an HDF5 file behind 512 other bytes"),
    "HDF5 far behind": (bytes(4096) + HDF5, "m.h5", "an HDF5 file behind 4096 other bytes"),
    "zeros": (bytes(1000), "m.pt", "nothing but zeros, as a download that failed leaves"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(9), "m.pt", "a program"),
    "noise": (zlib.compress(FLOATS), "m.pt", "of no format that is known here: choose the model's"),
    "one byte": (b"\x80", "m.pt", "of no format that is known here"),
    "numbers alone": (FLOATS, "m.bin", "of no format that is known here"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_model_is_told_what_it_is_and_what_to_do(case) -> None:
    data, name, says = FOREIGN[case]
    with pytest.raises(FormatError) as caught:
        read(data, name)
    message = str(caught.value)
    assert message.startswith(f"{name!r} is ")
    assert says in message
    assert message.endswith(".")
    assert message.isprintable()


def test_an_archive_cut_off_is_damaged() -> None:
    with pytest.raises(FormatError, match="The zip archive cannot be opened"):
        read(zipped([("archive/data.pkl", b"x" * 100)])[:-30], "m.pt")


def test_empty_and_too_large_files_are_not_looked_at() -> None:
    with pytest.raises(FormatError, match="The file is empty"):
        read(b"", "m.pt")
    with pytest.raises(FormatError, match="up to 32 MB are read"):
        read(bytes(limits.MAX_BYTES + 1), "m.pt")


def test_a_file_without_recurrent_layers_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(npz, "read", lambda data, name: type(make_file())("NPZ", ()))
    with pytest.raises(FormatError, match="'a' has no GRU, LSTM or plain RNN layer: choose anot"):
        read(npz.write(make_file()), "a")


def test_no_name_can_do_harm() -> None:
    with pytest.raises(FormatError) as caught:
        read(b"\x80", "\x1b[31m\n" + "x" * 10_000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400
