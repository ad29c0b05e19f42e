"""What operators of ONNX make of values that are known, as pieces of a model.

What is not followed, or not in this form, makes nothing that is known.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gru_core.arrays import Array
from gru_core.formats import limits
from gru_core.formats.onnx.axes import (
    TOGETHER,
    NotFollowedError,
    Value,
    parted,
    regrouped,
    squeezed,
    unsqueezed,
    with_batch,
)
from gru_core.formats.onnx.functions import FUNCTIONS, function_of
from gru_core.formats.onnx.graph import (
    Attributes,
    attributes,
)
from gru_core.formats.onnx.known import Known, numbers_of
from gru_core.formats.onnx.tensors import Values
from gru_core.formats.onnx.windows import WINDOWED, windowed
from gru_core.formats.whole.pieces import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

_INTEGERS: Final = (6, 7)  # TensorProto.INT32 and INT64
_FLOAT: Final = 1
_SOFTMAX_LAST: Final = 13  # the opset from which Softmax is along the last axis by itself
_ENDS: Final = {"min": "from", "max": "to"}  # of Clip
_MOVING: Final = ("Transpose", "Unsqueeze", "Squeeze", "Reshape")
# Of two values that are known; with a constant some of them are a scale.
_MERGES: Final[Mapping[str, Kind]] = {
    "Add": "add",
    "Mul": "multiply",
    "Sub": "minus",
    "Div": "over",
    "Max": "largest",
    "Min": "least",
    "Mean": "average",
}
_OF_SEVERAL: Final = ("Gather", "Concat", *_MERGES)


class Follower(Known):
    """What the operators of a graph make of what is known of it."""

    def _made(self, node: "NodeProto") -> Value | None:
        kind, given = node.op_type, attributes(node)
        x = self.values.get(node.input[0])
        if kind in _OF_SEVERAL:
            return self._of_several(node, given)
        if x is None:
            return None
        if kind == "Identity":
            return x
        if kind == "Dropout":
            return None if self._is_training(node) else x
        if kind == "Cast":
            return x if given["to"] in (_INTEGERS if x.tokens else (_FLOAT,)) else None
        if kind in _MOVING:
            return self._moved(node, x, given)
        return None if x.tokens else self._computed(node, x, given)

    def _of_several(self, node: "NodeProto", given: Attributes) -> Value | None:
        if node.op_type == "Gather":
            return self._gathered(node, given)
        return self._joined(node, given) if node.op_type == "Concat" else self._arithmetic(node)

    def _moved(self, node: "NodeProto", x: Value, given: Attributes) -> Value:
        if node.op_type == "Transpose":
            perm = given.get("perm", range(len(x.axes))[::-1])
            return replace(x, axes="".join(x.axes[at] for at in perm))
        if node.op_type == "Reshape":
            return self._reshaped(node, x)
        axes = self._axes(node, given)
        return unsqueezed(x, axes) if node.op_type == "Unsqueeze" else squeezed(x, axes)

    def _computed(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        kind = node.op_type
        if kind in FUNCTIONS:
            return self._function(node, x, given)
        if kind == "MatMul":
            return self._dense(x, node.output[0], self._constant(node.input[1]).T)
        make = {
            "Slice": self._sliced,
            "Clip": self._clipped,
            "Gemm": self._gemm,
            "PRelu": self._leaked,
            "BatchNormalization": self._batch_norm,
            "LayerNormalization": self._layer_norm,
            "ReduceMean": self._reduced,
            "ReduceMax": self._reduced,
            **dict.fromkeys(WINDOWED, self._windowed),
        }.get(kind)
        return None if make is None else make(node, x, given)

    def _clipped(self, node: "NodeProto", x: Value, given: Attributes) -> Value:
        """Ends that are left out are none; they were attributes first, and are inputs now."""
        self._check_together(x)
        numbers = {key: float(given[name]) for name, key in _ENDS.items() if name in given}
        for key, name in zip(_ENDS.values(), node.input[1:], strict=False):
            if name:
                numbers[key] = float(np.asarray(self._constant(name)).reshape(()))
        piece = self._add(node.output[0], "clip", (x.piece,), numbers=numbers)
        return replace(x, piece=piece)

    def _leaked(self, node: "NodeProto", x: Value, _given: Attributes) -> Value | None:
        """PRelu with a slope for each number of a step, or one."""
        self._check_features(x)
        slope = np.asarray(self._constant(node.input[1]))
        if slope.ndim and slope.size != slope.shape[-1]:
            return None
        arrays = {"w": numbers_of(node.output[0], slope.ravel())}
        return replace(x, piece=self._add(node.output[0], "leak", (x.piece,), arrays=arrays))

    def _function(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        last = given.get("axis", -1 if self._opset >= _SOFTMAX_LAST else 1)
        if "oftmax" in node.op_type:
            self._check_features(x)
            if last not in (-1, len(x.axes) - 1):
                return None
        self._check_together(x)
        does = function_of(node.op_type, given)
        if does is None:
            return None
        return replace(x, piece=self._add(node.output[0], "function", (x.piece,), does=does))

    def _reshaped(self, node: "NodeProto", x: Value) -> Value:
        """One that only puts directions and units together, or leaves out axes of size 1."""
        shapes = [
            [world.shape(self._scope, name) for name in (node.input[0], node.output[0])]
            for world in self._worlds[1:]
        ]
        if x.apart:
            two = [world.shape(self._scope, x.apart) for world in self._worlds[1:]]
            made = {
                parted(x.axes, before, apart, after)
                for (before, after), apart in zip(shapes, two, strict=True)
            }
            x = replace(x, apart="")
        else:
            made = {regrouped(x, *both) for both in shapes}
        axes = made.pop() if len(made) == 1 else ""
        if not axes:
            raise NotFollowedError
        apart = node.input[0] if {*TOGETHER.values()} & {*axes} else ""
        return replace(x, axes=axes, apart=x.apart or apart)

    def _gathered(self, node: "NodeProto", given: Attributes) -> Value | None:
        data, indices = self.values.get(node.input[0]), self.values.get(node.input[1])
        axis = given.get("axis", 0)
        if data is None and indices is not None and indices.tokens and axis == 0:
            table = limits.numbers(node.input[0], np.asarray(self._constant(node.input[0])))
            if table.ndim != 2:
                return None
            piece = self._add(node.output[0], "table", (indices.piece,), arrays={"w": table})
            return Value(piece, f"{indices.axes}F")
        if data is None:
            return None
        at = np.asarray(self._constant(node.input[1]))
        if at.size != 1 or at.ndim > 1:
            return None
        return self._picked(node.output[0], data, axis, int(at.ravel()[0]), kept=at.ndim > 0)

    def _sliced(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        def said(at: int, name: str) -> list[int]:
            if len(node.input) > at and node.input[at]:
                return [int(one) for one in self._constant(node.input[at]).ravel()]
            return [int(one) for one in given.get(name, ())]

        starts, ends, axes, steps = (
            said(at, name) for at, name in enumerate(("starts", "ends", "axes", "steps"), start=1)
        )
        if len(starts) != 1 or len(axes) != 1 or (steps or [1]) not in ([1], [-1]):
            return None
        start, end, axis = starts[0], ends[0], axes[0] % len(x.axes)
        if steps == [-1]:
            whole = x.axes[axis] == "S" and start == -1 and end < -(2**30) and "D" not in x.axes
            if not whole:
                return None
            return replace(x, piece=self._add(node.output[0], "backward", (x.piece,)))
        if x.axes[axis] == "F" and "D" not in x.axes and 0 <= start < end < 2**30:
            numbers = {"from": float(start), "to": float(end)}
            return replace(x, piece=self._add(node.output[0], "part", (x.piece,), numbers=numbers))
        one = (end == start + 1 and start != -1) or (start == -1 and end > 2**30)
        return self._picked(node.output[0], x, axis, start, kept=True) if one else None

    def _picked(self, name: str, x: Value, axis: int, at: int, *, kept: bool) -> Value | None:
        """One step, or one direction, of a value."""
        axis %= len(x.axes)
        label, rest = x.axes[axis], x.axes[:axis] + ("1" if kept else "") + x.axes[axis + 1 :]
        if label == "S" and at in (0, -1):
            piece = self._add(name, "first" if at == 0 else "last", (x.piece,))
            return replace(x, piece=piece, axes=rest)
        if label == "D":
            units = self._units(x.piece)
            first = (at % x.ways) * units
            numbers = {"from": float(first), "to": float(first + units)}
            piece = self._add(name, "part", (x.piece,), numbers=numbers)
            return replace(x, piece=piece, axes=rest, ways=1)
        if label == "1" and at in (0, -1):
            return replace(x, axes=rest)
        return None

    def _dense(self, x: Value, name: str, w: Values, b: Values | None = None) -> Value:
        self._check_features(x)
        arrays: dict[str, Array] = {"w": numbers_of(name, w)}
        if w.ndim != 2:
            raise NotFollowedError
        if b is not None:
            arrays["b"] = numbers_of(name, np.broadcast_to(b.ravel(), w.shape[:1]))
        return replace(x, piece=self._add(name, "dense", (x.piece,), arrays=arrays), ways=1)

    def _gemm(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        if given.get("alpha", 1.0) != 1 or given.get("beta", 1.0) != 1 or given.get("transA"):
            return None
        w = self._constant(node.input[1])
        b = self._constant(node.input[2]) if len(node.input) > 2 and node.input[2] else None
        return self._dense(x, node.output[0], w if given.get("transB") else w.T, b)

    def _arithmetic(self, node: "NodeProto") -> Value | None:
        if len(node.input) != 2:
            return None
        a, b = (self.values.get(name) for name in node.input)
        kind, out = node.op_type, node.output[0]
        if a is not None and b is not None:
            if with_batch(a.axes) != with_batch(b.axes) or a.tokens:
                return None
            self._check_features(a)
            return replace(a, piece=self._add(out, _MERGES[kind], (a.piece, b.piece)))
        if kind in ("Max", "Min", "Mean"):
            return None
        x = a or b
        if x is None or x.tokens or (a is None and kind in ("Sub", "Div")):
            return None
        self._check_features(x)
        number = np.asarray(self._constant(node.input[0 if a is None else 1]), np.float64)
        if number.ndim > len(x.axes) or number.size not in (1, *number.shape[-1:]):
            return None  # it makes axes of its own, or is of more than the numbers of a step
        if kind == "Div" and not number.all():
            return None
        flat, before = number.ravel(), self.pieces.get(x.piece)
        if kind == "Add" and before is not None and before.kind == "dense":
            own = before.arrays
            b_sum = flat + own["b"].astype(np.float64) if "b" in own else flat
            return self._dense(replace(x, piece=before.reads[0]), out, own["w"], b_sum)
        width = self._width(x.piece) or flat.size  # of one number: of every feature
        if flat.size not in (1, width):
            return None
        ones, zeros = np.ones(width), np.zeros(width)
        w = {"Mul": flat, "Div": 1 / flat if kind == "Div" else flat}.get(kind, ones)
        shift = {"Add": flat, "Sub": -flat}.get(kind, zeros)
        return self._scaled(x, out, np.broadcast_to(w, width), np.broadcast_to(shift, width))

    def _scaled(self, x: Value, name: str, w: Values, b: Values) -> Value:
        arrays = {"w": numbers_of(name, w), "b": numbers_of(name, b)}
        return replace(x, piece=self._add(name, "scale", (x.piece,), arrays=arrays))

    def _joined(self, node: "NodeProto", given: Attributes) -> Value | None:
        known = [self.values.get(name) for name in node.input]
        values = [one for one in known if one is not None]
        if len(values) < len(known) or len({with_batch(one.axes) for one in values}) > 1:
            return None
        axes = values[0].axes
        if axes[given["axis"]] == "D":  # the states of several layers, as PyTorch stacks them
            if len({self._units(one.piece) for one in values}) > 1:
                return None
            piece = self._add(node.output[0], "join", tuple(one.piece for one in values))
            return Value(piece, axes, sum(one.ways for one in values))
        self._check_features(values[0])
        if axes[given["axis"]] != "F":
            return None
        if len(values) == 1:
            return values[0]
        piece = self._add(node.output[0], "join", tuple(one.piece for one in values))
        return Value(piece, axes)

    def _batch_norm(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        training = given.get("training_mode") or any(node.output[1:])
        if training or x.axes[1:2] != "F" or "D" in x.axes:
            return None
        gamma, beta, mean, var = (
            np.asarray(self._constant(name), np.float64) for name in node.input[1:5]
        )
        w = gamma / np.sqrt(var + given.get("epsilon", 1e-5))
        return self._scaled(x, node.output[0], w, beta - mean * w)

    def _layer_norm(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        self._check_features(x)
        if given.get("axis", -1) not in (-1, len(x.axes) - 1):
            return None
        w = self._constant(node.input[1])
        b = self._constant(node.input[2]) if len(node.input) > 2 else np.zeros(w.shape)
        arrays = {"w": numbers_of(node.output[0], w), "b": numbers_of(node.output[0], b)}
        numbers = {"epsilon": float(given.get("epsilon", 1e-5))}
        piece = self._add(node.output[0], "norm", (x.piece,), arrays=arrays, numbers=numbers)
        return replace(x, piece=piece)

    def _windowed(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        made = windowed(node, given, self._constant) if x.axes == "BFS" else None
        if made is None:
            return None
        made["arrays"] = {key: numbers_of(key, one) for key, one in made["arrays"].items()}
        return replace(x, piece=self._add(node.output[0], made.pop("kind"), (x.piece,), **made))

    def _reduced(self, node: "NodeProto", x: Value, given: Attributes) -> Value | None:
        (axis,) = self._axes(node, given)
        axis %= len(x.axes)
        if x.axes[axis] != "S" or "D" in x.axes:
            return None
        kind: Kind = "mean" if node.op_type == "ReduceMean" else "max"
        kept = "1" if given.get("keepdims", 1) else ""
        piece = self._add(node.output[0], kind, (x.piece,))
        return replace(x, piece=piece, axes=x.axes[:axis] + kept + x.axes[axis + 1 :])
