"""Convolutions and pooling along the steps, which stand last, as ONNX writes them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gru_core.formats.onnx.graph import Attributes
from gru_core.formats.onnx.tensors import Values
from gru_core.formats.whole.pieces import MOST_STEPS

if TYPE_CHECKING:
    from onnx import NodeProto

_POOLS: Final = {"MaxPool": "max", "AveragePool": "mean"}
WINDOWED: Final = ("Conv", *_POOLS)


def windowed(
    node: "NodeProto", given: Attributes, constant: Callable[[str], Values]
) -> dict[str, Any] | None:
    """The kind and what else a piece has of a node of WINDOWED; None for one in another form.

    given: its attributes; constant: the numbers of an input.
    """
    if node.op_type == "Conv":
        names = [name for name in node.input[1:3] if name]
        w, *others = (np.asarray(constant(name)) for name in names)
        numbers = _windows(given, w.shape[-1]) if w.ndim == 3 else None
        if numbers is None:
            return None
        del numbers["size"]
        numbers["groups"] = float(given.get("group", 1))
        arrays = {"w": w} | ({"b": others[0]} if others else {})
        return {"kind": "conv", "arrays": arrays, "numbers": numbers}
    numbers = _windows(given, *given["kernel_shape"])
    odd = given.get("ceil_mode") or given.get("count_include_pad") or any(node.output[1:])
    if odd or numbers is None or numbers.pop("dilation") != 1:
        return None
    return {"kind": "pool", "arrays": {}, "does": _POOLS[node.op_type], "numbers": numbers}


def _windows(given: Attributes, sees: int) -> dict[str, float] | None:
    """How a Conv or a pool goes along its only axis, as the numbers of a piece; None for others.

    given: its attributes; sees: how many numbers of the axis at a time.
    """
    (said,) = given.get("kernel_shape", (sees,))
    (stride,), (dilation,) = given.get("strides", (1,)), given.get("dilations", (1,))
    first, last = given.get("pads", (0, 0))
    numbers = {"size": sees, "stride": stride, "dilation": dilation, "from": first, "to": last}
    plain = said == sees and given.get("auto_pad", "NOTSET") in ("NOTSET", "VALID")
    if not plain or not all(0 <= one <= MOST_STEPS for one in numbers.values()):
        return None
    return {name: float(one) for name, one in numbers.items()}
