"""What an initial state of an ONNX model is made from: what the model is given, or nothing of it.

A value that takes only the shape of an input, as a state repeated for each sequence of a batch
does, is made from constants: it is the same whatever the model reads.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from gru_core.formats import limits
from gru_core.formats.onnx.graph import (
    DEFAULT_DOMAIN,
    GRAPH,
    GRAPHS,
    PASSING,
    Scope,
    called,
    is_recurrent,
)

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

# These read no number of what they are given, only its shape and type.
SHAPES: Final = frozenset({"EyeLike", "RandomNormalLike", "RandomUniformLike", "Shape", "Size"})
# These compute nothing: what comes out are numbers that went in.
MOVING: Final = PASSING | {"Concat", "Expand", "Flatten", "Gather", "Slice", "Split", "Tile"}
MAX_CHAIN: Final = 5  # nodes that a sentence names


class Origin(NamedTuple):
    """Where a name's numbers come from."""

    given: bool  # some of them are what the model is given, or are computed from that
    moved: bool  # and those are not computed with on the way
    shaped: bool  # the shape of something takes part
    chain: tuple[str, ...]  # the nodes that make it, the last one first
    inputs: frozenset[str]  # those of the model whose numbers take part


def origin(scope: Scope, name: str) -> Origin:
    """Follow a name back through the graph; every name once."""
    given, shaped, moved = False, False, True
    chain: list[str] = []
    inputs = set[str]()
    todo, seen = [(scope, name, True)], set()
    while todo:
        here, one, plain = todo.pop()
        source = here.source(one)
        key = (source.scope, one, plain)
        if key in seen:
            continue
        seen.add(key)
        node = source.node
        if node is None:
            is_given = source.tensor is None and one in source.scope.inputs
            given, moved = given or is_given, moved and (plain or not is_given)
            inputs |= {one} if is_given else set()
            continue
        if len(chain) < MAX_CHAIN and called(node) not in chain:
            chain.append(called(node))
        own = node.domain in DEFAULT_DOMAIN
        if own and node.op_type in SHAPES:
            shaped = True
            continue
        moving = plain and own and node.op_type in MOVING
        for at, before in reversed([*enumerate(read_by(node))]):
            todo.append((source.scope, before, moving and (at == 0 or node.op_type == "Concat")))
    return Origin(given, given and moved, shaped, tuple(chain), frozenset(inputs))


def sequence_inputs(scope: Scope, name: str) -> frozenset[str]:
    """The inputs of the model that a sequence is made of, those of first states left out."""
    found, todo, seen = set[str](), [(scope, name)], set[tuple[Scope, str]]()
    while todo:
        here, one = todo.pop()
        source = here.source(one)
        key = (source.scope, one)
        if key in seen:
            continue
        seen.add(key)
        node = source.node
        if node is not None:
            before = [node.input[0]] if is_recurrent(node) and node.input else read_by(node)
            todo += [(source.scope, inner) for inner in before]
        elif source.tensor is None and one in source.scope.inputs:
            found.add(one)
    return frozenset(found)


def read_by(node: "NodeProto") -> Iterator[str]:
    """The names that a node reads, those in the graphs inside of it included."""
    yield from (name for name in node.input if name)
    graphs: list[GraphProto] = []
    nodes = [node]
    for _ in range(limits.MAX_DEPTH):
        for attribute in (one for each in nodes for one in each.attribute):
            graphs += [attribute.g] if attribute.type == GRAPH else []
            graphs += attribute.graphs if attribute.type == GRAPHS else []
        if not graphs:
            return
        nodes = [inner for graph in graphs for inner in graph.node]
        yield from (name for one in nodes for name in one.input if name)
        yield from (output.name for graph in graphs for output in graph.output if output.name)
        graphs = []
