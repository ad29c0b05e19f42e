"""Files of torch.save to test with, and pickles put together by hand."""

import io
import struct
import zipfile
from collections.abc import Callable

import torch

LAYERS = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
CELLS = {"gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell, "rnn": torch.nn.RNNCell}


def filled(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """The module with distinct weights of scale 0.1."""
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=0.1, generator=chance)
    return module


def saved(content: object, **options: object) -> bytes:
    """The bytes of torch.save."""
    memory = io.BytesIO()
    torch.save(content, memory, **options)
    return memory.getvalue()


def legacy(content: object) -> bytes:
    """The bytes that torch.save wrote before 1.6."""
    return saved(content, _use_new_zipfile_serialization=False)


def rewritten(
    data: bytes, change: Callable[[dict[str, bytes]], object], packing: int = zipfile.ZIP_STORED
) -> bytes:
    """An archive of torch.save with its members, by their names in the folder, changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    change(members)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(f"archive/{name}", content)
    return memory.getvalue()


# A pickle by hand: each function gives the instructions that put one value on the stack.


def named(path: str) -> bytes:
    """A function or a class."""
    module, _, name = path.rpartition(".")
    return f"c{module}\n{name}\n".encode()


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    content = value.to_bytes(16, "little", signed=True)
    return b"\x8a" + bytes([len(content)]) + content


def row(*items: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(items) + b"t"


def call(function: bytes, *arguments: bytes) -> bytes:
    return function + row(*arguments) + b"R"


def table(**items: bytes) -> bytes:
    """A dictionary."""
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def storage(kind: str = "FloatStorage", key: str = "0", count: int = 12) -> bytes:
    return (
        row(text("storage"), named(f"torch.{kind}"), text(key), text("cpu"), number(count)) + b"Q"
    )


def tensor(
    held: bytes, shape: tuple[int, ...] = (12,), strides: tuple[int, ...] = (1,), offset: int = 0
) -> bytes:
    return call(
        named("torch._utils._rebuild_tensor_v2"),
        *(held, number(offset), row(*map(number, shape)), row(*map(number, strides))),
        *(b"\x89", call(named("collections.OrderedDict"))),
    )


def program(value: bytes, protocol: int = 2) -> bytes:
    return bytes([0x80, protocol]) + value + b"."


def with_pickle(content: bytes) -> bytes:
    """An archive whose pickle is this; its one storage has 48 bytes."""
    data = saved({"weight_hh_l0": torch.zeros(12)})
    return rewritten(data, lambda members: members.update({"data.pkl": content}))


def legacy_with(content: bytes, keys: bytes = b"]", rest: bytes = b"") -> bytes:
    """A row of pickles as torch.save wrote it before 1.6, whose fourth is this."""
    magic = program(number(0x1950A86A20F9469CFC6C))
    system = program(table(little_endian=b"\x88"))
    return magic + program(number(1001)) + system + content + program(keys) + rest
