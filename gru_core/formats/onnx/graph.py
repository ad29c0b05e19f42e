"""The names of an ONNX graph: where each is defined, in the graph itself or one around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from gru_core.conventions import Cell
from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.words import Said

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto

CELLS: Final[Mapping[str, Cell]] = {"GRU": "gru", "LSTM": "lstm", "RNN": "rnn"}
DEFAULT_DOMAIN: Final = ("", "ai.onnx")  # two spellings of the same
# What exporters put between two layers; Dropout does nothing once a model is trained.
PASSING: Final = frozenset(
    {"Cast", "Dropout", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}
)
GRAPH, GRAPHS = 5, 10  # types of an attribute that holds graphs

# Where the value of an attribute stands, by its type: AttributeProto of onnx.proto.
_VALUES: Final = {
    1: "f",
    2: "i",
    3: "s",
    4: "t",
    GRAPH: "g",
    6: "floats",
    7: "ints",
    8: "strings",
    9: "tensors",
    GRAPHS: "graphs",
    11: "sparse_tensor",
    12: "sparse_tensors",
    13: "tp",
    14: "type_protos",
}

Attributes: TypeAlias = Mapping[str, Any]


class Source(NamedTuple):
    """What a name stands for: a stored tensor, an output of a node, or nothing in the file."""

    scope: "Scope"  # which defines it
    tensor: "TensorProto | None" = None
    node: "NodeProto | None" = None
    missing: str = ""  # why there is neither, of {name} in the graph {where}


@dataclass(frozen=True, eq=False)
class Scope:
    """The names of one graph, and of the graphs around it."""

    where: str  # of the graph in the model; empty for the outermost
    tensors: Mapping[str, "TensorProto"]
    made_by: Mapping[str, "NodeProto"]
    inputs: Mapping[str, "ValueInfoProto"]
    sparse: frozenset[str]
    outer: "Scope | None"

    def source(self, name: str) -> Source:
        """What a name stands for here."""
        scope: Scope | None = self
        while scope is not None:
            # An initializer that is also listed as an input is a default: the file's own value.
            if name in scope.tensors:
                return Source(scope, tensor=scope.tensors[name])
            if name in scope.made_by:
                return Source(scope, node=scope.made_by[name])
            if name in scope.sparse:
                return Source(scope, missing="{name} is stored as a sparse tensor")
            if name in scope.inputs:
                inner, outer = "{name} is an input of {where}", "{name} is an input of the model"
                return Source(scope, missing=inner if scope.where else outer)
            scope = scope.outer
        return Source(self, missing="{name} is defined nowhere in the file")


class Found(NamedTuple):
    """A node, and the names it sees."""

    scope: Scope
    node: "NodeProto"


def nodes(graph: "GraphProto", where: str = "", outer: Scope | None = None) -> Iterator[Found]:
    """Every node of a graph and of the graphs within it, in the order of the file.

    Errors: FormatError for a name that is defined twice.
    """
    scope = scope_of(graph, where, outer)
    for node in graph.node:
        yield Found(scope, node)
        for attribute in node.attribute:
            inner = [attribute.g] if attribute.type == GRAPH else list(attribute.graphs)
            for one in inner:
                named = {"name": attribute.name, "node": called(node), "where": where}
                place = "{name} of {node}, in {where}" if where else "{name} of {node}"
                yield from nodes(one, Said(place, **named), scope)


def scope_of(graph: "GraphProto", where: str, outer: Scope | None) -> Scope:
    """The names that one graph defines. Errors: FormatError for one that is defined twice."""
    tensors: dict[str, TensorProto] = {}
    made_by: dict[str, NodeProto] = {}
    sparse = frozenset(one.values.name for one in graph.sparse_initializer)
    for tensor in graph.initializer:
        if tensor.name in tensors or tensor.name in sparse:
            raise _defined_twice(tensor.name)
        tensors[tensor.name] = tensor
    inputs = {one.name: one for one in graph.input}
    for node in graph.node:
        for name in node.output:
            if name and (name in made_by or name in tensors or name in inputs):
                raise _defined_twice(name)
            made_by[name] = node
    made_by.pop("", None)  # an output that is left out
    return Scope(where, tensors, made_by, inputs, sparse, outer)


def _defined_twice(name: str) -> FormatError:
    return FormatError(
        "The model defines {name} twice; a name has one value, and it cannot be told which is "
        "meant: export it again.",
        name=shown(name),
    )


def called(node: "NodeProto") -> str:
    """A node as an error calls it: its operator and its name."""
    name = node.name or next((output for output in node.output if output), "")
    if not name:
        return Said("{kind} without a name", kind=kind(node))
    return f"{kind(node)} {shown(name)}"


def kind(node: "NodeProto") -> str:
    """The operator of a node, with its domain unless that is ONNX's own."""
    own = node.domain in DEFAULT_DOMAIN
    return f"{node.op_type}"[:40] if own else f"{node.domain}.{node.op_type}"[:80]


def is_recurrent(node: "NodeProto") -> bool:
    """Whether the node is the GRU, LSTM or RNN of ONNX itself, not another's of the same name."""
    return node.op_type in CELLS and node.domain in DEFAULT_DOMAIN


def attributes(node: "NodeProto") -> Attributes:
    """The attributes by name, texts decoded. Errors: FormatError."""
    found: dict[str, Any] = {}
    for attribute in node.attribute:
        if attribute.name in found:
            raise FormatError(
                "{called} gives {name} twice; it cannot be told which is meant: export the "
                "model again.",
                called=called(node),
                name=shown(attribute.name),
            )
        found[attribute.name] = _value(node, attribute)
    return found


def _value(node: "NodeProto", attribute: "AttributeProto") -> Any:
    if attribute.ref_attr_name or attribute.type not in _VALUES:
        raise FormatError(
            "{called} takes {name} from outside of the node, or of a type that ONNX does not "
            "have; it needs a value: export the model again.",
            called=called(node),
            name=shown(attribute.name),
        )
    value = getattr(attribute, _VALUES[attribute.type])
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if _VALUES[attribute.type] == "strings":
        return [one.decode("utf-8", "backslashreplace") for one in value]
    return list(value) if _VALUES[attribute.type] in ("floats", "ints") else value


def reads(found: Found) -> "NodeProto | None":
    """The recurrent node whose output sequence this one reads, if nothing computes in between."""
    scope, name = found.scope, found.node.input[0] if found.node.input else ""
    for _ in range(limits.MAX_DEPTH):
        source = scope.source(name)
        node = source.node
        if node is None or node.domain not in DEFAULT_DOMAIN:
            return None
        if node.op_type in CELLS:
            return node if node.output[0] == name else None
        if node.op_type not in PASSING or not node.input:
            return None
        scope, name = source.scope, node.input[0]
    return None
