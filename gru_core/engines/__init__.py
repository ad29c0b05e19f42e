"""The two ways to run a layer: NumPy, fast at batch 1; torch, for gradients and as a witness."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from gru_core.arrays import Array
from gru_core.engines import numpy_engine
from gru_core.errors import unknown_name
from gru_core.weights import Weights

EngineName: TypeAlias = Literal["numpy", "torch"]
Engine: TypeAlias = Callable[[Weights, Array, tuple[Array, ...]], dict[str, Array]]

ENGINES: Final[tuple[EngineName, ...]] = ("numpy", "torch")


def engine_named(name: str) -> Engine:
    """The function that runs a layer with this engine; torch is imported only when asked for."""
    if name == "numpy":
        return numpy_engine.run
    if name == "torch":
        from gru_core.engines import torch_engine

        return torch_engine.run
    raise unknown_name("engine", name, ENGINES)
