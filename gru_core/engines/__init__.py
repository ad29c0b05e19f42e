"""The two ways to run a layer: NumPy, fast at batch 1; torch, for gradients and as a witness."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from gru_core.arrays import Array
from gru_core.engines import numpy_engine
from gru_core.engines.held import Held
from gru_core.errors import unknown_name
from gru_core.weights import Weights

EngineName: TypeAlias = Literal["numpy", "torch"]
# (weights, x, initial, held) to tracks: shapes as numpy_engine.run has them.
Engine: TypeAlias = Callable[[Weights, Array, tuple[Array, ...], Held | None], dict[str, Array]]

ENGINES: Final[tuple[EngineName, ...]] = ("numpy", "torch")


def engine_named(name: EngineName) -> Engine:
    """The function that runs a layer with this engine; torch is imported only when asked for."""
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    if name == "numpy":
        return numpy_engine.run
    from gru_core.engines.torch_engine import run as run_torch

    return run_torch
