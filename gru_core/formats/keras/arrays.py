"""The arrays of one Keras cell, laid out as gru_core.weights has them.

How Keras stacks gates and biases, conventions.py says; Keras 1 keeps each gate on its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from gru_core.arrays import read_only
from gru_core.conventions import GATE_ORDERS, GATES, biases_apart, cudnn_apart, gates_apart
from gru_core.errors import FormatError, ShapeError, shown
from gru_core.formats.hdf5.file import Hdf5, Tensor
from gru_core.formats.keras.cell import CellConfig
from gru_core.formats.model import Answers, Direction

KERNEL: Final = "kernel"
RECURRENT: Final = "recurrent_kernel"
BIAS: Final = "bias"
# Keras 1: W_z is the kernel of the update gate. Without gates, or for graphics cards, it is W.
PARTS_1: Final[Mapping[str, str]] = MappingProxyType({KERNEL: "W", RECURRENT: "U", BIAS: "b"})
GATES_1: Final[Mapping[str, str]] = MappingProxyType(
    {"reset": "r", "update": "z", "input": "i", "forget": "f", "output": "o"}
)
CANDIDATE_1: Final[Mapping[str, str]] = MappingProxyType({"gru": "h", "lstm": "c"})

Paths = Mapping[str, str]  # of the parts of one cell: by KERNEL, RECURRENT, BIAS or as in Keras 1


@dataclass(frozen=True, eq=False)
class CellWeights:
    """One cell with its weights. Compared by identity."""

    direction: Direction
    biases: int  # for each gate and unit
    stored: str
    says: Answers  # what its config says, and what its bias tells of reset_after


def cell_weights(file: Hdf5, config: CellConfig, paths: Paths) -> CellWeights:
    """Read one cell. Errors: FormatError, ShapeError; those of limits.numbers."""
    kernel = _part(file, config, paths, KERNEL)
    recurrent = _part(file, config, paths, RECURRENT)
    if kernel is None or recurrent is None:
        have = shown(", ".join(sorted(paths)) or "nothing")
        raise FormatError(
            "The weights of {layer} have no {kernel}; the file has {have} of it: it is "
            "damaged, or of another model than its config.",
            layer=config.layer,
            kernel=KERNEL if kernel is None else RECURRENT,
            have=have,
        )
    bias = _part(file, config, paths, BIAS)
    if (bias is not None) != config.biases:
        raise FormatError(
            "{layer} has use_bias={biases}, and a bias in the file: its weights are of another "
            "model than its config."
            if bias
            else "{layer} has use_bias={biases}, and no bias in the file: its weights are of "
            "another model than its config.",
            layer=config.layer,
            biases=config.biases,
        )
    columns = len(GATES[config.cell]) * config.units
    _check_shape(config, recurrent, [(config.units, columns)])
    _check_shape(
        config, kernel, [(kernel.numbers.shape[0], columns)] if kernel.numbers.ndim else []
    )
    if bias is not None:
        _check_shape(config, bias, _bias_shapes(config, columns))
    return _laid_out(config, kernel, recurrent, bias)


def _laid_out(
    config: CellConfig, kernel: Tensor, recurrent: Tensor, bias: Tensor | None
) -> CellWeights:
    """Arrays that fit the config."""
    says, cell = dict(config.says), config.cell
    apart = cudnn_apart if config.cudnn else partial(gates_apart, "keras")
    w_x, w_h = (apart(cell, tensor.numbers) for tensor in (kernel, recurrent))
    source = "cudnn" if config.cudnn else "keras"
    given = () if bias is None else biases_apart(source, cell, bias.numbers)
    if given and cell == "gru":
        says["reset_after"] = "true" if len(given) == 2 else "false"
    none = np.zeros(w_h.shape[:2], kernel.numbers.dtype)
    b_x, b_h = (*given, none, none)[:2]
    tensors = [tensor for tensor in (kernel, recurrent, bias) if tensor is not None]
    if len({tensor.stored for tensor in tensors}) > 1:
        found = ", ".join(f"{tensor.path} {tensor.stored}" for tensor in tensors)
        raise FormatError(
            "{layer} mixes {found}; a layer has one precision: convert it.",
            layer=config.layer,
            found=found,
        )
    stacked = () if config.cudnn else tuple(read_only(tensor.numbers) for tensor in tensors)
    w_x, w_h, b_x, b_h = (read_only(part) for part in (w_x, w_h, b_x, b_h))
    direction = Direction(w_x, w_h, b_x, b_h, stacked=stacked)
    return CellWeights(direction, len(given), kernel.stored, says)


def _part(file: Hdf5, config: CellConfig, paths: Paths, part: str) -> Tensor | None:
    """A kernel or bias with all gates in one array, None if the file has none."""
    for name in (part, PARTS_1[part]):
        if name in paths:
            return file.tensor(paths[name])
    letters = {**GATES_1, "candidate": CANDIDATE_1.get(config.cell, "")}
    names = [f"{PARTS_1[part]}_{letters.get(g, '')}" for g in GATE_ORDERS["keras"][config.cell]]
    found = [file.tensor(paths[name]) for name in names if name in paths]
    if not found:
        return None
    shapes = {tensor.numbers.shape for tensor in found}
    if len(found) < len(names) or len(shapes) > 1 or () in shapes:
        raise FormatError(
            "{layer} has {count} gates with shapes {shapes} at {path}; it needs {needed} "
            "alike: the file is damaged.",
            layer=config.layer,
            count=len(found),
            shapes=sorted(shapes),
            path=shown(found[0].path),
            needed=len(names),
        )
    joined = np.concatenate([tensor.numbers for tensor in found], axis=-1)
    return Tensor(found[0].path, joined, found[0].stored)


def _bias_shapes(config: CellConfig, columns: int) -> list[tuple[int, ...]]:
    """The shapes that a bias can have."""
    if config.cudnn:
        return [(2 * columns,)]
    if config.cell != "gru":
        return [(columns,)]
    shapes: dict[str, tuple[int, ...]] = {"true": (2, columns), "false": (columns,)}
    said = config.says.get("reset_after")
    return [shape for after, shape in shapes.items() if said in (None, after)]


def _check_shape(config: CellConfig, tensor: Tensor, allowed: list[tuple[int, ...]]) -> None:
    shape = tensor.numbers.shape
    if shape not in allowed or 0 in shape:
        needed = " or ".join(map(str, allowed))
        raise ShapeError(
            "{path} has shape {shape}; {layer} ({cell}, {units} units) needs {needed}: it is "
            "damaged, or of another model.",
            path=tensor.path,
            shape=shape,
            layer=config.layer,
            cell=config.cell.upper(),
            units=config.units,
            needed=needed,
        )
