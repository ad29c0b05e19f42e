"""An ONNX model as pieces: what its graph computes around its recurrent nodes, by its operators.

Which axis of an input is which, the recurrent nodes say that read it: both ways are tried. What an
operator that is not followed makes is left out, and all that is made of it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from gru_core.errors import GatescopeError
from gru_core.formats.model import Entry
from gru_core.formats.onnx.axes import (
    NotFollowedError,
    Value,
    with_batch,
)
from gru_core.formats.onnx.following import Follower
from gru_core.formats.onnx.graph import (
    DEFAULT_DOMAIN,
    Found,
    attributes,
    is_recurrent,
)
from gru_core.formats.onnx.known import made_by
from gru_core.formats.whole.pieces import INPUT, Whole

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_INPUTS: Final[Mapping[tuple[bool, int], tuple[str, ...]]] = {
    # By whether it takes tokens, and how many axes it has.
    (False, 3): ("SBF", "BSF"),
    (False, 2): ("SF",),
    (True, 2): ("SB", "BS"),
    (True, 1): ("S",),
}
_INTEGERS: Final = (6, 7)  # TensorProto.INT32 and INT64
_FLOAT: Final = 1
_NODES: Final = 5_000
_GIVEN: Final = 8  # inputs of a model that are tried
# What an operator in another form than is followed may lead to.
STUMBLES: Final = (
    *(NotFollowedError, GatescopeError, LookupError, ValueError, TypeError, AttributeError),
    *(ArithmeticError, StopIteration),
)


def whole_of(
    model: "ModelProto", found: Mapping[str, Found], entries: Mapping[str, Entry], opset: int
) -> Whole | None:
    """The model around its recurrent nodes; None where none of them can be led back to its input.

    found, entries: by the name of an entry.
    """
    graph = model.graph
    held = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in held]
    own = any(one.domain in DEFAULT_DOMAIN for one in model.functions)  # in place of ONNX's
    if own or len(graph.node) > _NODES:
        return None
    best: _Maker | None = None
    for given in inputs[:_GIVEN]:
        kind = given.type.tensor_type
        tokens = kind.elem_type in _INTEGERS
        rank = len(kind.shape.dim) if kind.HasField("shape") else 2 if tokens else 3
        if not tokens and kind.elem_type != _FLOAT:
            continue
        for axes in _INPUTS.get((tokens, rank), ()):
            maker = _Maker(graph, found, entries, opset)
            maker.values[given.name] = Value(INPUT, axes, tokens=tokens)
            maker.follow()
            if best is None or len(maker.layers) > len(best.layers):
                best = maker
    return None if best is None or not best.layers else best.whole()


class _Maker(Follower):
    """Follows a graph from one of its inputs."""

    def follow(self) -> None:
        """Take every node that can be followed, in the order of the file."""
        for node in self._graph.node:
            if node.domain not in DEFAULT_DOMAIN:
                continue
            if not any(name in self.values for name in node.input):
                continue
            try:
                if is_recurrent(node):
                    self._recurrent(node)
                else:
                    made = self._made(node)
                    if made is not None and node.output and node.output[0]:
                        self.values[node.output[0]] = made
            except STUMBLES:
                continue  # nothing is known of what it makes

    def whole(self) -> Whole:
        """The pieces that lead to a layer or to the prediction."""
        output = self._output()
        wanted, todo = set[str](), [*self.layers, output]
        while todo:
            name = todo.pop()
            if name and name not in wanted:
                wanted.add(name)
                todo += [*self.pieces[name].reads, *self.pieces[name].starts]
        return Whole(tuple(one for one in self.pieces.values() if one.name in wanted), output)

    def _output(self) -> str:
        """The piece of the first output of the model, where a head makes it."""
        first = self._graph.output[0].name if self._graph.output else ""
        value = self.values.get(first)
        if value is None or value.piece == INPUT or "D" in value.axes:
            return ""
        return "" if self.pieces[value.piece].kind in ("layer", "ends", "part") else value.piece

    def _recurrent(self, node: "NodeProto") -> None:
        entry = self._entries[made_by(node)]
        given = attributes(node)
        batch_first = given.get("layout", 0) == 1
        x = self.values[node.input[0]]
        if with_batch(x.axes) != ("BSF" if batch_first else "SBF") or x.tokens:
            raise NotFollowedError
        ways = len(entry.layers[0])
        starts = self._starts(node, entry, ways)
        self._add(entry.name, "layer", (x.piece,), does=entry.name, starts=starts)
        self.layers.append(entry.name)
        axes = "BSDF" if batch_first else "SDBF"
        names = [*node.output, "", "", ""][:3]
        if names[0]:
            self.values[names[0]] = Value(entry.name, axes, ways)
        for name, does in zip(names[1:], ("both", "both cell"), strict=True):
            if name:
                piece = self._add(f"{entry.name}: {name}", "ends", (entry.name,), does=does)
                self.values[name] = Value(piece, axes.replace("S", ""), ways)

    def _starts(self, node: "NodeProto", entry: Entry, ways: int) -> tuple[str, ...]:
        """The pieces of first states that the model computes, which else are asked for."""
        if "start" not in entry.asks:
            return ()
        names = [name for name in node.input[5:7] if name]
        known = [self.values.get(name) for name in names]
        found = [one for one in known if one is not None and with_batch(one.axes) == "DBF"]
        if len(found) < len(names) or any(one.ways != ways for one in found):
            raise NotFollowedError
        return tuple(one.piece for one in found)
