"""An ONNX model with the files beside it that hold its tensors, as one piece of bytes.

`torch.onnx.export` writes model.onnx and model.onnx.data. Whoever has both puts them together here;
the reader, in a process of its own, opens no file but finds the tensors in this piece.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx.tensors import EXTERNAL

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto

MAGIC: Final = b"\x93GATESCOPE ONNX WITH FILES\n"
MAX_HEADER: Final = 10_000
MAX_FILES: Final = 16
MAX_NAME: Final = 255


def together(model: bytes, files: Mapping[str, bytes]) -> bytes:
    """A model and the files beside it, by their names. Errors: FormatError for too much."""
    sizes = {"": len(model)} | {name: len(content) for name, content in files.items()}
    header = json.dumps(sizes).encode("ascii")
    limits.check_size(sum(sizes.values()))
    return b"".join((MAGIC, len(header).to_bytes(4, "little"), header, model, *files.values()))


def apart(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The model and its files; what is no such piece is a model alone. Errors: FormatError."""
    if not data.startswith(MAGIC):
        return data, {}
    at = len(MAGIC) + 4
    end = at + int.from_bytes(data[at - 4 : at], "little")
    try:
        sizes = json.loads(data[at:end]) if end - at <= MAX_HEADER else None
    except (ValueError, RecursionError):
        sizes = None
    if sizes is None or not _is_table(sizes) or end + sum(sizes.values()) != len(data):
        raise FormatError("The file is no model with the files beside it: give both again.")
    parts = {}
    for name, size in sizes.items():
        parts[name] = data[end : end + size]
        end += size
    return parts.pop(""), parts


def _is_table(sizes: Any) -> bool:
    return (
        isinstance(sizes, dict)
        and "" in sizes
        and len(sizes) <= MAX_FILES + 1
        and all(len(name) <= MAX_NAME for name in sizes)
        and all(type(size) is int and size >= 0 for size in sizes.values())
    )


def put_inside(model: "ModelProto", files: Mapping[str, bytes]) -> None:
    """Give every tensor whose numbers are in one of the files those numbers.

    Errors: FormatError for places that the file has not, and for more than is read.
    """
    room = limits.MAX_EXPANDED
    for tensor in _tensors(model.graph):
        if tensor.data_location != EXTERNAL:
            continue
        said = {one.key: one.value for one in tensor.external_data}
        content = files.get(said.get("location", ""))
        if content is None:
            continue  # named where its numbers are asked for
        first = _whole(tensor, said.get("offset", "0"))
        size = _whole(tensor, said.get("length", str(max(len(content) - first, 0))))
        if first + size > len(content):
            raise FormatError(
                "{name} is said to stand at {first:,} to {end:,} of {location}, which has "
                "{count:,} bytes: it is of another model, or cut short; export both again.",
                name=shown(tensor.name),
                first=first,
                end=first + size,
                location=shown(said["location"]),
                count=len(content),
            )
        room -= size
        if room < 0:
            raise FormatError(
                "The tensors of the files beside the model come to more than {most:,.0f} MB, which "
                "are read, unless {raised}: export the recurrent layers alone.",
                most=limits.MAX_EXPANDED / 1e6,
                raised=limits.RAISED,
            )
        tensor.raw_data = content[first : first + size]
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")


def _whole(tensor: "TensorProto", text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise FormatError(
            "{name} is said to stand at {text} of another file; a whole number of bytes is "
            "needed: export the model again.",
            name=shown(tensor.name),
            text=shown(text),
        )
    return int(text)


def _tensors(graph: "GraphProto") -> Iterator["TensorProto"]:
    """Every tensor of a graph and of the graphs within it."""
    graphs = [graph]
    while graphs:
        one = graphs.pop()
        yield from one.initializer
        for attribute in (attribute for node in one.node for attribute in node.attribute):
            yield attribute.t
            yield from attribute.tensors
            graphs += [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]
