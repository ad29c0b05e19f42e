"""How onnxruntime can be asked about one node of a file: what of the file runs, and what does not.

The file's own graph runs wherever it can. A node is run alone where onnxruntime has no kernel for
it as it stands, or where its output cannot be fetched.
"""

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from gru_core.formats import limits
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Found
from gru_core.formats.onnx.origins import origin

if TYPE_CHECKING:
    from onnx import NodeProto

Kind: TypeAlias = Literal["whole", "put", "alone"]

STATES: Final = ("initial_h", "initial_c")
SAID: Final = {
    "whole": "onnxruntime ran the file's own graph, from the model's input to this layer.",
    "put": "onnxruntime ran the file's own graph; what this layer reads was replaced by the input "
    "that is shown here.",
    "alone": "onnxruntime ran this node alone, with the weights, the settings and the first state "
    "that the file gives it: it runs no such node as it stands in the file.",
}
ZEROS: Final = "The first state is for the model to be given: it was zeros there as here."
_AXES: Final = 3
_FLOAT: Final = 1  # TensorProto.FLOAT


class Way(NamedTuple):
    """What of a file is run."""

    kind: Kind
    given: str  # the name that x takes in the graph
    moves: tuple[tuple[int, ...], ...] = ()  # of the axes on the way from the node back to it


def way_of(found: Found, stored: str, *, batch_first: bool) -> Way:
    """The way to run a node. stored: how its weights are kept; batch_first: attribute layout."""
    x = found.node.input[0]
    if found.scope.where or batch_first or stored != "float32":
        return Way("alone", x)
    scope, name = found.scope, x
    moves: list[tuple[int, ...]] = []
    for _ in range(limits.MAX_DEPTH):
        source = scope.source(name)
        node = source.node
        if node is None:
            given = source.scope.inputs.get(name) if source.tensor is None else None
            plain = given is not None and given.type.tensor_type.elem_type == _FLOAT
            return Way("whole", name, tuple(moves)) if plain else Way("put", x)
        if node.domain not in DEFAULT_DOMAIN or node.op_type not in ("Identity", "Transpose"):
            break
        if node.op_type == "Transpose":
            moves.append(_perm(node))
        scope, name = source.scope, node.input[0]
    return Way("put", x)


def said(found: Found, way: Way, states: tuple[str, ...]) -> tuple[str, ...]:
    """Sentences on what a check of the node has from the file. states: names, empty for none."""
    given = any(name and origin(found.scope, name).given for name in states)
    return (SAID[way.kind], *([ZEROS] if given else []))


def _perm(node: "NodeProto") -> tuple[int, ...]:
    found = next((tuple(one.ints) for one in node.attribute if one.name == "perm"), ())
    return found or tuple(reversed(range(_AXES)))
