"""ONNX models: every GRU, LSTM and RNN node is an entry of its own.

The bytes are measured (onnx_wire) before they are parsed, and no other file is ever opened.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.model import Direction, Entry, ModelFile
from gru_core.formats.notshown import NotShown
from gru_core.formats.onnx import beneath as onnx_beneath
from gru_core.formats.onnx import nodes as onnx_nodes
from gru_core.formats.onnx import outside
from gru_core.formats.onnx import whole as onnx_whole
from gru_core.formats.onnx import wire as onnx_wire
from gru_core.formats.onnx.constants import Constants
from gru_core.formats.onnx.graph import (
    CELLS,
    DEFAULT_DOMAIN,
    Found,
    attributes,
    is_recurrent,
    kind,
    nodes,
)
from gru_core.words import Said

if TYPE_CHECKING:
    from onnx import ModelProto

FORMAT: Final = "ONNX"
FIRST_OPSET: Final = 7  # in which the recurrent operators took their present form
MAX_ENTRIES: Final = 256
MAX_NAME: Final = 200
# PyTorch's exporter of this version does not write linear_before_reset, which its GRU has.
LOST_PLACEMENT: Final = "2.10"
_LISTED: Final = 4  # names of what a file has in place of what is looked for


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent node of a model, in the order of the file.

    name: of the file, for errors. Errors: FormatError for what is damaged or not computed exactly,
    by name; NotFiniteError and RangeError naming the tensor and the index.
    """
    model = parsed(data, name)
    constants, opset, size, entries = Constants(), opset_of(model, name), 0, []
    left = NotShown()
    found_by_name = named(model, name)
    for own, found in found_by_name.items():
        with left.stepping_over(own):
            entries.append(onnx_nodes.entry(found, own, opset, constants))
            size += _size(entries[-1])
        if size > limits.MAX_EXPANDED:
            raise FormatError(
                "The recurrent layers of {name} take more than {max_expanded:,.0f} MB, which are "
                "read, unless {raised}: export fewer of them.",
                name=shown(name),
                max_expanded=limits.MAX_EXPANDED / 1e6,
                raised=limits.RAISED,
            )
    left.check_any(entries)
    whole = onnx_whole.whole_of(model, found_by_name, {one.name: one for one in entries}, opset)
    placed = tuple(onnx_beneath.noted(one, found_by_name[one.name], whole) for one in entries)
    return ModelFile(FORMAT, placed, (*_notes(model), *left.notes), whole)


def parsed(data: bytes, name: str) -> "ModelProto":
    """The model in these bytes. Errors: FormatError."""
    from google.protobuf.message import DecodeError
    from onnx import IR_VERSION, ModelProto

    data, files = outside.apart(data)
    limits.check_size(len(data) + sum(map(len, files.values())))
    onnx_wire.check(data, name)
    try:
        model: ModelProto = ModelProto.FromString(data)
    except DecodeError as error:
        raise onnx_wire.damaged(name, "parser") from error
    if not model.HasField("graph"):
        raise onnx_wire.damaged(name, "graph")
    outside.put_inside(model, files)
    if not 3 <= model.ir_version <= IR_VERSION:
        raise FormatError(
            "{name} is of version {ir_version} of the ONNX format; versions 3 to "
            "{known} are read: export it again with another.",
            name=shown(name),
            ir_version=model.ir_version,
            known=IR_VERSION,
        )
    return model


def opset_of(model: "ModelProto", name: str) -> int:
    """The version of the operators of ONNX itself. Errors: FormatError."""
    from onnx import defs

    versions = [one.version for one in model.opset_import if one.domain in DEFAULT_DOMAIN]
    last = defs.onnx_opset_version()
    if len(versions) != 1 or not FIRST_OPSET <= versions[0] <= last:
        said = " and ".join(map(str, versions[:3])) or "none"
        raise FormatError(
            "{name} names the version of its operators as {said}; it needs one opset, "
            "{first_opset} to {last}: export it again with another.",
            name=shown(name),
            said=said,
            first_opset=FIRST_OPSET,
            last=last,
        )
    return int(versions[0])


def named(model: "ModelProto", name: str) -> dict[str, Found]:
    """The recurrent nodes under names that are all different. Errors: FormatError.

    A node without a name is called by its output. The second of a name has (2) behind it.
    """
    _refuse_own_operators(model)
    kinds: Counter[str] = Counter()
    result: dict[str, Found] = {}
    for found in nodes(model.graph):
        kinds[kind(found.node)] += 1
        if not is_recurrent(found.node):
            continue
        if len(result) == MAX_ENTRIES:
            raise FormatError(
                "{name} has more than {max_entries} recurrent nodes; export fewer.",
                name=shown(name),
                max_entries=MAX_ENTRIES,
            )
        own, count = _own_name(found, len(result) + 1), 1
        while (own if count == 1 else f"{own} ({count})") in result:
            count += 1
        result[own if count == 1 else f"{own} ({count})"] = found
    if not result:
        raise _nothing_recurrent(model, name, kinds)
    return result


def _own_name(found: Found, count: int) -> str:
    """What the file calls the node. count: which of the recurrent nodes it is."""
    node = found.node
    for name in (node.name, *node.output):
        # The parser leaves a name that is no text as bytes.
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable():
            return name
    return f"{node.op_type} {count}"


def _refuse_own_operators(model: "ModelProto") -> None:
    for function in model.functions:
        if function.domain in DEFAULT_DOMAIN and function.name in CELLS:
            raise FormatError(
                "The model defines an operator {name} of its own in place of that of ONNX; "
                "what it computes is not known here: export it without.",
                name=function.name,
            )


def _inside_functions(model: "ModelProto") -> list[str]:
    """The functions of the model that hold recurrent nodes, which are not entries."""
    return [
        function.name
        for function in model.functions
        if any(is_recurrent(node) for node in function.node)
    ]


def _nothing_recurrent(model: "ModelProto", name: str, kinds: Counter[str]) -> FormatError:
    functions = _inside_functions(model)
    if functions:
        return FormatError(
            "{name} has no GRU, LSTM or RNN node of ONNX but inside of its functions "
            "({functions}); write them out with onnx.inliner.inline_local_functions.",
            name=shown(name),
            functions=", ".join(map(shown, functions[:_LISTED])),
        )
    alike = [kind for kind in kinds if any(cell in kind.upper() for cell in CELLS)]
    if alike:
        return FormatError(
            "{name} has no GRU, LSTM or RNN node of ONNX; {alike} is another's operator, whose "
            "conventions are not known here: export the model before it is quantized or optimized.",
            name=shown(name),
            alike=", ".join(alike[:_LISTED]),
        )
    return FormatError(
        "{name} has no GRU, LSTM or RNN node of ONNX; its nodes are {held}: recurrence that is "
        "written out is not recognized.",
        name=shown(name),
        held=", ".join(f"{kind} ({n})" for kind, n in kinds.most_common(_LISTED)) or "none",
    )


def _notes(model: "ModelProto") -> Iterator[str]:
    if model.training_info:
        yield Said("The file also says how it is trained; that is not read.")
    if _has_lost_its_placement(model):
        yield Said(
            "PyTorch {version} wrote this file, and loses linear_before_reset: the GRU acts as the "
            "file says, resetting before the product, and torch.nn.GRU after it. If the model has "
            "that, export it with another version.",
            version=LOST_PLACEMENT,
        )
    functions = _inside_functions(model)
    if functions:
        yield Said(
            "Recurrent layers inside of the functions {functions} are not listed: write them out "
            "with onnx.inliner.inline_local_functions.",
            functions=", ".join(map(shown, functions[:_LISTED])),
        )


def _has_lost_its_placement(model: "ModelProto") -> bool:
    """Whether the exporter that wrote the model leaves out where the reset gate of a GRU acts."""
    by = model.producer_name == "pytorch" and f"{model.producer_version}.".startswith(
        f"{LOST_PLACEMENT}."
    )
    return by and any(
        found.node.op_type == "GRU" and not attributes(found.node).get("linear_before_reset")
        for found in nodes(model.graph)
    )


def _size(entry: Entry) -> int:
    """Bytes of all its arrays."""
    directions: list[Direction] = [one for layer in entry.layers for one in layer]
    return sum(
        array.nbytes
        for one in directions
        for array in (one.w_x, one.w_h, one.b_x, one.b_h, *one.initial)
    )
