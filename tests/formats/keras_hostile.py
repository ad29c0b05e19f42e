"""Keras files that are damaged or made to do harm, each by its name with what its error says."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import h5py
import numpy as np

from tests.formats.keras_making import (
    arrays,
    hdf5,
    keras,
    legacy,
    named,
    one,
    recurrent,
    sequential,
    variables,
    weights_h5,
    zipped,
)

KERNEL = "layers/gru/cell/vars/0"


def with_kernel(make: Callable[[h5py.File], object]) -> bytes:
    """A file of weights whose kernel is made in another way."""

    def fill(file: h5py.File) -> None:
        for path, array in variables(arrays()).items():
            if path != KERNEL:
                file[path] = array
        make(file)

    return hdf5(fill)


def dataset(**options: Any) -> bytes:
    """A file of weights whose kernel is a dataset with these options."""
    shape = options.pop("shape", (3, 12))
    return with_kernel(lambda file: file.create_dataset(KERNEL, shape, **options))


def chunk(
    content: bytes, shape: tuple[int, ...] = (3, 12), size: tuple[int, ...] = (3, 12)
) -> bytes:
    """A file of weights whose kernel has one packed chunk with this content."""

    def make(file: h5py.File) -> None:
        made = file.create_dataset(KERNEL, shape, "f4", chunks=size, compression="gzip")
        made.id.write_direct_chunk((0, 0), content)

    return with_kernel(make)


@cache
def inflating(size: int) -> bytes:
    """A deflated stream of so many zeros, made without holding them."""
    packer, block = zlib.compressobj(1), bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


def nested(file: h5py.File) -> None:
    group = file.create_group("layers/gru/cell/vars/deep")
    for _ in range(2000):
        group = group.create_group("a")


def many(file: h5py.File) -> None:
    group = file.create_group("many")
    for at in range(20_000):
        group[str(at)] = h5py.SoftLink("/layers")


def crowd(file: h5py.File) -> None:
    for at in range(11_000):
        file.create_group(f"many/{at}")


def itself(file: h5py.File) -> None:
    file["layers/again"] = file["layers"]


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3, 12), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (3, 12))
    file.create_virtual_dataset(KERNEL, layout)


def attribute(value: object) -> bytes:
    """A file whose layer has something else for a name."""

    def make(file: h5py.File) -> None:
        file[KERNEL] = arrays()["kernel"]
        file["layers/gru"].create_group("vars").attrs["name"] = value

    return with_kernel(make)


def reference(file: h5py.File) -> None:
    file[KERNEL] = arrays()["kernel"]
    file["layers/gru"].create_group("vars").attrs.create("name", file.ref, dtype=h5py.ref_dtype)


def heap_of(data: bytes) -> int:
    return data.index(b"GCOL")


def looping_heap() -> bytes:
    """The size of what is free in the heap is zero, so that a walk through it never ends."""
    data = bytearray(legacy({"enc": named(arrays())}, sequential(recurrent())))
    at = heap_of(data) + 16
    while (index := struct.unpack_from("<H", data, at)[0]) != 0:
        at += 16 + -(-struct.unpack_from("<Q", data, at + 8)[0] // 8) * 8
        assert index < 100
    data[at + 8 : at + 16] = bytes(8)
    return bytes(data)


def endless_text() -> bytes:
    """The config claims to have 4 GB."""
    data = bytearray(legacy({"enc": named(arrays())}, sequential(recurrent())))
    name = data.index(b"model_config\0")
    heap = struct.pack("<Q", heap_of(data))
    at = data.index(heap, name) - 4
    data[at : at + 4] = b"\xf0\xff\xff\xff"
    return bytes(data)


def config(text: str | bytes) -> bytes:
    """A `.keras` file with this text for a config."""
    content = text.encode() if isinstance(text, str) else text
    return members({"config.json": content})


def members(changed: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(one())) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return zipped(held | changed)


def packed(method: int, **changed: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive, zipfile.ZipFile(io.BytesIO(one())) as old:
        for name in old.namelist():
            archive.writestr(name, changed.get(name.partition(".")[0], old.read(name)))
    return made.getvalue()


def twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("config.json", "config.jsoN"):
            archive.writestr(name, b"{}")
    return made.getvalue().replace(b"config.jsoN", b"config.json")


def encrypted() -> bytes:
    data = bytearray(one())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def spoiled(data: bytes, at: int, content: bytes) -> bytes:
    return data[:at] + content + data[at + len(content) :]


def with_code(*others: dict[str, Any]) -> bytes:
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA"}}
    code_layer = {"class_name": "Lambda", "config": {"name": "x", "function": code}}
    return keras(sequential(code_layer, *others), variables(arrays()) if others else {})


@cache
def hdf5_files() -> tuple[tuple[str, bytes, str], ...]:
    """Name, content, and what the error says."""
    return tuple(_hdf5_files())


def _hdf5_files() -> Iterator[tuple[str, bytes, str]]:
    link = "is a link to another place or file"
    yield (
        "external link",
        with_kernel(lambda f: f.__setitem__(KERNEL, h5py.ExternalLink("/etc/passwd", "/x"))),
        link,
    )
    yield "soft link", with_kernel(lambda f: f.__setitem__(KERNEL, h5py.SoftLink("/layers"))), link
    yield (
        "soft link to itself",
        with_kernel(lambda f: f.__setitem__(KERNEL, h5py.SoftLink(f"/{KERNEL}"))),
        link,
    )
    yield "many soft links", with_kernel(many), "more than 10,000 groups and datasets"
    yield "group in itself", with_kernel(itself), "is another name of something else"
    yield (
        "external storage",
        dataset(dtype="f4", external=[("/etc/passwd", 0, 144)]),
        "keeps its numbers in another file",
    )
    yield "virtual dataset", with_kernel(virtual), "keeps its numbers in another file or dataset"
    yield (
        "lists of numbers",
        dataset(dtype=h5py.vlen_dtype(np.float32)),
        "holds object; weights are",
    )
    yield "references", dataset(dtype=h5py.ref_dtype), "holds object; weights are"
    yield "texts", dataset(dtype=h5py.string_dtype()), "holds object; weights are"
    yield "compound", dataset(dtype=[("a", "f4"), ("b", "f4")]), "weights are floating-point"
    yield "enumeration", dataset(dtype=h5py.enum_dtype({"a": 1})), "weights are floating-point"
    yield (
        "no array",
        with_kernel(lambda f: f.create_dataset(KERNEL, data=h5py.Empty("f4"))),
        "layers/gru/cell",
    )
    yield (
        "one number",
        with_kernel(lambda f: f.create_dataset(KERNEL, data=np.float32(1))),
        "layers/gru/cell",
    )
    yield (
        "type in place of a dataset",
        with_kernel(lambda f: f.__setitem__(KERNEL, np.dtype("f4"))),
        "neither a group nor a dataset",
    )
    yield "name that is a reference", with_kernel(reference), "holds no text"
    yield "name that is a list", attribute(["a"] * 3), "is not one text"
    yield "name that is a number", attribute(3), "holds no text"
    yield "nothing written", dataset(dtype="f4"), "does not hold as many numbers as it says"
    yield "no chunk written", dataset(dtype="f4", chunks=(3, 5)), "does not hold as many numbers"
    yield (
        "huge and empty",
        dataset(shape=(10**6, 12), dtype="f8", chunks=(10**4, 12), compression="gzip"),
        "unpacks to more than 64 MB",
    )
    yield (
        "inflates without end",
        chunk(inflating(400 << 20)),
        "does not hold as many numbers as it says",
    )
    yield (
        "huge chunk",
        chunk(inflating(80 << 20), size=(3, 12 << 20), shape=(3, 12 << 20)),
        "unpacks to more than 64 MB",
    )
    yield (
        "chunk that is cut",
        chunk(zlib.compress(bytes(144))[:10]),
        "does not hold as many numbers as it says",
    )
    # libhdf5 takes both for whole, the first with zeros or what was in memory behind its numbers.
    yield "chunk of fewer numbers", chunk(zlib.compress(bytes(140))), "does not hold as many"
    yield "chunk of more numbers", chunk(zlib.compress(bytes(148))), "does not hold as many"
    yield "chunk that is not packed", chunk(bytes(range(144))), "cannot be unpacked"
    yield (
        "many chunks",
        dataset(shape=(20_000, 12), dtype="f4", chunks=(1, 12)),
        "more than 10,000 pieces",
    )
    yield (
        "lzf",
        dataset(dtype="f4", compression="lzf", data=np.ones((3, 12))),
        "packed by the HDF5 filters (32000,)",
    )
    yield (
        "scaled offsets",
        dataset(dtype="f4", scaleoffset=2, data=np.ones((3, 12))),
        "packed by the HDF5 filters",
    )
    yield (
        "checksums",
        dataset(dtype="f4", fletcher32=True, data=np.ones((3, 12))),
        "packed by the HDF5 filters (3,)",
    )
    yield "deep groups", with_kernel(nested), "nested more than 64 deep"
    yield "many groups", with_kernel(crowd), "more than 10,000 groups and datasets"
    yield (
        "long names",
        with_kernel(lambda f: f.create_group("a" * 3000)),
        "has a name of 3000 characters",
    )
    plain = weights_h5(variables(arrays()))
    yield (
        "user block",
        hdf5(lambda f: f.__setitem__(KERNEL, arrays()["kernel"]), userblock_size=512),
        "does not begin as HDF5 does",
    )
    yield "cut in the middle", plain[: len(plain) // 2], "cannot be read"
    yield "cut after the mark", plain[:8], "begins in a way that Keras does not write"
    yield "empty", b"", "does not begin as HDF5 does"
    yield (
        "other word sizes",
        spoiled(plain, 13, b"\x04\x04"),
        "begins in a way that Keras does not write",
    )
    yield "end that lies", spoiled(plain, 40, b"\xff" * 8), "cannot be read"
    yield "root that lies", spoiled(plain, 64, struct.pack("<Q", 1 << 40)), "cannot be read"
    yield "heap that loops", looping_heap(), "The texts of the HDF5 file are damaged"
    yield "text without end", endless_text(), "'model_config' is damaged"
    yield (
        "pointer of git lfs",
        b"version https://git-lfs.github.com/spec/v1\n",
        "does not begin as HDF5 does",
    )
    yield "web page", b"<!doctype html><title>404</title>", "does not begin as HDF5 does"
    yield (
        "lstm under the name of a gru",
        weights_h5(variables(arrays("lstm", units=3))),
        "is named as GRU",
    )
    whole = legacy({"enc": named(arrays())}, sequential(recurrent()))
    yield (
        "config that is no json",
        whole.replace(b'{"class_name"', b'<"class_name"'),
        "model_config is not JSON",
    )


def zip_files() -> Iterator[tuple[str, bytes, str]]:
    """Name, content, and what the error says."""
    yield "way out", members({"../../x": b"x"}), "leads out of it"
    yield "absolute", members({"/etc/x": b"x"}), "leads out of it"
    yield "one name twice", twice(), "has 'config.json' twice"
    yield "encrypted", encrypted(), "is encrypted"
    yield "bomb", packed(zipfile.ZIP_DEFLATED, config=bytes(200 << 20)), "unpacks to"
    yield (
        "bomb of a config",
        packed(zipfile.ZIP_DEFLATED, config=b" " * (30 << 20)),
        "config.json has 31.5 MB",
    )
    yield "other packing", packed(zipfile.ZIP_LZMA), "is packed by method 14"
    yield "many members", zipped({str(at): b"" for at in range(10_500)}), "more than 10,000 members"
    yield "zip in the zip", members({"model.weights.h5": one()}), "does not begin as HDF5 does"
    yield "truncated", one()[:-30], "cannot be opened"
    yield "wrong checksum", one().replace(b'"units": 4', b'"units": 5', 1), "cannot be unpacked"
    yield "nested lists", config("[" * 100_000), "config.json is nested more than 64 deep"
    yield "nested objects", config('{"a":' * 70 + "1" + "}" * 70), "nested more than 64 deep"
    yield "many lists", config('{"a": [' + "[]," * 1_000_000 + "[]]}"), "has no class_name"
    yield (
        "one key twice",
        config('{"class_name": "A", "class_name": "B"}'),
        "has the field 'class_name' twice",
    )
    yield "not a number", config('{"a": NaN}'), "holds NaN"
    yield "infinity", config('{"a": -Infinity}'), "holds -Infinity"
    yield "long number", config('{"a": ' + "9" * 100_000 + "}"), "is not JSON"
    yield "no text", config(b"\xff\xfe\x00"), "is not JSON"
    yield "a list", config("[]"), "is not a JSON object"
    yield "large config", config(json.dumps({"a": "x" * 5_000_000})), "config.json has 5.0 MB"
    yield (
        "ragged layers",
        config(json.dumps({"class_name": "Sequential", "config": {"layers": [[], 1, {}]}})),
        "does not list its layers",
    )
    yield (
        "ragged cells",
        config(json.dumps(sequential({"class_name": "RNN", "config": {"name": "r", "cell": [1]}}))),
        "r holds [1] as a layer",
    )
    yield (
        "merge that is a list",
        config(
            json.dumps(
                sequential(
                    {
                        "class_name": "Bidirectional",
                        "config": {"name": "b", "merge_mode": ["sum"], "layer": recurrent()},
                    }
                )
            )
        ),
        "has the merge_mode ['sum']",
    )
    yield (
        "kind that is a list",
        config(json.dumps({"class_name": ["GRU"], "config": {}})),
        "has no class_name",
    )
    yield "name that is a list", one(name=["a"]), "the name of a layer is"
    yield "only code", with_code(), "it has 'Lambda': choose another file"
    yield (
        "version that is a list",
        keras(sequential(recurrent()), {}, ["3"]),
        "The file is of Keras ['3']",
    )
    for name, data, said in hdf5_files():
        if name in ("external link", "inflates without end", "deep groups", "nothing written"):
            yield f"{name} in the zip", members({"model.weights.h5": data}), said
