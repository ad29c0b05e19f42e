"""Files that pretend to be of torch.save, each with a part of the sentence that refuses it.

Everything that would run is `touch`, of a file that must not be there afterwards.
"""

import io
import os
import pickle
import struct
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import torch

from tests.formats.torch_files import (
    call,
    filled,
    legacy,
    legacy_with,
    named,
    number,
    program,
    rewritten,
    row,
    saved,
    storage,
    table,
    tensor,
    text,
    with_pickle,
)

RUN = "The file would run "
GRU = filled(torch.nn.GRU(3, 4))
ZIP = saved(GRU.state_dict())
OLD = legacy(GRU.state_dict())


class Evil:
    """Runs a function when it is unpickled."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.made = function, arguments

    def __reduce__(self) -> tuple[object, ...]:
        return self.made


def all_of_them(mark: Path) -> dict[str, tuple[bytes, str]]:
    """Name, file and complaint. mark: what would be touched."""
    return {
        **_not_of_torch(),
        **_cut_short(),
        **_that_run_code(f"touch {mark}"),
        **_archives(),
        **_pickles(),
        **_tensors(),
        **_layers(),
    }


def _not_of_torch() -> dict[str, tuple[bytes, str]]:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("sys_info"))
    numbers = io.BytesIO()
    np.savez(numbers, a=np.ones(3))
    return {
        "nothing": (b"", "The file is empty"),
        "zeros": (bytes(1000), "is of another format"),
        "web page": (b"<!DOCTYPE html><html></html>", "is a web page (HTML)"),
        "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "of Git LFS"),
        "noise": (np.random.default_rng(0).bytes(5000), "is of another format"),
        "tar": (memory.getvalue(), "as PyTorch wrote before 0.1.10"),
        "too large": (
            b"PK" + bytes(32_000_001),
            "32 MB are read, unless GATESCOPE_MAX_FILE_MB says",
        ),
        "npz": (numbers.getvalue(), "torch.save writes one folder with a data.pkl"),
        "safetensors": (b"\x02\0\0\0\0\0\0\0{}", "is of another format"),
        "two bytes of a zip": (b"PK", "does not end in its directory"),
        "pickle of a list": (pickle.dumps([1], 2), "without tensors"),
        "pickle of objects": (pickle.dumps(np.array([{}], object), 4), "without tensors"),
        "pickle of protocol 0": (pickle.dumps({"a": 1}, 0), "is a text"),
    }


def _cut_short() -> dict[str, tuple[bytes, str]]:
    """Half of the file is missing, or less, or nearly all."""
    made = {}
    for kind, data in ("zip", ZIP), ("old", OLD):
        for share in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999):
            made[f"{kind} cut at {share}"] = data[: int(share * len(data))], ""
    return made


def _that_run_code(command: str) -> dict[str, tuple[bytes, str]]:
    system = Evil(os.system, command)
    touch = call(named("posix.system"), text(command))
    inner = row(text("storage"), touch, text("0"), text("cpu"), number(12)) + b"Q"
    opened = named("subprocess.Popen") + row(text(command)) + b"\x81."
    old_instance = b"(S'" + command.encode() + b"'\niposix\nsystem\n."
    script = {"constants.pkl": b"", "code/__torch__.py": b"import os"}
    return {
        "system": (saved(system), RUN + "posix.system"),
        "system among weights": (saved({**GRU.state_dict(), "x": system}), RUN + "posix.system"),
        "system, old": (legacy({"a": [system]}), RUN + "posix.system"),
        "eval": (saved(Evil(eval, "1")), RUN + "builtins.eval"),
        "exec": (saved([Evil(exec, "1")]), RUN + "builtins.exec"),
        "popen": (saved({"a": Evil(subprocess.Popen, command)}), RUN + "subprocess.Popen"),
        "getattr": (saved(Evil(getattr, "os", "system")), RUN + "builtins.getattr"),
        "nested calls": (saved(Evil(map, system, Evil(list))), RUN),
        "a pickle in a pickle": (
            with_pickle(program(call(named("torch.storage._load_from_bytes"), text("")))),
            RUN + "torch.storage._load_from_bytes",
        ),
        "torch.load": (with_pickle(program(call(named("torch.load"), text("a")))), RUN),
        "torch.hub": (with_pickle(program(call(named("torch.hub.load"), text("a")))), RUN),
        "instance": (with_pickle(old_instance), "has the instruction STRING"),
        "instance without arguments": (with_pickle(b"(iposix\nsystem\n."), RUN + "posix.system"),
        "new object": (with_pickle(b"\x80\x02" + opened), RUN + "subprocess.Popen"),
        "new object of a list": (with_pickle(b"\x80\x02]" + row() + b"\x81."), RUN + "list"),
        "named on the stack": (saved(system, pickle_protocol=4), RUN + "posix.system"),
        "named by number": (with_pickle(b"\x80\x02\x82\x01."), "has the instruction EXT1"),
        "in the id of a storage": (with_pickle(program(tensor(inner))), RUN + "posix.system"),
        "in the key of a table": (with_pickle(program(b"}" + touch + b"Ns")), RUN),
        "in the state of a table": (
            with_pickle(program(call(named("collections.OrderedDict")) + touch + b"b")),
            RUN + "posix.system",
        ),
        "in the list of storages": (legacy_with(program(b"}"), touch), RUN + "posix.system"),
        "plain pickle": (pickle.dumps(system, 2), RUN + "posix.system"),
        "plain pickle of today": (pickle.dumps(system), RUN + "posix.system"),
        "a whole model without a layer": (saved(torch.nn.Linear(3, 4)), "are 'weight', 'bias'"),
        "a script without a layer": (
            rewritten(saved({"a": 1}), lambda members: members.update(script)),
            "a TorchScript archive without tensors of its own",
        ),
        "a scalar of NumPy": (saved({"loss": np.float64(1)}), "it has no tensors"),
        "an array of NumPy": (saved({"a": np.ones(3)}), "its tensors are 'a'"),
        "code among objects": (with_pickle(program(thing(table(a=touch)))), RUN + "posix.system"),
        "code as the items of an object": (
            with_pickle(program(thing(table()) + b"(" + text("a") + touch + b"u")),
            RUN + "posix.system",
        ),
        "an object that is called": (
            with_pickle(program(thing(table()) + row() + b"R")),
            "calls what it has made itself",
        ),
        "an object that is a key": (
            with_pickle(program(b"}" + thing(table()) + b"Ns")),
            "it has no tensors",
        ),
        "objects in objects": (with_pickle(program(_nested(2_000))), "nested more than 64 deep"),
        "objects that laugh": (with_pickle(program(_laughing())), "items in all"),
        "a state that grows": (with_pickle(program(_growing())), "more than 250,000 instructions"),
        "an object that reads files": (
            with_pickle(program(call(named("numpy.fromfile"), text("/etc/passwd")))),
            RUN + "numpy.fromfile",
        ),
        "a call of no function": (with_pickle(program(b"]" + row() + b"R")), "what it has made"),
        "a dtype is called": (with_pickle(program(call(named("torch.float32")))), RUN + "torch.f"),
        "a storage class is called": (
            with_pickle(program(call(named("torch.FloatStorage"), number(10**12)))),
            RUN + "torch.FloatStorage",
        ),
        "a bytearray of any size": (
            with_pickle(program(call(named("builtins.bytearray"), number(10**12)))),
            RUN + "builtins.bytearray",
        ),
    }


def thing(state: bytes) -> bytes:
    """An object of some class, with this state."""
    return named("nowhere.Thing") + row() + b"\x81" + state + b"b"


def _nested(count: int) -> bytes:
    inner = b"N"
    for _ in range(count):
        inner = thing(table(a=inner))
    return inner


def _laughing() -> bytes:
    """Objects that hold the one before ten times."""
    made = thing(b"}") + b"q\x00"
    for at in range(30):
        made += thing(table(**{f"a{n}": b"h%c" % at for n in range(10)})) + b"q%c" % (at + 1)
    return b"](" + made + b"e"


def _growing() -> bytes:
    """A table of many attributes, given to an object again and again."""
    many = b"}q\x00(" + b"".join(number(n) + b"N" for n in range(20_000)) + b"u"
    return many + thing(b"h\x00") + b"h\x00b" * 20 + b"\x86"


def _archives() -> dict[str, tuple[bytes, str]]:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for at in range(10_001):
            archive.writestr(f"archive/{at}", b"")

    def bomb(members: dict[str, bytes]) -> None:
        members["data/9"] = bytes(100_000_000)

    def member(name: str) -> bytes:
        return rewritten(ZIP, lambda members: members.update({name: b""}))

    twice = bytearray(ZIP)
    at = twice.rfind(b"archive/data/1")
    twice[at : at + 14] = b"archive/data/0"
    encrypted = bytearray(ZIP)
    encrypted[encrypted.rfind(b"PK\x01\x02") + 8] |= 1
    flipped = bytearray(ZIP)
    flipped[ZIP.index(b"archive/data/1") + 100] ^= 1
    entry = ZIP.rfind(b"archive/data/0") - 46
    lying = bytearray(ZIP)
    lying[entry + 24 : entry + 28] = struct.pack("<I", 2**31)
    elsewhere = bytearray(ZIP)
    elsewhere[entry + 42 : entry + 46] = struct.pack("<I", len(ZIP) - 4)
    moved = bytearray(ZIP)
    moved[-22 - 12] ^= 1
    return {
        "bomb": (rewritten(ZIP, bomb, zipfile.ZIP_DEFLATED), "unpacks to 100 MB"),
        "bomb by another method": (rewritten(ZIP, bomb, zipfile.ZIP_BZIP2), "packed by method 12"),
        "many members": (many.getvalue(), "more than 10,000 members"),
        "out of the folder": (member("../../../tmp/a"), "leads out of it"),
        "a second folder": (_other_folder("other/data.pkl"), "writes one folder"),
        "an absolute name": (_other_folder("/etc/passwd"), "leads out of it"),
        "another drive": (_other_folder("C:\\a"), "leads out of it"),
        "a name twice": (bytes(twice), "twice"),
        "encrypted": (bytes(encrypted), "is encrypted"),
        "a bit is wrong": (bytes(flipped), "Bad CRC-32"),
        "a size is wrong": (bytes(lying), "unpacks to 2,147 MB"),
        "an offset is wrong": (bytes(elsewhere), "cannot be unpacked"),
        "no pickle": (rewritten(ZIP, lambda members: members.pop("data.pkl")), "a data.pkl"),
        "no storage": (rewritten(ZIP, lambda members: members.pop("data/1")), "has nothing in"),
        "half a storage": (
            rewritten(ZIP, lambda members: members.update({"data/1": bytes(96)})),
            "The file has 96 bytes in storage '1'; 48 numbers of float32 need 192",
        ),
        "byte order": (
            rewritten(ZIP, lambda members: members.update({"byteorder": b"middle"})),
            "it needs little or big",
        ),
        "two archives in one": (ZIP[:-22] + saved({"a": 1}), "does not end in its directory"),
        "an archive behind another": (saved({"a": 1}) + ZIP, "does not end in its directory"),
        "something behind": (ZIP + b"x", "does not end in its directory"),
        "a directory elsewhere": (bytes(moved), "does not end in its directory"),
        "names that differ in case": (member("DATA.PKL"), "differ only in case"),
        "empty archive": (b"PK\x05\x06" + bytes(18), "has nothing in it"),
    }


def _other_folder(name: str) -> bytes:
    memory = io.BytesIO(ZIP)
    with zipfile.ZipFile(memory, "a") as archive:
        archive.writestr(name, b"")
    return memory.getvalue()


def _pickles() -> dict[str, tuple[bytes, str]]:
    deep = b"]" * 100_000 + b"a" * 99_999
    keys = b"}" + b"N" + b"\x85" * 100_000 + b"Ns"
    again = b"]q\x00(" + b"K\x01" * 50_000 + b"e0"
    laughs = b"]q\x00" + b"".join(b"](" + b"h%c" % at * 10 + b"eq%c" % (at + 1) for at in range(60))
    own = b"]q\x00(" + b"h\x00" * 20 + b"e"
    return {
        "nested deep": (with_pickle(program(deep)), "nested more than 64 deep"),
        "keys nested deep": (
            with_pickle(program(keys)),
            "a key that is no text, no number and no tuple",
        ),
        "a list in itself": (with_pickle(program(own)), "nested more than 64 deep"),
        "a billion laughs": (with_pickle(program(laughs)), "items in all"),
        "endless": (with_pickle(program(b"N0" * 200_000 + b"N")), "has the instruction POP"),
        "long": (with_pickle(program(b"N" * 300_000)), "more than 250,000 instructions"),
        "a name in disguise": (with_pickle(b"\x80\x02cposix\n\\x73ystem\n."), "is no name"),
        "a name with a sign": (with_pickle(b"\x80\x02cposix\n\\lsystem\n."), "is no name"),
        "a list copied often": (
            with_pickle(
                program(
                    again[:-1] + b"".join(call(named("builtins.set"), b"h\x00") for _ in range(20))
                )
            ),
            "more than 250,000 instructions",
        ),
        "no end": (with_pickle(b"\x80\x02N"), "is damaged"),
        "an empty stack": (with_pickle(b"\x80\x02."), "is damaged"),
        "a memo without a value": (with_pickle(b"\x80\x02h\x05."), "is damaged"),
        "a mark too few": (with_pickle(b"\x80\x02t."), "is damaged"),
        "a text too long": (with_pickle(b"\x80\x02X\xff\xff\xff\x7fabc."), "is damaged"),
        "a number too long": (with_pickle(b"I" + b"9" * 1_000_000 + b"\n."), "is damaged"),
        "protocol 9": (with_pickle(program(b"N", 9)), "is of protocol 9"),
        "another id": (with_pickle(program(row(text("file"), text("a")) + b"Q")), "is damaged"),
        "a set of lists": (
            with_pickle(program(call(named("builtins.set"), b"](]e"))),
            "a key that is no text, no number and no tuple",
        ),
        "an encoding": (
            with_pickle(program(call(named("_codecs.encode"), text("a"), text("punycode")))),
            "makes bytes of something",
        ),
        "no magic number": (program(number(1)) + OLD[15:], "begins with a number of its own"),
        "other storages": (legacy_with(program(b"}"), b"](" + text("7") + b"e"), "list of storag"),
        "a storage cut off": (legacy_with(program(tensor(storage())), b"](X\1\0\0\0000e"), "has 0"),
        "a storage of less than nothing": (
            legacy_with(program(tensor(storage())), b"](X\1\0\0\0000e", struct.pack("<q", -1)),
            "has 0 bytes in storage '0'",
        ),
    }


def _tensors() -> dict[str, tuple[bytes, str]]:
    def made(value: bytes) -> bytes:
        return with_pickle(program(table(weight_hh_l0=value)))

    negated = call(
        named("torch._utils._rebuild_tensor_v2"),
        *(storage(), number(0), row(number(12)), row(number(1)), b"\x89"),
        *(call(named("collections.OrderedDict")), table(neg=b"\x88")),
    )
    quantized = call(
        named("torch._utils._rebuild_qtensor"),
        *(storage("QInt8Storage", count=48), number(0), row(number(12)), row(number(1))),
        *(row(named("torch.per_tensor_affine"), number(1), number(0)), b"\x89"),
        call(named("collections.OrderedDict")),
    )
    two = row(tensor(storage()), tensor(storage("IntStorage")))
    return {
        "count too high": (made(tensor(storage(count=10**9))), "48 bytes in storage '0'"),
        "another kind": (made(tensor(storage("DoubleStorage"))), "need 96"),
        "one storage as two": (made(two), "says two things of the storage '0'"),
        "no such storage": (made(tensor(storage(key="../1"))), "has nothing in storage '../1'"),
        "past the end": (made(tensor(storage(), offset=1)), "needs 52 bytes of storage '0'"),
        "stride too long": (made(tensor(storage(), strides=(2,))), "needs 92 bytes"),
        "stride of zero": (made(tensor(storage(), (10**9,), (0,))), "4,000 MB when it is laid out"),
        "size of 2^61": (made(tensor(storage(), (2**61, 2**61), (0, 0))), "MB when it is laid"),
        "offset below zero": (made(tensor(storage(), offset=-4)), "are no whole numbers"),
        "stride below zero": (made(tensor(storage(), strides=(-1,))), "are no whole numbers"),
        "size below zero": (made(tensor(storage(), shape=(-12,))), "are no whole numbers"),
        "no strides": (made(tensor(storage(), strides=())), "are no whole numbers"),
        "of a list": (made(tensor(b"]")), "of more than a storage"),
        "sign to be flipped": (made(negated), "a sign to be flipped"),
        "quantized": (
            with_pickle(program(table(a=table(weight_hh_l0=quantized)))),
            "'a.weight_hh_l0' holds quantized numbers",
        ),
        "sparse": (saved({"weight_hh_l0": torch.eye(3).to_sparse()}), "holds a sparse tensor"),
        "meta": (saved({"weight_hh_l0": torch.ones(3, device="meta")}), "holds no numbers"),
    }


def _layers() -> dict[str, tuple[bytes, str]]:
    def changed(**tensors: torch.Tensor) -> bytes:
        return saved({**GRU.state_dict(), **tensors})

    def kind(dtype: torch.dtype) -> bytes:
        return saved({name: value.to(dtype) for name, value in GRU.state_dict().items()})

    holes = GRU.weight_hh_l0.detach().clone()
    holes[5, 2] = torch.nan
    missing = {name: value for name, value in GRU.state_dict().items() if name != "bias_hh_l0"}
    half = torch.nn.LSTM(3, 4, 2, proj_size=2).state_dict()
    del half["weight_hr_l1"]
    wide = torch.zeros(1).expand(3072, 1024)  # 13 MB, of one number
    many = {f"{at}.weight_{part}_l0": wide for at in range(3) for part in ("ih", "hh")}
    return {
        "nan": (changed(weight_hh_l0=holes), "weight_hh_l0[5, 2] is nan"),
        "infinity": (changed(bias_ih_l0=torch.full((12,), torch.inf)), "bias_ih_l0[0] is inf"),
        "half a tensor": (changed(weight_hh_l0=torch.zeros(6, 4)), "has shape (6, 4)"),
        "a tensor is missing": (saved(missing), "bias_hh_l0 is missing"),
        "whole numbers": (kind(torch.int32), "weight_ih_l0 holds int32"),
        "complex numbers": (kind(torch.complex64), "weight_ih_l0 holds complex64"),
        "eight bits": (kind(torch.float8_e4m3fn), "weight_ih_l0 holds float8_e4m3fn"),
        "half a projection": (saved(half), "weight_hr_l1 is missing"),
        "no layer": (saved({"fc.weight": torch.ones(3)}), "its tensors are 'fc.weight'"),
        "one tensor": (saved(torch.ones(3)), "its tensors are '(no name)'"),
        "no tensor": (saved({"epoch": 3}), "it has no tensors"),
        "large when laid out": (saved(many), "have 75 MB of numbers; up to 64 MB are read"),
    }
