"""What is known of a graph of ONNX while its operators are followed: values, pieces, constants."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gru_core.arrays import Array, read_only
from gru_core.formats import limits
from gru_core.formats.model import Entry
from gru_core.formats.onnx.axes import NotFollowedError, Value
from gru_core.formats.onnx.constants import Constants
from gru_core.formats.onnx.folding import Folding
from gru_core.formats.onnx.graph import Attributes, Found, Scope, scope_of
from gru_core.formats.onnx.states import WORLDS, sizes_of
from gru_core.formats.onnx.tensors import Values
from gru_core.formats.whole.pieces import INPUT, Kind, Piece

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto


class Known:
    """What is known of a graph."""

    def __init__(
        self,
        graph: "GraphProto",
        found: Mapping[str, Found],
        entries: Mapping[str, Entry],
        opset: int,
    ) -> None:
        self.values: dict[str, Value] = {}
        self.pieces: dict[str, Piece] = {}
        self.layers: list[str] = []
        self._room = limits.MAX_EXPANDED
        self._graph, self._opset = graph, opset
        self._scope: Scope = scope_of(graph, "", None)
        self._constants = Constants()
        self._worlds = [Folding(opset, sizes_of(*ends), {}) for ends in WORLDS]
        outer = {name: one for name, one in found.items() if not one.scope.where}
        self._entries = {
            made_by(one.node): entries[name]
            for name, one in outer.items()
            if name in entries and made_by(one.node)
        }

    def _add(self, name: str, kind: Kind, reads: tuple[str, ...], **settings: Any) -> str:
        if not name or name in self.pieces:
            raise NotFollowedError
        self._room -= sum(array.nbytes for array in settings.get("arrays", {}).values())
        if self._room < 0:  # what a file may be unpacked to
            raise NotFollowedError
        self.pieces[name] = Piece(name, kind, reads, **settings)
        return name

    def _is_training(self, node: "NodeProto") -> bool:
        """Whether a Dropout is told to leave numbers out even now."""
        said = node.input[2] if len(node.input) > 2 else ""
        return bool(said) and bool(np.any(self._constant(said)))

    def _constant(self, name: str) -> Values:
        return self._constants.value(self._scope, name)

    def _axes(self, node: "NodeProto", given: Attributes, at: int = 1) -> list[int]:
        if len(node.input) > at and node.input[at]:
            return [int(one) for one in self._constant(node.input[at]).ravel()]
        if "axes" not in given:
            raise NotFollowedError
        return [int(one) for one in given["axes"]]

    def _check_features(self, x: Value) -> None:
        """Numbers of a step have to stand last, none of directions apart."""
        self._check_together(x)
        if not x.axes.endswith("F"):
            raise NotFollowedError

    def _check_together(self, x: Value) -> None:
        """Where each number is taken by itself, none may be of directions apart."""
        if "D" in x.axes:
            raise NotFollowedError

    def _units(self, name: str) -> int:
        """How many units the layer has that a value comes from, unchanged but for its steps."""
        while self.pieces[name].kind != "layer":
            name = self.pieces[name].reads[0]
        entry = next(one for one in self._entries.values() if one.name == name)
        return int(entry.layers[0][0].w_h.shape[2])

    def _width(self, name: str) -> int | None:
        """How many numbers a piece has at a step; None where that is not known."""
        while name != INPUT:
            piece = self.pieces[name]
            if piece.kind == "dense":
                return len(piece.arrays["w"])
            if piece.kind == "conv":
                return len(piece.arrays["w"])
            wide = piece.kind in ("table", "norm") or len(piece.arrays.get("w", ())) > 1
            if piece.kind in ("table", "scale", "norm") and wide:
                return int(piece.arrays["w"].shape[-1])
            if piece.kind == "layer":
                entry = next(one for one in self._entries.values() if one.name == name)
                return self._units(name) * len(entry.layers[0])
            if piece.kind == "part":
                return int(piece.numbers["to"] - piece.numbers["from"])
            if piece.kind == "join":
                return None
            name = piece.reads[0]
        return None


def made_by(node: "NodeProto") -> str:
    """The first output that a node has; empty where all are left out, which no other name tells."""
    return next((one for one in node.output if one), "")


def numbers_of(name: str, array: Values) -> Array:
    """The numbers of a constant as a piece has them. Errors: those of limits.numbers."""
    made = np.asarray(array)
    return read_only(limits.numbers(name, np.ascontiguousarray(made.astype(np.float32))))
