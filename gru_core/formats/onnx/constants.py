"""What a name of an ONNX model is worth, as far as that does not depend on the model's inputs.

Exporters write a weight as an initializer, or move it about with a few operators; those are
followed exactly, and so is DequantizeLinear. Whatever else computes with numbers is not: it is
refused by name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx import tensors as onnx_tensors
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Scope, Source, attributes, called
from gru_core.formats.onnx.operators import OPERATORS, apply
from gru_core.formats.onnx.tensors import Values
from gru_core.words import Said

if TYPE_CHECKING:
    from onnx import NodeProto

MAX_COPIED: Final = 2 * limits.MAX_EXPANDED  # bytes of all values together

# What these make of a tensor full of one number is full of that number, whatever its shape. Cast
# may round, but zero is zero in every type.
SPREADING: Final = frozenset(
    {
        "Cast",
        "Concat",
        "ConstantOfShape",
        "Expand",
        "Flatten",
        "Gather",
        "Identity",
        "Reshape",
        "Slice",
        "Squeeze",
        "Tile",
        "Transpose",
        "Unsqueeze",
    }
)

Key: TypeAlias = tuple[Scope, str]


class ComputedError(FormatError):
    """A value that depends on what the model is given, or on operators that are not followed."""

    def __init__(self, reason: str, **fields: object) -> None:
        self.reason = Said(reason, **fields)
        super().__init__("{reason}; it needs to be a constant of the file.", reason=self.reason)


class Constants:
    """The values of one model; each is worked out once."""

    def __init__(self) -> None:
        # The model at chosen sizes, by what is added to its inputs: of onnx_states.worlds.
        self.worlds: dict[Any, tuple[Any, ...]] = {}
        self._values: dict[Key, Values] = {}
        self._fills: dict[Key, float | None] = {}
        self._open: list[Key] = []  # what is being worked out, each for the one before it
        self._copied = 0

    def value(self, scope: Scope, name: str) -> Values:
        """The numbers of a name, any shape, read-only.

        Errors: ComputedError naming the node, FormatError for what is damaged.
        """
        source = scope.source(name)
        key = (source.scope, name)
        if key not in self._values:
            with self._working_on(key):
                made = self._made(name, source)
            made.flags.writeable = False
            self._values[key] = made
        return self._values[key]

    def fill(self, scope: Scope, name: str) -> float | None:
        """The one number that a tensor is full of, whatever its shape; None if there is none.

        Errors: FormatError for what is damaged.
        """
        source = scope.source(name)
        key = (source.scope, name)
        if source.tensor is not None or (source.node and source.node.op_type == "Constant"):
            return _one_number(self.value(scope, name))
        if key not in self._fills:
            with self._working_on(key):
                self._fills[key] = self._filled(source)
        return self._fills[key]

    def stored(self, scope: Scope, name: str) -> str:
        """How the file keeps the numbers that `value` gives, such as float16."""
        source = scope.source(name)
        while source.node is not None:  # `value` has found that the way is short
            held = attributes(source.node).get("value")
            if held is not None or not source.node.input:
                return "float32" if held is None else onnx_tensors.kind_of(held).name
            source = source.scope.source(source.node.input[0])
        return "float32" if source.tensor is None else onnx_tensors.kind_of(source.tensor).name

    @contextmanager
    def _working_on(self, key: Key) -> Iterator[None]:
        if key in self._open:
            raise FormatError(
                "{key} is computed from itself; the model is damaged: export it again.",
                key=shown(key[1]),
            )
        if len(self._open) >= limits.MAX_DEPTH:
            raise FormatError(
                "{open} is made by more than {max_depth} operators one after the other; fold "
                "the constants when exporting the model.",
                open=shown(self._open[0][1]),
                max_depth=limits.MAX_DEPTH,
            )
        self._open.append(key)
        try:
            yield
        finally:
            self._open.pop()

    def _made(self, name: str, source: Source) -> Values:
        node = source.node
        if source.tensor is not None:
            made, inputs = onnx_tensors.values(source.tensor), []
        elif node is None:
            raise ComputedError(source.missing, name=shown(name), where=source.scope.where)
        elif not _is_followed(node) or node.output[0] != name:
            raise ComputedError(
                "{name} is computed by {called}",
                name=shown(name),
                called=called(node),
            )
        else:
            inputs = [self.value(source.scope, one) if one else None for one in node.input]
            made = apply(node, inputs)
        if not any(one is not None and np.may_share_memory(one, made) for one in inputs):
            self._count(made.nbytes)
        return made

    def _filled(self, source: Source) -> float | None:
        node = source.node
        if node is None or node.domain not in DEFAULT_DOMAIN or node.op_type not in SPREADING:
            return None
        if node.op_type == "ConstantOfShape":
            return _one_number(apply(node, [np.ones(1, np.int64)]))
        filled = node.input if node.op_type == "Concat" else node.input[:1]
        fills = {self.fill(source.scope, name) for name in filled}
        fill = fills.pop() if len(fills) == 1 else None
        return None if node.op_type == "Cast" and fill != 0 else fill

    def _count(self, more: int) -> None:
        self._copied += more
        if self._copied > MAX_COPIED:
            raise FormatError(
                "The constants of the model take more than {max_copied:,.0f} MB; export the "
                "recurrent layers alone.",
                max_copied=MAX_COPIED / 1e6,
            )


def _is_followed(node: "NodeProto") -> bool:
    return node.domain in DEFAULT_DOMAIN and node.op_type in OPERATORS


def _one_number(numbers: Values) -> float | None:
    """The number that an array is full of. Any shape."""
    if numbers.size == 0 or numbers.dtype.kind not in "fib" or (numbers != numbers.flat[0]).any():
        return None
    return float(numbers.flat[0])
